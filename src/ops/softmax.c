/* SPDX-License-Identifier: MIT */
#include "ops/softmax.h"

#include <math.h>

#include "kernels/kernels.h"
#include "ops/floats.h"

const struct ink_softmax_kind ink_softmax = {INK_SOFTMAX, false}, ink_softmax_flat = {INK_SOFTMAX, true},
                              ink_log_softmax = {INK_LOG_SOFTMAX, false},
                              ink_log_softmax_flat = {INK_LOG_SOFTMAX, true}, ink_hardmax = {INK_HARDMAX, false},
                              ink_hardmax_flat = {INK_HARDMAX, true};

struct softmax {
    const struct ink_softmax_kind *kind;
    int64_t axis;
};

ink_status ink_softmax_load(struct ink_op_ctx *ctx)
{
    struct softmax *softmax = INK_ARENA_NEW(ctx->arena, struct softmax);
    if (!softmax) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = softmax;
    softmax->kind = ctx->op->param;
    return ink_op_attr_i64(ctx, "axis", softmax->kind->flattens ? 1 : -1, &softmax->axis);
}

ink_status ink_softmax_shape(struct ink_op_ctx *ctx)
{
    const struct softmax *softmax = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    int axis;
    /* a scalar counts as one element, and old versions may flatten behind the last dimension */
    ink_status st = ink_op_axis(ctx, softmax->axis, x->rank ? x->rank : 1, softmax->kind->flattens, &axis);
    return st ? st : ink_op_shape_same(ctx);
}

ink_status ink_softmax_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    return ink_floats_prepare(ctx, floats, 0, 0);
}

/* X seen as [outer, n, inner]: softmax along n. */
struct job {
    const float *x;
    float *y;
    size_t n, inner;
    bool logarithm, hard;
};

static void largest_alone(const struct job *job, const float *x, float *y)
{
    size_t step = job->inner, best = 0;
    for (size_t i = 1; i < job->n; i++)
        if (x[i * step] > x[best * step] || (isnan(x[i * step]) && !isnan(x[best * step]))) best = i;
    for (size_t i = 0; i < job->n; i++) y[i * step] = i == best;
}

/* The sum of exp(x[i]), a piece after the other. */
static float sum_of_exp(size_t n, const float *x)
{
    enum { PIECE = 256 };
    float piece[PIECE], sum = 0;
    ink_unary_fn *exponential = ink_kernels()->unary_row(INK_UNARY_EXP, INK_ELEMENT_F32);
    for (size_t i = 0; i < n; i += PIECE) {
        size_t count = n - i < PIECE ? n - i : PIECE;
        exponential(count, x + i, 0, 0, piece);
        sum += ink_kernels()->f32_row_sum(count, piece);
    }
    return sum;
}

static void row(const struct job *job, const float *x, float *y)
{
    const struct ink_kernels *kernels = ink_kernels();
    kernels->f32_row_affine(job->n, x, 1, -kernels->f32_row_max(job->n, x), y);
    if (job->logarithm) {
        kernels->f32_row_affine(job->n, y, 1, -logf(sum_of_exp(job->n, y)), y);
        return;
    }
    kernels->unary_row(INK_UNARY_EXP, INK_ELEMENT_F32)(job->n, y, 0, 0, y);
    kernels->f32_row_affine(job->n, y, 1 / kernels->f32_row_sum(job->n, y), 0, y);
}

static void column(const struct job *job, const float *x, float *y)
{
    float largest = -INFINITY, sum = 0;
    size_t step = job->inner;
    for (size_t i = 0; i < job->n; i++)
        if (x[i * step] > largest) largest = x[i * step];
    for (size_t i = 0; i < job->n; i++) {
        y[i * step] = x[i * step] - largest;
        float e = expf(y[i * step]);
        sum += e;
        if (!job->logarithm) y[i * step] = e;
    }
    float scale = 1 / sum, shift = logf(sum);
    for (size_t i = 0; i < job->n; i++) y[i * step] = job->logarithm ? y[i * step] - shift : y[i * step] * scale;
}

static void outer(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    size_t at = index * job->n * job->inner;
    (void)worker;
    if (job->hard) {
        for (size_t i = 0; i < job->inner; i++) largest_alone(job, job->x + at + i, job->y + at + i);
        return;
    }
    if (job->inner == 1) {
        row(job, job->x + at, job->y + at);
        return;
    }
    for (size_t i = 0; i < job->inner; i++) column(job, job->x + at + i, job->y + at + i);
}

ink_status ink_softmax_run(struct ink_op_ctx *ctx)
{
    const struct softmax *softmax = ctx->attributes;
    const struct ink_shape *shape = &ctx->in[0]->shape;
    int axis = (int)(softmax->axis < 0 ? softmax->axis + (shape->rank ? shape->rank : 1) : softmax->axis);
    if (axis > shape->rank) axis = shape->rank;
    int end = softmax->kind->flattens || axis == shape->rank ? shape->rank : axis + 1;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    struct job job = {
        .x = ink_floats_in(ctx, &floats, 0),
    };
    job.logarithm = softmax->kind->what == INK_LOG_SOFTMAX;
    job.hard = softmax->kind->what == INK_HARDMAX;
    job.y = ink_floats_out(ctx, &floats, 0);
    job.n = ink_shape_span(shape, axis, end);
    job.inner = ink_shape_span(shape, end, shape->rank);
    size_t outers = ink_shape_span(shape, 0, axis);
    if (job.n * job.inner > 0) ink_parallel_run(ctx->parallel, outers, outer, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
