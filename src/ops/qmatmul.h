/* SPDX-License-Identifier: MIT */
/* qmatmul.h - products of 8-bit matrices: MatMulInteger, QLinearMatMul, and those of com.microsoft. */
#ifndef INK_OPS_QMATMUL_H
#define INK_OPS_QMATMUL_H

#include "ops/op.h"

/* A row's param: which input is what; 0 for what it does not have. */
struct ink_qmatmul_args {
    int b, a_scale, a_zero, b_scale, b_zero;
    int y_scale, y_zero; /* the result is bytes, where they are given */
    int sum_bias;        /* int32, added to the sums; broadcasts */
    int bias;            /* float, one a column, added at the end */
    bool dynamic;        /* A is float, and is quantized by its own values */
    bool turns;          /* has transA, transB, alpha */
};
extern const struct ink_qmatmul_args ink_matmul_integer, ink_qlinear_matmul, ink_matmul_integer_to_float,
    ink_dynamic_quantize_matmul, ink_qgemm;

ink_status ink_qmatmul_load(struct ink_op_ctx *ctx);
ink_status ink_qmatmul_shape(struct ink_op_ctx *ctx);
ink_status ink_qmatmul_prepare(struct ink_op_ctx *ctx);
ink_status ink_qmatmul_run(struct ink_op_ctx *ctx);
uint64_t ink_qmatmul_multiply_adds(const struct ink_op_ctx *ctx);

#endif
