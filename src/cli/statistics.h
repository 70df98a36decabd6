/* SPDX-License-Identifier: MIT */
/* statistics.h - what a sample says, and how surely. Pure functions; thread-safe. */
#ifndef INK_CLI_STATISTICS_H
#define INK_CLI_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* The 95 % score interval of Wilson (1927) for `right` of `count`; stays within 0..1 and is honest for small counts and
 * shares near 1. count 0: 0..1. */
void ink_wilson(size_t right, size_t count, double *low, double *high);

/* McNemar's exact test (1947, the binomial form): two readers of the same pictures, `first_only` read rightly by the first
 * alone, `second_only` by the second alone. How likely a difference at least as large is when both are equally good:
 * two-sided, 0..1; 1 where they never differ. */
double ink_mcnemar(size_t first_only, size_t second_only);

/* The value below which a share of a sorted list lies, by nearest rank. count 1.., share 0..1. */
uint64_t ink_quantile(const uint64_t *sorted, size_t count, double share);

#endif
