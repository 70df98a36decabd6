/* SPDX-License-Identifier: MIT */
#include "kernels/kernels.h"
#include "ops/contrib.h"
#include "ops/elements.h"

ink_status ink_bias_gelu_shape(struct ink_op_ctx *ctx)
{
    const struct ink_shape *x = &ctx->in[0]->shape;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    const struct ink_shape *bias = ink_op_has(ctx, 1) ? &ctx->in[1]->shape : NULL;
    if (bias && (bias->rank != 1 || x->rank < 1 || bias->dims[0] != x->dims[x->rank - 1]))
        return ink_op_fail(ctx, INK_E_MODEL, "the bias %s is not one value for each of the last dimension of %s",
                           ink_shape_text(bias, b), ink_shape_text(x, a));
    return ink_op_shape_same(ctx);
}

/* Row by row, a chunk at a time, in the type that is calculated in. */
ink_status ink_bias_gelu_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *x = ctx->in[0];
    enum ink_dtype dtype = x->dtype, within = dtype == INK_DOUBLE ? INK_DOUBLE : INK_FLOAT;
    size_t count = ink_tensor_count(x), size = ink_dtype_bits(dtype) / 8;
    size_t n = ink_op_has(ctx, 1) ? ink_tensor_count(ctx->in[1]) : count;
    ink_unary_fn *gelu = ink_kernels()->unary_row(*(const enum ink_unary *)ctx->op->param, ink_element_of(within));
    ink_binary_fn *add = ink_kernels()->binary_row(INK_BINARY_ADD, ink_element_of(within));
    double values[INK_CONVERT_CHUNK], bias[INK_CONVERT_CHUNK];
    for (size_t at = 0, len; at < count; at += len) {
        size_t place = at % n;
        len = n - place < INK_CONVERT_CHUNK ? n - place : INK_CONVERT_CHUNK;
        ink_convert(len, dtype, (const char *)x->data + at * size, within, values, false, INK_ROUND_NEAREST);
        if (ink_op_has(ctx, 1)) {
            ink_convert(len, dtype, (const char *)ctx->in[1]->data + place * size, within, bias, false,
                        INK_ROUND_NEAREST);
            add(len, values, 1, bias, 1, values);
        }
        gelu(len, values, 0, 0, values);
        ink_convert(len, within, values, dtype, (char *)ctx->out[0]->data + at * size, false, INK_ROUND_NEAREST);
    }
    return INK_OK;
}
