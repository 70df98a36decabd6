/* SPDX-License-Identifier: MIT */
/* attention.h - Attention: softmax(scale * Q K' + bias) V, for each head; a key head may serve several query heads. And what
 * language models have beside it, or in its place. */
#ifndef INK_OPS_ATTENTION_H
#define INK_OPS_ATTENTION_H

#include "ops/op.h"

enum { INK_HEADS_MAX = 1 << 16 }; /* that an attribute may ask for: times a shape's count it still is an int64_t */

ink_status ink_attention_load(struct ink_op_ctx *ctx);
ink_status ink_attention_shape(struct ink_op_ctx *ctx);
ink_status ink_attention_prepare(struct ink_op_ctx *ctx);
ink_status ink_attention_run(struct ink_op_ctx *ctx);
uint64_t ink_attention_multiply_adds(const struct ink_op_ctx *ctx);

/* A row of scores becomes probabilities; all 0 where every one is -infinity. */
void ink_softmax_row(size_t n, float *x);

/* FlexAttention: graphs may change the scores. */
ink_status ink_flex_attention_load(struct ink_op_ctx *ctx);

/* RotaryEmbedding: pairs of a head's numbers turned by an angle that its place in the sequence says. */
ink_status ink_rotary_load(struct ink_op_ctx *ctx);
ink_status ink_rotary_shape(struct ink_op_ctx *ctx);
ink_status ink_rotary_prepare(struct ink_op_ctx *ctx);
ink_status ink_rotary_run(struct ink_op_ctx *ctx);

/* TensorScatter: new keys or values written into those that are there, at a place for each of the batch. */
ink_status ink_tensor_scatter_load(struct ink_op_ctx *ctx);
ink_status ink_tensor_scatter_shape(struct ink_op_ctx *ctx);
ink_status ink_tensor_scatter_run(struct ink_op_ctx *ctx);

/* LinearAttention: a matrix as the state, to which each step adds the product of its key and value. */
ink_status ink_linear_attention_load(struct ink_op_ctx *ctx);
ink_status ink_linear_attention_shape(struct ink_op_ctx *ctx);
ink_status ink_linear_attention_prepare(struct ink_op_ctx *ctx);
ink_status ink_linear_attention_run(struct ink_op_ctx *ctx);
uint64_t ink_linear_attention_multiply_adds(const struct ink_op_ctx *ctx);

/* CausalConvWithState: each channel convolved with its own kernel over what was and is, never over what comes. */
ink_status ink_causal_conv_load(struct ink_op_ctx *ctx);
ink_status ink_causal_conv_shape(struct ink_op_ctx *ctx);
ink_status ink_causal_conv_prepare(struct ink_op_ctx *ctx);
ink_status ink_causal_conv_run(struct ink_op_ctx *ctx);

/* SwiGLU: swish(A) * B. */
ink_status ink_swiglu_load(struct ink_op_ctx *ctx);
ink_status ink_swiglu_shape(struct ink_op_ctx *ctx);
ink_status ink_swiglu_run(struct ink_op_ctx *ctx);

#endif
