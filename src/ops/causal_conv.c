/* SPDX-License-Identifier: MIT */
/* X [batch, channels, length], W [channels, 1, k], state [batch, channels, k - 1]: the numbers that come before X, which are
 * 0 at the beginning. */
#include "kernels/kernels.h"
#include "ops/attention.h"
#include "ops/floats.h"

enum { X, W, BIAS, PAST };

struct causal_conv {
    bool swish;
};

ink_status ink_causal_conv_load(struct ink_op_ctx *ctx)
{
    struct causal_conv *my = INK_ARENA_NEW(ctx->arena, struct causal_conv);
    struct ink_view word;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_text(ctx, "activation", "none", &word);
    if (st) return st;
    my->swish = ink_view_is(word, "silu") || ink_view_is(word, "swish");
    if (!my->swish && !ink_view_is(word, "none"))
        return ink_op_fail(ctx, INK_E_MODEL, "activation is \"%.*s\"", INK_VIEW_ARGS(word));
    return INK_OK;
}

ink_status ink_causal_conv_shape(struct ink_op_ctx *ctx)
{
    const struct ink_shape *x = &ctx->in[X]->shape, *w = &ctx->in[W]->shape;
    char x_text[INK_SHAPE_TEXT_MAX], w_text[INK_SHAPE_TEXT_MAX];
    if (x->rank != 3 || w->rank != 3 || w->dims[0] != x->dims[1] || w->dims[1] != 1 || w->dims[2] < 1)
        return ink_op_fail(ctx, INK_E_MODEL, "weights %s do not go with an input %s", ink_shape_text(w, w_text),
                           ink_shape_text(x, x_text));
    const struct ink_shape state = {3, {x->dims[0], x->dims[1], w->dims[2] - 1}};
    if (ink_op_has(ctx, BIAS) && !ink_shape_equal(&ctx->in[BIAS]->shape, &(struct ink_shape){1, {x->dims[1]}}))
        return ink_op_fail(ctx, INK_E_MODEL, "bias has not a number for each channel");
    if (ink_op_has(ctx, PAST) && !ink_shape_equal(&ctx->in[PAST]->shape, &state))
        return ink_op_fail(ctx, INK_E_MODEL, "past_state is not %s", ink_shape_text(&state, x_text));
    ctx->out[0]->shape = *x;
    ctx->out[1]->shape = state;
    return INK_OK;
}

ink_status ink_causal_conv_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    return ink_floats_prepare(ctx, floats, 0, 0);
}

struct job {
    bool swish;
    size_t channels, length, k;
    const float *x, *w, *bias, *past;
    float *y, *present;
};

/* What is `back` numbers before x[0]. */
static float before(const struct job *job, const float *past, size_t back)
{
    return past ? past[job->k - 1 - back] : 0;
}

static void one_channel(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    size_t c = index % job->channels, kept = job->k - 1;
    const float *x = job->x + index * job->length, *w = job->w + c * job->k;
    const float *past = job->past ? job->past + index * kept : NULL;
    float *y = job->y + index * job->length, *present = job->present + index * kept;
    (void)worker;
    for (size_t t = 0; t < job->length; t++) {
        float sum = job->bias ? job->bias[c] : 0;
        for (size_t i = 0; i < job->k; i++) {
            size_t back = kept - i; /* from t */
            sum += w[i] * (back <= t ? x[t - back] : before(job, past, back - t));
        }
        y[t] = sum;
    }
    for (size_t i = 0; i < kept; i++) {
        size_t back = kept - i; /* from the end */
        present[i] = back <= job->length ? x[job->length - back] : before(job, past, back - job->length);
    }
    if (job->swish) ink_kernels()->unary_row(INK_UNARY_SWISH, INK_ELEMENT_F32)(job->length, y, 1, 0, y);
}

ink_status ink_causal_conv_run(struct ink_op_ctx *ctx)
{
    const struct causal_conv *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[X]->shape;
    if (ink_op_is_empty(ctx)) return INK_OK;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    struct job job = {.swish = my->swish,
                      .channels = (size_t)x->dims[1],
                      .length = (size_t)x->dims[2],
                      .k = (size_t)ctx->in[W]->shape.dims[2]};
    job.x = ink_floats_in(ctx, &floats, X);
    job.w = ink_floats_in(ctx, &floats, W);
    job.bias = ink_floats_in(ctx, &floats, BIAS);
    job.past = ink_floats_in(ctx, &floats, PAST);
    job.y = ink_floats_out(ctx, &floats, 0);
    job.present = ink_floats_out(ctx, &floats, 1);
    ink_parallel_run(ctx->parallel, (size_t)x->dims[0] * job.channels, one_channel, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
