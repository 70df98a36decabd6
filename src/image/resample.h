/* SPDX-License-Identifier: MIT */
/* resample.h - which pixels, with which weights, make one pixel of a picture of another size.
 *
 * A filter is a kernel around 0; when a picture shrinks it is stretched over the pixels that fall together, so that all
 * of them count (antialiasing). Rows and columns are done one after the other: one axis describes one of them. */
#ifndef INK_IMAGE_RESAMPLE_H
#define INK_IMAGE_RESAMPLE_H

#include "base/arena.h"
#include "base/status.h"

enum ink_filter {
    INK_FILTER_BOX,     /* area when shrinking, nearest when growing */
    INK_FILTER_LINEAR,  /* triangle */
    INK_FILTER_BICUBIC, /* Keys 1981 with a = -0.5, as Pillow has it */
};

struct ink_axis {
    int out_size;
    int taps;        /* room for weights an output pixel */
    int *first;      /* [out_size] the first input pixel that counts */
    int *count;      /* [out_size] how many count, at most taps */
    double *weights; /* [out_size, taps], each row sums to 1 */
};

/* The axis from input pixels [from, to) of in_size, in which fractions are allowed, to out_size pixels. Beyond the edges
 * nothing counts. The arrays live in the arena. from < to, sizes at least 1. INK_E_OOM. */
INK_NODISCARD ink_status ink_axis_make(enum ink_filter filter, int in_size, double from, double to, int out_size,
                                       struct ink_arena *arena, struct ink_axis *axis);

#endif
