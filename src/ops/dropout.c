/* SPDX-License-Identifier: MIT */
#include "ops/elements.h"
#include "ops/identity.h"
#include "ops/reshape.h"

static const char advice[] =
    "is in training mode, which gives another answer at each run: export the model for inference";

ink_status ink_dropout_old_load(struct ink_op_ctx *ctx)
{
    int64_t is_test;
    float ratio = 0;
    ink_status st = ink_op_attr_i64(ctx, "is_test", 0, &is_test);
    if (!st) st = ink_op_attr_f32(ctx, "ratio", 0.5f, &ratio);
    if (st) return st;
    return is_test || ratio == 0 ? INK_OK : ink_op_fail(ctx, INK_E_UNSUPPORTED, "%s", advice);
}

/* Training drops nothing at ratio 0 (0.5 where it is left out). */
static ink_status check_mode(const struct ink_op_ctx *ctx)
{
    if (!ink_op_has(ctx, 2)) return INK_OK;
    const struct ink_tensor *mode = ctx->in[2];
    if (ink_tensor_count(mode) != 1) return ink_op_fail(ctx, INK_E_MODEL, "training_mode is not a single value");
    if (!mode->data || !*(const uint8_t *)mode->data) return INK_OK;
    if (!ink_op_has(ctx, 1)) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "%s", advice);
    const struct ink_tensor *ratio = ctx->in[1];
    if (ink_tensor_count(ratio) != 1) return ink_op_fail(ctx, INK_E_MODEL, "ratio is not a single value");
    double value = 0;
    if (ratio->data) ink_convert(1, ratio->dtype, ratio->data, INK_DOUBLE, &value, false, INK_ROUND_UP);
    return value == 0 ? INK_OK : ink_op_fail(ctx, INK_E_UNSUPPORTED, "%s", advice);
}

ink_status ink_dropout_shape(struct ink_op_ctx *ctx)
{
    ink_status st = check_mode(ctx);
    return st ? st : ink_op_shape_same(ctx);
}

ink_status ink_dropout_run(struct ink_op_ctx *ctx)
{
    ink_status st = check_mode(ctx);
    if (!st && ink_op_wants(ctx, 0)) st = ink_identity_run(ctx);
    if (st || !ink_op_wants(ctx, 1)) return st;
    const struct ink_tensor *mask = ctx->out[1];
    const double one = 1;
    char element[sizeof one];
    size_t bytes = ink_dtype_bits(mask->dtype) / 8, count = ink_tensor_count(mask);
    ink_convert(1, INK_DOUBLE, &one, mask->dtype, element, false, INK_ROUND_UP);
    for (size_t i = 0; i < count; i++) memcpy((char *)mask->data + i * bytes, element, bytes);
    return INK_OK;
}
