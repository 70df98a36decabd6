/* SPDX-License-Identifier: MIT */
/* LinearClassifier and LinearRegressor: X [rows, features] times coefficients [scores, features], and intercepts. */
#include "base/checked.h"
#include "kernels/kernels.h"
#include "ops/ml.h"
#include "ops/ml_scores.h"

struct linear {
    const float *coefficients, *intercepts; /* no intercepts: NULL */
    size_t coefficient_count, count;        /* count: scores before the second one is added */
    enum ink_post_transform transform;
    struct ink_ml_labels labels; /* count 0: a regressor */
};

static ink_status load(struct ink_op_ctx *ctx, struct linear *my, size_t otherwise)
{
    size_t intercepts;
    ink_status st = ink_op_attr_f32s(ctx, "coefficients", &my->coefficients, &my->coefficient_count);
    if (!st) st = ink_op_attr_f32s(ctx, "intercepts", &my->intercepts, &intercepts);
    if (!st) st = ink_post_transform_load(ctx, &my->transform);
    if (st) return st;
    my->count = my->labels.count && intercepts ? intercepts : otherwise;
    if (intercepts && intercepts != my->count)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu intercepts for %zu targets", intercepts, my->count);
    if (my->labels.count > 2 && my->count != my->labels.count)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu intercepts for %zu classes", my->count, my->labels.count);
    if (!intercepts) my->intercepts = NULL;
    return INK_OK;
}

ink_status ink_linear_classifier_load(struct ink_op_ctx *ctx)
{
    struct linear *my = INK_ARENA_NEW(ctx->arena, struct linear);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_ml_labels_load(ctx, "classlabels_ints", &my->labels);
    return st ? st : load(ctx, my, my->labels.count);
}

ink_status ink_linear_regressor_load(struct ink_op_ctx *ctx)
{
    struct linear *my = INK_ARENA_NEW(ctx->arena, struct linear);
    int64_t targets;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "targets", 1, &targets);
    if (!st && targets < 1) return ink_op_fail(ctx, INK_E_MODEL, "targets is %lld", (long long)targets);
    return st ? st : load(ctx, my, (size_t)targets);
}

static size_t scores_of(const struct linear *my)
{
    return my->count == 1 && my->labels.count == 2 ? 2 : my->count;
}

ink_status ink_linear_shape(struct ink_op_ctx *ctx)
{
    const struct linear *my = ctx->attributes;
    struct ink_ml_rows rows;
    size_t wanted;
    ink_status st = ink_ml_rows(ctx, &rows);
    if (st) return st;
    if (!ink_mul_size(rows.features, my->count, &wanted) || wanted != my->coefficient_count)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu coefficients for %zu scores of %zu features", my->coefficient_count,
                           my->count, rows.features);
    if (my->labels.count)
        ink_ml_classifier_shape(ctx, &rows, scores_of(my));
    else
        ctx->out[0]->shape = (struct ink_shape){2, {(int64_t)rows.rows, (int64_t)my->count}};
    return INK_OK;
}

/* A thread's part of the scratch: doubles for the scores, floats for the products, floats for the row. */
ink_status ink_linear_prepare(struct ink_op_ctx *ctx)
{
    const struct linear *my = ctx->attributes;
    struct ink_ml_rows rows;
    ink_status st = ink_ml_rows(ctx, &rows);
    size_t bytes = (my->count + 1) * (sizeof(double) + sizeof(float)) + rows.features * sizeof(float);
    ctx->scratch_bytes = (bytes + INK_ARENA_ALIGN - 1) / INK_ARENA_ALIGN * INK_ARENA_ALIGN;
    return st;
}

static void one_row(void *arg, size_t row, int worker)
{
    const struct ink_ml_job *job = arg;
    const struct linear *my = job->ctx->attributes;
    struct ink_op_ctx *ctx = job->ctx;
    double *scores = (void *)((char *)ctx->scratch + (size_t)worker * ctx->scratch_bytes);
    float *products = (float *)(scores + my->count + 1), *x = products + my->count + 1;
    ink_ml_row_f32(ctx->in[0], row, job->features, x);
    ink_kernels()->f32_gemv(my->count, job->features, my->coefficients, job->features, x, products, 1);
    for (size_t i = 0; i < my->count; i++) scores[i] = (double)(products[i] + (my->intercepts ? my->intercepts[i] : 0));
    struct ink_tensor *out = ctx->out[0];
    if (my->labels.count) {
        size_t best = my->count == 1 ? scores[0] > 0 : ink_ml_best(scores, my->count);
        ink_ml_label_put(&my->labels, best, my->count == 1 ? 2 : my->count, row, ctx->out[0]);
        out = ink_op_wants(ctx, 1) ? ctx->out[1] : NULL;
    }
    enum ink_second_score second = scores_of(my) > my->count ? INK_SECOND_REST : INK_SECOND_NONE;
    ink_ml_scores_put(scores, ink_ml_scores(my->transform, second, scores, my->count), row, out);
}

ink_status ink_linear_run(struct ink_op_ctx *ctx)
{
    return ink_ml_each_row(ctx, one_row);
}

uint64_t ink_linear_multiply_adds(const struct ink_op_ctx *ctx)
{
    return ink_tensor_count(ctx->in[0]) * ((const struct linear *)ctx->attributes)->count;
}
