/* SPDX-License-Identifier: MIT */
/* fuse.c - a product, and what is done to its result next, as one step: the operators of INK_OP_DOMAIN_INTERNAL. */
#include "engine/fuse.h"

#include <float.h>

enum { PARAMS_MAX = 2 };

struct activation {
    const char *word;
    float params[PARAMS_MAX];
    size_t count;
};

/* A product of floats: one that has no activation yet. */
static bool is_product(const struct ink_step *step)
{
    const struct ink_node *node = step->ctx.node;
    if (step->ctx.types[0] != INK_FLOAT || ink_node_attribute(node, "activation") ||
        ink_node_attribute(node, "activation_params"))
        return false;
    return ink_pass_is_op(step, "", "Conv") || ink_pass_is_op(step, INK_OP_DOMAIN_INTERNAL, "Conv") ||
           ink_pass_is_op(step, "", "Gemm") || ink_pass_is_op(step, INK_OP_DOMAIN_INTERNAL, "Gemm");
}

/* Makes `maker` an internal operator; *fused is false where the table has none. */
static ink_status replace(struct ink_pass *p, struct ink_step *maker, const struct ink_node *node, const int *inputs,
                          int input_count, bool *fused)
{
    bool known;
    const struct ink_op *op = ink_op_find(node->domain, node->op_type, 1, &known);
    *fused = op != NULL;
    return op ? ink_steps_replace(p->s, maker, node, op, inputs, input_count, p->err) : INK_OK;
}

/* --- a product and the sum with a weight for each of its outputs: a bias --- */

/* A vector as long as a row: it broadcasts to any product, and makes none of them larger. */
static bool is_row_bias(const struct ink_tensor *b, const struct ink_tensor *bias)
{
    return b->shape.rank == 2 && bias->shape.rank == 1 && bias->shape.dims[0] == b->shape.dims[1];
}

/* [M, 1...] or [1, M, 1...] beside outputs [N, M, ...]. */
static bool is_channel_bias(const struct ink_tensor *w, const struct ink_tensor *bias)
{
    int rank = bias->shape.rank, channel = rank - (w->shape.rank - 1);
    if (w->shape.rank < 3 || channel < 0 || channel > 1 || bias->shape.dims[channel] != w->shape.dims[0]) return false;
    return (int64_t)ink_tensor_count(bias) == w->shape.dims[0];
}

/* The same numbers as a vector. */
static int flattened(struct ink_session *s, const struct ink_tensor *bias)
{
    struct ink_tensor t = *bias;
    t.shape = (struct ink_shape){.rank = 1, .dims = {(int64_t)ink_tensor_count(bias)}};
    return ink_steps_add_weight(s, &t, "bias");
}

static ink_status take_bias(struct ink_pass *p, struct ink_step *step, struct ink_step *maker, const char *op_type,
                            int bias)
{
    const int inputs[] = {maker->inputs[0], maker->inputs[1], bias};
    const struct ink_node *node = ink_pass_node(p, maker->ctx.node, INK_OP_DOMAIN_INTERNAL, op_type, NULL, 0);
    bool fused;
    if (!node || bias < 0) return ink_pass_oom(p);
    ink_status st = replace(p, maker, node, inputs, 3, &fused);
    if (!st && fused) ink_pass_take_over(p->s, maker, step);
    return st;
}

ink_status ink_fuse_sum(struct ink_pass *p, struct ink_step *step)
{
    if (!ink_pass_is_op(step, "", "Add") || step->ctx.types[0] != INK_FLOAT || step->ctx.op->since < 7) return INK_OK;
    for (int side = 0; side < 2; side++) {
        struct ink_step *maker = ink_pass_only_maker(p, step->inputs[side]);
        const struct ink_tensor *bias = ink_pass_weight(p->s, step, 1 - side);
        const struct ink_tensor *weight = maker ? ink_pass_weight(p->s, maker, 1) : NULL;
        if (!weight || !bias) continue;
        if (ink_pass_is_op(maker, "", "MatMul") && is_row_bias(weight, bias))
            return take_bias(p, step, maker, "Gemm", step->inputs[1 - side]);
        if (ink_pass_is_op(maker, "", "Conv") && maker->ctx.in_count == 2 && is_channel_bias(weight, bias))
            return take_bias(p, step, maker, "Conv", flattened(p->s, bias));
    }
    return INK_OK;
}

/* --- a product and the sum with another value of its shape: a residual --- */

static bool have_one_shape(const struct ink_session *s, const struct ink_step *step)
{
    const struct ink_value *a = &s->values[step->inputs[0]], *b = &s->values[step->inputs[1]];
    return a->shaped && b->shaped && ink_shape_equal(&a->tensor.shape, &b->tensor.shape);
}

ink_status ink_fuse_residual(struct ink_pass *p, struct ink_step *step)
{
    if (!ink_pass_is_op(step, "", "Add") || step->ctx.types[0] != INK_FLOAT || !have_one_shape(p->s, step))
        return INK_OK;
    for (int side = 0; side < 2; side++) {
        struct ink_step *maker = ink_pass_only_maker(p, step->inputs[side]);
        int other = step->inputs[1 - side];
        /* what is added must be there when the product is made */
        if (!maker || !is_product(maker) || maker->ctx.in_count > 3 ||
            p->s->values[other].producer > maker - p->s->steps)
            continue;
        int inputs[4] = {-1, -1, -1, other};
        for (int i = 0; i < maker->ctx.in_count; i++) inputs[i] = maker->inputs[i];
        const struct ink_node *node =
            ink_pass_node(p, maker->ctx.node, INK_OP_DOMAIN_INTERNAL, maker->ctx.op->name, NULL, 0);
        if (!node) return ink_pass_oom(p);
        bool fused;
        ink_status st = replace(p, maker, node, inputs, 4, &fused);
        if (!st && fused) ink_pass_take_over(p->s, maker, step);
        return st;
    }
    return INK_OK;
}

/* --- activations --- */

/* The bound of a Clip: an attribute before opset 11, then an input, which must be a weight. */
static bool clip_bound(const struct ink_session *s, const struct ink_step *step, int input, const char *name,
                       float *out)
{
    if (step->ctx.op->since < 11) return ink_op_attr_f32(&step->ctx, name, *out, out) == INK_OK;
    if (input >= step->ctx.in_count || step->inputs[input] < 0) return true;
    const struct ink_tensor *bound = ink_pass_weight(s, step, input);
    if (!bound || bound->dtype != INK_FLOAT || ink_tensor_count(bound) != 1) return false;
    memcpy(out, bound->data, sizeof *out);
    return true;
}

/* Activations that have attributes only: the word, up to two of them, what they are when left out. */
static const struct {
    const char *word;
    struct {
        const char *name;
        float otherwise;
    } params[PARAMS_MAX];
} plain[] = {
    {"Relu", {{0}}},
    {"LeakyRelu", {{"alpha", 0.01f}}},
    {"HardSigmoid", {{"alpha", 0.2f}, {"beta", 0.5f}}},
    {"HardSwish", {{0}}},
    {"Sigmoid", {{0}}},
    {"Tanh", {{0}}},
    {"Gelu", {{0}}},
    {"Swish", {{0}}},
};

/* A product knows Gelu by erf, and Swish without a factor. */
static bool is_usual(const struct ink_op_ctx *ctx)
{
    struct ink_view approximate;
    float alpha;
    if (!strcmp(ctx->op->name, "Gelu"))
        return !ink_op_attr_text(ctx, "approximate", "none", &approximate) && ink_view_is(approximate, "none");
    if (!strcmp(ctx->op->name, "Swish")) return !ink_op_attr_f32(ctx, "alpha", 1, &alpha) && alpha == 1;
    return true;
}

static bool find_activation(const struct ink_session *s, const struct ink_step *step, struct activation *out)
{
    const struct ink_op_ctx *ctx = &step->ctx;
    *out = (struct activation){0};
    if (ctx->op->domain[0] || ctx->types[0] != INK_FLOAT || !is_usual(ctx)) return false;
    if (ink_pass_is_op(step, "", "Clip")) {
        *out = (struct activation){"Clip", {-FLT_MAX, FLT_MAX}, 2};
        return clip_bound(s, step, 1, "min", &out->params[0]) && clip_bound(s, step, 2, "max", &out->params[1]);
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(ctx->op->name, plain[i].word) != 0) continue;
        out->word = plain[i].word;
        for (; out->count < PARAMS_MAX && plain[i].params[out->count].name; out->count++)
            if (ink_op_attr_f32(ctx, plain[i].params[out->count].name, plain[i].params[out->count].otherwise,
                                &out->params[out->count]))
                return false;
        return true;
    }
    return false;
}

ink_status ink_fuse_activation(struct ink_pass *p, struct ink_step *step)
{
    struct activation activation;
    if (!find_activation(p->s, step, &activation)) return INK_OK;
    struct ink_step *maker = ink_pass_only_maker(p, step->inputs[0]);
    if (!maker || !is_product(maker)) return INK_OK;
    float *params = INK_ARENA_ARRAY(&p->s->arena, float, PARAMS_MAX);
    if (!params) return ink_pass_oom(p);
    memcpy(params, activation.params, sizeof activation.params);
    const struct ink_attribute more[] = {
        {ink_view_text("activation"), INK_ATTRIBUTE_STRING, .count = 1, .s = ink_view_text(activation.word)},
        {ink_view_text("activation_params"), INK_ATTRIBUTE_FLOATS, .count = activation.count, .floats = params},
    };
    const struct ink_node *node =
        ink_pass_node(p, maker->ctx.node, INK_OP_DOMAIN_INTERNAL, maker->ctx.op->name, more, 2);
    if (!node) return ink_pass_oom(p);
    bool fused;
    ink_status st = replace(p, maker, node, maker->inputs, maker->ctx.in_count, &fused);
    if (!st && fused) ink_pass_take_over(p->s, maker, step);
    return st;
}
