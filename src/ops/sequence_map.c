/* SPDX-License-Identifier: MIT */
/* SequenceMap: the body runs once for each place of the sequences; tensors among the inputs are given to every run. */
#include "ops/body.h"
#include "ops/control.h"

ink_status ink_sequence_map_load(struct ink_op_ctx *ctx)
{
    struct ink_body *body;
    ink_status st = ink_body_find(ctx, "body", ctx->in_count, &body);
    if (st) return st;
    ctx->attributes = body;
    for (int i = 0; i < ctx->in_count; i++)
        body->in[i] = (struct ink_tensor){.dtype = ink_dtype_inside(ctx->in[i]->dtype, INK_SEQUENCE)};
    st = ink_body_open(ctx, body);
    if (!st && body->out_count < ctx->out_count)
        st = ink_op_fail(ctx, INK_E_MODEL, "its body has %d outputs, and the node %d", body->out_count, ctx->out_count);
    for (int i = 0; !st && i < ctx->out_count; i++) {
        enum ink_dtype dtype = ink_dtype_wrap(body->out[i].dtype, INK_SEQUENCE);
        if (!dtype && body->out[i].dtype)
            return ink_op_fail(ctx, INK_E_UNSUPPORTED, "a sequence of %s", ink_dtype_word(body->out[i].dtype));
        ink_body_give_type(ctx, i, dtype);
    }
    return st;
}

static bool is_sequence(const struct ink_tensor *t)
{
    return t->dtype & INK_SEQUENCE;
}

ink_status ink_sequence_map_run(struct ink_op_ctx *ctx)
{
    struct ink_body *body = ctx->attributes;
    size_t count = ink_tensor_count(ctx->in[0]);
    struct ink_rows *rows = INK_ARENA_ARRAY(ctx->arena, struct ink_rows, (size_t)ctx->out_count);
    if (!rows) return ink_op_fail(ctx, INK_E_OOM, "no memory to work in");
    for (int i = 0; i < ctx->in_count; i++) {
        body->in[i] = *ctx->in[i];
        if (is_sequence(ctx->in[i]) && ink_tensor_count(ctx->in[i]) != count)
            return ink_op_fail(ctx, INK_E_MODEL, "its sequences are not of one length");
    }
    ink_status st = INK_OK;
    for (size_t at = 0; !st && at < count; at++) {
        for (int i = 0; i < ctx->in_count; i++)
            if (is_sequence(ctx->in[i])) body->in[i] = ((const struct ink_tensor *)ctx->in[i]->data)[at];
        st = ink_body_run(ctx, body);
        for (int i = 0; !st && i < ctx->out_count; i++)
            if (ctx->out[i]) st = ink_rows_add(ctx, &rows[i], &body->out[i]);
    }
    for (int i = 0; !st && i < ctx->out_count; i++) st = ink_rows_list(ctx, i, &rows[i]);
    return st;
}
