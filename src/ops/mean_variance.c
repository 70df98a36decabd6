/* SPDX-License-Identifier: MIT */
/* MeanVarianceNormalization: Y = (X - mean) / (standard deviation + 1e-9) over some axes, [0, 2, 3] if none are given. */
#include <math.h>

#include "ops/floats.h"
#include "ops/norm.h"
#include "ops/reduce_walk.h"

struct mean_variance {
    const int64_t *axes;
    size_t count;
};

struct prepared {
    struct ink_reduce_dims dims;
    size_t outputs;
    double each;
    struct ink_floats_plan floats; /* shared: means and deviations, in double */
};

ink_status ink_mean_variance_load(struct ink_op_ctx *ctx)
{
    static const int64_t usual[] = {0, 2, 3};
    struct mean_variance *mv = INK_ARENA_NEW(ctx->arena, struct mean_variance);
    if (!mv) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = mv;
    ink_status st = ink_op_attr_i64s(ctx, "axes", &mv->axes, &mv->count);
    if (st || ink_op_attr_given(ctx, "axes")) return st;
    mv->axes = usual;
    mv->count = 3;
    return INK_OK;
}

static ink_status find_axes(const struct ink_op_ctx *ctx, bool reduced[INK_RANK_MAX])
{
    const struct mean_variance *mv = ctx->attributes;
    for (int d = 0; d < INK_RANK_MAX; d++) reduced[d] = false;
    for (size_t i = 0; i < mv->count; i++) {
        int axis;
        ink_status st = ink_op_axis(ctx, mv->axes[i], ctx->in[0]->shape.rank, false, &axis);
        if (st) return st;
        reduced[axis] = true;
    }
    return INK_OK;
}

ink_status ink_mean_variance_shape(struct ink_op_ctx *ctx)
{
    bool reduced[INK_RANK_MAX];
    ink_status st = find_axes(ctx, reduced);
    return st ? st : ink_op_shape_same(ctx);
}

ink_status ink_mean_variance_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    const struct ink_shape *x = &ctx->in[0]->shape;
    bool reduced[INK_RANK_MAX];
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = find_axes(ctx, reduced);
    if (st) return st;
    my->dims = ink_reduce_merge(x, reduced);
    my->outputs = 1;
    my->each = 1;
    for (int d = 0; d < x->rank; d++) {
        if (reduced[d])
            my->each *= (double)x->dims[d];
        else
            my->outputs *= (size_t)x->dims[d];
    }
    enum { FLOATS = 2 * sizeof(double) / sizeof(float) };
    return ink_floats_prepare(ctx, &my->floats, my->outputs * FLOATS, 0);
}

struct job {
    const float *x;
    float *y;
    double *mean, *deviation;
};

static void sum_row(void *arg, size_t x, size_t out, size_t len, bool reduced)
{
    const struct job *job = arg;
    for (size_t i = 0; i < len; i++) job->mean[reduced ? out : out + i] += (double)job->x[x + i];
}

static void square_row(void *arg, size_t x, size_t out, size_t len, bool reduced)
{
    const struct job *job = arg;
    for (size_t i = 0; i < len; i++) {
        size_t o = reduced ? out : out + i;
        double d = (double)job->x[x + i] - job->mean[o];
        job->deviation[o] += d * d;
    }
}

static void write_row(void *arg, size_t x, size_t out, size_t len, bool reduced)
{
    const struct job *job = arg;
    for (size_t i = 0; i < len; i++) {
        size_t o = reduced ? out : out + i;
        job->y[x + i] = (float)(((double)job->x[x + i] - job->mean[o]) / (job->deviation[o] + 1e-9));
    }
}

ink_status ink_mean_variance_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    if (ink_tensor_count(ctx->in[0]) == 0) return INK_OK;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {ink_floats_in(ctx, &floats, 0), ink_floats_out(ctx, &floats, 0), (double *)(void *)floats.shared};
    job.deviation = job.mean + my->outputs;
    for (size_t i = 0; i < my->outputs; i++) job.mean[i] = job.deviation[i] = 0;
    ink_reduce_walk(&my->dims, sum_row, &job);
    for (size_t i = 0; i < my->outputs; i++) job.mean[i] /= my->each;
    ink_reduce_walk(&my->dims, square_row, &job);
    for (size_t i = 0; i < my->outputs; i++) job.deviation[i] = sqrt(job.deviation[i] / my->each);
    ink_reduce_walk(&my->dims, write_row, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
