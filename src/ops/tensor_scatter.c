/* SPDX-License-Identifier: MIT */
#include "ops/attention.h"
#include "ops/packed.h"

struct scatter {
    int64_t axis;
    bool circular;
};

ink_status ink_tensor_scatter_load(struct ink_op_ctx *ctx)
{
    struct scatter *my = INK_ARENA_NEW(ctx->arena, struct scatter);
    struct ink_view mode;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "axis", -2, &my->axis);
    if (!st) st = ink_op_attr_text(ctx, "mode", "linear", &mode);
    if (st) return st;
    my->circular = ink_view_is(mode, "circular");
    if (!my->circular && !ink_view_is(mode, "linear"))
        return ink_op_fail(ctx, INK_E_MODEL, "mode is \"%.*s\", not linear or circular", INK_VIEW_ARGS(mode));
    return INK_OK;
}

ink_status ink_tensor_scatter_shape(struct ink_op_ctx *ctx)
{
    const struct scatter *my = ctx->attributes;
    const struct ink_shape *past = &ctx->in[0]->shape, *update = &ctx->in[1]->shape;
    char past_text[INK_SHAPE_TEXT_MAX], text[INK_SHAPE_TEXT_MAX];
    int axis;
    ink_status st = ink_op_axis(ctx, my->axis, past->rank, false, &axis);
    if (st) return st;
    if (axis == 0) return ink_op_fail(ctx, INK_E_MODEL, "axis is that of the batch");
    struct ink_shape want = *past;
    if (update->rank == past->rank) want.dims[axis] = update->dims[axis];
    if (!ink_shape_equal(update, &want) || update->dims[axis] > past->dims[axis])
        return ink_op_fail(ctx, INK_E_MODEL, "an update %s does not fit into %s", ink_shape_text(update, text),
                           ink_shape_text(past, past_text));
    if (ink_op_has(ctx, 2) && !ink_shape_equal(&ctx->in[2]->shape, &(struct ink_shape){1, {past->dims[0]}}))
        return ink_op_fail(ctx, INK_E_MODEL, "write_indices has not a number for each of the batch");
    return ink_op_shape_same(ctx);
}

/* Where the update of one of the batch starts. */
static ink_status start_of(const struct ink_op_ctx *ctx, size_t batch, size_t steps, size_t room, size_t *out)
{
    const struct scatter *my = ctx->attributes;
    int64_t start = ink_op_has(ctx, 2) ? ((const int64_t *)ctx->in[2]->data)[batch] : 0;
    if (my->circular && room) {
        start %= (int64_t)room;
        if (start < 0) start += (int64_t)room;
    } else if (start < 0 || (uint64_t)start > room - steps) {
        return ink_op_fail(ctx, INK_E_MODEL, "%zu steps from %lld on do not fit into %zu", steps, (long long)start,
                           room);
    }
    *out = (size_t)start;
    return INK_OK;
}

ink_status ink_tensor_scatter_run(struct ink_op_ctx *ctx)
{
    if (ink_is_packed(ctx->in[0])) return ink_packed_run(ctx, ink_tensor_scatter_run);
    const struct scatter *my = ctx->attributes;
    const struct ink_shape *past = &ctx->in[0]->shape;
    int axis = (int)(my->axis < 0 ? my->axis + past->rank : my->axis);
    size_t room = (size_t)past->dims[axis], steps = (size_t)ctx->in[1]->shape.dims[axis];
    size_t bytes = ink_shape_span(past, axis + 1, past->rank) * (ink_dtype_bits(ctx->in[0]->dtype) / 8);
    size_t middle = ink_shape_span(past, 1, axis), total = ink_tensor_bytes(ctx->in[0]);
    const char *update = ctx->in[1]->data;
    char *y = ctx->out[0]->data;
    if (!total) return INK_OK;
    memcpy(y, ctx->in[0]->data, total);
    for (size_t b = 0; b < (size_t)past->dims[0]; b++) {
        size_t start = 0;
        ink_status st = start_of(ctx, b, steps, room, &start);
        if (st) return st;
        for (size_t i = 0; i < middle; i++, y += room * bytes)
            for (size_t s = 0; s < steps; s++, update += bytes) memcpy(y + (start + s) % room * bytes, update, bytes);
    }
    return INK_OK;
}
