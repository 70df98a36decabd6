/* SPDX-License-Identifier: MIT */
/* constant.h - tensors out of nothing, or nearly: Constant, ConstantOfShape, Range. */
#ifndef INK_OPS_CONSTANT_H
#define INK_OPS_CONSTANT_H

#include "ops/op.h"

ink_status ink_constant_load(struct ink_op_ctx *ctx);
ink_status ink_constant_shape(struct ink_op_ctx *ctx);
ink_status ink_constant_run(struct ink_op_ctx *ctx);

ink_status ink_constant_of_shape_load(struct ink_op_ctx *ctx);
ink_status ink_constant_of_shape_shape(struct ink_op_ctx *ctx);
ink_status ink_constant_of_shape_run(struct ink_op_ctx *ctx);

ink_status ink_range_shape(struct ink_op_ctx *ctx);
ink_status ink_range_run(struct ink_op_ctx *ctx);

#endif
