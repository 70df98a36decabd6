/* SPDX-License-Identifier: MIT */
/* Shrink: what is near 0 becomes 0, the rest comes nearer to it. In double, as the reference has it for all types. */
#include "ops/elements.h"
#include "ops/unary.h"

struct shrink {
    float near, bias;
};

ink_status ink_shrink_load(struct ink_op_ctx *ctx)
{
    struct shrink *my = INK_ARENA_NEW(ctx->arena, struct shrink);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_f32(ctx, "lambd", 0.5f, &my->near);
    return st ? st : ink_op_attr_f32(ctx, "bias", 0, &my->bias);
}

ink_status ink_shrink_run(struct ink_op_ctx *ctx)
{
    const struct shrink *my = ctx->attributes;
    enum ink_dtype dtype = ctx->in[0]->dtype;
    size_t count = ink_tensor_count(ctx->in[0]), size = ink_dtype_bits(dtype) / 8;
    double near = (double)my->near, bias = (double)my->bias, x[INK_CONVERT_CHUNK];
    for (size_t i = 0; i < count; i += INK_CONVERT_CHUNK) {
        size_t n = count - i < INK_CONVERT_CHUNK ? count - i : INK_CONVERT_CHUNK;
        ink_convert(n, dtype, (const char *)ctx->in[0]->data + i * size, INK_DOUBLE, x, false, INK_ROUND_UP);
        for (size_t k = 0; k < n; k++) x[k] = x[k] < -near ? x[k] + bias : x[k] > near ? x[k] - bias : 0;
        ink_convert(n, INK_DOUBLE, x, dtype, (char *)ctx->out[0]->data + i * size, false, INK_ROUND_UP);
    }
    return INK_OK;
}
