/* SPDX-License-Identifier: MIT */
#include "ops/optimizer.h"

#include <math.h>

#include "ops/elements.h"

enum { RATE, STEPS, TENSORS };                       /* inputs */
enum { VALUE, GRADIENT, STATE, STATE_2, PARTS_MAX }; /* of what is trained */

struct attributes {
    enum ink_optimizer what;
    int parts; /* tensors that each one that is trained has among the inputs; one less among the outputs */
    float alpha, beta, epsilon, decay, norm, norm_post;
    bool nesterov;
};

ink_status ink_optimizer_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    struct ink_view mode;
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    at->what = *(const enum ink_optimizer *)ctx->op->param;
    at->parts = at->what == INK_ADAM ? 4 : 3;
    ink_status st = ink_op_attr_f32(ctx, "alpha", 0.9f, &at->alpha);
    if (!st) st = ink_op_attr_f32(ctx, "beta", 0.999f, &at->beta);
    if (!st) st = ink_op_attr_f32(ctx, "epsilon", 0, &at->epsilon);
    if (!st) st = ink_op_attr_f32(ctx, "decay_factor", 0, &at->decay);
    if (!st) st = ink_op_attr_f32(ctx, "norm_coefficient", 0, &at->norm);
    if (!st) st = ink_op_attr_f32(ctx, "norm_coefficient_post", 0, &at->norm_post);
    if (!st) st = ink_op_attr_text(ctx, "mode", "standard", &mode);
    if (st) return st;
    at->nesterov = ink_view_is(mode, "nesterov");
    if (!at->nesterov && !ink_view_is(mode, "standard"))
        return ink_op_fail(ctx, INK_E_MODEL, "mode is \"%.*s\"", INK_VIEW_ARGS(mode));
    int trained = (ctx->in_count - TENSORS) / at->parts;
    if (trained < 1 || ctx->in_count != TENSORS + trained * at->parts || ctx->out_count > trained * (at->parts - 1))
        return ink_op_fail(ctx, INK_E_MODEL, "%d inputs and %d outputs", ctx->in_count, ctx->out_count);
    return INK_OK;
}

static int trained_count(const struct ink_op_ctx *ctx)
{
    return (ctx->in_count - TENSORS) / ((const struct attributes *)ctx->attributes)->parts;
}

static const struct ink_tensor *input_of(const struct ink_op_ctx *ctx, int trained, int part)
{
    return ctx->in[TENSORS + part * trained_count(ctx) + trained];
}

/* NULL where nobody wants it. */
static struct ink_tensor *output_of(const struct ink_op_ctx *ctx, int trained, int part)
{
    int i = (part > GRADIENT ? part - 1 : part) * trained_count(ctx) + trained;
    return i < ctx->out_count ? ctx->out[i] : NULL;
}

ink_status ink_optimizer_shape(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    for (int i = RATE; i <= STEPS; i++)
        if (ink_tensor_count(ctx->in[i]) != 1)
            return ink_op_fail(ctx, INK_E_MODEL, "input %d is not a single number", i);
    for (int t = 0; t < trained_count(ctx); t++)
        for (int part = 0; part < at->parts; part++) {
            const struct ink_shape *shape = &input_of(ctx, t, VALUE)->shape;
            struct ink_tensor *out = part == GRADIENT ? NULL : output_of(ctx, t, part);
            if (!ink_shape_equal(&input_of(ctx, t, part)->shape, shape))
                return ink_op_fail(ctx, INK_E_MODEL, "what belongs to tensor %d has not its shape", t);
            if (out) out->shape = *shape;
        }
    return INK_OK;
}

/* The learning rate of this step, and Momentum's beta. */
struct step {
    double rate, beta;
};

/* One number and its states, as the standard's pseudo code has it. */
static void update(const struct attributes *at, const struct step *step, double x[PARTS_MAX])
{
    double alpha = (double)at->alpha, beta = (double)at->beta, epsilon = (double)at->epsilon;
    double g = (double)at->norm * x[VALUE] + x[GRADIENT];
    switch (at->what) {
    case INK_ADAGRAD:
        x[STATE] += g * g;
        x[VALUE] -= step->rate * g / (sqrt(x[STATE]) + epsilon);
        return;
    case INK_ADAM:
        x[STATE] = alpha * x[STATE] + (1 - alpha) * g;
        x[STATE_2] = beta * x[STATE_2] + (1 - beta) * g * g;
        x[VALUE] -= step->rate * x[STATE] / (sqrt(x[STATE_2]) + epsilon);
        x[VALUE] *= 1 - (double)at->norm_post;
        return;
    case INK_MOMENTUM:
        x[STATE] = alpha * x[STATE] + step->beta * g;
        x[VALUE] -= step->rate * (at->nesterov ? g + alpha * x[STATE] : x[STATE]);
        return;
    }
}

static struct step step_of(const struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    double rate, done = (double)ink_tensor_i64(ctx->in[STEPS], 0);
    ink_convert(1, ctx->in[RATE]->dtype, ctx->in[RATE]->data, INK_DOUBLE, &rate, false, INK_ROUND_UP);
    if (at->what == INK_ADAGRAD) rate /= 1 + done * (double)at->decay;
    if (at->what == INK_ADAM && done > 0)
        rate *= sqrt(1 - pow((double)at->beta, done)) / (1 - pow((double)at->alpha, done));
    return (struct step){rate, done > 0 ? (double)at->beta : 1};
}

ink_status ink_optimizer_run(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    struct step step = step_of(ctx);
    for (int t = 0; t < trained_count(ctx); t++) {
        enum ink_dtype dtype = input_of(ctx, t, VALUE)->dtype;
        size_t size = ink_dtype_bits(dtype) / 8;
        for (size_t i = 0; i < ink_tensor_count(input_of(ctx, t, VALUE)); i++) {
            double x[PARTS_MAX] = {0};
            for (int part = 0; part < at->parts; part++)
                ink_convert(1, dtype, (const char *)input_of(ctx, t, part)->data + i * size, INK_DOUBLE, &x[part],
                            false, INK_ROUND_UP);
            update(at, &step, x);
            for (int part = 0; part < at->parts; part++) {
                struct ink_tensor *out = part == GRADIENT ? NULL : output_of(ctx, t, part);
                if (out) ink_convert(1, INK_DOUBLE, &x[part], dtype, (char *)out->data + i * size, false, INK_ROUND_UP);
            }
        }
    }
    return INK_OK;
}
