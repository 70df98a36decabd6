/* SPDX-License-Identifier: MIT */
/* sequence.c - sequences: made, looked into, made longer and shorter. All of it while a model runs: their lengths and the
 * shapes of their elements are not known before. */
#include "ops/container.h"
#include "ops/lists.h"

static ink_status copy_in(struct ink_op_ctx *ctx, const struct ink_tensor *from, struct ink_tensor *to)
{
    return ink_tensor_copy(from, ctx->arena, to) ? ink_op_fail(ctx, INK_E_OOM, "its output does not fit into memory")
                                                 : INK_OK;
}

/* The place in a sequence of `count` that input i means: `otherwise` where it is left out, from the back below 0. */
static ink_status position(const struct ink_op_ctx *ctx, int i, size_t count, size_t last, size_t otherwise,
                           size_t *out)
{
    int64_t given;
    *out = otherwise;
    if (!ink_op_has(ctx, i)) return INK_OK;
    ink_status st = ink_scalar_input(ctx, i, 0, &given);
    if (st) return st;
    int64_t at = given < 0 && given >= -(int64_t)count ? given + (int64_t)count : given;
    if (at < 0 || at > (int64_t)last)
        return ink_op_fail(ctx, INK_E_MODEL, "place %lld of a sequence of %zu", (long long)given, count);
    *out = (size_t)at;
    return INK_OK;
}

static ink_status resize(struct ink_op_ctx *ctx, size_t count, struct ink_tensor **elements)
{
    ink_status st = ctx->resize(ctx, 0, &(struct ink_shape){1, {(int64_t)count}});
    if (!st) *elements = ctx->out[0]->data;
    return st;
}

/* --- made --- */

ink_status ink_sequence_construct_load(struct ink_op_ctx *ctx)
{
    if (!ctx->in_count) return ink_op_fail(ctx, INK_E_MODEL, "it has no inputs");
    ctx->types[1] = ink_dtype_wrap(ctx->types[0], INK_SEQUENCE);
    return INK_OK;
}

ink_status ink_sequence_construct_run(struct ink_op_ctx *ctx)
{
    struct ink_tensor *out;
    ink_status st = resize(ctx, (size_t)ctx->in_count, &out);
    for (int i = 0; !st && i < ctx->in_count; i++) st = copy_in(ctx, ctx->in[i], &out[i]);
    return st;
}

ink_status ink_sequence_empty_load(struct ink_op_ctx *ctx)
{
    int64_t dtype;
    ink_status st = ink_op_attr_i64(ctx, "dtype", INK_FLOAT, &dtype);
    if (!st && !ink_dtype_valid(dtype)) st = ink_op_fail(ctx, INK_E_MODEL, "dtype %lld is none", (long long)dtype);
    if (!st) ctx->types[0] = ink_dtype_wrap((enum ink_dtype)dtype, INK_SEQUENCE);
    return st;
}

ink_status ink_sequence_empty_run(struct ink_op_ctx *ctx)
{
    struct ink_tensor *none;
    return resize(ctx, 0, &none);
}

/* --- looked into --- */

ink_status ink_sequence_at_load(struct ink_op_ctx *ctx)
{
    ctx->types[2] = ink_dtype_inside(ctx->types[0], INK_SEQUENCE);
    return INK_OK;
}

ink_status ink_sequence_at_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *elements = ctx->in[0]->data;
    size_t count = ink_tensor_count(ctx->in[0]), at;
    if (count == 0) return ink_op_fail(ctx, INK_E_MODEL, "the sequence is empty");
    ink_status st = position(ctx, 1, count, count - 1, 0, &at);
    if (!st) *ctx->out[0] = elements[at];
    return st;
}

ink_status ink_sequence_length_run(struct ink_op_ctx *ctx)
{
    ink_status st = ctx->resize(ctx, 0, &(struct ink_shape){0});
    if (!st) *(int64_t *)ctx->out[0]->data = (int64_t)ink_tensor_count(ctx->in[0]);
    return st;
}

/* --- longer and shorter --- */

ink_status ink_sequence_insert_load(struct ink_op_ctx *ctx)
{
    enum ink_dtype inside = ink_dtype_inside(ctx->types[0], INK_SEQUENCE);
    if (inside == ctx->types[1]) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "%s is put into a sequence of %s", ink_dtype_word(ctx->types[1]),
                       ink_dtype_word(inside));
}

/* Elements [0, at) and [from, count) of the input to the output, which has room between them for what is new. */
static void take_over(struct ink_tensor *out, const struct ink_tensor *in, size_t at, size_t from, size_t count,
                      size_t fresh)
{
    if (at) memcpy(out, in, at * sizeof *out);
    if (count > from) memcpy(out + at + fresh, in + from, (count - from) * sizeof *out);
}

ink_status ink_sequence_insert_run(struct ink_op_ctx *ctx)
{
    struct ink_tensor *out;
    size_t count = ink_tensor_count(ctx->in[0]), at;
    ink_status st = position(ctx, 2, count, count, count, &at);
    if (!st) st = resize(ctx, count + 1, &out);
    if (st) return st;
    take_over(out, ctx->in[0]->data, at, at, count, 1);
    return copy_in(ctx, ctx->in[1], &out[at]);
}

ink_status ink_sequence_erase_run(struct ink_op_ctx *ctx)
{
    struct ink_tensor *out;
    size_t count = ink_tensor_count(ctx->in[0]), at;
    if (count == 0) return ink_op_fail(ctx, INK_E_MODEL, "the sequence is empty");
    ink_status st = position(ctx, 1, count, count - 1, count - 1, &at);
    if (!st) st = resize(ctx, count - 1, &out);
    if (!st) take_over(out, ctx->in[0]->data, at, at + 1, count, 0);
    return st;
}
