/* SPDX-License-Identifier: MIT */
/* sample.h - operators that read a picture [N, C, D...] between its pixels, or in regions of it. */
#ifndef INK_OPS_SAMPLE_H
#define INK_OPS_SAMPLE_H

#include "ops/op.h"

ink_status ink_grid_sample_load(struct ink_op_ctx *ctx);
ink_status ink_grid_sample_shape(struct ink_op_ctx *ctx);
ink_status ink_grid_sample_run(struct ink_op_ctx *ctx);

ink_status ink_affine_grid_load(struct ink_op_ctx *ctx);
ink_status ink_affine_grid_shape(struct ink_op_ctx *ctx);
ink_status ink_affine_grid_run(struct ink_op_ctx *ctx);

ink_status ink_roi_align_load(struct ink_op_ctx *ctx);
ink_status ink_roi_align_shape(struct ink_op_ctx *ctx);
ink_status ink_roi_align_run(struct ink_op_ctx *ctx);

ink_status ink_max_roi_pool_load(struct ink_op_ctx *ctx);
ink_status ink_max_roi_pool_shape(struct ink_op_ctx *ctx);
ink_status ink_max_roi_pool_run(struct ink_op_ctx *ctx);

ink_status ink_deform_conv_load(struct ink_op_ctx *ctx);
ink_status ink_deform_conv_shape(struct ink_op_ctx *ctx);
ink_status ink_deform_conv_prepare(struct ink_op_ctx *ctx);
ink_status ink_deform_conv_run(struct ink_op_ctx *ctx);
uint64_t ink_deform_conv_multiply_adds(const struct ink_op_ctx *ctx);

/* NonMaxSuppression: of boxes that overlap the one with the best score; which ones is known when it has run. */
ink_status ink_nms_load(struct ink_op_ctx *ctx);
ink_status ink_nms_prepare(struct ink_op_ctx *ctx);
ink_status ink_nms_run(struct ink_op_ctx *ctx);

#endif
