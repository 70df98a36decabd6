/* SPDX-License-Identifier: MIT */
/* ArrayFeatureExtractor, Binarizer, FeatureVectorizer, Imputer, Normalizer, Scaler: features before a model sees them. */
#include <math.h>

#include "ops/elements.h"
#include "ops/ml.h"

/* A list that has one value for all features, or one each. */
struct per_feature {
    const float *floats;
    const int64_t *integers;
    size_t count;
};

static ink_status check_per_feature(const struct ink_op_ctx *ctx, const char *name, size_t count)
{
    const struct ink_shape *x = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (count <= 1 || (x->rank > 0 && x->dims[x->rank - 1] == (int64_t)count)) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "%s has %zu values for an input %s", name, count, ink_shape_text(x, text));
}

/* The value for element i of a tensor whose last dimension has as many features as the list, or any where it has one. */
static size_t of_feature(size_t count, size_t i)
{
    return count > 1 ? i % count : 0;
}

/* --- ArrayFeatureExtractor: features by number --- */

ink_status ink_array_feature_extractor_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape y = ctx->in[0]->shape;
    if (y.rank == 0) return ink_op_fail(ctx, INK_E_MODEL, "its input is a scalar");
    if (y.rank == 1) y = (struct ink_shape){2, {1}};
    y.dims[y.rank - 1] = (int64_t)ink_tensor_count(ctx->in[1]);
    ctx->out[0]->shape = y;
    return INK_OK;
}

ink_status ink_array_feature_extractor_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *x = ctx->in[0];
    const int64_t *wanted = ctx->in[1]->data;
    size_t size = ink_dtype_bits(x->dtype) / 8, count = ink_tensor_count(ctx->in[1]);
    int64_t features = x->shape.dims[x->shape.rank - 1];
    size_t rows = ink_shape_span(&x->shape, 0, x->shape.rank - 1);
    for (size_t i = 0; i < count; i++)
        if (wanted[i] < 0 || wanted[i] >= features)
            return ink_op_fail(ctx, INK_E_MODEL, "there is no feature %lld of %lld", (long long)wanted[i],
                               (long long)features);
    for (size_t r = 0; r < rows && count; r++)
        for (size_t i = 0; i < count; i++)
            memcpy((char *)ctx->out[0]->data + (r * count + i) * size,
                   (const char *)x->data + (r * (size_t)features + (size_t)wanted[i]) * size, size);
    return INK_OK;
}

/* --- Binarizer: whether it is above the threshold --- */

ink_status ink_binarizer_load(struct ink_op_ctx *ctx)
{
    float *threshold = INK_ARENA_NEW(ctx->arena, float);
    if (!threshold) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = threshold;
    return ink_op_attr_f32(ctx, "threshold", 0, threshold);
}

#define BINARIZE(T)                                                                                                    \
    for (size_t i = 0; i < n; i++) ((T *)y)[i] = (T)((double)((const T *)x)[i] > threshold)

ink_status ink_binarizer_run(struct ink_op_ctx *ctx)
{
    double threshold = *(const float *)ctx->attributes;
    size_t n = ink_tensor_count(ctx->in[0]);
    const void *x = ctx->in[0]->data;
    void *y = ctx->out[0]->data;
    switch (ctx->types[0]) {
    case INK_FLOAT: BINARIZE(float); break;
    case INK_DOUBLE: BINARIZE(double); break;
    case INK_INT32: BINARIZE(int32_t); break;
    default: BINARIZE(int64_t); break;
    }
    return INK_OK;
}

/* --- FeatureVectorizer: the features of all inputs, each cut or filled with 0 to its width --- */

struct vectorizer {
    const int64_t *widths;
    size_t count;
    int64_t total;
};

ink_status ink_feature_vectorizer_load(struct ink_op_ctx *ctx)
{
    struct vectorizer *my = INK_ARENA_NEW(ctx->arena, struct vectorizer);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64s(ctx, "inputdimensions", &my->widths, &my->count);
    if (st) return st;
    if (my->count != (size_t)ctx->in_count || !my->count)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu inputdimensions for %d inputs", my->count, ctx->in_count);
    for (size_t i = 0; i < my->count; i++) {
        if (my->widths[i] < 0 || __builtin_add_overflow(my->total, my->widths[i], &my->total))
            return ink_op_fail(ctx, INK_E_MODEL, "inputdimensions has %lld", (long long)my->widths[i]);
    }
    return INK_OK;
}

/* One dimension is one row. */
static size_t rows_of(const struct ink_shape *x)
{
    return x->rank > 1 ? (size_t)x->dims[0] : 1;
}

ink_status ink_feature_vectorizer_shape(struct ink_op_ctx *ctx)
{
    const struct vectorizer *my = ctx->attributes;
    size_t rows = rows_of(&ctx->in[0]->shape);
    for (int i = 0; i < ctx->in_count; i++)
        if (ctx->in[i]->shape.rank == 0 || rows_of(&ctx->in[i]->shape) != rows)
            return ink_op_fail(ctx, INK_E_MODEL, "input %d is not [%zu,C]", i, rows);
    ctx->out[0]->shape = (struct ink_shape){2, {(int64_t)rows, my->total}};
    return INK_OK;
}

ink_status ink_feature_vectorizer_run(struct ink_op_ctx *ctx)
{
    const struct vectorizer *my = ctx->attributes;
    size_t rows = (size_t)ctx->out[0]->shape.dims[0], at = 0;
    float *y = ctx->out[0]->data;
    if (ink_op_is_empty(ctx)) return INK_OK;
    memset(y, 0, ink_tensor_bytes(ctx->out[0]));
    for (int i = 0; i < ctx->in_count; i++) {
        const struct ink_tensor *x = ctx->in[i];
        size_t has = ink_tensor_count(x) / rows, width = (size_t)my->widths[i], size = ink_dtype_bits(x->dtype) / 8;
        for (size_t r = 0; r < rows; r++)
            ink_convert(has < width ? has : width, x->dtype, (const char *)x->data + r * has * size, INK_FLOAT,
                        y + r * (size_t)my->total + at, false, INK_ROUND_NEAREST);
        at += width;
    }
    return INK_OK;
}

/* --- Imputer: what is missing is filled in --- */

struct imputer {
    struct per_feature with;
    float replaced;
    int64_t replaced_integer;
};

ink_status ink_imputer_load(struct ink_op_ctx *ctx)
{
    struct imputer *my = INK_ARENA_NEW(ctx->arena, struct imputer);
    bool floats = ctx->types[0] == INK_FLOAT || ctx->types[0] == INK_DOUBLE;
    size_t float_count, integer_count;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_f32s(ctx, "imputed_value_floats", &my->with.floats, &float_count);
    if (!st) st = ink_op_attr_i64s(ctx, "imputed_value_int64s", &my->with.integers, &integer_count);
    if (!st) st = ink_op_attr_f32(ctx, "replaced_value_float", 0, &my->replaced);
    if (!st) st = ink_op_attr_i64(ctx, "replaced_value_int64", 0, &my->replaced_integer);
    if (st) return st;
    my->with.count = floats ? float_count : integer_count;
    if (!my->with.count)
        return ink_op_fail(ctx, INK_E_MODEL, "%s is not given",
                           floats ? "imputed_value_floats" : "imputed_value_int64s");
    return INK_OK;
}

ink_status ink_imputer_shape(struct ink_op_ctx *ctx)
{
    ink_status st = check_per_feature(ctx, "imputed_value", ((const struct imputer *)ctx->attributes)->with.count);
    return st ? st : ink_op_shape_same(ctx);
}

#define IMPUTE(T, list, is_missing)                                                                                    \
    for (size_t i = 0; i < n; i++) {                                                                                   \
        T value = ((const T *)x)[i];                                                                                   \
        ((T *)y)[i] = (is_missing) ? (T)my->with.list[of_feature(my->with.count, i)] : value;                          \
    }

ink_status ink_imputer_run(struct ink_op_ctx *ctx)
{
    const struct imputer *my = ctx->attributes;
    size_t n = ink_tensor_count(ctx->in[0]);
    const void *x = ctx->in[0]->data;
    void *y = ctx->out[0]->data;
    bool nan = isnan(my->replaced);
    switch (ctx->types[0]) {
    case INK_FLOAT: IMPUTE(float, floats, nan ? isnan(value) : value == my->replaced); break;
    case INK_DOUBLE: IMPUTE(double, floats, nan ? isnan(value) : value == (double)my->replaced); break;
    case INK_INT32: IMPUTE(int32_t, integers, value == my->replaced_integer); break;
    default: IMPUTE(int64_t, integers, value == my->replaced_integer); break;
    }
    return INK_OK;
}

/* --- Normalizer: each row divided by its norm, where that is not 0 --- */

enum norm { NORM_MAX, NORM_L1, NORM_L2, NORM_COUNT };

ink_status ink_normalizer_load(struct ink_op_ctx *ctx)
{
    static const char *const words[NORM_COUNT] = {"MAX", "L1", "L2"};
    enum norm *norm = INK_ARENA_NEW(ctx->arena, enum norm);
    struct ink_view word;
    if (!norm) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = norm;
    ink_status st = ink_op_attr_text(ctx, "norm", "MAX", &word);
    for (int i = 0; !st && i < NORM_COUNT; i++) {
        *norm = (enum norm)i;
        if (ink_view_is(word, words[i])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "norm is \"%.*s\"", INK_VIEW_ARGS(word));
}

static double norm_of(enum norm norm, size_t n, const float *x)
{
    double result = norm == NORM_MAX ? -INFINITY : 0;
    for (size_t i = 0; i < n; i++) {
        double value = (double)x[i];
        if (norm == NORM_MAX)
            result = value > result ? value : result;
        else
            result += norm == NORM_L1 ? fabs(value) : value * value;
    }
    return norm == NORM_L2 ? sqrt(result) : result;
}

ink_status ink_normalizer_run(struct ink_op_ctx *ctx)
{
    enum norm norm = *(const enum norm *)ctx->attributes;
    const struct ink_shape *shape = &ctx->in[0]->shape;
    float *y = ctx->out[0]->data;
    if (ink_op_is_empty(ctx)) return INK_OK;
    size_t all = ink_tensor_count(ctx->in[0]), n = shape->rank ? (size_t)shape->dims[shape->rank - 1] : 1;
    ink_convert(all, ctx->types[0], ctx->in[0]->data, INK_FLOAT, y, false, INK_ROUND_NEAREST);
    for (size_t at = 0; at < all; at += n) {
        double by = norm_of(norm, n, y + at);
        for (size_t i = 0; i < n && by != 0; i++) y[at + i] = (float)((double)y[at + i] / by);
    }
    return INK_OK;
}

/* --- Scaler: (x - offset) scale --- */

struct scaler {
    struct per_feature offset, scale;
};

ink_status ink_scaler_load(struct ink_op_ctx *ctx)
{
    struct scaler *my = INK_ARENA_NEW(ctx->arena, struct scaler);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_f32s(ctx, "offset", &my->offset.floats, &my->offset.count);
    return st ? st : ink_op_attr_f32s(ctx, "scale", &my->scale.floats, &my->scale.count);
}

ink_status ink_scaler_shape(struct ink_op_ctx *ctx)
{
    const struct scaler *my = ctx->attributes;
    ink_status st = check_per_feature(ctx, "offset", my->offset.count);
    if (!st) st = check_per_feature(ctx, "scale", my->scale.count);
    return st ? st : ink_op_shape_same(ctx);
}

ink_status ink_scaler_run(struct ink_op_ctx *ctx)
{
    const struct scaler *my = ctx->attributes;
    size_t n = ink_tensor_count(ctx->in[0]);
    float *y = ctx->out[0]->data;
    ink_convert(n, ctx->types[0], ctx->in[0]->data, INK_FLOAT, y, false, INK_ROUND_NEAREST);
    for (size_t i = 0; i < n; i++) {
        if (my->offset.count) y[i] -= my->offset.floats[of_feature(my->offset.count, i)];
        if (my->scale.count) y[i] *= my->scale.floats[of_feature(my->scale.count, i)];
    }
    return INK_OK;
}
