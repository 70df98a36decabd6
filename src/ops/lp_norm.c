/* SPDX-License-Identifier: MIT */
/* LpNormalization: X divided by its norm (p = 1 or 2) along an axis; where the norm is 0, Y is 0 as X is. */
#include <math.h>

#include "ops/floats.h"
#include "ops/norm.h"

struct lp_norm {
    int64_t axis, p;
};

ink_status ink_lp_norm_load(struct ink_op_ctx *ctx)
{
    struct lp_norm *norm = INK_ARENA_NEW(ctx->arena, struct lp_norm);
    if (!norm) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = norm;
    ink_status st = ink_op_attr_i64(ctx, "axis", -1, &norm->axis);
    if (!st) st = ink_op_attr_i64(ctx, "p", 2, &norm->p);
    if (!st && norm->p != 1 && norm->p != 2)
        st = ink_op_fail(ctx, INK_E_MODEL, "p is %lld; it must be 1 or 2", (long long)norm->p);
    return st;
}

ink_status ink_lp_norm_shape(struct ink_op_ctx *ctx)
{
    const struct lp_norm *norm = ctx->attributes;
    int axis;
    ink_status st = ink_op_axis(ctx, norm->axis, ctx->in[0]->shape.rank, false, &axis);
    return st ? st : ink_op_shape_same(ctx);
}

static void one_line(int64_t p, size_t n, size_t step, const float *x, float *y)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double v = (double)x[i * step];
        sum += p == 1 ? fabs(v) : v * v;
    }
    double norm = p == 1 ? sum : sqrt(sum);
    for (size_t i = 0; i < n; i++) y[i * step] = norm == 0 ? 0 : (float)((double)x[i * step] / norm);
}

ink_status ink_lp_norm_run(struct ink_op_ctx *ctx)
{
    const struct lp_norm *norm = ctx->attributes;
    const struct ink_shape *shape = &ctx->in[0]->shape;
    int axis = (int)(norm->axis < 0 ? norm->axis + shape->rank : norm->axis);
    size_t n = (size_t)shape->dims[axis], outer = ink_shape_span(shape, 0, axis);
    size_t inner = ink_shape_span(shape, axis + 1, shape->rank);
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    const float *x = ink_floats_in(ctx, &floats, 0);
    float *y = ink_floats_out(ctx, &floats, 0);
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i++) one_line(norm->p, n, inner, x + o * n * inner + i, y + o * n * inner + i);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
