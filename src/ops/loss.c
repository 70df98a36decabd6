/* SPDX-License-Identifier: MIT */
#include "ops/loss.h"

#include <math.h>

#include "ops/floats.h"

const bool ink_loss_of_scores = true, ink_loss_of_logarithms = false;

enum reduction { NONE, SUM, MEAN };

struct loss {
    bool of_scores, ignores;
    int64_t ignore_index;
    enum reduction reduction;
};

ink_status ink_loss_load(struct ink_op_ctx *ctx)
{
    static const char *const words[] = {[NONE] = "none", [SUM] = "sum", [MEAN] = "mean"};
    struct loss *my = INK_ARENA_NEW(ctx->arena, struct loss);
    struct ink_view word;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    my->of_scores = *(const bool *)ctx->op->param;
    my->ignores = ink_op_attr_given(ctx, "ignore_index");
    ink_status st = ink_op_attr_i64(ctx, "ignore_index", 0, &my->ignore_index);
    if (!st) st = ink_op_attr_text(ctx, "reduction", "mean", &word);
    for (enum reduction r = NONE; !st && r <= MEAN; r++) {
        my->reduction = r;
        if (ink_view_is(word, words[r])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "reduction is \"%.*s\"", INK_VIEW_ARGS(word));
}

ink_status ink_loss_shape(struct ink_op_ctx *ctx)
{
    const struct loss *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape, *classes = &ctx->in[1]->shape;
    char x_text[INK_SHAPE_TEXT_MAX], text[INK_SHAPE_TEXT_MAX];
    if (x->rank < 2) return ink_op_fail(ctx, INK_E_MODEL, "input %s has no classes", ink_shape_text(x, x_text));
    struct ink_shape each = {.rank = x->rank - 1, .dims = {x->dims[0]}};
    for (int d = 2; d < x->rank; d++) each.dims[d - 1] = x->dims[d];
    if (!ink_shape_equal(classes, &each))
        return ink_op_fail(ctx, INK_E_MODEL, "classes %s do not go with an input %s", ink_shape_text(classes, text),
                           ink_shape_text(x, x_text));
    if (ink_op_has(ctx, 2) && (ctx->in[2]->shape.rank != 1 || ctx->in[2]->shape.dims[0] != x->dims[1]))
        return ink_op_fail(ctx, INK_E_MODEL, "weights %s, there are %lld classes",
                           ink_shape_text(&ctx->in[2]->shape, text), (long long)x->dims[1]);
    ctx->out[0]->shape = my->reduction == NONE ? each : (struct ink_shape){0};
    if (ink_op_wants(ctx, 1)) ctx->out[1]->shape = *x;
    return INK_OK;
}

ink_status ink_loss_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    return ink_floats_prepare(ctx, floats, 0, 0);
}

/* What is taken from each x[i * step] of n classes to have the logarithms of their probabilities. */
static double log_sum_exp(size_t n, size_t step, const float *x)
{
    double largest = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        if ((double)x[i * step] > largest) largest = (double)x[i * step];
    if (isinf(largest)) return largest;
    for (size_t i = 0; i < n; i++) sum += exp((double)x[i * step] - largest);
    return largest + log(sum);
}

struct job {
    const struct ink_op_ctx *ctx;
    size_t classes, inner;
    const float *x, *weights;
    float *log_prob, *loss; /* NULL where it is not wanted, or summed up */
    double sum, weight;
};

/* The loss at [n, i], whose classes stand at x, `inner` apart. */
static ink_status one(struct job *job, size_t at, const float *x, float *log_prob)
{
    const struct loss *my = job->ctx->attributes;
    double shift = my->of_scores ? log_sum_exp(job->classes, job->inner, x) : 0;
    int64_t class = ink_tensor_i64(job->ctx->in[1], at);
    for (size_t c = 0; log_prob && c < job->classes; c++)
        log_prob[c * job->inner] = (float)((double)x[c * job->inner] - shift);
    bool ignored = my->ignores && class == my->ignore_index;
    if (!ignored && (class < 0 || (size_t) class >= job->classes))
        return ink_op_fail(job->ctx, INK_E_MODEL, "class %lld of %zu", (long long)class, job->classes);
    double weight = ignored ? 0 : job->weights ? (double)job->weights[class] : 1;
    double loss = ignored ? 0 : (shift - (double)x[(size_t) class * job->inner]) * weight;
    if (my->reduction == NONE) job->loss[at] = (float)loss;
    job->sum += loss;
    job->weight += weight;
    return INK_OK;
}

ink_status ink_loss_run(struct ink_op_ctx *ctx)
{
    const struct loss *my = ctx->attributes;
    const struct ink_shape *shape = &ctx->in[0]->shape;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    struct job job = {.ctx = ctx, .classes = (size_t)shape->dims[1], .inner = ink_shape_span(shape, 2, shape->rank)};
    job.x = ink_floats_in(ctx, &floats, 0);
    job.weights = ink_floats_in(ctx, &floats, 2);
    job.loss = ink_floats_out(ctx, &floats, 0);
    job.log_prob = ink_floats_out(ctx, &floats, 1);
    for (size_t i = 0; i < ink_tensor_count(ctx->in[1]); i++) {
        size_t at = i / job.inner * job.classes * job.inner + i % job.inner;
        ink_status st = one(&job, i, job.x + at, job.log_prob ? job.log_prob + at : NULL);
        if (st) return st;
    }
    if (my->reduction != NONE) *job.loss = (float)(my->reduction == MEAN ? job.sum / job.weight : job.sum);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
