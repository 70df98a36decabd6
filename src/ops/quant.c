/* SPDX-License-Identifier: MIT */
/* quant.c - scales and zero points: one for all, one for each index of an axis, one for each block along it. */
#include "ops/quant.h"

#include "base/checked.h"
#include "ops/elements.h"

size_t ink_quant_scale_of(const struct ink_quant_layout *layout, size_t element)
{
    if (layout->one) return 0;
    size_t row = element / layout->tail, at = row % layout->axis;
    if (!layout->block) return at;
    return (row / layout->axis * layout->blocks + at / layout->block) * layout->tail + element % layout->tail;
}

static ink_status blocks(const struct ink_op_ctx *ctx, const struct ink_shape *x, const struct ink_shape *scale,
                         int axis, int64_t block, struct ink_quant_layout *out)
{
    char x_text[INK_SHAPE_TEXT_MAX], scale_text[INK_SHAPE_TEXT_MAX];
    int64_t along = x->dims[axis], count = along / block + (along % block != 0);
    bool fits = scale->rank == x->rank;
    for (int d = 0; fits && d < x->rank; d++) fits = scale->dims[d] == (d == axis ? count : x->dims[d]);
    if (!fits)
        return ink_op_fail(ctx, INK_E_MODEL, "the scale %s does not fit the input %s in blocks of %lld along axis %d",
                           ink_shape_text(scale, scale_text), ink_shape_text(x, x_text), (long long)block, axis);
    out->block = (size_t)block;
    out->blocks = (size_t)count;
    return INK_OK;
}

ink_status ink_quant_layout(const struct ink_op_ctx *ctx, const struct ink_shape *x, int scale, int64_t axis,
                            int64_t block, struct ink_quant_layout *out)
{
    const struct ink_shape *s = &ctx->in[scale]->shape;
    char x_text[INK_SHAPE_TEXT_MAX], text[INK_SHAPE_TEXT_MAX];
    int along;
    *out = (struct ink_quant_layout){0};
    if (ink_op_has(ctx, scale + 1) && !ink_shape_equal(s, &ctx->in[scale + 1]->shape) &&
        (ink_tensor_count(ctx->in[scale]) != 1 || ink_tensor_count(ctx->in[scale + 1]) != 1))
        return ink_op_fail(ctx, INK_E_MODEL, "the scale is %s and the zero point %s", ink_shape_text(s, text),
                           ink_shape_text(&ctx->in[scale + 1]->shape, x_text));
    out->one = s->rank == 0 || (s->rank == 1 && s->dims[0] == 1);
    if (out->one) return INK_OK;
    ink_status st = ink_op_axis(ctx, axis, x->rank, false, &along);
    if (st) return st;
    out->axis = (size_t)x->dims[along];
    out->tail = ink_shape_span(x, along + 1, x->rank);
    if (block) return blocks(ctx, x, s, along, block, out);
    if (s->rank == 1 && s->dims[0] == x->dims[along]) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "the scale %s must have one value for each index of axis %d of %s",
                       ink_shape_text(s, text), along, ink_shape_text(x, x_text));
}

void ink_quant_bounds(enum ink_dtype dtype, float *low, float *high)
{
    unsigned bits = ink_dtype_bits(dtype);
    *low = *high = 0;
    switch (dtype) {
    case INK_INT2:
    case INK_INT4:
    case INK_INT8:
    case INK_INT16:
        *low = -(float)(1 << (bits - 1));
        *high = (float)((1 << (bits - 1)) - 1);
        return;
    case INK_UINT2:
    case INK_UINT4:
    case INK_UINT8:
    case INK_UINT16: *high = (float)((1 << bits) - 1); return;
    default: return;
    }
}

float ink_quant_scalar(const struct ink_op_ctx *ctx, int i, float otherwise)
{
    float value = otherwise;
    if (ink_op_has(ctx, i)) ink_convert(1, ctx->in[i]->dtype, ctx->in[i]->data, INK_FLOAT, &value, false, INK_ROUND_UP);
    return value;
}

static size_t shared_part(const struct ink_op_ctx *ctx, size_t each)
{
    return ctx->scratch_bytes - each;
}

ink_status ink_quant_scratch(struct ink_op_ctx *ctx, size_t shared, size_t each)
{
    size_t threads = (size_t)ctx->parallel->threads, part;
    if (!ink_add_size(shared, threads * INK_ARENA_ALIGN, &part) || !ink_add_size(part / threads, each, &part))
        return ink_op_fail(ctx, INK_E_LIMIT, "needs more working memory than a machine can have");
    ctx->scratch_bytes = part;
    return INK_OK;
}

void *ink_quant_each(const struct ink_op_ctx *ctx, size_t each)
{
    return (char *)ctx->scratch + shared_part(ctx, each) * (size_t)ctx->parallel->threads;
}

ink_status ink_quant_count(const struct ink_op_ctx *ctx, int i, size_t count, const char *what)
{
    char text[INK_SHAPE_TEXT_MAX];
    if (i < 0 || !ink_op_has(ctx, i)) return INK_OK;
    size_t have = ink_tensor_count(ctx->in[i]);
    if (have == 1 || (have == count && count > 0)) return INK_OK;
    if (count == 1)
        return ink_op_fail(ctx, INK_E_MODEL, "the %s is %s and must be one number", what,
                           ink_shape_text(&ctx->in[i]->shape, text));
    return ink_op_fail(ctx, INK_E_MODEL, "the %s is %s; it must have one value or %zu", what,
                       ink_shape_text(&ctx->in[i]->shape, text), count);
}

int ink_quant_zero(const struct ink_op_ctx *ctx, int i, size_t at)
{
    if (i < 0 || !ink_op_has(ctx, i)) return 0;
    return (int)ink_tensor_i64(ctx->in[i], ink_tensor_count(ctx->in[i]) == 1 ? 0 : at);
}
