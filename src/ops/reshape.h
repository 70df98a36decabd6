/* SPDX-License-Identifier: MIT */
/* reshape.h - operators that give the same bytes another shape, and those that tell a shape. All run ink_identity_run. */
#ifndef INK_OPS_RESHAPE_H
#define INK_OPS_RESHAPE_H

#include "ops/op.h"

ink_status ink_reshape_old_load(struct ink_op_ctx *ctx); /* the shape is an attribute */
ink_status ink_reshape_load(struct ink_op_ctx *ctx);     /* the shape is in[1] */
ink_status ink_reshape_shape(struct ink_op_ctx *ctx);

ink_status ink_flatten_load(struct ink_op_ctx *ctx);
ink_status ink_flatten_shape(struct ink_op_ctx *ctx);

/* Squeeze and Unsqueeze; old: axes are an attribute, new: in[1]. Unsqueeze wants them. */
ink_status ink_squeeze_old_load(struct ink_op_ctx *ctx);
ink_status ink_squeeze_shape(struct ink_op_ctx *ctx);
ink_status ink_unsqueeze_shape(struct ink_op_ctx *ctx);

ink_status ink_shape_load(struct ink_op_ctx *ctx);
ink_status ink_shape_shape(struct ink_op_ctx *ctx);
ink_status ink_shape_run(struct ink_op_ctx *ctx);
ink_status ink_size_shape(struct ink_op_ctx *ctx);
ink_status ink_size_run(struct ink_op_ctx *ctx);

/* Without training: out[0] is in[0], the mask is all ones. What asks for training is refused. */
ink_status ink_dropout_load(struct ink_op_ctx *ctx);
ink_status ink_dropout_old_load(struct ink_op_ctx *ctx); /* attribute is_test */
ink_status ink_dropout_shape(struct ink_op_ctx *ctx);
ink_status ink_dropout_run(struct ink_op_ctx *ctx);

#endif
