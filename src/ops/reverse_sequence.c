/* SPDX-License-Identifier: MIT */
#include "ops/movement.h"

struct axes {
    int64_t batch, time;
};

ink_status ink_reverse_sequence_load(struct ink_op_ctx *ctx)
{
    struct axes *my = INK_ARENA_NEW(ctx->arena, struct axes);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "batch_axis", 1, &my->batch);
    if (!st) st = ink_op_attr_i64(ctx, "time_axis", 0, &my->time);
    if (!st && (my->batch < 0 || my->batch > 1 || my->time != 1 - my->batch))
        st = ink_op_fail(ctx, INK_E_MODEL, "batch_axis is %lld, time_axis %lld", (long long)my->batch,
                         (long long)my->time);
    return st;
}

ink_status ink_reverse_sequence_shape(struct ink_op_ctx *ctx)
{
    const struct axes *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (x->rank < 2) return ink_op_fail(ctx, INK_E_MODEL, "its input is %s", ink_shape_text(x, text));
    if (!ink_shape_equal(&ctx->in[1]->shape, &(struct ink_shape){1, {x->dims[my->batch]}}))
        return ink_op_fail(ctx, INK_E_MODEL, "sequence_lens has not a number for each of the batch");
    return ink_op_shape_same(ctx);
}

ink_status ink_reverse_sequence_run(struct ink_op_ctx *ctx)
{
    const struct axes *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    const int64_t *lengths = ctx->in[1]->data;
    size_t bytes = ink_shape_span(x, 2, x->rank) * (ink_dtype_bits(ctx->in[0]->dtype) / 8);
    size_t steps = (size_t)x->dims[my->time], batch = (size_t)x->dims[my->batch];
    if (ink_op_is_empty(ctx)) return INK_OK;
    for (size_t b = 0; b < batch; b++) {
        if (lengths[b] < 0 || (uint64_t)lengths[b] > steps)
            return ink_op_fail(ctx, INK_E_MODEL, "a sequence of %lld steps where there are %zu", (long long)lengths[b],
                               steps);
        for (size_t t = 0; t < steps; t++) {
            size_t from = t < (size_t)lengths[b] ? (size_t)lengths[b] - 1 - t : t;
            size_t to_row = my->time ? b * steps + t : t * batch + b,
                   row = my->time ? b * steps + from : from * batch + b;
            memcpy((char *)ctx->out[0]->data + to_row * bytes, (const char *)ctx->in[0]->data + row * bytes, bytes);
        }
    }
    return INK_OK;
}
