/* SPDX-License-Identifier: MIT */
/* expand_tile.c - Expand and Tile: dimensions that are repeated. */
#include "kernels/move.h"
#include "ops/lists.h"
#include "ops/movement.h"

static ink_status check_size(const struct ink_op_ctx *ctx, const struct ink_shape *out)
{
    size_t count;
    char text[INK_SHAPE_TEXT_MAX];
    if (ink_shape_count(out, &count)) return INK_OK;
    return ink_op_fail(ctx, INK_E_LIMIT, "its output would be %s", ink_shape_text(out, text));
}

ink_status ink_expand_shape(struct ink_op_ctx *ctx)
{
    struct ink_list list;
    ink_status st = ink_list_input(ctx, 1, &list);
    if (st) return st;
    if (list.count > INK_RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "%zu dimensions are more than %d", list.count, INK_RANK_MAX);
    struct ink_shape want = {.rank = (int)list.count}, out;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    for (size_t i = 0; i < list.count; i++) want.dims[i] = ink_list_at(&list, i);
    if (!ink_shape_known(&want) || !ink_shape_broadcast(&ctx->in[0]->shape, &want, &out))
        return ink_op_fail(ctx, INK_E_MODEL, "%s cannot be expanded to %s", ink_shape_text(&ctx->in[0]->shape, a),
                           ink_shape_text(&want, b));
    st = check_size(ctx, &out);
    if (!st) ctx->out[0]->shape = out;
    return st;
}

ink_status ink_expand_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *in = &ctx->in[0]->shape, *out = &ctx->out[0]->shape;
    struct ink_move move = {.rank = out->rank};
    for (int d = 0; d < out->rank; d++) {
        int own = d - (out->rank - in->rank);
        move.dims[d] = (size_t)out->dims[d];
        bool repeated = own < 0 || in->dims[own] == 1;
        move.steps[d] = repeated ? 0 : (ptrdiff_t)ink_shape_span(in, own + 1, in->rank);
    }
    ink_move(&move, ink_dtype_bits(ctx->in[0]->dtype) / 8, ctx->in[0]->data, ctx->out[0]->data);
    return INK_OK;
}

static ink_status repeat(const struct ink_op_ctx *ctx, struct ink_shape *shape, int d, int64_t times)
{
    if (times >= 0 && !__builtin_mul_overflow(shape->dims[d], times, &shape->dims[d])) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "dimension %d cannot be repeated %lld times", d, (long long)times);
}

ink_status ink_tile_shape(struct ink_op_ctx *ctx)
{
    struct ink_list list;
    struct ink_shape out = ctx->in[0]->shape;
    ink_status st = ink_list_input(ctx, 1, &list);
    if (st) return st;
    if (list.count != (size_t)out.rank)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu repeats for %d dimensions", list.count, out.rank);
    for (int d = 0; !st && d < out.rank; d++) st = repeat(ctx, &out, d, ink_list_at(&list, (size_t)d));
    if (!st) st = check_size(ctx, &out);
    if (!st) ctx->out[0]->shape = out;
    return st;
}

/* A number that input i holds: tiles and axis of the first version have the type of what is repeated. */
static ink_status number_in(const struct ink_op_ctx *ctx, int i, int64_t *out)
{
    struct ink_list list;
    ink_status st = ink_list_input(ctx, i, &list);
    if (st) return st;
    if (list.count != 1) return ink_op_fail(ctx, INK_E_MODEL, "input %d is not one number", i);
    *out = ink_list_at(&list, 0);
    return INK_OK;
}

ink_status ink_tile_old_shape(struct ink_op_ctx *ctx)
{
    int axis;
    int64_t times, wanted_axis;
    struct ink_shape out = ctx->in[0]->shape;
    ink_status st = number_in(ctx, 1, &times);
    if (!st) st = number_in(ctx, 2, &wanted_axis);
    if (!st) st = ink_op_axis(ctx, wanted_axis, out.rank, false, &axis);
    if (!st) st = repeat(ctx, &out, axis, times);
    if (!st) st = check_size(ctx, &out);
    if (!st) ctx->out[0]->shape = out;
    return st;
}

/* Each dimension is two: how often, and the input's own. The shapes say how often. */
ink_status ink_tile_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *in = &ctx->in[0]->shape, *out = &ctx->out[0]->shape;
    struct ink_move move = {.rank = 2 * in->rank};
    if (!ink_tensor_count(ctx->out[0])) return INK_OK;
    for (int d = 0; d < in->rank; d++) {
        move.dims[2 * d] = (size_t)(out->dims[d] / in->dims[d]);
        move.dims[2 * d + 1] = (size_t)in->dims[d];
        move.steps[2 * d + 1] = (ptrdiff_t)ink_shape_span(in, d + 1, in->rank);
    }
    ink_move(&move, ink_dtype_bits(ctx->in[0]->dtype) / 8, ctx->in[0]->data, ctx->out[0]->data);
    return INK_OK;
}
