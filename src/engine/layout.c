/* SPDX-License-Identifier: MIT */
/* layout.c - convolutions and what lies between them work on pixels that are rows of channels (NHWC, ops/nhwc.h): there a
 * product needs no copy of its input, and everything else is vectors of channels. A Transpose stands where such a stretch of
 * the graph begins and ends.
 *
 * A value may exist in two forms: as the file means it (plain), and as its twin in NHWC. A step that can work on twins makes
 * twins; the plain form is made of it only where a step or an output of the model asks for it. */
#include "base/alloc.h"
#include "engine/fuse.h"
#include "kernels/move.h"
#include "ops/nhwc.h"

struct layout {
    struct ink_pass *p;
    struct ink_session *s;
    int *twin;   /* of each value, -1: none yet */
    int *rank;   /* of each value that has a twin */
    bool *plain; /* the plain form is there */
    struct ink_step *steps;
    int count, room;
};

/* --- which steps, and how --- */

enum way {
    STAYS,       /* works on plain values */
    CONVOLUTION, /* makes a twin of its input where there is none */
    POOL,        /* has another name */
    ELEMENTWISE, /* the same function of one twin */
    BROADCAST,   /* the same function of several twins and of weights, which are turned */
    AXIS,        /* has an axis, that moves */
    AXES,        /* has a list of axes, that move; Reduce... may leave the dimensions in their plain order */
    SHUFFLE,     /* Reshape, Transpose, Reshape: groups of channels, one taken from each in turn */
};

static const struct rule {
    const char *name;
    enum way way;
    const char *nhwc; /* operator of the internal domain; NULL: it keeps its own */
} rules[] = {
    {"Conv", CONVOLUTION, "NhwcConv"},
    {"MaxPool", POOL, "NhwcMaxPool"},
    {"AveragePool", POOL, "NhwcAveragePool"},
    {"GlobalAveragePool", POOL, "NhwcGlobalAveragePool"},
    {"Relu", ELEMENTWISE, NULL},
    {"LeakyRelu", ELEMENTWISE, NULL},
    {"Clip", ELEMENTWISE, NULL},
    {"Sigmoid", ELEMENTWISE, NULL},
    {"HardSigmoid", ELEMENTWISE, NULL},
    {"HardSwish", ELEMENTWISE, NULL},
    {"Tanh", ELEMENTWISE, NULL},
    {"Elu", ELEMENTWISE, NULL},
    {"Selu", ELEMENTWISE, NULL},
    {"Softplus", ELEMENTWISE, NULL},
    {"Gelu", ELEMENTWISE, NULL},
    {"Swish", ELEMENTWISE, NULL},
    {"Mish", ELEMENTWISE, NULL},
    {"Erf", ELEMENTWISE, NULL},
    {"Exp", ELEMENTWISE, NULL},
    {"Sqrt", ELEMENTWISE, NULL},
    {"Abs", ELEMENTWISE, NULL},
    {"Neg", ELEMENTWISE, NULL},
    {"Add", BROADCAST, NULL},
    {"Sub", BROADCAST, NULL},
    {"Mul", BROADCAST, NULL},
    {"Div", BROADCAST, NULL},
    {"PRelu", BROADCAST, NULL},
    {"Concat", AXIS, NULL},
    {"Split", AXIS, NULL},
    {"Slice", AXES, NULL},
    {"ReduceMean", AXES, NULL},
    {"ReduceMax", AXES, NULL},
    {"ReduceSum", AXES, NULL},
    {"Reshape", SHUFFLE, "NhwcShuffle"},
};

static const struct rule *rule_of(const struct ink_step *step)
{
    const char *domain = step->ctx.op->domain;
    bool known = !domain[0] || !strcmp(domain, INK_OP_DOMAIN_INTERNAL);
    for (size_t i = 0; known && i < sizeof rules / sizeof *rules; i++)
        if (!strcmp(rules[i].name, step->ctx.op->name)) return &rules[i];
    return NULL;
}

static bool has_twin(const struct layout *l, int value)
{
    return value >= 0 && l->twin[value] >= 0;
}

/* A weight with one element is the same in every layout. */
static bool is_single(const struct layout *l, const struct ink_step *step, int i)
{
    const struct ink_tensor *weight = ink_pass_weight(l->s, step, i);
    return weight && ink_tensor_count(weight) == 1;
}

static bool can_convolve(const struct layout *l, const struct ink_step *step)
{
    const struct ink_tensor *w = ink_pass_weight(l->s, step, 1);
    bool added = step->ctx.in_count > 3 && step->inputs[3] >= 0;
    return w && w->dtype == INK_FLOAT && w->shape.rank >= 3 && w->shape.rank <= 5 &&
           (!added || has_twin(l, step->inputs[3]));
}

/* Twins of one rank, and weights of no higher one. */
static bool can_broadcast(const struct layout *l, const struct ink_step *step, int *rank)
{
    *rank = 0;
    if (step->ctx.op->since < 7 && strcmp(step->ctx.op->name, "PRelu"))
        return false; /* broadcasting had another form */
    for (int i = 0; i < step->ctx.in_count; i++) {
        if (!has_twin(l, step->inputs[i])) continue;
        int own = l->rank[step->inputs[i]];
        if (*rank && *rank != own) return false;
        *rank = own;
    }
    for (int i = 0; *rank && i < step->ctx.in_count; i++) {
        const struct ink_tensor *weight = ink_pass_weight(l->s, step, i);
        if (!has_twin(l, step->inputs[i]) && (!weight || weight->shape.rank > *rank)) return false;
    }
    return *rank != 0;
}

/* An axis of the plain form as one of the twin; -1: it is none. */
static int64_t moved(int64_t axis, int rank)
{
    if (axis < -rank || axis >= rank) return -1;
    if (axis < 0) axis += rank;
    return axis == 0 ? 0 : axis == 1 ? rank - 1 : axis - 1;
}

/* The axis of a step whose inputs are all twins (its second input may be a weight: lengths). */
static bool can_move_axis(const struct layout *l, const struct ink_step *step, int64_t *axis)
{
    bool split = !strcmp(step->ctx.op->name, "Split");
    for (int i = 0; i < (split ? 1 : step->ctx.in_count); i++)
        if (!has_twin(l, step->inputs[i]) || l->rank[step->inputs[i]] != l->rank[step->inputs[0]]) return false;
    if (step->ctx.in_count == 0 || (split && step->ctx.in_count > 1 && !ink_pass_weight(l->s, step, 1))) return false;
    if (ink_op_attr_i64(&step->ctx, "axis", split ? 0 : 1, axis)) return false;
    *axis = moved(*axis, l->rank[step->inputs[0]]);
    return *axis >= 0;
}

/* The argument that lists the axes, in versions that have one; -1: they are an attribute. */
static int axes_argument(const struct ink_op *op)
{
    if (!strcmp(op->name, "Slice")) return op->since >= 10 ? 3 : -1;
    return op->since >= (strcmp(op->name, "ReduceSum") ? 18 : 13) ? 1 : -1;
}

/* The axes of a step, moved, in the model's arena; *count 0: they are not known. */
static int64_t *moved_axes(const struct layout *l, const struct ink_step *step, int rank, size_t *count)
{
    int argument = axes_argument(step->ctx.op);
    const struct ink_attribute *attribute = ink_node_attribute(step->ctx.node, "axes");
    const struct ink_tensor *weight = argument < 0 ? NULL : ink_pass_weight(l->s, step, argument);
    const int64_t *axes = NULL;
    *count = 0;
    if (argument >= 0 && weight && weight->dtype == INK_INT64) {
        axes = weight->data;
        *count = ink_tensor_count(weight);
    } else if (argument < 0 && attribute && attribute->kind == INK_ATTRIBUTE_INTS) {
        axes = attribute->ints;
        *count = attribute->count;
    }
    int64_t *out = *count ? INK_ARENA_ARRAY(&l->s->arena, int64_t, *count) : NULL;
    for (size_t i = 0; out && i < *count; i++)
        if ((out[i] = moved(axes[i], rank)) < 0) *count = 0;
    if (!out) *count = 0;
    return out;
}

/* Whether a reduction that drops its axes leaves the others as they are in the plain form: where the channels go, or all
 * that stands between them and the batch. */
static bool leaves_plain(const int64_t *axes, size_t count, int rank)
{
    unsigned gone = 0;
    for (size_t i = 0; i < count; i++) gone |= 1u << axes[i];
    unsigned between = ((1u << rank) - 1) & ~1u & ~(1u << (rank - 1));
    return gone >> (rank - 1) & 1 || (gone & between) == between;
}

/* Slice keeps its rank; a reduction does with keepdims. */
static bool keeps_rank(const struct ink_step *step)
{
    int64_t keep = 1;
    return !strcmp(step->ctx.op->name, "Slice") || (!ink_op_attr_i64(&step->ctx, "keepdims", 1, &keep) && keep);
}

static bool can_move_axes(const struct layout *l, const struct ink_step *step)
{
    if (!has_twin(l, step->inputs[0])) return false;
    int rank = l->rank[step->inputs[0]];
    size_t count;
    const int64_t *axes = moved_axes(l, step, rank, &count);
    for (int i = 1; i < step->ctx.in_count; i++)
        if (step->inputs[i] >= 0 && !ink_pass_weight(l->s, step, i)) return false;
    return count && (keeps_rank(step) || leaves_plain(axes, count, rank));
}

/* --- Reshape to [N, g, C / g, ...], Transpose of the two, Reshape back --- */

static struct ink_step *only_user(const struct layout *l, const struct ink_step *step, const char *name)
{
    const struct ink_session *s = l->s;
    int value = step->outputs[0];
    if (s->values[value].is_output || l->p->uses[value] != 1) return NULL;
    for (struct ink_step *user = (struct ink_step *)step + 1; user < s->steps + s->step_count; user++)
        for (int i = 0; !user->removed && i < user->input_count; i++)
            if (user->inputs[i] == value) return i == 0 && ink_pass_is_op(user, "", name) ? user : NULL;
    return NULL;
}

static bool swaps_two(const struct ink_step *step, int rank)
{
    const struct ink_attribute *perm = ink_node_attribute(step->ctx.node, "perm");
    if (!perm || perm->kind != INK_ATTRIBUTE_INTS || perm->count != (size_t)rank) return false;
    for (int d = 0; d < rank; d++)
        if (perm->ints[d] != (d == 1 ? 2 : d == 2 ? 1 : d)) return false;
    return true;
}

/* The last step of a shuffle that begins here, and how many groups it has; NULL: it is none. Shapes must be known. */
static struct ink_step *shuffle_at(const struct layout *l, const struct ink_step *first, int64_t *groups)
{
    const struct ink_session *s = l->s;
    if (!has_twin(l, first->inputs[0]) || l->p->uses[first->inputs[0]] < 1) return NULL;
    struct ink_step *turn = only_user(l, first, "Transpose"), *last = turn ? only_user(l, turn, "Reshape") : NULL;
    if (!last) return NULL;
    const struct ink_value *x = &s->values[first->inputs[0]], *parts = &s->values[first->outputs[0]];
    const struct ink_value *y = &s->values[last->outputs[0]];
    if (!x->shaped || !parts->shaped || !y->shaped || !ink_shape_equal(&x->tensor.shape, &y->tensor.shape)) return NULL;
    const struct ink_shape *whole = &x->tensor.shape, *split = &parts->tensor.shape;
    if (split->rank != whole->rank + 1 || !swaps_two(turn, split->rank) || split->dims[0] != whole->dims[0])
        return NULL;
    for (int d = 2; d < whole->rank; d++)
        if (split->dims[d + 1] != whole->dims[d]) return NULL;
    *groups = split->dims[1];
    return *groups > 0 ? last : NULL;
}

static bool is_float(const struct ink_step *step)
{
    return step->ctx.types[0] == INK_FLOAT;
}

/* The way of a step, and the rank of the twins that it makes. */
static enum way way_of(const struct layout *l, const struct ink_step *step, const struct rule *rule, int *rank,
                       int64_t *axis)
{
    int first = step->ctx.in_count ? step->inputs[0] : -1;
    if (!rule || !is_float(step) || first < 0) return STAYS;
    *rank = has_twin(l, first) ? l->rank[first] : 0;
    switch (rule->way) {
    case CONVOLUTION:
        if (!can_convolve(l, step)) return STAYS;
        *rank = ink_pass_weight(l->s, step, 1)->shape.rank;
        break;
    case POOL:
        for (int i = 1; i < step->ctx.out_count; i++)
            if (step->outputs[i] >= 0) return STAYS; /* MaxPool's places are numbered as in the plain form */
        if (!*rank) return STAYS;
        break;
    case ELEMENTWISE:
        for (int i = 1; i < step->ctx.in_count; i++)
            if (step->inputs[i] >= 0 && !is_single(l, step, i)) return STAYS;
        if (!*rank) return STAYS;
        break;
    case BROADCAST:
        if (!can_broadcast(l, step, rank)) return STAYS;
        break;
    case AXIS:
        if (!can_move_axis(l, step, axis)) return STAYS;
        break;
    case AXES:
        if (!can_move_axes(l, step)) return STAYS;
        break;
    case SHUFFLE:
        if (!shuffle_at(l, step, axis)) return STAYS;
        break;
    case STAYS: break;
    }
    return rule->way;
}

/* --- making values and steps --- */

static int new_value(struct layout *l, int like)
{
    struct ink_session *s = l->s;
    s->values[s->value_count] = (struct ink_value){
        .tensor = {.dtype = INK_FLOAT, .shape.rank = INK_RANK_UNKNOWN}, .name = s->values[like].name, .producer = -1};
    l->twin[s->value_count] = -1;
    l->plain[s->value_count] = true;
    return s->value_count++;
}

/* A Transpose from value to value, under the name of what asks for it. */
static ink_status add_transpose(struct layout *l, struct ink_view name, int from, int to, int rank, bool to_nhwc)
{
    int64_t *order = INK_ARENA_ARRAY(&l->s->arena, int64_t, (size_t)rank);
    if (!order) return ink_pass_oom(l->p);
    for (int d = 1; d < rank; d++) order[d] = to_nhwc ? d % (rank - 1) + 1 : d == 1 ? rank - 1 : d - 1;
    struct ink_attribute perm = {ink_view_text("perm"), INK_ATTRIBUTE_INTS, .count = (size_t)rank};
    perm.ints = order;
    return ink_pass_new_step(l->p, name, "Transpose", &perm, from, to, &l->steps[l->count++]);
}

static ink_status want_twin(struct layout *l, struct ink_view name, int value, int rank)
{
    if (l->twin[value] >= 0) return INK_OK;
    l->twin[value] = new_value(l, value);
    l->rank[value] = rank;
    return add_transpose(l, name, value, l->twin[value], rank, true);
}

static ink_status want_plain(struct layout *l, struct ink_view name, int value)
{
    if (value < 0 || l->plain[value]) return INK_OK;
    l->plain[value] = true;
    return add_transpose(l, name, l->twin[value], value, l->rank[value], false);
}

/* A weight of a rank up to `rank`, broadcast against twins: leading dimensions of 1, then turned. */
static ink_status turn_weight(struct layout *l, const struct ink_tensor *weight, int rank, int *number)
{
    struct ink_shape plain = {.rank = rank};
    for (int d = 0; d < rank; d++) {
        int own = d - (rank - weight->shape.rank);
        plain.dims[d] = own < 0 ? 1 : weight->shape.dims[own];
    }
    struct ink_tensor turned = {.dtype = weight->dtype, .shape = ink_nhwc_of_nchw(&plain)};
    struct ink_move move = {.rank = rank};
    for (int d = 0; d < rank; d++) {
        int source = d == 0 ? 0 : d == rank - 1 ? 1 : d + 1;
        move.dims[d] = (size_t)plain.dims[source];
        move.steps[d] = (ptrdiff_t)ink_shape_span(&plain, source + 1, rank);
    }
    turned.data = ink_arena_alloc(&l->s->arena, ink_tensor_bytes(&turned), INK_ARENA_ALIGN);
    if (!turned.data) return ink_pass_oom(l->p);
    ink_move(&move, sizeof(float), weight->data, turned.data);
    *number = ink_steps_add_weight(l->s, &turned, "turned");
    if (*number < 0) return ink_pass_oom(l->p);
    l->twin[*number] = -1;
    l->plain[*number] = true;
    return INK_OK;
}

/* --- a step on twins --- */

/* The inputs of a step on twins: twins, turned weights, and what is the same in both forms. */
static ink_status inputs_of(struct layout *l, const struct ink_step *step, enum way way, int rank, int *inputs)
{
    ink_status st = INK_OK;
    for (int i = 0; !st && i < step->ctx.in_count; i++) {
        int v = step->inputs[i];
        inputs[i] = v;
        bool picture = way == CONVOLUTION ? i == 0 || i == 3 : v >= 0 && l->twin[v] >= 0;
        if (v >= 0 && picture) {
            st = want_twin(l, step->ctx.node->name, v, rank);
            inputs[i] = l->twin[v];
        } else if (way == BROADCAST && !is_single(l, step, i)) {
            st = turn_weight(l, ink_pass_weight(l->s, step, i), rank, &inputs[i]);
        }
    }
    return st;
}

/* A list of axes as a weight. */
static ink_status axes_weight(struct layout *l, int64_t *axes, size_t count, int *number)
{
    struct ink_tensor t = {.dtype = INK_INT64, .shape = {.rank = 1, .dims = {(int64_t)count}}, .data = axes};
    *number = ink_steps_add_weight(l->s, &t, "axes");
    if (*number < 0) return ink_pass_oom(l->p);
    l->twin[*number] = -1;
    l->plain[*number] = true;
    return INK_OK;
}

/* What a step on twins has instead of its own attribute or argument. */
static ink_status adjust(struct layout *l, const struct ink_step *step, enum way way, int rank, int64_t axis,
                         struct ink_attribute *instead, int *inputs)
{
    if (way == AXIS || way == SHUFFLE) {
        const char *name = way == AXIS ? "axis" : "groups";
        *instead = (struct ink_attribute){ink_view_text(name), INK_ATTRIBUTE_INT, .count = 1};
        instead->i = axis;
    }
    if (way != AXES) return INK_OK;
    size_t count;
    int64_t *axes = moved_axes(l, step, rank, &count);
    if (!axes) return ink_pass_oom(l->p);
    int argument = axes_argument(step->ctx.op);
    if (argument >= 0) return axes_weight(l, axes, count, &inputs[argument]);
    *instead = (struct ink_attribute){ink_view_text("axes"), INK_ATTRIBUTE_INTS, .count = count};
    instead->ints = axes;
    return INK_OK;
}

/* The steps of a shuffle are one; it makes what the last of them made. */
static void take_over_shuffle(struct layout *l, struct ink_step *step)
{
    int64_t groups;
    struct ink_step *last = shuffle_at(l, step, &groups), *turn = only_user(l, step, "Transpose");
    step->outputs[0] = last->outputs[0];
    turn->removed = last->removed = true;
}

static ink_status turn_step(struct layout *l, struct ink_step *step, const struct rule *rule, int rank, int64_t axis)
{
    bool known, plain = rule->way == AXES && !keeps_rank(step);
    const struct ink_op *op = step->ctx.op;
    const struct ink_node *node = step->ctx.node;
    struct ink_attribute instead = {{0}};
    int *inputs = INK_ARENA_ARRAY(&l->s->arena, int, (size_t)step->ctx.in_count);
    if (!inputs) return ink_pass_oom(l->p);
    ink_status st = inputs_of(l, step, rule->way, rank, inputs);
    if (!st) st = adjust(l, step, rule->way, rank, axis, &instead, inputs);
    if (st) return st;
    if (rule->way == SHUFFLE) take_over_shuffle(l, step);
    if (rule->nhwc || instead.name.len) {
        node = ink_pass_node(l->p, node, rule->nhwc ? INK_OP_DOMAIN_INTERNAL : NULL, rule->nhwc, &instead,
                             instead.name.len ? 1 : 0);
        if (!node) return ink_pass_oom(l->p);
        if (rule->nhwc) op = ink_op_find(node->domain, node->op_type, 1, &known);
    }
    int count = rule->way == SHUFFLE ? 1 : step->ctx.in_count;
    st = ink_steps_replace(l->s, step, node, op, inputs, count, l->p->err);
    for (int i = 0; plain && !st && i < step->ctx.out_count; i++)
        if (step->outputs[i] >= 0) l->plain[step->outputs[i]] = true;
    for (int i = 0; !plain && !st && i < step->ctx.out_count; i++) {
        int v = step->outputs[i];
        if (v < 0) continue;
        l->twin[v] = new_value(l, v);
        l->rank[v] = rank;
        l->plain[v] = false;
        step->outputs[i] = l->twin[v];
    }
    if (!st) l->steps[l->count++] = *step;
    return st;
}

static ink_status keep_step(struct layout *l, const struct ink_step *step)
{
    ink_status st = INK_OK;
    for (int i = 0; !st && i < step->input_count; i++) st = want_plain(l, step->ctx.node->name, step->inputs[i]);
    l->steps[l->count++] = *step;
    return st;
}

static ink_status lay_out_steps(struct layout *l)
{
    struct ink_session *s = l->s;
    ink_status st = INK_OK;
    for (int i = 0; !st && i < s->step_count; i++) {
        struct ink_step *step = &s->steps[i];
        if (step->removed) continue;
        int rank = 0;
        int64_t axis = 0;
        const struct rule *rule = rule_of(step);
        st = way_of(l, step, rule, &rank, &axis) == STAYS ? keep_step(l, step) : turn_step(l, step, rule, rank, axis);
    }
    for (int i = 0; !st && i < s->graph.output_count; i++)
        st = want_plain(l, s->values[s->outputs[i]].name, s->outputs[i]);
    return st;
}

/* --- the whole --- */

static bool has_convolution(const struct ink_session *s)
{
    for (int i = 0; i < s->step_count; i++) {
        const struct rule *rule = s->steps[i].removed ? NULL : rule_of(&s->steps[i]);
        if (rule && rule->way == CONVOLUTION && is_float(&s->steps[i])) return true;
    }
    return false;
}

/* Values that twins and turned weights may take at most: one for each argument. */
static int most_new_values(const struct ink_session *s)
{
    int most = 0;
    for (int i = 0; i < s->step_count; i++)
        if (!s->steps[i].removed) most += s->steps[i].input_count + s->steps[i].ctx.out_count;
    return most;
}

static ink_status begin(struct layout *l)
{
    struct ink_session *s = l->s;
    int values = s->value_count + most_new_values(s);
    if (values > s->value_room) {
        struct ink_value *larger = INK_ARENA_ARRAY(&s->arena, struct ink_value, (size_t)values);
        if (!larger) return ink_pass_oom(l->p);
        memcpy(larger, s->values, (size_t)s->value_count * sizeof *larger);
        s->values = larger;
        s->value_room = values;
        for (int i = 0; i < s->step_count; i++)
            if (!s->steps[i].removed) ink_steps_connect(s, &s->steps[i]);
    }
    l->room = s->step_count + values; /* and a Transpose for each value, at most */
    l->steps = INK_ARENA_ARRAY(&s->arena, struct ink_step, (size_t)l->room);
    l->twin = ink_calloc((size_t)values + 1, sizeof *l->twin);
    l->rank = ink_calloc((size_t)values + 1, sizeof *l->rank);
    l->plain = ink_calloc((size_t)values + 1, sizeof *l->plain);
    if (!l->steps || !l->twin || !l->rank || !l->plain) return ink_pass_oom(l->p);
    for (int v = 0; v < s->value_count; v++) {
        l->twin[v] = -1;
        l->plain[v] = true;
    }
    return INK_OK;
}

ink_status ink_layout(struct ink_pass *p)
{
    struct ink_session *s = p->s;
    struct layout l = {.p = p, .s = s};
    if (!has_convolution(s)) return INK_OK;
    ink_status st = begin(&l);
    if (!st) st = lay_out_steps(&l);
    if (!st) {
        s->steps = l.steps;
        s->step_count = l.count;
        for (int i = 0; i < l.count; i++) {
            ink_steps_connect(s, &l.steps[i]);
            for (int k = 0; k < l.steps[i].ctx.out_count; k++)
                if (l.steps[i].outputs[k] >= 0) s->values[l.steps[i].outputs[k]].producer = i;
        }
    }
    ink_free(l.twin);
    ink_free(l.rank);
    ink_free(l.plain);
    return st;
}
