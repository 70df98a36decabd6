/* SPDX-License-Identifier: MIT */
#include "ops/random.h"

#include <math.h>

#include "ops/elements.h"
#include "ops/generator.h"

struct attributes {
    enum ink_distribution what;
    bool seeded;
    float seed;
    float a, b; /* mean and deviation, or the bounds */
    int64_t sample_size;
    struct ink_shape shape; /* of those without an input */
};

static ink_status load_shape(const struct ink_op_ctx *ctx, struct ink_shape *shape)
{
    const int64_t *dims;
    size_t count, elements;
    char text[INK_SHAPE_TEXT_MAX];
    if (!ink_op_attr_given(ctx, "shape")) return ink_op_fail(ctx, INK_E_MODEL, "shape is missing");
    ink_status st = ink_op_attr_i64s(ctx, "shape", &dims, &count);
    if (st) return st;
    if (count > INK_RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "%zu dimensions are more than %d", count, INK_RANK_MAX);
    shape->rank = (int)count;
    for (size_t i = 0; i < count; i++) shape->dims[i] = dims[i];
    return ink_shape_count(shape, &elements)
               ? INK_OK
               : ink_op_fail(ctx, INK_E_MODEL, "shape %s is impossible", ink_shape_text(shape, text));
}

/* The output's type: the attribute's, else the input's, else the one that the standard has. */
static ink_status load_type(struct ink_op_ctx *ctx, enum ink_distribution what)
{
    int variable = ctx->in_count ? 1 : 0;
    int64_t dtype, otherwise = what == INK_MULTINOMIAL ? INK_INT32 : variable ? ctx->types[0] : INK_FLOAT;
    ink_status st = ink_op_attr_i64(ctx, "dtype", otherwise, &dtype);
    if (st) return st;
    if (!ink_dtype_valid(dtype) || !(ctx->op->types[variable] & INK_DTYPE_BIT(dtype)))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "dtype %lld (%s)", (long long)dtype,
                           ink_dtype_valid(dtype) ? ink_dtype_word((enum ink_dtype)dtype) : "undefined");
    ctx->types[variable] = (enum ink_dtype)dtype;
    return INK_OK;
}

ink_status ink_random_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    at->what = *(const enum ink_distribution *)ctx->op->param;
    at->seeded = ink_op_attr_given(ctx, "seed");
    bool normal = at->what == INK_NORMAL;
    ink_status st = ink_op_attr_f32(ctx, "seed", 0, &at->seed);
    if (!st) st = ink_op_attr_f32(ctx, normal ? "mean" : "low", 0, &at->a);
    if (!st) st = ink_op_attr_f32(ctx, normal ? "scale" : "high", 1, &at->b);
    if (!st) st = ink_op_attr_i64(ctx, "sample_size", 1, &at->sample_size);
    if (!st && !ctx->in_count) st = load_shape(ctx, &at->shape);
    if (!st && at->sample_size < 1)
        st = ink_op_fail(ctx, INK_E_MODEL, "sample_size is %lld", (long long)at->sample_size);
    return st ? st : load_type(ctx, at->what);
}

ink_status ink_random_shape(struct ink_op_ctx *ctx)
{
    ctx->out[0]->shape = ((const struct attributes *)ctx->attributes)->shape;
    return INK_OK;
}

ink_status ink_multinomial_shape(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (x->rank != 2 || x->dims[1] < 1)
        return ink_op_fail(ctx, INK_E_MODEL, "its input %s is not [batch, classes]", ink_shape_text(x, text));
    ctx->out[0]->shape = (struct ink_shape){2, {x->dims[0], at->sample_size}};
    return INK_OK;
}

/* Element i of the input, a probability or its logarithm. */
static double input(const struct ink_op_ctx *ctx, size_t i)
{
    const struct ink_tensor *x = ctx->in[0];
    double value;
    ink_convert(1, x->dtype, (const char *)x->data + i * (ink_dtype_bits(x->dtype) / 8), INK_DOUBLE, &value, false,
                INK_ROUND_UP);
    return value;
}

/* A class by its logarithm of a probability, which need not sum up to 1. */
static size_t draw_class(const struct ink_op_ctx *ctx, struct ink_generator *g, size_t first)
{
    size_t classes = (size_t)ctx->in[0]->shape.dims[1], last = 0;
    double largest = -INFINITY, sum = 0;
    for (size_t c = 0; c < classes; c++) largest = fmax(largest, input(ctx, first + c));
    for (size_t c = 0; c < classes; c++) sum += exp(input(ctx, first + c) - largest);
    double left = ink_generator_uniform(g) * sum;
    for (size_t c = 0; c < classes; c++) {
        double share = exp(input(ctx, first + c) - largest);
        if (share > 0) last = c;
        if (left < share) return c;
        left -= share;
    }
    return last; /* what rounding has left over */
}

static double draw(const struct ink_op_ctx *ctx, struct ink_generator *g, size_t i)
{
    const struct attributes *at = ctx->attributes;
    double a = (double)at->a, b = (double)at->b;
    switch (at->what) {
    case INK_NORMAL: return a + b * ink_generator_normal(g);
    case INK_UNIFORM: return a + (b - a) * ink_generator_uniform(g);
    case INK_BERNOULLI: return ink_generator_uniform(g) < input(ctx, i);
    default: return (double)draw_class(ctx, g, i / (size_t)at->sample_size * (size_t)ctx->in[0]->shape.dims[1]);
    }
}

ink_status ink_random_run(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    struct ink_tensor *y = ctx->out[0];
    struct ink_generator g;
    size_t count = ink_tensor_count(y), size = ink_dtype_bits(y->dtype) / 8;
    double values[INK_CONVERT_CHUNK];
    ink_generator_init(&g, at->seeded ? ink_generator_seed((double)at->seed) : ink_generator_fresh_seed(ctx));
    for (size_t i = 0; i < count; i += INK_CONVERT_CHUNK) {
        size_t n = count - i < INK_CONVERT_CHUNK ? count - i : INK_CONVERT_CHUNK;
        for (size_t k = 0; k < n; k++) values[k] = draw(ctx, &g, i + k);
        ink_convert(n, INK_DOUBLE, values, y->dtype, (char *)y->data + i * size, false, INK_ROUND_UP);
    }
    return INK_OK;
}
