/* SPDX-License-Identifier: MIT */
/* GlobalMaxPool, GlobalAveragePool, GlobalLpPool: each plane of X [N, C, in...] to one element of Y [N, C, 1...]. */
#include <math.h>

#include "kernels/kernels.h"
#include "ops/floats.h"
#include "ops/pool.h"

struct global {
    const struct ink_pool_kind *kind;
    float p;
};

ink_status ink_global_pool_load(struct ink_op_ctx *ctx)
{
    struct global *global = INK_ARENA_NEW(ctx->arena, struct global);
    if (!global) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = global;
    global->kind = ctx->op->param;
    return global->kind->what == INK_POOL_LP ? ink_pool_load_p(ctx, &global->p) : INK_OK;
}

ink_status ink_global_pool_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape out = ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (out.rank < 2)
        return ink_op_fail(ctx, INK_E_MODEL, "the input is %s; it must be [N, C, ...]", ink_shape_text(&out, text));
    for (int d = 2; d < out.rank; d++) {
        if (out.dims[d] == 0)
            return ink_op_fail(ctx, INK_E_MODEL, "the input %s has nothing to pool", ink_shape_text(&out, text));
        out.dims[d] = 1;
    }
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_global_pool_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    return ink_floats_prepare(ctx, floats, 0, 0);
}

static float norm(size_t n, const float *x, float p)
{
    double sum = 0;
    if (p == 2) return sqrtf(ink_kernels()->f32_row_squares(n, x, 0));
    for (size_t i = 0; i < n; i++) sum += p == 1 ? fabs((double)x[i]) : pow(fabs((double)x[i]), (double)p);
    return (float)pow(sum, 1 / (double)p);
}

ink_status ink_global_pool_run(struct ink_op_ctx *ctx)
{
    const struct global *global = ctx->attributes;
    const struct ink_shape *shape = &ctx->in[0]->shape;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    const float *x = ink_floats_in(ctx, &floats, 0);
    float *y = ink_floats_out(ctx, &floats, 0);
    size_t planes = ink_shape_span(shape, 0, 2), n = ink_shape_span(shape, 2, shape->rank);
    for (size_t i = 0; i < planes; i++, x += n) {
        switch (global->kind->what) {
        case INK_POOL_MAX: y[i] = ink_kernels()->f32_row_max(n, x); break;
        case INK_POOL_AVERAGE: y[i] = ink_kernels()->f32_row_sum(n, x) / (float)n; break;
        case INK_POOL_LP: y[i] = norm(n, x, global->p); break;
        }
    }
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
