/* SPDX-License-Identifier: MIT */
/* attention.h - Attention: softmax(scale * Q K' + bias) V, for each head; a key head may serve several query heads. */
#ifndef INK_OPS_ATTENTION_H
#define INK_OPS_ATTENTION_H

#include "ops/op.h"

ink_status ink_attention_load(struct ink_op_ctx *ctx);
ink_status ink_attention_shape(struct ink_op_ctx *ctx);
ink_status ink_attention_prepare(struct ink_op_ctx *ctx);
ink_status ink_attention_run(struct ink_op_ctx *ctx);
uint64_t ink_attention_multiply_adds(const struct ink_op_ctx *ctx);

#endif
