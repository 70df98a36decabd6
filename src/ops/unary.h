/* SPDX-License-Identifier: MIT */
/* unary.h - operators that are one function, applied to each element: Relu, Exp, Gelu, Not, ... */
#ifndef INK_OPS_UNARY_H
#define INK_OPS_UNARY_H

#include "kernels/unary.h"
#include "ops/op.h"

/* What a row's param is: the function, and its attributes with what the standard says where they are left out. */
struct ink_unary_param {
    enum ink_unary function;
    const char *a_name, *b_name; /* NULL: it has none */
    float a, b;
};

ink_status ink_unary_load(struct ink_op_ctx *ctx);
ink_status ink_gelu_load(struct ink_op_ctx *ctx); /* attribute approximate: none, tanh */
ink_status ink_unary_run(struct ink_op_ctx *ctx);

ink_status ink_shrink_load(struct ink_op_ctx *ctx);
ink_status ink_shrink_run(struct ink_op_ctx *ctx);

#endif
