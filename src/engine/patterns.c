/* SPDX-License-Identifier: MIT */
/* patterns.c - operators of today that older exporters wrote out in steps: Swish, HardSwish, Gelu, LayerNormalization.
 *
 * Each is recognised at its last step, backwards; every step in between makes a value that nobody else sees, and every
 * constant is looked at. */
#include <math.h>

#include "engine/fuse.h"

static bool is_op(const struct ink_step *step, const char *name)
{
    return step && ink_pass_is_op(step, "", name);
}

/* The weight with one element that is argument i, or NAN. */
static float number(const struct ink_pass *p, const struct ink_step *step, int i)
{
    const struct ink_tensor *t = ink_pass_weight(p->s, step, i);
    return t && t->dtype == INK_FLOAT && ink_tensor_count(t) == 1 && t->shape.rank <= 1 ? *(const float *)t->data : NAN;
}

static bool is_near(float x, float want)
{
    return fabsf(x - want) <= 1e-6f * fabsf(want);
}

/* The step `name` that makes argument i of `step`, which nobody else sees. */
static struct ink_step *maker(const struct ink_pass *p, const struct ink_step *step, int i, const char *name)
{
    struct ink_step *found = step && i < step->ctx.in_count ? ink_pass_only_maker(p, step->inputs[i]) : NULL;
    return is_op(found, name) ? found : NULL;
}

/* Of a sum or product whose one argument is the number: which argument is the other one; -1: it is no such. */
static int beside_number(const struct ink_pass *p, const struct ink_step *step, float want)
{
    for (int i = 0; step && i < 2; i++)
        if (is_near(number(p, step, i), want)) return 1 - i;
    return -1;
}

/* Makes `step` the standard's operator `name`, of version `since`, with these inputs and attributes. */
static ink_status become(struct ink_pass *p, struct ink_step *step, const char *name, int since, const int *inputs,
                         int input_count, const struct ink_attribute *attributes, int attribute_count)
{
    bool known;
    struct ink_arena *arena = &p->s->arena;
    struct ink_node *node = INK_ARENA_NEW(arena, struct ink_node);
    struct ink_attribute *own = INK_ARENA_ARRAY(arena, struct ink_attribute, (size_t)attribute_count + 1);
    const struct ink_op *op = ink_op_find((struct ink_view){0}, ink_view_text(name), since, &known);
    if (!node || !own) return ink_pass_oom(p);
    if (attribute_count) memcpy(own, attributes, (size_t)attribute_count * sizeof *own);
    *node = *step->ctx.node;
    node->op_type = ink_view_text(name);
    node->attributes = own;
    node->attribute_count = attribute_count;
    return ink_steps_replace(p->s, step, node, op, inputs, input_count, p->err);
}

static struct ink_attribute float_attribute(const char *name, float value)
{
    return (struct ink_attribute){ink_view_text(name), INK_ATTRIBUTE_FLOAT, .count = 1, .f = value};
}

/* --- x * Sigmoid(x), x * HardSigmoid(x) --- */

/* One use less of the value that both arguments were made of. */
static ink_status gate(struct ink_pass *p, struct ink_step *step)
{
    for (int side = 0; side < 2; side++) {
        int x = step->inputs[1 - side];
        struct ink_step *sigmoid = maker(p, step, side, "Sigmoid"), *hard = maker(p, step, side, "HardSigmoid");
        struct ink_step *inner = sigmoid ? sigmoid : hard;
        float alpha, beta;
        if (!inner || inner->inputs[0] != x) continue;
        if (hard && (ink_op_attr_f32(&hard->ctx, "alpha", 0.2f, &alpha) ||
                     ink_op_attr_f32(&hard->ctx, "beta", 0.5f, &beta) || !is_near(alpha, 1.0f / 6) || beta != 0.5f))
            continue;
        inner->removed = true;
        p->uses[x]--;
        return become(p, step, hard ? "HardSwish" : "Swish", hard ? 14 : 24, &x, 1, NULL, 0);
    }
    return INK_OK;
}

/* --- Gelu: x * (1 + Erf(x / sqrt 2)) / 2, in any order of its factors --- */

/* 1 + Erf(x / sqrt 2): x, or -1. */
static int bell(const struct ink_pass *p, struct ink_step *sum, struct ink_step *steps[3])
{
    int other = is_op(sum, "Add") ? beside_number(p, sum, 1) : -1;
    struct ink_step *erf = other < 0 ? NULL : maker(p, sum, other, "Erf");
    struct ink_step *divide = maker(p, erf, 0, "Div"), *multiply = maker(p, erf, 0, "Mul");
    int x = -1;
    if (divide && is_near(number(p, divide, 1), 1.41421356f)) x = divide->inputs[0];
    int factor = multiply ? beside_number(p, multiply, 0.70710678f) : -1;
    if (factor >= 0) x = multiply->inputs[factor];
    steps[0] = sum;
    steps[1] = erf;
    steps[2] = divide ? divide : multiply;
    return x;
}

static ink_status gelu(struct ink_pass *p, struct ink_step *step)
{
    /* either (x * bell) / 2 or (x / 2) * bell */
    for (int side = 0; side < 2; side++) {
        struct ink_step *inside[3], *product = NULL, *half = NULL;
        int x = -1, other = beside_number(p, step, 0.5f);
        if (other >= 0) {
            product = maker(p, step, other, "Mul");
            if (product) x = bell(p, maker(p, product, side, "Add"), inside);
            if (x >= 0 && product->inputs[1 - side] != x) x = -1;
        } else {
            half = maker(p, step, 1 - side, "Mul");
            int factor = half ? beside_number(p, half, 0.5f) : -1;
            if (factor >= 0) x = bell(p, maker(p, step, side, "Add"), inside);
            if (x >= 0 && half->inputs[factor] != x) x = -1;
        }
        if (x < 0) continue;
        for (int i = 0; i < 3; i++) inside[i]->removed = true;
        if (product) product->removed = true;
        if (half) half->removed = true;
        p->uses[x]--;
        return become(p, step, "Gelu", 20, &x, 1, NULL, 0);
    }
    return INK_OK;
}

static ink_status gates(struct ink_pass *p, struct ink_step *step)
{
    ink_status st = gate(p, step);
    return st || !is_op(step, "Mul") ? st : gelu(p, step);
}

/* --- LayerNormalization: d = x - mean(x); d / sqrt(mean(d * d) + epsilon) * scale + bias --- */

/* A mean over the last dimension that keeps it. */
static bool is_row_mean(const struct ink_pass *p, const struct ink_step *step)
{
    int64_t keep;
    size_t count;
    const int64_t *axes;
    if (!is_op(step, "ReduceMean") || ink_op_attr_i64(&step->ctx, "keepdims", 1, &keep) || !keep) return false;
    if (step->ctx.op->since >= 18) {
        const struct ink_tensor *given = ink_pass_weight(p->s, step, 1);
        if (!given || given->dtype != INK_INT64) return false;
        axes = given->data;
        count = ink_tensor_count(given);
    } else {
        const struct ink_attribute *given = ink_node_attribute(step->ctx.node, "axes");
        if (!given || given->kind != INK_ATTRIBUTE_INTS) return false;
        axes = given->ints;
        count = given->count;
    }
    return count == 1 && axes[0] == -1;
}

/* d * d or d ^ 2: d, or -1 */
static int squared(const struct ink_pass *p, const struct ink_step *step)
{
    if (is_op(step, "Pow") && number(p, step, 1) == 2) return step->inputs[0];
    return is_op(step, "Mul") && step->inputs[0] == step->inputs[1] ? step->inputs[0] : -1;
}

static bool is_row(const struct ink_tensor *t)
{
    return t && t->dtype == INK_FLOAT && t->shape.rank == 1;
}

static ink_status layer_norm(struct ink_pass *p, struct ink_step *step)
{
    for (int side = 0; side < 2; side++) {
        struct ink_step *scaled = maker(p, step, side, "Mul");
        struct ink_step *divided = maker(p, scaled, 0, "Div"), *root = maker(p, divided, 1, "Sqrt");
        struct ink_step *sum = maker(p, root, 0, "Add"), *variance = maker(p, sum, 0, "ReduceMean");
        struct ink_step *square = variance ? ink_pass_only_maker(p, variance->inputs[0]) : NULL;
        if (!square || !is_row_mean(p, variance) || !is_row(ink_pass_weight(p->s, step, 1 - side)) ||
            !is_row(ink_pass_weight(p->s, scaled, 1)))
            continue;
        int d = squared(p, square), makes_d = d < 0 ? -1 : p->s->values[d].producer;
        struct ink_step *centred = makes_d < 0 ? NULL : &p->s->steps[makes_d];
        struct ink_step *mean = is_op(centred, "Sub") ? maker(p, centred, 1, "ReduceMean") : NULL;
        float epsilon = number(p, sum, 1);
        bool alone = d >= 0 && d == divided->inputs[0] && p->uses[d] == (is_op(square, "Pow") ? 2 : 3);
        if (!mean || !is_row_mean(p, mean) || mean->inputs[0] != centred->inputs[0] || !(epsilon > 0) || !alone)
            continue;
        const int inputs[] = {mean->inputs[0], scaled->inputs[1], step->inputs[1 - side]};
        struct ink_step *gone[] = {scaled, divided, root, sum, variance, square, centred, mean};
        for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) gone[i]->removed = true;
        p->uses[inputs[0]]--;
        const struct ink_attribute attribute = float_attribute("epsilon", epsilon);
        return become(p, step, "LayerNormalization", 17, inputs, 3, &attribute, 1);
    }
    return INK_OK;
}

ink_status ink_find_patterns(struct ink_pass *p, struct ink_step *step)
{
    if (step->ctx.types[0] != INK_FLOAT) return INK_OK;
    if (is_op(step, "Mul")) return gates(p, step);
    return is_op(step, "Add") ? layer_norm(p, step) : INK_OK;
}
