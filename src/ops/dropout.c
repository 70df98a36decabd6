/* SPDX-License-Identifier: MIT */
/* Dropout: in training each element is dropped with the probability `ratio` and the others grow by 1 / (1 - ratio); else it
 * does nothing. */
#include "ops/elements.h"
#include "ops/generator.h"
#include "ops/identity.h"
#include "ops/reshape.h"

struct dropout {
    bool seeded;
    int64_t seed;
    float ratio; /* of old versions; since opset 12 it is in[1] */
};

/* What an old version is in training: no view of its input, and never folded. */
static ink_status training_run(struct ink_op_ctx *ctx);
static const struct ink_op training = {
    "", "Dropout", 1, "T>TT?", {0}, INK_OP_RANDOM, .shape = ink_op_shape_same, .run = training_run};

ink_status ink_dropout_load(struct ink_op_ctx *ctx)
{
    struct dropout *my = INK_ARENA_NEW(ctx->arena, struct dropout);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    my->seeded = ink_op_attr_given(ctx, "seed");
    return ink_op_attr_i64(ctx, "seed", 0, &my->seed);
}

static ink_status check_ratio(const struct ink_op_ctx *ctx, double ratio)
{
    return ratio >= 0 && ratio < 1 ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "ratio is %g", ratio);
}

ink_status ink_dropout_old_load(struct ink_op_ctx *ctx)
{
    int64_t is_test = 0;
    ink_status st = ink_dropout_load(ctx);
    if (st) return st;
    struct dropout *my = ctx->attributes;
    st = ink_op_attr_i64(ctx, "is_test", 0, &is_test);
    if (!st) st = ink_op_attr_f32(ctx, "ratio", 0.5f, &my->ratio);
    if (!st && !is_test) st = check_ratio(ctx, (double)my->ratio);
    if (!st && !is_test && my->ratio > 0) ctx->op = &training;
    return st;
}

/* 0 where nothing is dropped. The inputs of newer versions are a ratio (0.5 where it is left out) and a mode. */
static ink_status find_ratio(const struct ink_op_ctx *ctx, double *ratio)
{
    *ratio = 0;
    if (!ink_op_has(ctx, 2)) return INK_OK;
    const struct ink_tensor *mode = ctx->in[2], *given = ink_op_has(ctx, 1) ? ctx->in[1] : NULL;
    if (ink_tensor_count(mode) != 1) return ink_op_fail(ctx, INK_E_MODEL, "training_mode is not a single value");
    if (given && ink_tensor_count(given) != 1) return ink_op_fail(ctx, INK_E_MODEL, "ratio is not a single value");
    if (!mode->data || (given && !given->data) || !*(const uint8_t *)mode->data) return INK_OK; /* shape needs none */
    *ratio = 0.5;
    if (given) ink_convert(1, given->dtype, given->data, INK_DOUBLE, ratio, false, INK_ROUND_UP);
    return check_ratio(ctx, *ratio);
}

ink_status ink_dropout_shape(struct ink_op_ctx *ctx)
{
    double ratio;
    ink_status st = find_ratio(ctx, &ratio);
    return st ? st : ink_op_shape_same(ctx);
}

/* Writes n numbers of an output from element i on, if it is wanted. */
static void store(const struct ink_op_ctx *ctx, int output, size_t i, size_t n, const double *values)
{
    if (!ink_op_wants(ctx, output)) return;
    struct ink_tensor *t = ctx->out[output];
    ink_convert(n, INK_DOUBLE, values, t->dtype, (char *)t->data + i * (ink_dtype_bits(t->dtype) / 8), true,
                INK_ROUND_UP);
}

static void drop(const struct ink_op_ctx *ctx, double ratio)
{
    const struct dropout *my = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    struct ink_generator g;
    size_t count = ink_tensor_count(x), size = ink_dtype_bits(x->dtype) / 8;
    double values[INK_CONVERT_CHUNK], mask[INK_CONVERT_CHUNK];
    ink_generator_init(&g, my->seeded ? (uint32_t)my->seed : ink_generator_fresh_seed(ctx));
    for (size_t i = 0; i < count; i += INK_CONVERT_CHUNK) {
        size_t n = count - i < INK_CONVERT_CHUNK ? count - i : INK_CONVERT_CHUNK;
        ink_convert(n, x->dtype, (const char *)x->data + i * size, INK_DOUBLE, values, false, INK_ROUND_UP);
        for (size_t k = 0; k < n; k++) {
            mask[k] = ink_generator_uniform(&g) >= ratio;
            values[k] = mask[k] != 0 ? values[k] / (1 - ratio) : 0;
        }
        store(ctx, 0, i, n, values);
        store(ctx, 1, i, n, mask);
    }
}

static ink_status training_run(struct ink_op_ctx *ctx)
{
    drop(ctx, (double)((const struct dropout *)ctx->attributes)->ratio);
    return INK_OK;
}

static void fill_mask(struct ink_tensor *mask)
{
    const double one = 1;
    char element[sizeof one];
    size_t bytes = ink_dtype_bits(mask->dtype) / 8, count = ink_tensor_count(mask);
    ink_convert(1, INK_DOUBLE, &one, mask->dtype, element, false, INK_ROUND_UP);
    for (size_t i = 0; i < count; i++) memcpy((char *)mask->data + i * bytes, element, bytes);
}

ink_status ink_dropout_run(struct ink_op_ctx *ctx)
{
    double ratio;
    ink_status st = find_ratio(ctx, &ratio);
    if (st) return st;
    if (ratio > 0) {
        drop(ctx, ratio);
        return INK_OK;
    }
    if (ink_op_wants(ctx, 0)) st = ink_identity_run(ctx);
    if (!st && ink_op_wants(ctx, 1)) fill_mask(ctx->out[1]);
    return st;
}
