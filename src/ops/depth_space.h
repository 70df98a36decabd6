/* SPDX-License-Identifier: MIT */
/* depth_space.h - DepthToSpace and SpaceToDepth: blocks of pixels to channels and back. */
#ifndef INK_OPS_DEPTH_SPACE_H
#define INK_OPS_DEPTH_SPACE_H

#include "ops/op.h"

ink_status ink_depth_to_space_load(struct ink_op_ctx *ctx);
ink_status ink_depth_to_space_shape(struct ink_op_ctx *ctx);
ink_status ink_depth_to_space_run(struct ink_op_ctx *ctx);

ink_status ink_space_to_depth_load(struct ink_op_ctx *ctx);
ink_status ink_space_to_depth_shape(struct ink_op_ctx *ctx);
ink_status ink_space_to_depth_run(struct ink_op_ctx *ctx);

#endif
