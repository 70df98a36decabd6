/* SPDX-License-Identifier: MIT */
#include "ops/matrix.h"

#include <math.h>

#include "base/checked.h"
#include "ops/elements.h"

/* --- Det: of each [M, M], by Gauss's elimination in double --- */

ink_status ink_det_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape y = ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (y.rank < 2 || y.dims[y.rank - 1] != y.dims[y.rank - 2])
        return ink_op_fail(ctx, INK_E_MODEL, "X %s has no square matrices", ink_shape_text(&y, text));
    y.rank -= 2;
    ctx->out[0]->shape = y;
    return INK_OK;
}

ink_status ink_det_prepare(struct ink_op_ctx *ctx)
{
    const struct ink_shape *x = &ctx->in[0]->shape;
    size_t n = (size_t)x->dims[x->rank - 1];
    if (n == 0) n = 1; /* there is scratch for an empty matrix too */
    if (!ink_mul_size(n, n, &n) || !ink_mul_size(n, sizeof(double), &ctx->scratch_bytes))
        return ink_op_fail(ctx, INK_E_LIMIT, "a matrix is too large");
    return INK_OK;
}

static void swap_rows(size_t n, double *a, double *b)
{
    for (size_t i = 0; i < n; i++) {
        double swap = a[i];
        a[i] = b[i];
        b[i] = swap;
    }
}

/* a[n][n] is used up. */
static double determinant(size_t n, double *a)
{
    double det = 1;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[pivot * n + k])) pivot = i;
        if (pivot != k) {
            swap_rows(n, a + pivot * n, a + k * n);
            det = -det;
        }
        double head = a[k * n + k];
        det *= head;
        if (head == 0) return 0;
        for (size_t i = k + 1; i < n; i++) {
            double factor = a[i * n + k] / head;
            for (size_t j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
        }
    }
    return det;
}

static void one_matrix(void *arg, size_t index, int worker)
{
    const struct ink_op_ctx *ctx = *(struct ink_op_ctx *const *)arg;
    const struct ink_tensor *x = ctx->in[0];
    size_t n = (size_t)x->shape.dims[x->shape.rank - 1], size = ink_dtype_bits(x->dtype) / 8;
    double *a = (double *)((char *)ctx->scratch + ctx->scratch_bytes * (size_t)worker);
    ink_convert(n * n, x->dtype, (const char *)x->data + index * n * n * size, INK_DOUBLE, a, false, INK_ROUND_UP);
    double det = determinant(n, a);
    ink_convert(1, INK_DOUBLE, &det, x->dtype, (char *)ctx->out[0]->data + index * size, false, INK_ROUND_UP);
}

ink_status ink_det_run(struct ink_op_ctx *ctx)
{
    ink_parallel_run(ctx->parallel, ink_tensor_count(ctx->out[0]), one_matrix, &ctx);
    return INK_OK;
}

/* --- EyeLike --- */

ink_status ink_eye_like_load(struct ink_op_ctx *ctx)
{
    int64_t *diagonal = INK_ARENA_NEW(ctx->arena, int64_t), dtype;
    if (!diagonal) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = diagonal;
    ink_status st = ink_op_attr_i64(ctx, "k", 0, diagonal);
    if (!st) st = ink_op_attr_i64(ctx, "dtype", ctx->types[0], &dtype);
    if (st) return st;
    if (!ink_dtype_valid(dtype) || !(ctx->op->types[1] & INK_DTYPE_BIT(dtype)))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "dtype %lld (%s)", (long long)dtype,
                           ink_dtype_valid(dtype) ? ink_dtype_word((enum ink_dtype)dtype) : "undefined");
    ctx->types[1] = (enum ink_dtype)dtype;
    return INK_OK;
}

ink_status ink_eye_like_shape(struct ink_op_ctx *ctx)
{
    char text[INK_SHAPE_TEXT_MAX];
    if (ctx->in[0]->shape.rank != 2)
        return ink_op_fail(ctx, INK_E_MODEL, "its input %s is no matrix", ink_shape_text(&ctx->in[0]->shape, text));
    return ink_op_shape_same(ctx);
}

ink_status ink_eye_like_run(struct ink_op_ctx *ctx)
{
    struct ink_tensor *y = ctx->out[0];
    int64_t k = *(const int64_t *)ctx->attributes, rows = y->shape.dims[0], columns = y->shape.dims[1];
    size_t size = ink_dtype_bits(y->dtype) / 8;
    const double one = 1;
    char element[sizeof one];
    if (ink_op_is_empty(ctx)) return INK_OK;
    memset(y->data, 0, ink_tensor_bytes(y));
    ink_convert(1, INK_DOUBLE, &one, y->dtype, element, false, INK_ROUND_UP);
    if (k <= -rows || k >= columns) return INK_OK; /* beside the matrix */
    for (int64_t i = k < 0 ? -k : 0; i < rows && i + k < columns; i++)
        memcpy((char *)y->data + (size_t)(i * columns + i + k) * size, element, size);
    return INK_OK;
}
