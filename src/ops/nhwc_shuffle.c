/* SPDX-License-Identifier: MIT */
#include "kernels/move.h"
#include "ops/nhwc.h"

ink_status ink_nhwc_shuffle_load(struct ink_op_ctx *ctx)
{
    int64_t *groups = INK_ARENA_NEW(ctx->arena, int64_t);
    if (!groups) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = groups;
    ink_status st = ink_op_attr_i64(ctx, "groups", 1, groups);
    if (!st && *groups < 1) st = ink_op_fail(ctx, INK_E_MODEL, "groups is %lld", (long long)*groups);
    return st;
}

ink_status ink_nhwc_shuffle_shape(struct ink_op_ctx *ctx)
{
    const int64_t *groups = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    if (x->rank < 1 || x->dims[x->rank - 1] % *groups)
        return ink_op_fail(ctx, INK_E_MODEL, "the channels are not %lld groups", (long long)*groups);
    ctx->out[0]->shape = *x;
    return INK_OK;
}

ink_status ink_nhwc_shuffle_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *shape = &ctx->in[0]->shape;
    size_t channels = (size_t)shape->dims[shape->rank - 1], pixels = ink_shape_span(shape, 0, shape->rank - 1);
    size_t groups = (size_t) * (const int64_t *)ctx->attributes, each = channels / groups;
    const float *x = ctx->in[0]->data;
    float *y = ctx->out[0]->data;
    for (size_t i = 0; i < pixels; i++, x += channels, y += channels) ink_interleave(groups, each, x, y);
    return INK_OK;
}
