/* SPDX-License-Identifier: MIT */
/* contrib.h - operators of com.microsoft that ONNX Runtime's optimizer and quantizer leave in models, where they are not
 * rows of other families (ONNX Runtime, docs/ContribOperators.md). */
#ifndef INK_OPS_CONTRIB_H
#define INK_OPS_CONTRIB_H

#include "kernels/binary.h"
#include "kernels/unary.h"
#include "ops/op.h"

/* BiasGelu, FastGelu: the function of X + bias [n], n the last dimension; a row's param is the function. */
ink_status ink_bias_gelu_shape(struct ink_op_ctx *ctx);
ink_status ink_bias_gelu_run(struct ink_op_ctx *ctx);

/* SkipLayerNormalization: LayerNormalization of the sum of input, skip and, where it is given, bias. */
ink_status ink_skip_layer_norm_load(struct ink_op_ctx *ctx);
ink_status ink_skip_layer_norm_shape(struct ink_op_ctx *ctx);
ink_status ink_skip_layer_norm_prepare(struct ink_op_ctx *ctx);
ink_status ink_skip_layer_norm_run(struct ink_op_ctx *ctx);

/* --- bytes in, bytes out: X, X_scale, X_zero?, (the same of B,) Y_scale, Y_zero? (qlinear_elements.c) --- */

/* QLinearSigmoid, QLinearLeakyRelu: a row's param is the function. */
ink_status ink_qlinear_unary_load(struct ink_op_ctx *ctx);
ink_status ink_qlinear_unary_shape(struct ink_op_ctx *ctx);
ink_status ink_qlinear_unary_run(struct ink_op_ctx *ctx);

/* QLinearAdd, QLinearMul: a row's param is the function. */
ink_status ink_qlinear_binary_shape(struct ink_op_ctx *ctx);
ink_status ink_qlinear_binary_run(struct ink_op_ctx *ctx);

ink_status ink_qlinear_pool_load(struct ink_op_ctx *ctx);
ink_status ink_qlinear_pool_shape(struct ink_op_ctx *ctx);
ink_status ink_qlinear_pool_run(struct ink_op_ctx *ctx);

#endif
