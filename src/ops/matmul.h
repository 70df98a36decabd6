/* SPDX-License-Identifier: MIT */
/* matmul.h - MatMul, com.microsoft.FusedMatMul, Gemm, and inkling.Gemm, which passes make of them and what follows. */
#ifndef INK_OPS_MATMUL_H
#define INK_OPS_MATMUL_H

#include "ops/op.h"

ink_status ink_matmul_shape(struct ink_op_ctx *ctx);
ink_status ink_matmul_prepare(struct ink_op_ctx *ctx);
ink_status ink_matmul_run(struct ink_op_ctx *ctx);
uint64_t ink_matmul_multiply_adds(const struct ink_op_ctx *ctx);

ink_status ink_fused_matmul_load(struct ink_op_ctx *ctx);

ink_status ink_gemm_load(struct ink_op_ctx *ctx);
ink_status ink_gemm_shape(struct ink_op_ctx *ctx);
ink_status ink_gemm_prepare(struct ink_op_ctx *ctx);
ink_status ink_gemm_run(struct ink_op_ctx *ctx);
uint64_t ink_gemm_multiply_adds(const struct ink_op_ctx *ctx);

/* What every product as numpy's must have: A [a..., m, k] and B [b..., k, n], where a and b broadcast to `batch`. */
struct ink_matmul_sizes {
    size_t m, n, k;
    struct ink_shape a, b, batch;
};
INK_NODISCARD ink_status ink_matmul_fit(const struct ink_op_ctx *ctx, const struct ink_shape *a,
                                        const struct ink_shape *b, struct ink_matmul_sizes *sizes,
                                        struct ink_shape *out);

/* Where B is one matrix, all of A's rows go through it together: as if there were one batch. */
void ink_matmul_merge(struct ink_matmul_sizes *sizes);

/* Which matrix of a or b belongs to matrix `index` of the batch. */
size_t ink_matmul_matrix_of(const struct ink_shape *side, const struct ink_shape *batch, size_t index);

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
