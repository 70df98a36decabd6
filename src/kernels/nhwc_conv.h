/* SPDX-License-Identifier: MIT */
/* nhwc_conv.h - convolution in float over pixels that are rows of channels, with constant weights.
 *
 *   x [batch, in..., groups * group_in]   w [groups * group_out, group_in, kernel...]   y [batch, out..., groups * group_out]
 *
 * One of three ways, chosen when it is planned:
 *   indirect   a matrix product whose rows are found by pointers (igemm_tile.h); 1x1 is its simplest case
 *   depthwise  groups of one channel: taps, channel by channel
 *   winograd   3x3, step 1, many channels: 36 products on transformed 6x6 tiles (nhwc_winograd.h), a quarter of the work */
#ifndef INK_KERNELS_NHWC_CONV_H
#define INK_KERNELS_NHWC_CONV_H

#include "base/parallel.h"
#include "kernels/activation.h"
#include "kernels/conv.h"
#include "kernels/nhwc_window.h"

enum ink_nhwc_way { INK_NHWC_INDIRECT, INK_NHWC_DEPTHWISE, INK_NHWC_WINOGRAD };

struct ink_nhwc_conv_plan {
    struct ink_f32_conv_sizes sizes;
    enum ink_nhwc_way way;
    struct ink_nhwc_window window;
    size_t border_floats; /* of a picture that is copied to give it a border; 0: it is read where it lies */
    size_t packed_floats;
    size_t scratch_floats; /* for each thread */
};

/* The plan's lists live in arena. INK_E_LIMIT when input, output or weights have 2^31 elements or more, INK_E_OOM. */
INK_NODISCARD ink_status ink_nhwc_conv_plan(const struct ink_f32_conv_sizes *sizes, struct ink_arena *arena,
                                            struct ink_nhwc_conv_plan *plan);

/* out: packed_floats, aligned as INK_ARENA_ALIGN. */
void ink_nhwc_conv_pack(const struct ink_nhwc_conv_plan *plan, const float *w, float *out);

struct ink_nhwc_conv {
    const struct ink_nhwc_conv_plan *plan;
    const float *x, *packed;
    const float *bias; /* [groups * group_out], or NULL */
    const float *add;  /* as y, added before the activation; or NULL */
    float *y;          /* must not overlap the others, but for `add` */
    struct ink_activation activation;
    float *scratch; /* scratch_floats for each thread, aligned as INK_ARENA_ALIGN */
    struct ink_parallel *parallel;
};

void ink_nhwc_conv(const struct ink_nhwc_conv *conv);

#endif
