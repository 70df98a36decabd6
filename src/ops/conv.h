/* SPDX-License-Identifier: MIT */
/* conv.h - Conv, ConvTranspose, and inkling.Conv, which passes make of Conv and what follows it. */
#ifndef INK_OPS_CONV_H
#define INK_OPS_CONV_H

#include "ops/op.h"

ink_status ink_conv_load(struct ink_op_ctx *ctx);
ink_status ink_conv_shape(struct ink_op_ctx *ctx);
ink_status ink_conv_prepare(struct ink_op_ctx *ctx);
ink_status ink_conv_run(struct ink_op_ctx *ctx);
uint64_t ink_conv_multiply_adds(const struct ink_op_ctx *ctx);

ink_status ink_conv_transpose_load(struct ink_op_ctx *ctx);
ink_status ink_conv_transpose_shape(struct ink_op_ctx *ctx);
ink_status ink_conv_transpose_prepare(struct ink_op_ctx *ctx);
ink_status ink_conv_transpose_run(struct ink_op_ctx *ctx);
uint64_t ink_conv_transpose_multiply_adds(const struct ink_op_ctx *ctx);

#endif
