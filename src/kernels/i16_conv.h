/* SPDX-License-Identifier: MIT */
/* i16_conv.h - convolution of 8-bit integers into int32, exactly, by the products of i16_gemm.h.
 *
 *   x [batch, groups * group_in, in...] bytes   w [groups * group_out] rows of 2 * pairs   y [batch, groups * group_out, out...] */
#ifndef INK_KERNELS_I16_CONV_H
#define INK_KERNELS_I16_CONV_H

#include "base/parallel.h"
#include "kernels/conv.h"
#include "kernels/i16_gemm.h"

struct ink_i16_conv_plan {
    struct ink_f32_conv_sizes sizes;
    struct ink_window_plan window;
    size_t pairs;
    size_t planes;  /* int16s of scratch: the planes of one group, with their border */
    size_t scratch; /* ... and those of the product, for each thread */
};

/* The plan's lists live in arena. INK_E_LIMIT when a group has 2^31 elements or more, INK_E_OOM. */
INK_NODISCARD ink_status ink_i16_conv_plan(const struct ink_f32_conv_sizes *sizes, struct ink_arena *arena,
                                           struct ink_i16_conv_plan *plan);

struct ink_i16_conv {
    const struct ink_i16_conv_plan *plan;
    const uint8_t *x;
    bool x_signed;
    int x_zero;
    const int16_t *w;
    int32_t *y;
    int16_t *scratch; /* plan->scratch for each thread */
    struct ink_parallel *parallel;
};

void ink_i16_conv(const struct ink_i16_conv *conv);

#endif
