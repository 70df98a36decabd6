/* SPDX-License-Identifier: MIT */
#include "kernels/kernels.h"
#include "ops/attention.h"
#include "ops/elements.h"

struct swiglu {
    float alpha;
};

ink_status ink_swiglu_load(struct ink_op_ctx *ctx)
{
    struct swiglu *my = INK_ARENA_NEW(ctx->arena, struct swiglu);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    return ink_op_attr_f32(ctx, "alpha", 1, &my->alpha);
}

ink_status ink_swiglu_shape(struct ink_op_ctx *ctx)
{
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    if (!ink_shape_equal(&ctx->in[0]->shape, &ctx->in[1]->shape))
        return ink_op_fail(ctx, INK_E_MODEL, "A is %s and B %s", ink_shape_text(&ctx->in[0]->shape, a),
                           ink_shape_text(&ctx->in[1]->shape, b));
    return ink_op_shape_same(ctx);
}

/* A chunk at a time in the type that is calculated in, so that nothing is rounded in between. */
ink_status ink_swiglu_run(struct ink_op_ctx *ctx)
{
    const struct swiglu *my = ctx->attributes;
    enum ink_dtype dtype = ctx->in[0]->dtype, within = dtype == INK_DOUBLE ? INK_DOUBLE : INK_FLOAT;
    size_t count = ink_tensor_count(ctx->in[0]), size = ink_dtype_bits(dtype) / 8;
    ink_unary_fn *swish = ink_kernels()->unary_row(INK_UNARY_SWISH, ink_element_of(within));
    ink_binary_fn *multiply = ink_kernels()->binary_row(INK_BINARY_MUL, ink_element_of(within));
    double a[INK_CONVERT_CHUNK], b[INK_CONVERT_CHUNK];
    for (size_t i = 0; i < count; i += INK_CONVERT_CHUNK) {
        size_t n = count - i < INK_CONVERT_CHUNK ? count - i : INK_CONVERT_CHUNK;
        ink_convert(n, dtype, (const char *)ctx->in[0]->data + i * size, within, a, false, INK_ROUND_UP);
        ink_convert(n, dtype, (const char *)ctx->in[1]->data + i * size, within, b, false, INK_ROUND_UP);
        swish(n, a, my->alpha, 0, a);
        multiply(n, a, 1, b, 1, a);
        ink_convert(n, within, a, dtype, (char *)ctx->out[0]->data + i * size, false, INK_ROUND_UP);
    }
    return INK_OK;
}
