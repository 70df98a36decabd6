/* SPDX-License-Identifier: MIT */
#include "ops/lists.h"

#include "ops/elements.h"

int64_t ink_list_at(const struct ink_list *list, size_t i)
{
    const struct ink_tensor *t = list->tensor;
    if (!t) return list->values[i];
    if (!(INK_TYPES_FLOAT & INK_DTYPE_BIT(t->dtype))) return ink_tensor_i64(t, i);
    int64_t x;
    ink_convert(1, t->dtype, (const char *)t->data + i * (ink_dtype_bits(t->dtype) / 8), INK_INT64, &x, false,
                INK_ROUND_UP);
    return x;
}

ink_status ink_list_attribute(const struct ink_op_ctx *ctx, const char *name, struct ink_list *out)
{
    *out = (struct ink_list){.given = ink_op_attr_given(ctx, name)};
    return ink_op_attr_i64s(ctx, name, &out->values, &out->count);
}

ink_status ink_list_input(const struct ink_op_ctx *ctx, int i, struct ink_list *out)
{
    *out = (struct ink_list){0};
    if (!ink_op_has(ctx, i)) return INK_OK;
    const struct ink_tensor *t = ctx->in[i];
    if (t->shape.rank > 1) return ink_op_fail(ctx, INK_E_MODEL, "input %d has more than one dimension", i);
    *out = (struct ink_list){.given = true, .count = ink_tensor_count(t), .tensor = t};
    return t->data || !out->count ? INK_OK : INK_E_NEED_DATA;
}

ink_status ink_scalar_input(const struct ink_op_ctx *ctx, int i, int64_t otherwise, int64_t *out)
{
    *out = otherwise;
    if (!ink_op_has(ctx, i)) return INK_OK;
    if (ink_tensor_count(ctx->in[i]) != 1) return ink_op_fail(ctx, INK_E_MODEL, "input %d is not a single number", i);
    if (!ctx->in[i]->data) return INK_E_NEED_DATA;
    *out = ink_tensor_i64(ctx->in[i], 0);
    return INK_OK;
}

ink_status ink_list_axes(const struct ink_op_ctx *ctx, const struct ink_list *list, int rank, unsigned *bits)
{
    *bits = 0;
    for (size_t i = 0; i < list->count; i++) {
        int axis;
        ink_status st = ink_op_axis(ctx, ink_list_at(list, i), rank, false, &axis);
        if (st) return st;
        if (*bits >> axis & 1) return ink_op_fail(ctx, INK_E_MODEL, "axis %d is there twice", axis);
        *bits |= 1u << axis;
    }
    return INK_OK;
}
