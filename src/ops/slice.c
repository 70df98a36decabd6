/* SPDX-License-Identifier: MIT */
#include "kernels/move.h"
#include "ops/lists.h"
#include "ops/movement.h"

struct lists {
    struct ink_list starts, ends, axes, steps;
};

ink_status ink_slice_old_load(struct ink_op_ctx *ctx)
{
    struct lists *at = INK_ARENA_NEW(ctx->arena, struct lists);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    ink_status st = ink_list_attribute(ctx, "starts", &at->starts);
    if (!st) st = ink_list_attribute(ctx, "ends", &at->ends);
    if (!st) st = ink_list_attribute(ctx, "axes", &at->axes);
    if (!st && (!at->starts.given || !at->ends.given)) return ink_op_fail(ctx, INK_E_MODEL, "has no starts or no ends");
    return st;
}

static ink_status find_lists(const struct ink_op_ctx *ctx, struct lists *l)
{
    *l = (struct lists){0};
    if (ctx->attributes) *l = *(const struct lists *)ctx->attributes;
    if (ctx->attributes) return INK_OK;
    ink_status st = ink_list_input(ctx, 1, &l->starts);
    if (!st) st = ink_list_input(ctx, 2, &l->ends);
    if (!st) st = ink_list_input(ctx, 3, &l->axes);
    return st ? st : ink_list_input(ctx, 4, &l->steps);
}

static int64_t clamp(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

struct part {
    int64_t start, step, count;
};

/* numpy's rules: negative ones count from the end, what is outside is clamped. */
static struct part part_of(int64_t dim, int64_t start, int64_t end, int64_t step)
{
    if (start < 0) start = start < -dim ? -1 : start + dim;
    if (end < 0) end = end < -dim ? -1 : end + dim;
    if (step > 0) {
        start = clamp(start, 0, dim);
        end = clamp(end, 0, dim);
        return (struct part){start, step, end > start ? (end - start - 1) / step + 1 : 0};
    }
    start = clamp(start, dim ? 0 : -1, dim - 1);
    end = clamp(end, -1, dim - 1);
    /* -(step + 1) does not overflow, -step might */
    uint64_t span = start > end ? (uint64_t)(start - end - 1) : 0, back = (uint64_t) - (step + 1) + 1;
    return (struct part){start, step, start > end ? (int64_t)(span / back) + 1 : 0};
}

/* What is taken of each dimension. Called by run as well: the values may be those of another run. */
static ink_status find_parts(const struct ink_op_ctx *ctx, struct part *parts)
{
    struct lists l;
    unsigned bits = 0;
    const struct ink_shape *in = &ctx->in[0]->shape;
    ink_status st = find_lists(ctx, &l);
    if (!st && l.axes.given) st = ink_list_axes(ctx, &l.axes, in->rank, &bits);
    if (st) return st;
    size_t n = l.starts.count;
    if (l.ends.count != n || (l.axes.given && l.axes.count != n) || (l.steps.given && l.steps.count != n) ||
        n > (size_t)in->rank)
        return ink_op_fail(ctx, INK_E_MODEL, "starts, ends, axes and steps are not equally many");
    for (int d = 0; d < in->rank; d++) parts[d] = (struct part){0, 1, in->dims[d]};
    for (size_t i = 0; i < n; i++) {
        int64_t axis = l.axes.given ? ink_list_at(&l.axes, i) : (int64_t)i;
        int64_t step = l.steps.given ? ink_list_at(&l.steps, i) : 1;
        if (!step) return ink_op_fail(ctx, INK_E_MODEL, "a step of 0");
        if (axis < 0) axis += in->rank;
        parts[axis] = part_of(in->dims[axis], ink_list_at(&l.starts, i), ink_list_at(&l.ends, i), step);
    }
    return INK_OK;
}

ink_status ink_slice_shape(struct ink_op_ctx *ctx)
{
    struct part parts[INK_RANK_MAX];
    ink_status st = find_parts(ctx, parts);
    if (st) return st;
    struct ink_shape out = {.rank = ctx->in[0]->shape.rank};
    for (int d = 0; d < out.rank; d++) out.dims[d] = parts[d].count;
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_slice_run(struct ink_op_ctx *ctx)
{
    struct part parts[INK_RANK_MAX];
    const struct ink_tensor *in = ctx->in[0];
    ink_status st = find_parts(ctx, parts);
    if (st || !ink_tensor_count(ctx->out[0])) return st;
    struct ink_move move = {.rank = in->shape.rank};
    size_t element = ink_dtype_bits(in->dtype) / 8, first = 0;
    for (int d = 0; d < move.rank; d++) {
        size_t span = ink_shape_span(&in->shape, d + 1, move.rank);
        first += (size_t)parts[d].start * span;
        move.dims[d] = (size_t)parts[d].count;
        move.steps[d] = parts[d].count > 1 ? parts[d].step * (ptrdiff_t)span : 0; /* a large step is not taken */
    }
    ink_move(&move, element, (const char *)in->data + first * element, ctx->out[0]->data);
    return INK_OK;
}
