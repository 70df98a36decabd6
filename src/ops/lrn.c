/* SPDX-License-Identifier: MIT */
/* LRN: Y = X / (bias + alpha / size * sum of X^2 over `size` neighbouring channels) ^ beta. X [N, C, ...]. */
#include <math.h>

#include "ops/floats.h"
#include "ops/norm.h"

struct lrn {
    float alpha, beta, bias;
    int64_t size;
};

ink_status ink_lrn_load(struct ink_op_ctx *ctx)
{
    struct lrn *lrn = INK_ARENA_NEW(ctx->arena, struct lrn);
    if (!lrn) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = lrn;
    ink_status st = ink_op_attr_f32(ctx, "alpha", 1e-4f, &lrn->alpha);
    if (!st) st = ink_op_attr_f32(ctx, "beta", 0.75f, &lrn->beta);
    if (!st) st = ink_op_attr_f32(ctx, "bias", 1, &lrn->bias);
    if (!st) st = ink_op_attr_i64(ctx, "size", 0, &lrn->size);
    if (!st && (lrn->size < 1 || lrn->size > INT32_MAX))
        st = ink_op_fail(ctx, INK_E_MODEL, "size is %lld; it must be 1 or more", (long long)lrn->size);
    return st;
}

ink_status ink_lrn_shape(struct ink_op_ctx *ctx)
{
    if (ctx->in[0]->shape.rank < 2) return ink_op_fail(ctx, INK_E_MODEL, "the input must be [N, C, ...]");
    return ink_op_shape_same(ctx);
}

struct job {
    const struct lrn *lrn;
    const float *x;
    float *y;
    size_t channels, plane;
};

/* s^-beta; the usual 3/4 without a power. */
static float factor(float s, float beta)
{
    if (beta == 0.75f) {
        float root = sqrtf(s);
        return 1 / (root * sqrtf(root));
    }
    return powf(s, -beta);
}

static void one_channel(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct lrn *lrn = job->lrn;
    size_t channel = index % job->channels, size = (size_t)lrn->size, before = (size - 1) / 2, after = size / 2;
    size_t from = channel > before ? channel - before : 0;
    size_t to = after < job->channels - channel ? channel + after + 1 : job->channels;
    const float *picture = job->x + (index - channel) * job->plane;
    float *y = job->y + index * job->plane, rate = lrn->alpha / (float)size;
    (void)worker;
    for (size_t i = 0; i < job->plane; i++) y[i] = 0;
    for (size_t c = from; c < to; c++)
        for (size_t i = 0; i < job->plane; i++) y[i] += picture[c * job->plane + i] * picture[c * job->plane + i];
    const float *x = picture + channel * job->plane;
    for (size_t i = 0; i < job->plane; i++) y[i] = x[i] * factor(lrn->bias + rate * y[i], lrn->beta);
}

ink_status ink_lrn_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *shape = &ctx->in[0]->shape;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    struct job job = {ctx->attributes, ink_floats_in(ctx, &floats, 0), ink_floats_out(ctx, &floats, 0)};
    job.channels = (size_t)shape->dims[1];
    job.plane = ink_shape_span(shape, 2, shape->rank);
    ink_parallel_run(ctx->parallel, ink_shape_span(shape, 0, 2), one_channel, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
