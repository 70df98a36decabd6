/* SPDX-License-Identifier: MIT */
/* clock.h - the two clocks: one that only goes forward, for durations and deadlines; one for dates. Thread-safe. */
#ifndef INK_BASE_CLOCK_H
#define INK_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t ink_clock_us(void);     /* monotonic, microseconds since some moment */
int64_t ink_clock_wall_ms(void); /* milliseconds since 1970-01-01 UTC */

enum { INK_CLOCK_ISO_LEN = 24 }; /* 2024-11-02T16:51:31.587Z */

/* Writes wall_ms as ISO 8601 in UTC with milliseconds, NUL-terminated. */
void ink_clock_iso(int64_t wall_ms, char out[INK_CLOCK_ISO_LEN + 1]);

#endif
