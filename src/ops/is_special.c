/* SPDX-License-Identifier: MIT */
#include "ops/is_special.h"

#include <math.h>

#include "ops/elements.h"

struct is_inf {
    int64_t negative, positive;
};

ink_status ink_is_inf_load(struct ink_op_ctx *ctx)
{
    struct is_inf *my = INK_ARENA_NEW(ctx->arena, struct is_inf);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "detect_negative", 1, &my->negative);
    return st ? st : ink_op_attr_i64(ctx, "detect_positive", 1, &my->positive);
}

static double value_at(const struct ink_tensor *t, size_t i)
{
    double value;
    if (t->dtype == INK_FLOAT) return (double)((const float *)t->data)[i];
    ink_convert(1, t->dtype, (const char *)t->data + i * (ink_dtype_bits(t->dtype) / 8), INK_DOUBLE, &value, false,
                INK_ROUND_UP);
    return value;
}

ink_status ink_is_nan_run(struct ink_op_ctx *ctx)
{
    bool *y = ctx->out[0]->data;
    for (size_t i = 0; i < ink_tensor_count(ctx->in[0]); i++) y[i] = isnan(value_at(ctx->in[0], i));
    return INK_OK;
}

ink_status ink_is_inf_run(struct ink_op_ctx *ctx)
{
    const struct is_inf *my = ctx->attributes;
    bool *y = ctx->out[0]->data;
    for (size_t i = 0; i < ink_tensor_count(ctx->in[0]); i++) {
        double x = value_at(ctx->in[0], i);
        y[i] = isinf(x) && (x < 0 ? my->negative : my->positive);
    }
    return INK_OK;
}
