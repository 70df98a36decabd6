/* SPDX-License-Identifier: MIT */
/* binary.h - operators that are one function of two tensors, broadcast together: Add, Pow, Less, And, PRelu, ...; and of any
 * number of them: Sum, Mean, Min, Max. */
#ifndef INK_OPS_BINARY_H
#define INK_OPS_BINARY_H

#include "kernels/binary.h"
#include "ops/op.h"

/* What a row's param is. */
struct ink_binary_param {
    enum ink_binary function;
};

ink_status ink_binary_load(struct ink_op_ctx *ctx);
ink_status ink_mod_load(struct ink_op_ctx *ctx);       /* attribute fmod */
ink_status ink_bit_shift_load(struct ink_op_ctx *ctx); /* attribute direction */

/* Before opset 7 nothing was broadcast but in[1], and that only with the attribute broadcast = 1: to dimensions of in[0]
 * from the attribute axis on, or to the last ones. The output has the shape of in[0]. */
ink_status ink_binary_old_load(struct ink_op_ctx *ctx);
ink_status ink_binary_old_shape(struct ink_op_ctx *ctx);

/* in[1] is broadcast to in[0] and never the other way round. Before opset 7 there was one slope, or one a channel. */
ink_status ink_prelu_shape(struct ink_op_ctx *ctx);
ink_status ink_prelu_old_load(struct ink_op_ctx *ctx);

ink_status ink_binary_run(struct ink_op_ctx *ctx);
ink_status ink_equal_run(struct ink_op_ctx *ctx); /* strings too */

/* Any number of inputs; the second shape is that of versions which did not broadcast. */
ink_status ink_variadic_shape(struct ink_op_ctx *ctx);
ink_status ink_variadic_old_shape(struct ink_op_ctx *ctx);
ink_status ink_variadic_run(struct ink_op_ctx *ctx);
ink_status ink_mean_run(struct ink_op_ctx *ctx);

#endif
