/* SPDX-License-Identifier: MIT */
#include "ops/depth_space.h"

#include "kernels/move.h"

struct blocks {
    int64_t size;
    bool by_column; /* CRD: the channel is the slowest */
};

ink_status ink_space_to_depth_load(struct ink_op_ctx *ctx)
{
    struct blocks *my = INK_ARENA_NEW(ctx->arena, struct blocks);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "blocksize", 0, &my->size);
    if (!st && (my->size < 1 || my->size > INT16_MAX))
        return ink_op_fail(ctx, INK_E_MODEL, "blocksize is %lld", (long long)my->size);
    return st;
}

ink_status ink_depth_to_space_load(struct ink_op_ctx *ctx)
{
    struct ink_view mode;
    ink_status st = ink_space_to_depth_load(ctx);
    if (!st) st = ink_op_attr_text(ctx, "mode", "DCR", &mode);
    if (st) return st;
    struct blocks *my = ctx->attributes;
    my->by_column = ink_view_is(mode, "CRD");
    if (!my->by_column && !ink_view_is(mode, "DCR"))
        return ink_op_fail(ctx, INK_E_MODEL, "mode is \"%.*s\", not DCR or CRD", INK_VIEW_ARGS(mode));
    return INK_OK;
}

static ink_status refuse(const struct ink_op_ctx *ctx, const struct blocks *my)
{
    char text[INK_SHAPE_TEXT_MAX];
    return ink_op_fail(ctx, INK_E_MODEL, "%s does not divide into blocks of %lld",
                       ink_shape_text(&ctx->in[0]->shape, text), (long long)my->size);
}

ink_status ink_depth_to_space_shape(struct ink_op_ctx *ctx)
{
    const struct blocks *my = ctx->attributes;
    const int64_t *x = ctx->in[0]->shape.dims, b = my->size;
    if (ctx->in[0]->shape.rank != 4 || x[1] % (b * b)) return refuse(ctx, my);
    ctx->out[0]->shape = (struct ink_shape){.rank = 4, .dims = {x[0], x[1] / (b * b), x[2] * b, x[3] * b}};
    return INK_OK;
}

ink_status ink_space_to_depth_shape(struct ink_op_ctx *ctx)
{
    const struct blocks *my = ctx->attributes;
    const int64_t *x = ctx->in[0]->shape.dims, b = my->size;
    if (ctx->in[0]->shape.rank != 4 || x[2] % b || x[3] % b) return refuse(ctx, my);
    ctx->out[0]->shape = (struct ink_shape){.rank = 4, .dims = {x[0], x[1] * b * b, x[2] / b, x[3] / b}};
    return INK_OK;
}

/* Dimensions `dims` of the input, outermost first, in the order `order`. */
static void permute(struct ink_op_ctx *ctx, const size_t dims[6], const int order[6])
{
    struct ink_move move = {.rank = 6};
    ptrdiff_t steps[6], step = 1;
    for (int d = 5; d >= 0; d--) {
        steps[d] = step;
        step *= (ptrdiff_t)dims[d];
    }
    if (!step) return;
    for (int d = 0; d < 6; d++) {
        move.dims[d] = dims[order[d]];
        move.steps[d] = steps[order[d]];
    }
    ink_move(&move, ink_dtype_bits(ctx->in[0]->dtype) / 8, ctx->in[0]->data, ctx->out[0]->data);
}

ink_status ink_depth_to_space_run(struct ink_op_ctx *ctx)
{
    const struct blocks *my = ctx->attributes;
    const int64_t *x = ctx->in[0]->shape.dims, *y = ctx->out[0]->shape.dims;
    size_t b = (size_t)my->size, n = (size_t)x[0], c = (size_t)y[1], h = (size_t)x[2], w = (size_t)x[3];
    if (my->by_column)
        permute(ctx, (const size_t[6]){n, c, b, b, h, w}, (const int[6]){0, 1, 4, 2, 5, 3});
    else
        permute(ctx, (const size_t[6]){n, b, b, c, h, w}, (const int[6]){0, 3, 4, 1, 5, 2});
    return INK_OK;
}

ink_status ink_space_to_depth_run(struct ink_op_ctx *ctx)
{
    const struct blocks *my = ctx->attributes;
    const int64_t *x = ctx->in[0]->shape.dims, *y = ctx->out[0]->shape.dims;
    size_t b = (size_t)my->size, n = (size_t)x[0], c = (size_t)x[1], h = (size_t)y[2], w = (size_t)y[3];
    permute(ctx, (const size_t[6]){n, c, h, b, w, b}, (const int[6]){0, 3, 5, 1, 2, 4});
    return INK_OK;
}
