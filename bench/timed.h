/* SPDX-License-Identifier: MIT */
/* timed.h - programs that are started and timed, for the benchmarks. What goes wrong ends the benchmark. */
#ifndef BENCH_TIMED_H
#define BENCH_TIMED_H

#include "base/view.h"

enum { TIMED_ROUNDS_MAX = 2000 };

struct timed {
    const char *name;
    uint64_t us[TIMED_ROUNDS_MAX];
    int count;
};

_Noreturn void timed_die(const char *what);

void timed_add(struct timed *series, uint64_t us);

/* Microseconds from exec to the end of a program that succeeds. args as for execv. */
uint64_t timed_run(char *const args[]);

/* Starts a Lambda function's program, plays the Runtime API for it, and ends it again: from exec to its first question for an
 * event; and, where event.len is not 0, from exec to its answer. */
void timed_function(char *const args[], struct ink_view event, struct timed *to_next, struct timed *to_answer);

uint64_t timed_least(const struct timed *series);

/* Sorts, and prints a line: least, median, 90 of 100, and how many times base_us the median is. Nothing for an empty one. */
void timed_print(struct timed *series, uint64_t base_us);

#endif
