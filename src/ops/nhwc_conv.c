/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "kernels/nhwc_conv.h"
#include "ops/conv.h"
#include "ops/nhwc.h"

struct prepared {
    struct ink_nhwc_conv_plan plan;
    const float *packed;
};

struct ink_shape ink_nhwc_to_nchw(const struct ink_shape *shape)
{
    struct ink_shape out = *shape;
    if (shape->rank < 2) return out;
    out.dims[1] = shape->dims[shape->rank - 1];
    for (int d = 2; d < shape->rank; d++) out.dims[d] = shape->dims[d - 1];
    return out;
}

struct ink_shape ink_nhwc_of_nchw(const struct ink_shape *shape)
{
    struct ink_shape out = *shape;
    if (shape->rank < 2) return out;
    out.dims[shape->rank - 1] = shape->dims[1];
    for (int d = 2; d < shape->rank; d++) out.dims[d - 1] = shape->dims[d];
    return out;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct ink_f32_conv_sizes *sizes, struct ink_shape *out)
{
    const struct ink_conv *conv = ctx->attributes;
    struct ink_shape x = ink_nhwc_to_nchw(&ctx->in[0]->shape), y;
    ink_status st = ink_conv_fit(ctx, &conv->window, conv->group, &x, &ctx->in[1]->shape, sizes, &y);
    if (st) return st;
    *out = ink_nhwc_of_nchw(&y);
    return ink_conv_check_bias(ctx, &ctx->in[1]->shape);
}

ink_status ink_nhwc_conv_shape(struct ink_op_ctx *ctx)
{
    struct ink_f32_conv_sizes sizes;
    ink_status st = fit(ctx, &sizes, &ctx->out[0]->shape);
    return st ? st : ink_conv_check_added(ctx);
}

ink_status ink_nhwc_conv_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_f32_conv_sizes sizes;
    struct ink_shape out;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    assert(ctx->in_constant[1]);
    ink_status st = fit(ctx, &sizes, &out);
    if (!st && !ink_tensor_count(ctx->out[0])) return INK_OK;
    if (!st) st = ink_nhwc_conv_plan(&sizes, ctx->arena, &my->plan);
    if (st) return ink_op_fail(ctx, st, "the convolution is too large to plan");
    float *packed = INK_ARENA_ARRAY(ctx->arena, float, my->plan.packed_floats);
    if (!packed) return ink_op_fail(ctx, INK_E_OOM, "no memory for the packed weights");
    ink_nhwc_conv_pack(&my->plan, ctx->in[1]->data, packed);
    my->packed = packed;
    ctx->scratch_bytes = my->plan.scratch_floats * sizeof(float);
    return INK_OK;
}

static const float *floats(const struct ink_op_ctx *ctx, int i)
{
    return ink_op_has(ctx, i) ? ctx->in[i]->data : NULL;
}

ink_status ink_nhwc_conv_run(struct ink_op_ctx *ctx)
{
    const struct ink_conv *conv = ctx->attributes;
    const struct prepared *my = ctx->prepared;
    if (ink_op_is_empty(ctx)) return INK_OK;
    struct ink_nhwc_conv job = {
        .plan = &my->plan,
        .x = floats(ctx, 0),
        .packed = my->packed,
        .bias = floats(ctx, 2),
        .add = floats(ctx, 3),
        .y = ctx->out[0]->data,
        .activation = conv->activation,
        .scratch = ctx->scratch,
        .parallel = ctx->parallel,
    };
    ink_nhwc_conv(&job);
    return INK_OK;
}
