/* SPDX-License-Identifier: MIT */
/* GroupNormalization and InstanceNormalization (a group a channel): the channels of X [N, C, ...] in groups, each made to
 * have mean 0 and variance 1, then scaled and shifted by channel (or by group, as GroupNormalization once was). */
#include <math.h>

#include "kernels/kernels.h"
#include "ops/floats.h"
#include "ops/norm.h"

const struct ink_group_norm_kind ink_norm_instance = {true, false}, ink_norm_group = {false, false},
                                 ink_norm_group_old = {false, true};

struct group_norm {
    const struct ink_group_norm_kind *kind;
    float epsilon;
    int64_t groups;
};

ink_status ink_norm_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    return ink_floats_prepare(ctx, floats, 0, 0);
}

ink_status ink_group_norm_load(struct ink_op_ctx *ctx)
{
    struct group_norm *norm = INK_ARENA_NEW(ctx->arena, struct group_norm);
    if (!norm) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = norm;
    norm->kind = ctx->op->param;
    ink_status st = ink_op_attr_f32(ctx, "epsilon", 1e-5f, &norm->epsilon);
    if (!st && !norm->kind->instance) st = ink_op_attr_i64(ctx, "num_groups", 0, &norm->groups);
    if (!st && !norm->kind->instance && norm->groups < 1)
        st = ink_op_fail(ctx, INK_E_MODEL, "num_groups is %lld; it must be 1 or more", (long long)norm->groups);
    return st;
}

ink_status ink_group_norm_shape(struct ink_op_ctx *ctx)
{
    const struct group_norm *norm = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (x->rank < 2) return ink_op_fail(ctx, INK_E_MODEL, "the input must be [N, C, ...]");
    if (!norm->kind->instance && x->dims[1] % norm->groups != 0)
        return ink_op_fail(ctx, INK_E_MODEL, "%lld channels do not fall into %lld groups", (long long)x->dims[1],
                           (long long)norm->groups);
    int64_t want = norm->kind->per_group ? norm->groups : x->dims[1];
    for (int i = 1; i < 3; i++)
        if (ctx->in[i]->shape.rank != 1 || ctx->in[i]->shape.dims[0] != want)
            return ink_op_fail(ctx, INK_E_MODEL, "input %d is %s; it must be [%lld]", i,
                               ink_shape_text(&ctx->in[i]->shape, text), (long long)want);
    return ink_op_shape_same(ctx);
}

struct job {
    const struct group_norm *norm;
    const float *x, *scale, *bias;
    float *y;
    size_t groups, channels, plane; /* channels of a group, elements of a channel */
};

static void one_group(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_kernels *kernels = ink_kernels();
    size_t n = job->channels * job->plane, group = index % job->groups;
    const float *x = job->x + index * n;
    float *y = job->y + index * n;
    float mean = kernels->f32_row_sum(n, x) / (float)n;
    float rate = 1 / sqrtf(kernels->f32_row_squares(n, x, mean) / (float)n + job->norm->epsilon);
    (void)worker;
    for (size_t c = 0; c < job->channels; c++) {
        size_t own = job->norm->kind->per_group ? group : group * job->channels + c, at = c * job->plane;
        float scale = job->scale[own] * rate;
        kernels->f32_row_affine(job->plane, x + at, scale, job->bias[own] - mean * scale, y + at);
    }
}

ink_status ink_group_norm_run(struct ink_op_ctx *ctx)
{
    const struct group_norm *norm = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    struct job job = {
        .norm = norm,
        .x = ink_floats_in(ctx, &floats, 0),
        .scale = ink_floats_in(ctx, &floats, 1),
        .bias = ink_floats_in(ctx, &floats, 2),
        .groups = norm->kind->instance ? (size_t)x->dims[1] : (size_t)norm->groups,
        .plane = ink_shape_span(x, 2, x->rank),
    };
    job.y = ink_floats_out(ctx, &floats, 0);
    if (ink_tensor_count(ctx->in[0]) > 0) {
        job.channels = (size_t)x->dims[1] / job.groups;
        ink_parallel_run(ctx->parallel, (size_t)x->dims[0] * job.groups, one_group, &job);
    }
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
