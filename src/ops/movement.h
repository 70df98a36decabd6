/* SPDX-License-Identifier: MIT */
/* movement.h - operators that put elements elsewhere and do not look at them. All types of whole bytes, strings too;
 * Transpose and Pad also those of 2 and 4 bits (packed.h). */
#ifndef INK_OPS_MOVEMENT_H
#define INK_OPS_MOVEMENT_H

#include "ops/op.h"

ink_status ink_transpose_load(struct ink_op_ctx *ctx);
ink_status ink_transpose_shape(struct ink_op_ctx *ctx);
ink_status ink_transpose_run(struct ink_op_ctx *ctx);

ink_status ink_concat_load(struct ink_op_ctx *ctx); /* axis: 1 where it is left out, before opset 4; wanted since */
ink_status ink_concat_shape(struct ink_op_ctx *ctx);
ink_status ink_concat_run(struct ink_op_ctx *ctx);

ink_status ink_split_load(struct ink_op_ctx *ctx); /* split: attribute, in[1] since opset 13 and in opset 1 too */
ink_status ink_split_shape(struct ink_op_ctx *ctx);
ink_status ink_split_run(struct ink_op_ctx *ctx);

ink_status ink_slice_old_load(struct ink_op_ctx *ctx); /* starts, ends, axes are attributes; since opset 10 inputs */
ink_status ink_slice_shape(struct ink_op_ctx *ctx);
ink_status ink_slice_run(struct ink_op_ctx *ctx);

ink_status ink_pad_load(struct ink_op_ctx *ctx);
ink_status ink_pad_shape(struct ink_op_ctx *ctx);
ink_status ink_pad_run(struct ink_op_ctx *ctx);

ink_status ink_gather_load(struct ink_op_ctx *ctx);
ink_status ink_gather_shape(struct ink_op_ctx *ctx);
ink_status ink_gather_run(struct ink_op_ctx *ctx);

ink_status ink_expand_shape(struct ink_op_ctx *ctx);
ink_status ink_expand_run(struct ink_op_ctx *ctx);

ink_status ink_tile_old_shape(struct ink_op_ctx *ctx); /* in[1] how often, in[2] along which axis */
ink_status ink_tile_shape(struct ink_op_ctx *ctx);     /* in[1] how often along each axis */
ink_status ink_tile_run(struct ink_op_ctx *ctx);

ink_status ink_center_crop_pad_load(struct ink_op_ctx *ctx);
ink_status ink_center_crop_pad_shape(struct ink_op_ctx *ctx);
ink_status ink_center_crop_pad_run(struct ink_op_ctx *ctx);

ink_status ink_reverse_sequence_load(struct ink_op_ctx *ctx);
ink_status ink_reverse_sequence_shape(struct ink_op_ctx *ctx);
ink_status ink_reverse_sequence_run(struct ink_op_ctx *ctx);

ink_status ink_where_run(struct ink_op_ctx *ctx);

ink_status ink_clip_old_load(struct ink_op_ctx *ctx); /* min, max are attributes; since opset 11 inputs */
ink_status ink_clip_shape(struct ink_op_ctx *ctx);
ink_status ink_clip_run(struct ink_op_ctx *ctx);

ink_status ink_cast_load(struct ink_op_ctx *ctx);
ink_status ink_cast_like_load(struct ink_op_ctx *ctx);
ink_status ink_cast_run(struct ink_op_ctx *ctx);
ink_status ink_bit_cast_load(struct ink_op_ctx *ctx); /* the bytes stay: a view */

#endif
