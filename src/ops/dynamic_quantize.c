/* SPDX-License-Identifier: MIT */
/* DynamicQuantizeLinear: x -> uint8 with the scale and zero point that its own values, and 0, ask for. */
#include <math.h>

#include "kernels/kernels.h"
#include "ops/quant.h"

ink_status ink_dynamic_quantize_load(struct ink_op_ctx *ctx)
{
    ctx->types[1] = INK_UINT8;
    return INK_OK;
}

ink_status ink_dynamic_quantize_shape(struct ink_op_ctx *ctx)
{
    ctx->out[0]->shape = ctx->in[0]->shape;
    for (int i = 1; i < ctx->out_count; i++)
        if (ctx->out[i]) ctx->out[i]->shape = (struct ink_shape){.rank = 0};
    return INK_OK;
}

ink_status ink_dynamic_quantize_run(struct ink_op_ctx *ctx)
{
    size_t n = ink_tensor_count(ctx->in[0]);
    const float *x = ctx->in[0]->data;
    struct ink_q8 q = ink_quant_dynamic(n, x);
    uint8_t zero = (uint8_t)q.zero;
    if (ink_op_wants(ctx, 0)) ink_kernels()->f32_to_q8(n, x, &q, ctx->out[0]->data);
    if (ink_op_wants(ctx, 1)) memcpy(ctx->out[1]->data, &q.scale, sizeof q.scale);
    if (ink_op_wants(ctx, 2)) memcpy(ctx->out[2]->data, &zero, sizeof zero);
    return INK_OK;
}

struct ink_q8 ink_quant_dynamic(size_t n, const float *x)
{
    float low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    struct ink_q8 q = {.scale = (high - low) / 255, .low = 0, .high = 255};
    if (!(q.scale > 0)) q.scale = 1; /* nothing but zeros */
    float zero = nearbyintf(-low / q.scale);
    q.zero = zero < 255 ? zero : 255;
    if (!(q.zero >= 0)) q.zero = 0;
    return q;
}
