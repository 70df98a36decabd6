/* SPDX-License-Identifier: MIT */
#include "ops/ml_scores.h"

#include <math.h>

#include "ops/elements.h"

/* --- features --- */

ink_status ink_ml_rows(const struct ink_op_ctx *ctx, struct ink_ml_rows *out)
{
    const struct ink_shape *x = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (x->rank < 1 || x->rank > 2)
        return ink_op_fail(ctx, INK_E_MODEL, "its input %s is neither [N,C] nor [C]", ink_shape_text(x, text));
    out->rows = x->rank == 2 ? (size_t)x->dims[0] : 1;
    out->features = (size_t)x->dims[x->rank - 1];
    return INK_OK;
}

ink_status ink_ml_each_row(struct ink_op_ctx *ctx, void (*task)(void *job, size_t row, int worker))
{
    struct ink_ml_rows rows;
    ink_status st = ink_ml_rows(ctx, &rows);
    if (st) return st;
    struct ink_ml_job job = {ctx, rows.features};
    ink_parallel_run(ctx->parallel, rows.rows, task, &job);
    return INK_OK;
}

static const void *row_at(const struct ink_tensor *x, size_t row, size_t features)
{
    return (const char *)x->data + row * features * (ink_dtype_bits(x->dtype) / 8);
}

void ink_ml_row_f32(const struct ink_tensor *x, size_t row, size_t features, float *out)
{
    ink_convert(features, x->dtype, row_at(x, row, features), INK_FLOAT, out, false, INK_ROUND_NEAREST);
}

void ink_ml_row_f64(const struct ink_tensor *x, size_t row, size_t features, double *out)
{
    ink_convert(features, x->dtype, row_at(x, row, features), INK_DOUBLE, out, false, INK_ROUND_NEAREST);
}

/* --- scores --- */

ink_status ink_post_transform_load(const struct ink_op_ctx *ctx, enum ink_post_transform *out)
{
    static const char *const words[INK_POST_COUNT] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
    struct ink_view word;
    ink_status st = ink_op_attr_text(ctx, "post_transform", "NONE", &word);
    for (int i = 0; !st && i < INK_POST_COUNT; i++) {
        *out = (enum ink_post_transform)i;
        if (ink_view_is(word, words[i])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "post_transform is \"%.*s\"", INK_VIEW_ARGS(word));
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* sqrt(2) erfinv(2p - 1) with Winitzki's formula for erfinv (a = 0.147), which is what the others use as well. */
static double probit(double p)
{
    const double pi = 3.14159, a = 0.147;
    double x = 2 * p - 1, l = log((1 - x) * (1 + x)), v = 2 / (pi * a) + 0.5 * l;
    return copysign(sqrt(2) * sqrt(sqrt(v * v - l / a) - v), x);
}

static void softmax(double *scores, size_t count, bool keep_zeros)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++) most = scores[i] > most ? scores[i] : most;
    for (size_t i = 0; i < count; i++) {
        bool zero = keep_zeros && fabs(scores[i]) <= 1e-7;
        scores[i] = zero ? scores[i] * exp(-most) : exp(scores[i] - most);
        if (!zero) sum += scores[i];
    }
    for (size_t i = 0; i < count && sum > 0; i++) scores[i] /= sum;
}

void ink_post_transform(enum ink_post_transform transform, double *scores, size_t count)
{
    switch (transform) {
    case INK_POST_SOFTMAX:
    case INK_POST_SOFTMAX_ZERO: softmax(scores, count, transform == INK_POST_SOFTMAX_ZERO); return;
    case INK_POST_LOGISTIC:
        for (size_t i = 0; i < count; i++) scores[i] = logistic(scores[i]);
        return;
    case INK_POST_PROBIT:
        for (size_t i = 0; i < count; i++) scores[i] = probit(scores[i]);
        return;
    default: return;
    }
}

size_t ink_ml_scores(enum ink_post_transform transform, enum ink_second_score second, double *scores, size_t count)
{
    if (count != 1) {
        ink_post_transform(transform, scores, count);
        return count;
    }
    if (transform == INK_POST_PROBIT) scores[0] = probit(scores[0]);
    if (second == INK_SECOND_NONE) return 1;
    scores[1] = transform == INK_POST_LOGISTIC ? logistic(scores[0]) : scores[0];
    scores[0] = transform == INK_POST_LOGISTIC || second == INK_SECOND_REST ? 1 - scores[1] : -scores[1];
    return 2;
}

void ink_ml_scores_put(const double *scores, size_t count, size_t row, struct ink_tensor *out)
{
    if (!out) return;
    ink_convert(count, INK_DOUBLE, scores, out->dtype,
                (char *)out->data + row * count * (ink_dtype_bits(out->dtype) / 8), false, INK_ROUND_NEAREST);
}

size_t ink_ml_best(const double *scores, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (scores[i] > scores[best]) best = i;
    return best;
}

/* --- labels --- */

ink_status ink_ml_labels_load(struct ink_op_ctx *ctx, const char *integers, struct ink_ml_labels *out)
{
    size_t strings = 0;
    ink_status st = ink_op_attr_texts(ctx, "classlabels_strings", &out->strings, &strings);
    if (!st) st = ink_op_attr_i64s(ctx, integers, &out->integers, &out->count);
    if (st) return st;
    if (strings) {
        out->count = strings;
        out->integers = NULL;
    }
    ctx->types[1] = strings ? INK_STRING : INK_INT64;
    return out->count ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "neither classlabels_strings nor %s is given", integers);
}

void ink_ml_label_put(const struct ink_ml_labels *labels, size_t index, size_t wanted, size_t row,
                      struct ink_tensor *out)
{
    static const char *const digits[] = {"0", "1"};
    bool own = labels->count == wanted;
    if (!out) return;
    if (out->dtype == INK_INT64)
        ((int64_t *)out->data)[row] = own ? labels->integers[index] : (int64_t)index;
    else
        ((struct ink_view *)out->data)[row] = own ? labels->strings[index] : ink_view_text(digits[index != 0]);
}

void ink_ml_classifier_shape(struct ink_op_ctx *ctx, const struct ink_ml_rows *rows, size_t scores)
{
    if (ctx->out[0]) ctx->out[0]->shape = (struct ink_shape){1, {(int64_t)rows->rows}};
    if (ink_op_wants(ctx, 1)) ctx->out[1]->shape = (struct ink_shape){2, {(int64_t)rows->rows, (int64_t)scores}};
}
