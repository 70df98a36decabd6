/* SPDX-License-Identifier: MIT */
/* widen.c - a graph of float16 is computed in float32: the weights are converted once, inputs at the entrance, outputs at
 * the exit. No node rounds its result any more, and none converts its arguments.
 *
 * All or nothing: one step that can only do float16, or whose meaning is to round to it, leaves the graph as it is. */
#include "engine/fuse.h"
#include "kernels/kernels.h"

static bool is_half(const struct ink_session *s, int value)
{
    return value >= 0 && s->values[value].tensor.dtype == INK_FLOAT16;
}

static bool touches_half(const struct ink_session *s, const struct ink_step *step)
{
    for (int i = 0; i < step->input_count; i++)
        if (is_half(s, step->inputs[i])) return true;
    for (int i = 0; i < step->ctx.out_count; i++)
        if (is_half(s, step->outputs[i])) return true;
    return false;
}

/* Each type that is float16 here may be float, and comes from an input, not from an attribute. */
static bool may_widen(const struct ink_step *step)
{
    const struct ink_op *op = step->ctx.op;
    if (step->ctx.body_count) return false; /* they are loaded once, for the types that there were */
    /* a Cast to float16 rounds; one to an integer cuts off, and what float16 has rounded to 3 may be 2.9999 in float */
    if (ink_pass_is_op(step, "", "CastLike") || ink_pass_is_op(step, "", "QuantizeLinear")) return false;
    if (ink_pass_is_op(step, "", "Cast") && step->ctx.types[1] != INK_FLOAT && step->ctx.types[1] != INK_DOUBLE)
        return false;
    for (int k = 0; k < INK_OP_TYPES; k++) {
        if (step->ctx.types[k] != INK_FLOAT16) continue;
        const char *letter = strchr(op->signature, 'T' + k);
        if (!(op->types[k] & INK_DTYPE_BIT(INK_FLOAT)) || !letter || letter > strchr(op->signature, '>')) return false;
    }
    return true;
}

/* Counts the inputs and outputs that want a Cast. False: there is nothing to do, or it cannot be done. */
static bool survey(const struct ink_pass *p, int *casts)
{
    const struct ink_session *s = p->s;
    bool any = false;
    for (int i = 0; i < s->step_count; i++) {
        if (s->steps[i].removed || !touches_half(s, &s->steps[i])) continue;
        if (!may_widen(&s->steps[i])) return false;
        any = true;
    }
    *casts = 0;
    for (int v = 0; v < s->value_count; v++) {
        const struct ink_value *value = &s->values[v];
        if (!is_half(s, v)) continue;
        if (value->weight && value->is_output && p->uses[v] > 1) return false;
        *casts += value->is_input || value->is_output;
    }
    return any && *casts <= s->value_room - s->value_count;
}

/* A Cast step of our own from value to value. */
static ink_status make_cast(struct ink_pass *p, int from, int to, struct ink_step *step)
{
    struct ink_attribute target = {.name = ink_view_text("to"), .kind = INK_ATTRIBUTE_INT, .count = 1};
    target.i = p->s->values[to].tensor.dtype;
    return ink_pass_new_step(p, p->s->values[from].name, "Cast", &target, from, to, step);
}

/* A float beside a float16 value: what the steps use instead of it. */
static int new_value(struct ink_session *s, struct ink_view name)
{
    s->values[s->value_count] = (struct ink_value){
        .tensor = {.dtype = INK_FLOAT, .shape.rank = INK_RANK_UNKNOWN}, .name = name, .producer = -1};
    return s->value_count++;
}

static ink_status widen_weight(struct ink_pass *p, struct ink_tensor *t)
{
    size_t count = ink_tensor_count(t);
    float *wide = INK_ARENA_ARRAY(&p->s->arena, float, count);
    if (!wide) return ink_pass_oom(p);
    ink_kernels()->f16_to_f32(count, t->data, wide);
    t->dtype = INK_FLOAT;
    t->data = wide;
    return INK_OK;
}

/* Casts before and behind the steps: before[] and behind[] have room for all. p->instead says what takes whose place. */
static ink_status widen_values(struct ink_pass *p, struct ink_step *before, int *before_count, struct ink_step *behind,
                               int *behind_count)
{
    struct ink_session *s = p->s;
    ink_status st = INK_OK;
    for (int v = 0, count = s->value_count; !st && v < count; v++) {
        struct ink_value *value = &s->values[v];
        if (!is_half(s, v)) continue;
        if (value->weight) {
            if (p->uses[v] && !value->is_output) st = widen_weight(p, &value->tensor);
        } else if (value->is_input) {
            p->instead[v] = new_value(s, value->name);
            st = make_cast(p, v, p->instead[v], &before[(*before_count)++]);
        } else if (value->is_output) {
            p->instead[v] = new_value(s, value->name);
            st = make_cast(p, p->instead[v], v, &behind[(*behind_count)++]);
        } else {
            value->tensor.dtype = INK_FLOAT;
        }
    }
    return st;
}

static ink_status widen_step(struct ink_pass *p, struct ink_step *step)
{
    for (int i = 0; i < step->input_count; i++)
        if (step->inputs[i] >= 0) step->inputs[i] = p->instead[step->inputs[i]];
    for (int i = 0; i < step->ctx.out_count; i++)
        if (step->outputs[i] >= 0) step->outputs[i] = p->instead[step->outputs[i]];
    bool half = false;
    for (int k = 0; k < INK_OP_TYPES; k++) {
        if (step->ctx.types[k] != INK_FLOAT16) continue;
        step->ctx.types[k] = INK_FLOAT;
        half = true;
    }
    ink_steps_connect(p->s, step);
    /* loaded again: what it keeps may be of its type */
    return half ? ink_steps_replace(p->s, step, step->ctx.node, step->ctx.op, step->inputs, step->ctx.in_count, p->err)
                : INK_OK;
}

ink_status ink_widen(struct ink_pass *p)
{
    struct ink_session *s = p->s;
    int casts, before = 0, behind = 0;
    if (!survey(p, &casts)) return INK_OK;
    struct ink_step *steps = INK_ARENA_ARRAY(&s->arena, struct ink_step, (size_t)(casts + s->step_count + casts));
    if (!steps) return ink_pass_oom(p);
    struct ink_step *last = steps + casts + s->step_count;
    ink_status st = widen_values(p, steps, &before, last, &behind);
    for (int i = 0; !st && i < s->step_count; i++)
        if (!s->steps[i].removed) st = widen_step(p, &s->steps[i]);
    if (st) return st;
    memcpy(steps + before, s->steps, (size_t)s->step_count * sizeof *steps);
    memmove(steps + before + s->step_count, last, (size_t)behind * sizeof *steps);
    s->steps = steps;
    s->step_count += before + behind;
    for (int i = 0; i < s->step_count; i++)
        for (int k = 0; !steps[i].removed && k < steps[i].ctx.out_count; k++)
            if (steps[i].outputs[k] >= 0) s->values[steps[i].outputs[k]].producer = i;
    return INK_OK;
}
