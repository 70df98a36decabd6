/* SPDX-License-Identifier: MIT */
/* conv.h - convolution in float, one to three spatial dimensions, groups, strides, dilations, padding.
 *
 *   x [batch, groups * group_in, in...]   w [groups * group_out, group_in, kernel...]   y [batch, groups * group_out, out...]
 *
 * One of three ways, chosen when it is planned:
 *   pointwise   1x1 kernels are a matrix product on x as it lies
 *   depthwise   groups of one channel: every tap of a plane as vectors, no product
 *   panels      implicit im2col: the product asks for panels of B, and these are written from x tap by tap */
#ifndef INK_KERNELS_CONV_H
#define INK_KERNELS_CONV_H

#include "base/parallel.h"
#include "kernels/activation.h"
#include "kernels/window.h"

struct ink_f32_conv_sizes {
    size_t batch, groups, group_in, group_out;
    struct ink_window window;
};

enum ink_conv_way { INK_CONV_POINTWISE, INK_CONV_DEPTHWISE, INK_CONV_PANELS };

struct ink_f32_conv_plan {
    struct ink_f32_conv_sizes sizes;
    enum ink_conv_way way;
    struct ink_window_plan window;
    size_t border_floats;  /* of scratch: planes of one group with their border */
    size_t gemm_floats;    /* and what the product wants */
    size_t scratch_floats; /* both together, for each thread */
};

/* The plan's lists live in arena. INK_E_LIMIT when a group has 2^31 elements or more, INK_E_OOM. */
INK_NODISCARD ink_status ink_f32_conv_plan(const struct ink_f32_conv_sizes *sizes, struct ink_arena *arena,
                                           struct ink_f32_conv_plan *plan);

struct ink_f32_conv {
    const struct ink_f32_conv_plan *plan;
    const float *x, *w;
    const float *bias; /* [groups * group_out], or NULL */
    const float *add;  /* as y, added before the activation; or NULL */
    float *y;          /* must not overlap the others */
    struct ink_activation activation;
    float *scratch; /* scratch_floats for each thread */
    struct ink_parallel *parallel;
};

void ink_f32_conv(const struct ink_f32_conv *conv);

#endif
