/* SPDX-License-Identifier: MIT */
/* nhwc.h - operators over pixels that are rows of channels, [N, in..., C]: what the layout pass (engine/layout.c) makes of
 * Conv and pools. Attributes are those of the operators that they stand for; all is float. */
#ifndef INK_OPS_NHWC_H
#define INK_OPS_NHWC_H

#include "ops/op.h"

/* [N, d..., C] to [N, C, d...], and back. */
struct ink_shape ink_nhwc_to_nchw(const struct ink_shape *shape);
struct ink_shape ink_nhwc_of_nchw(const struct ink_shape *shape);

/* inkling.NhwcConv: X, W [M, C/group, kernel...], which must be constant, B?, and what is added? of Y's shape. */
ink_status ink_nhwc_conv_shape(struct ink_op_ctx *ctx);
ink_status ink_nhwc_conv_prepare(struct ink_op_ctx *ctx);
ink_status ink_nhwc_conv_run(struct ink_op_ctx *ctx);

/* inkling.NhwcMaxPool, NhwcAveragePool */
ink_status ink_nhwc_pool_shape(struct ink_op_ctx *ctx);
ink_status ink_nhwc_pool_prepare(struct ink_op_ctx *ctx);
ink_status ink_nhwc_pool_run(struct ink_op_ctx *ctx);

/* inkling.NhwcGlobalAveragePool: [N, in..., C] to [N, 1..., C] */
ink_status ink_nhwc_global_pool_shape(struct ink_op_ctx *ctx);
ink_status ink_nhwc_global_pool_run(struct ink_op_ctx *ctx);

/* inkling.NhwcShuffle: the channels are `groups` groups; the output takes one from each in turn. */
ink_status ink_nhwc_shuffle_load(struct ink_op_ctx *ctx);
ink_status ink_nhwc_shuffle_shape(struct ink_op_ctx *ctx);
ink_status ink_nhwc_shuffle_run(struct ink_op_ctx *ctx);

#endif
