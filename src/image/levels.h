/* SPDX-License-Identifier: MIT */
/* levels.h - what a histogram of levels 0..255 says. */
#ifndef INK_IMAGE_LEVELS_H
#define INK_IMAGE_LEVELS_H

#include <stddef.h>

/* Otsu 1979: the threshold that best divides a histogram of `count` pixels in two; what is above it is the second class.
 * separability, when not NULL, gets how well that explains the histogram: 0 not at all .. 1 there are but two levels. */
int ink_levels_divide(const unsigned histogram[256], size_t count, float *separability);

/* The median of [from, to]; `from` when there are none. */
int ink_levels_median(const unsigned histogram[256], int from, int to);

#endif
