/* SPDX-License-Identifier: MIT */
/* watchdog.h - an eye on computations that cannot be stopped: one that is not done in time is taken out of the hands of
 * its thread, and another thread acts in its place.
 *
 *   watch(when, act)  ->  begin  ->  decode, prepare, infer  ->  end  ->  ...  ->  watch(NULL)
 *
 * Either end comes before the time is over, or act is called; never both. What the computing thread reaches between begin
 * and end and does not change there, act may read: its owner does not come back from end.
 *
 * The watching thread is started by the first begin of somebody who is watched, and is woken up at most once in the time
 * that it is given: begin and end cost two uncontended locks. One computing thread. */
#ifndef INK_PIPELINE_WATCHDOG_H
#define INK_PIPELINE_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

struct ink_watchdog;

/* On the watching thread, once; has to end the process, or to replace its program.
 *
 * busy_us  how long the watched one has computed: all that was between begin and end since watch */
typedef void (*ink_watchdog_act)(void *arg, uint64_t busy_us);

/* NULL: out of memory. Not to be freed between begin and end. */
struct ink_watchdog *ink_watchdog_new(void);
void ink_watchdog_free(struct ink_watchdog *watchdog);

/* when_us  of ink_clock_us; 0, or act NULL: time is only counted */
void ink_watchdog_watch(struct ink_watchdog *watchdog, uint64_t when_us, ink_watchdog_act act, void *arg);

void ink_watchdog_begin(struct ink_watchdog *watchdog);
void ink_watchdog_end(struct ink_watchdog *watchdog); /* returns never once act has been called */

/* What act would be told; between end and begin. */
uint64_t ink_watchdog_busy_us(const struct ink_watchdog *watchdog);

#endif
