/* SPDX-License-Identifier: MIT */
/* BatchNormalization: Y = (X - mean) / sqrt(var + epsilon) * scale + bias, one of each a channel (or, with the old
 * attribute spatial = 0, one for each element behind the batch).
 *
 * In training mode mean and variance are those of X, and the further outputs are the running ones: before opset 14 mean,
 * variance, and those of this batch; since then the first two. Before opset 14 the mode shows in the outputs wanted. */
#include <math.h>

#include "kernels/kernels.h"
#include "ops/floats.h"
#include "ops/norm.h"

struct batch_norm {
    float epsilon, momentum;
    bool spatial, may_train, must_train;
};

struct prepared {
    size_t batch, channels, inner;
    bool trains;
    struct ink_floats_plan floats;
};

ink_status ink_batch_norm_load(struct ink_op_ctx *ctx)
{
    struct batch_norm *norm = INK_ARENA_NEW(ctx->arena, struct batch_norm);
    int64_t spatial, is_test, training;
    if (!norm) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = norm;
    ink_status st = ink_op_attr_f32(ctx, "epsilon", 1e-5f, &norm->epsilon);
    if (!st) st = ink_op_attr_f32(ctx, "momentum", 0.9f, &norm->momentum);
    if (!st) st = ink_op_attr_i64(ctx, "spatial", 1, &spatial);
    if (!st) st = ink_op_attr_i64(ctx, "is_test", 0, &is_test);
    if (!st) st = ink_op_attr_i64(ctx, "training_mode", 0, &training);
    if (st) return st;
    norm->spatial = spatial != 0;
    norm->may_train = ctx->op->since < 14 && is_test == 0;
    norm->must_train = ctx->op->since >= 14 && training != 0;
    return INK_OK;
}

static void fit(const struct ink_op_ctx *ctx, struct prepared *my)
{
    const struct batch_norm *norm = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    my->batch = ink_shape_span(x, 0, 1);
    my->channels = x->rank > 1 ? ink_shape_span(x, 1, norm->spatial ? 2 : x->rank) : 1;
    my->inner = norm->spatial && x->rank > 2 ? ink_shape_span(x, 2, x->rank) : 1;
    my->trains = norm->must_train;
    for (int i = 1; i < ctx->out_count; i++) my->trains = my->trains || (norm->may_train && ctx->out[i]);
}

ink_status ink_batch_norm_shape(struct ink_op_ctx *ctx)
{
    struct prepared my;
    char text[INK_SHAPE_TEXT_MAX];
    if (ctx->in[0]->shape.rank < 1) return ink_op_fail(ctx, INK_E_MODEL, "the input must be [N, C, ...]");
    fit(ctx, &my);
    for (int i = 1; i < 5; i++)
        if (ink_tensor_count(ctx->in[i]) != my.channels)
            return ink_op_fail(ctx, INK_E_MODEL, "input %d is %s; it must have one value for each of %zu channels", i,
                               ink_shape_text(&ctx->in[i]->shape, text), my.channels);
    if (my.trains && my.batch * my.inner == 0) return ink_op_fail(ctx, INK_E_MODEL, "there is nothing to learn from");
    ctx->out[0]->shape = ctx->in[0]->shape;
    for (int i = 1; i < ctx->out_count; i++)
        if (ctx->out[i]) ctx->out[i]->shape = ctx->in[3]->shape;
    return INK_OK;
}

ink_status ink_batch_norm_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    fit(ctx, my);
    return ink_floats_prepare(ctx, &my->floats, 0, 0);
}

struct job {
    const struct prepared *my;
    const struct batch_norm *norm;
    const float *x, *scale, *bias, *mean, *var;
    float *y, *out[5]; /* further outputs, by number */
};

/* Mean and variance of one channel over the whole batch. */
static void measure(const struct job *job, size_t channel, float *mean, float *var)
{
    const struct prepared *my = job->my;
    const struct ink_kernels *kernels = ink_kernels();
    double sum = 0, squares = 0, n = (double)my->batch * (double)my->inner;
    size_t step = my->channels * my->inner;
    const float *x = job->x + channel * my->inner;
    for (size_t b = 0; b < my->batch; b++) sum += (double)kernels->f32_row_sum(my->inner, x + b * step);
    *mean = (float)(sum / n);
    for (size_t b = 0; b < my->batch; b++) squares += (double)kernels->f32_row_squares(my->inner, x + b * step, *mean);
    *var = (float)(squares / n);
}

static void learn(const struct job *job, size_t c, float mean, float var)
{
    float keep = job->norm->momentum;
    if (job->out[1]) job->out[1][c] = job->mean[c] * keep + mean * (1 - keep);
    if (job->out[2]) job->out[2][c] = job->var[c] * keep + var * (1 - keep);
    if (job->out[3]) job->out[3][c] = mean;
    if (job->out[4]) job->out[4][c] = var;
}

static void one_channel(void *arg, size_t c, int worker)
{
    const struct job *job = arg;
    const struct prepared *my = job->my;
    float mean = job->mean[c], var = job->var[c];
    (void)worker;
    if (my->trains) {
        measure(job, c, &mean, &var);
        learn(job, c, mean, var);
    }
    float scale = job->scale[c] / sqrtf(var + job->norm->epsilon), shift = job->bias[c] - mean * scale;
    for (size_t b = 0; b < my->batch; b++) {
        size_t at = (b * my->channels + c) * my->inner;
        ink_kernels()->f32_row_affine(my->inner, job->x + at, scale, shift, job->y + at);
    }
}

ink_status ink_batch_norm_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {
        .my = my,
        .norm = ctx->attributes,
        .x = ink_floats_in(ctx, &floats, 0),
        .scale = ink_floats_in(ctx, &floats, 1),
        .bias = ink_floats_in(ctx, &floats, 2),
        .mean = ink_floats_in(ctx, &floats, 3),
        .var = ink_floats_in(ctx, &floats, 4),
    };
    job.y = ink_floats_out(ctx, &floats, 0);
    for (int i = 1; i < ctx->out_count && i < 5; i++)
        if (my->trains) job.out[i] = ink_floats_out(ctx, &floats, i);
    ink_parallel_run(ctx->parallel, my->channels, one_channel, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
