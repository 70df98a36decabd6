/* SPDX-License-Identifier: MIT */
#include "ops/packed.h"

#include <assert.h>

enum { ARGS_MAX = 6 };

/* Elements that are unpacked, of all arguments; counts are below 2^47. */
static size_t room_for(const struct ink_tensor *t)
{
    return t && ink_is_packed(t) ? ink_tensor_count(t) : 0;
}

ink_status ink_packed_prepare(struct ink_op_ctx *ctx)
{
    size_t bytes = 0, threads = (size_t)ctx->parallel->threads;
    for (int i = 0; i < ctx->in_count; i++) bytes += room_for(ctx->in[i]);
    for (int i = 0; i < ctx->out_count; i++) bytes += room_for(ctx->out[i]);
    ctx->scratch_bytes = (bytes + threads - 1) / threads;
    return INK_OK;
}

static void unpack(const struct ink_tensor *t, uint8_t *out)
{
    const uint8_t *in = t->data;
    size_t bits = ink_dtype_bits(t->dtype), count = ink_tensor_count(t);
    for (size_t i = 0; i < count; i++) out[i] = in[i * bits / 8] >> (i * bits % 8) & ((1u << bits) - 1);
}

static void pack(const uint8_t *in, struct ink_tensor *t)
{
    uint8_t *out = t->data;
    size_t bits = ink_dtype_bits(t->dtype), count = ink_tensor_count(t);
    for (size_t i = 0; i < count; i++) {
        if (i * bits % 8 == 0) out[i * bits / 8] = 0;
        out[i * bits / 8] |= (uint8_t)(in[i] << (i * bits % 8));
    }
}

ink_status ink_packed_run(struct ink_op_ctx *ctx, ink_status (*run)(struct ink_op_ctx *ctx))
{
    struct ink_tensor in[ARGS_MAX], out[ARGS_MAX];
    const struct ink_tensor *in_of[ARGS_MAX];
    struct ink_tensor *out_of[ARGS_MAX];
    uint8_t *next = ctx->scratch;
    if (ink_op_is_empty(ctx)) return INK_OK; /* then there may be no scratch */
    assert(ctx->in_count <= ARGS_MAX && ctx->out_count <= ARGS_MAX);
    for (int i = 0; i < ctx->in_count; i++) {
        in_of[i] = ctx->in[i];
        if (!in_of[i] || !ink_is_packed(in_of[i])) continue;
        in[i] = (struct ink_tensor){INK_UINT8, ctx->in[i]->shape, next};
        in_of[i] = &in[i];
        unpack(ctx->in[i], next);
        next += ink_tensor_count(&in[i]);
    }
    for (int i = 0; i < ctx->out_count; i++) {
        out_of[i] = ctx->out[i];
        if (!out_of[i] || !ink_is_packed(out_of[i])) continue;
        out[i] = (struct ink_tensor){INK_UINT8, ctx->out[i]->shape, next};
        out_of[i] = &out[i];
        next += ink_tensor_count(&out[i]);
    }
    struct ink_op_ctx whole = *ctx;
    whole.in = in_of;
    whole.out = out_of;
    ink_status st = run(&whole);
    for (int i = 0; !st && i < ctx->out_count; i++)
        if (out_of[i] != ctx->out[i]) pack(out[i].data, ctx->out[i]);
    return st;
}
