/* SPDX-License-Identifier: MIT */
/* SkipLayerNormalization: input [B,S,H] or [N,H], skip of that shape or [S,H] or [1,S,H], gamma [H], beta? [H], bias? [H]
 * -> output, mean?, inv_std_var?, and the sum before it is normalised. */
#include <math.h>

#include "kernels/kernels.h"
#include "ops/contrib.h"
#include "ops/floats.h"

enum { INPUT, SKIP, GAMMA, BETA, BIAS };

ink_status ink_skip_layer_norm_load(struct ink_op_ctx *ctx)
{
    float *epsilon = INK_ARENA_NEW(ctx->arena, float);
    if (!epsilon) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = epsilon;
    return ink_op_attr_f32(ctx, "epsilon", 1e-12f, epsilon);
}

ink_status ink_skip_layer_norm_shape(struct ink_op_ctx *ctx)
{
    const struct ink_shape *x = &ctx->in[INPUT]->shape, *skip = &ctx->in[SKIP]->shape;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    struct ink_shape both;
    if (x->rank < 2 || x->rank > 3 || !ink_shape_broadcast(x, skip, &both) || !ink_shape_equal(x, &both) ||
        skip->rank < 2 || skip->dims[skip->rank - 1] != x->dims[x->rank - 1] ||
        skip->dims[skip->rank - 2] != x->dims[x->rank - 2])
        return ink_op_fail(ctx, INK_E_MODEL, "input %s and skip %s do not fit", ink_shape_text(x, a),
                           ink_shape_text(skip, b));
    for (int i = GAMMA; i < ctx->in_count; i++)
        if (ctx->in[i] && (ctx->in[i]->shape.rank != 1 || ctx->in[i]->shape.dims[0] != x->dims[x->rank - 1]))
            return ink_op_fail(ctx, INK_E_MODEL, "input %d is %s for rows of %lld", i,
                               ink_shape_text(&ctx->in[i]->shape, a), (long long)x->dims[x->rank - 1]);
    for (int i = 0; i < ctx->out_count; i++) {
        if (!ctx->out[i]) continue;
        ctx->out[i]->shape = *x;
        if (i == 1 || i == 2) ctx->out[i]->shape.dims[x->rank - 1] = 1;
    }
    return INK_OK;
}

ink_status ink_skip_layer_norm_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *plan = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    const struct ink_shape *x = &ctx->in[INPUT]->shape;
    if (!plan) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = plan;
    return ink_floats_prepare(ctx, plan, 0, (size_t)x->dims[x->rank - 1]);
}

struct job {
    size_t n, skip_rows, each_floats;
    float epsilon;
    const float *in[BIAS + 1];
    float *out[4], *each;
};

static void one_row(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_kernels *kernels = ink_kernels();
    size_t n = job->n;
    float *sum = job->out[3] ? job->out[3] + index * n : job->each + (size_t)worker * job->each_floats;
    memcpy(sum, job->in[INPUT] + index * n, n * sizeof *sum);
    kernels->f32_row_add(n, job->in[SKIP] + index % job->skip_rows * n, sum);
    if (job->in[BIAS]) kernels->f32_row_add(n, job->in[BIAS], sum);
    float mean = kernels->f32_row_sum(n, sum) / (float)n;
    float rate = 1 / sqrtf(kernels->f32_row_squares(n, sum, mean) / (float)n + job->epsilon);
    if (job->out[0])
        kernels->f32_row_gain(n, sum, rate, -mean * rate, job->in[GAMMA], job->in[BETA], job->out[0] + index * n);
    if (job->out[1]) job->out[1][index] = mean;
    if (job->out[2]) job->out[2][index] = rate;
}

ink_status ink_skip_layer_norm_run(struct ink_op_ctx *ctx)
{
    const struct ink_floats_plan *plan = ctx->prepared;
    const struct ink_shape *x = &ctx->in[INPUT]->shape;
    if (ink_op_is_empty(ctx)) return INK_OK;
    struct ink_floats floats = ink_floats_begin(ctx, plan);
    struct job job = {.n = (size_t)x->dims[x->rank - 1],
                      .epsilon = *(const float *)ctx->attributes,
                      .each = floats.each,
                      .each_floats = plan->each_floats};
    job.skip_rows = ink_tensor_count(ctx->in[SKIP]) / job.n;
    for (int i = INPUT; i <= BIAS; i++) job.in[i] = ink_floats_in(ctx, &floats, i);
    for (int i = 0; i < 4; i++) job.out[i] = ink_floats_out(ctx, &floats, i);
    ink_parallel_run(ctx->parallel, ink_tensor_count(ctx->in[INPUT]) / job.n, one_row, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
