/* SPDX-License-Identifier: MIT */
/* matmul.h - MatMul, Gemm, and inkling.Gemm, which passes make of them and what follows. */
#ifndef INK_OPS_MATMUL_H
#define INK_OPS_MATMUL_H

#include "ops/op.h"

ink_status ink_matmul_shape(struct ink_op_ctx *ctx);
ink_status ink_matmul_prepare(struct ink_op_ctx *ctx);
ink_status ink_matmul_run(struct ink_op_ctx *ctx);
uint64_t ink_matmul_multiply_adds(const struct ink_op_ctx *ctx);

ink_status ink_gemm_load(struct ink_op_ctx *ctx);
ink_status ink_gemm_shape(struct ink_op_ctx *ctx);
ink_status ink_gemm_prepare(struct ink_op_ctx *ctx);
ink_status ink_gemm_run(struct ink_op_ctx *ctx);
uint64_t ink_gemm_multiply_adds(const struct ink_op_ctx *ctx);

/* The types that are not computed in float. */
#define INK_EXACT_TYPES                                                                                                \
    (INK_DTYPE_BIT(INK_DOUBLE) | INK_DTYPE_BIT(INK_INT32) | INK_DTYPE_BIT(INK_UINT32) | INK_DTYPE_BIT(INK_INT64) |     \
     INK_DTYPE_BIT(INK_UINT64))

/* One product in one of these types; strides in elements. Integers wrap. */
struct ink_exact_product {
    size_t m, n, k;
    const void *a, *b;
    size_t a_row, a_col, b_row, b_col;
    void *c; /* [m, n] */
};
void ink_exact_matmul(enum ink_dtype dtype, const struct ink_exact_product *product);

#endif
