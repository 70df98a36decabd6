/* SPDX-License-Identifier: MIT */
/* passes.c - fewer steps for the same result. Each pass is a row of the list at the end; each looks at every step once.
 *
 * A pass changes weights and steps only where nobody else uses what it changes. */
#include <math.h>

#include "base/alloc.h"
#include "engine/body.h"
#include "engine/fuse.h"

bool ink_pass_is_op(const struct ink_step *step, const char *domain, const char *name)
{
    return strcmp(step->ctx.op->domain, domain) == 0 && strcmp(step->ctx.op->name, name) == 0;
}

static bool is_op(const struct ink_step *step, const char *name)
{
    return ink_pass_is_op(step, "", name);
}

static bool has_one_output(const struct ink_step *step)
{
    for (int i = 1; i < step->ctx.out_count; i++)
        if (step->outputs[i] >= 0) return false;
    return step->ctx.out_count > 0 && step->outputs[0] >= 0;
}

ink_status ink_pass_oom(const struct ink_pass *p)
{
    return ink_fail(p->err, INK_E_OOM, "the model does not fit into memory");
}

static bool is_replaced(const struct ink_attribute *attribute, const struct ink_attribute *more, int more_count)
{
    for (int i = 0; i < more_count; i++)
        if (ink_view_equal(attribute->name, more[i].name)) return true;
    return false;
}

struct ink_node *ink_pass_node(struct ink_pass *p, const struct ink_node *from, const char *domain, const char *op_type,
                               const struct ink_attribute *more, int more_count)
{
    struct ink_arena *arena = &p->s->arena;
    size_t most = (size_t)from->attribute_count + (size_t)more_count;
    struct ink_node *node = INK_ARENA_NEW(arena, struct ink_node);
    struct ink_attribute *attributes = INK_ARENA_ARRAY(arena, struct ink_attribute, most + 1);
    if (!node || !attributes) return NULL;
    *node = *from;
    node->attributes = attributes;
    node->attribute_count = 0;
    if (domain) node->domain = ink_view_text(domain);
    if (op_type) node->op_type = ink_view_text(op_type);
    for (int i = 0; i < from->attribute_count; i++)
        if (!is_replaced(&from->attributes[i], more, more_count))
            attributes[node->attribute_count++] = from->attributes[i];
    for (int i = 0; i < more_count; i++) attributes[node->attribute_count++] = more[i];
    return node;
}

ink_status ink_pass_new_step(struct ink_pass *p, struct ink_view name, const char *op_type,
                             const struct ink_attribute *attribute, int from, int to, struct ink_step *step)
{
    bool known;
    const struct ink_node *node = ink_pass_node(p, &(struct ink_node){.name = name}, NULL, op_type, attribute, 1);
    const struct ink_op *op = ink_op_find((struct ink_view){0}, ink_view_text(op_type), 13, &known);
    if (!node) return ink_pass_oom(p);
    *step = (struct ink_step){.outputs = &to, .ctx = {.out_count = 1, .types = {p->s->values[from].tensor.dtype}}};
    return ink_steps_replace(p->s, step, node, op, &from, 1, p->err);
}

const struct ink_tensor *ink_pass_weight(const struct ink_session *s, const struct ink_step *step, int i)
{
    if (i >= step->ctx.in_count || step->inputs[i] < 0 || !s->values[step->inputs[i]].weight) return NULL;
    return &s->values[step->inputs[i]].tensor;
}

/* --- fold: what depends on weights alone is a weight --- */

static ink_status fold(struct ink_pass *p, struct ink_step *step)
{
    struct ink_session *s = p->s;
    ink_status st = ink_bodies_pass(s, step, p->err);
    if (st || step->ctx.op->flags & INK_OP_SHAPES || !ink_plan_can_fold(s, step)) return st;
    st = ink_plan_fold(s, step, &s->arena, p->err);
    /* what fails in a body need not fail: the body may never run */
    if (st) return st == INK_E_NEED_DATA || (s->is_body && st != INK_E_OOM) ? INK_OK : st;
    for (int i = 0; i < step->ctx.out_count; i++)
        if (step->outputs[i] >= 0) s->values[step->outputs[i]].weight = true;
    step->removed = true;
    return INK_OK;
}

/* --- pass through: Identity, Dropout when nothing is trained, and Pad of nothing are not there --- */

/* training_mode is there and not known to be false; before opset 7 the operator knows. */
static bool may_train(const struct ink_session *s, const struct ink_step *step)
{
    if (step->ctx.op->since < 7) return step->ctx.op->flags & INK_OP_RANDOM;
    if (step->ctx.in_count < 3 || step->inputs[2] < 0) return false;
    const struct ink_value *mode = &s->values[step->inputs[2]];
    return !mode->weight || ink_tensor_count(&mode->tensor) != 1 || *(const uint8_t *)mode->tensor.data;
}

/* A Pad of zeros on all sides, which exporters write before pools. */
static bool pads_nothing(const struct ink_session *s, const struct ink_step *step)
{
    const struct ink_tensor *pads =
        is_op(step, "Pad") && step->ctx.op->since >= 11 ? ink_pass_weight(s, step, 1) : NULL;
    if (!pads || pads->dtype != INK_INT64) return false;
    for (size_t i = 0; i < ink_tensor_count(pads); i++)
        if (((const int64_t *)pads->data)[i]) return false;
    return true;
}

static ink_status pass_through(struct ink_pass *p, struct ink_step *step)
{
    const struct ink_session *s = p->s;
    bool nothing = is_op(step, "Identity") || (is_op(step, "Dropout") && !may_train(s, step)) || pads_nothing(s, step);
    if (!nothing || !has_one_output(step) || step->inputs[0] < 0) return INK_OK;
    int from = step->inputs[0], to = step->outputs[0];
    if (s->values[to].is_output) return INK_OK; /* its name is promised; a view costs nothing */
    p->instead[to] = from;
    p->uses[from] += p->uses[to] - 1;
    step->removed = true;
    return INK_OK;
}

/* --- Conv + BatchNormalization: y = (conv + b - mean) * scale / sqrt(var + epsilon) + shift is a Conv again --- */

struct ink_step *ink_pass_only_maker(const struct ink_pass *p, int value)
{
    const struct ink_session *s = p->s;
    int maker = value < 0 ? -1 : s->values[value].producer;
    if (maker < 0 || p->uses[value] != 1 || s->values[value].is_output) return NULL;
    struct ink_step *step = &s->steps[maker];
    return !step->removed && has_one_output(step) ? step : NULL;
}

void ink_pass_take_over(struct ink_session *s, struct ink_step *maker, struct ink_step *step)
{
    maker->outputs[0] = step->outputs[0];
    s->values[maker->outputs[0]].producer = (int)(maker - s->steps);
    ink_steps_connect(s, maker);
    step->removed = true;
}

static bool is_vector(const struct ink_tensor *t, size_t len)
{
    return t && t->dtype == INK_FLOAT && t->shape.rank == 1 && (size_t)t->shape.dims[0] == len;
}

static float *new_weight(struct ink_session *s, const struct ink_tensor *like, int *number)
{
    struct ink_tensor t = *like;
    t.data = ink_arena_alloc(&s->arena, ink_tensor_bytes(like), INK_ARENA_ALIGN);
    *number = t.data ? ink_steps_add_weight(s, &t, "folded") : -1;
    return *number < 0 ? NULL : t.data;
}

static ink_status fold_batch_norm(struct ink_pass *p, struct ink_step *norm)
{
    struct ink_session *s = p->s;
    if (!is_op(norm, "BatchNormalization") || norm->ctx.op->since < 7 || !has_one_output(norm)) return INK_OK;
    struct ink_step *conv = ink_pass_only_maker(p, norm->inputs[0]);
    const struct ink_tensor *w = conv && is_op(conv, "Conv") ? ink_pass_weight(s, conv, 1) : NULL;
    if (!w || w->dtype != INK_FLOAT || w->shape.rank < 3) return INK_OK;
    size_t channels = (size_t)w->shape.dims[0];
    const struct ink_tensor *norms[4]; /* scale, shift, mean, variance */
    for (int i = 0; i < 4; i++)
        if (!is_vector(norms[i] = ink_pass_weight(s, norm, i + 1), channels)) return INK_OK;
    bool has_bias = conv->ctx.in_count > 2 && conv->inputs[2] >= 0;
    const struct ink_tensor *bias = has_bias ? ink_pass_weight(s, conv, 2) : NULL;
    if (has_bias && !is_vector(bias, channels)) return INK_OK;
    int64_t spatial, training;
    float epsilon;
    if (ink_op_attr_i64(&norm->ctx, "spatial", 1, &spatial) ||
        ink_op_attr_i64(&norm->ctx, "training_mode", 0, &training) ||
        ink_op_attr_f32(&norm->ctx, "epsilon", 1e-5f, &epsilon) || spatial != 1 || training)
        return INK_OK;

    int inputs[3] = {conv->inputs[0], -1, -1};
    float *weight = new_weight(s, w, &inputs[1]);
    float *shift = new_weight(s, norms[0], &inputs[2]);
    if (!weight || !shift) return ink_fail(p->err, INK_E_OOM, "the model does not fit into memory");
    const float *gamma = norms[0]->data, *beta = norms[1]->data, *mean = norms[2]->data, *variance = norms[3]->data;
    size_t per_channel = ink_shape_span(&w->shape, 1, w->shape.rank);
    for (size_t c = 0; c < channels; c++) {
        /* in double: one rounding instead of three */
        double factor = gamma[c] / sqrt((double)variance[c] + (double)epsilon);
        for (size_t i = 0; i < per_channel; i++)
            weight[c * per_channel + i] = (float)(((const float *)w->data)[c * per_channel + i] * factor);
        double b = bias ? ((const float *)bias->data)[c] : 0;
        shift[c] = (float)((b - mean[c]) * factor + beta[c]);
    }
    ink_status st = ink_steps_replace(s, conv, conv->ctx.node, conv->ctx.op, inputs, 3, p->err);
    if (!st) ink_pass_take_over(s, conv, norm);
    return st;
}

/* --- the list --- */

static const struct pass {
    const char *name;
    ink_status (*run)(struct ink_pass *p, struct ink_step *step);
    ink_status (*run_whole)(struct ink_pass *p); /* instead: one that looks at all steps at once */
} passes[] = {
    {"fold constants", fold},
    {"pass through", pass_through},
    {"float16 in float32", .run_whole = ink_widen},
    {"fold batch normalisation into convolution", fold_batch_norm},
    {"operators written out in steps", ink_find_patterns},
    {"product and sum", ink_fuse_sum},
    {"product and residual", ink_fuse_residual},
    {"product and activation", ink_fuse_activation},
    {"channels last", .run_whole = ink_layout}, /* the last one: it makes values and steps anew */
};

static void count_uses(struct ink_pass *p)
{
    const struct ink_session *s = p->s;
    for (int v = 0; v < s->value_room; v++) {
        p->uses[v] = v < s->value_count && s->values[v].is_output;
        p->instead[v] = v;
    }
    for (int i = 0; i < s->step_count; i++)
        for (int k = 0; !s->steps[i].removed && k < s->steps[i].input_count; k++)
            if (s->steps[i].inputs[k] >= 0) p->uses[s->steps[i].inputs[k]]++;
}

/* Steps stand behind their makers, so what a pass put aside is found by all who use it. */
static void use_instead(const struct ink_pass *p, struct ink_step *step)
{
    for (int k = 0; k < step->input_count; k++)
        if (step->inputs[k] >= 0) step->inputs[k] = p->instead[step->inputs[k]];
    ink_steps_connect(p->s, step);
}

ink_status ink_passes_run(struct ink_session *s, struct ink_error *err)
{
    struct ink_error unheard = {0};
    struct ink_pass p = {.s = s, .err = err ? err : &unheard};
    p.uses = ink_calloc((size_t)s->value_room + 1, sizeof *p.uses);
    p.instead = ink_calloc((size_t)s->value_room + 1, sizeof *p.instead);
    ink_status st = p.uses && p.instead ? INK_OK : ink_fail(err, INK_E_OOM, "out of memory");
    for (size_t i = 0; !st && i < sizeof passes / sizeof passes[0]; i++) {
        count_uses(&p);
        for (int k = 0; !st && k < s->step_count; k++) {
            if (s->steps[k].removed) continue;
            use_instead(&p, &s->steps[k]);
            if (passes[i].run) st = passes[i].run(&p, &s->steps[k]);
        }
        if (!st && passes[i].run_whole) st = passes[i].run_whole(&p);
    }
    ink_free(p.uses);
    ink_free(p.instead);
    return st;
}
