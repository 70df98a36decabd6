/* SPDX-License-Identifier: MIT */
#include "onnx/gradient.h"

enum {
    GRADIENTS_MAX = 16,  /* of a graph: each goes through all of its nodes */
    RULE_NODES_MAX = 16, /* what a rule makes at most, sums of several uses included */
};

struct maker {
    struct ink_resolver *r;
    struct ink_graph *graph; /* nodes and values grow into room that was counted before */
    const struct ink_graph_node *of;
    int *slope;    /* of each value: that of y by it; NONE */
    bool *depends; /* on one of the xs */
    bool oom;
};

enum { NONE = -1 };

/* --- new nodes --- */

static const struct ink_opset_import own[] = {{.version = 25}, {{(const uint8_t *)"inkling", 7}, 1}};
const struct ink_opset_imports ink_graph_own_opsets = {own, 2};

/* One output, made of a and b (NONE: of a alone). */
static int make(struct maker *m, const char *op, int a, int b)
{
    struct ink_graph *graph = m->graph;
    struct ink_node *node = INK_ARENA_NEW(m->r->arena, struct ink_node);
    struct ink_view *names = INK_ARENA_ARRAY(m->r->arena, struct ink_view, 3);
    int *numbers = INK_ARENA_ARRAY(m->r->arena, int, 3);
    if (!node || !names || !numbers) {
        m->oom = true;
        return NONE;
    }
    *node = (struct ink_node){.name = m->of->node->name,
                              .op_type = ink_view_text(op),
                              .domain = strcmp(op, "SumTo") ? own[0].domain : own[1].domain,
                              .inputs = names,
                              .input_count = b == NONE ? 1 : 2,
                              .outputs = names + 2,
                              .output_count = 1,
                              .position = m->of->node->position};
    numbers[0] = a;
    numbers[1] = b;
    numbers[2] = graph->value_count++;
    for (int i = 0; i < node->input_count; i++) names[i] = graph->values[numbers[i]].name;
    names[2] = ink_view_text("slope");
    graph->values[numbers[2]] = (struct ink_graph_value){.name = names[2], .producer = graph->node_count};
    graph->nodes[graph->node_count++] = (struct ink_graph_node){.node = node,
                                                                .opsets = &ink_graph_own_opsets,
                                                                .inputs = numbers,
                                                                .input_count = node->input_count,
                                                                .outputs = numbers + 2};
    return numbers[2];
}

/* A value full of 0 or 1, of the type and shape of another one. */
static int filled(struct maker *m, bool one, int like)
{
    static float values[2] = {0, 1};
    static const struct ink_stored_tensor stored[] = {{{(const uint8_t *)"0", 1}, {INK_FLOAT, {0}, &values[0]}},
                                                      {{(const uint8_t *)"1", 1}, {INK_FLOAT, {0}, &values[1]}}};
    int constant = m->graph->value_count++;
    m->graph->values[constant] =
        (struct ink_graph_value){.name = stored[one].name, .stored = &stored[one], .producer = -1};
    int typed = make(m, "CastLike", constant, like), shape = make(m, "Shape", like, NONE);
    return m->oom ? NONE : make(m, "Expand", typed, shape);
}

/* --- rules --- */

/* Adds to the slope of an input. */
static void give(struct maker *m, int input, int more)
{
    if (m->oom || input < 0 || !m->depends[input]) return;
    int sum = make(m, "SumTo", more, input);
    if (!m->oom && m->slope[input] != NONE) sum = make(m, "Add", m->slope[input], sum);
    m->slope[input] = sum;
}

enum rule { SAME, ADD, SUB, MUL, DIV, NEG, EXP, LOG, SQRT, TANH, SIGMOID, RELU, SIN, COS };

static const struct {
    const char *op;
    enum rule rule;
} rules[] = {{"Identity", SAME},   {"Add", ADD},   {"Sub", SUB}, {"Mul", MUL},   {"Div", DIV},
             {"Neg", NEG},         {"Exp", EXP},   {"Log", LOG}, {"Sqrt", SQRT}, {"Tanh", TANH},
             {"Sigmoid", SIGMOID}, {"Relu", RELU}, {"Sin", SIN}, {"Cos", COS}};

/* What y changes by with c = op(a, b) is g; what it changes by with a, and b? */
static void apply(struct maker *m, enum rule rule, int a, int b, int c, int g)
{
    int t;
    switch (rule) {
    case SAME: give(m, a, g); break;
    case ADD:
        give(m, a, g);
        give(m, b, g);
        break;
    case SUB:
        give(m, a, g);
        give(m, b, make(m, "Neg", g, NONE));
        break;
    case MUL:
        give(m, a, make(m, "Mul", g, b));
        give(m, b, make(m, "Mul", g, a));
        break;
    case DIV: /* g / b and -g a / b^2 */
        t = make(m, "Div", g, b);
        give(m, a, t);
        if (!m->oom) t = make(m, "Mul", t, c);
        if (!m->oom) give(m, b, make(m, "Neg", t, NONE));
        break;
    case NEG: give(m, a, make(m, "Neg", g, NONE)); break;
    case EXP: give(m, a, make(m, "Mul", g, c)); break;
    case LOG: give(m, a, make(m, "Div", g, a)); break;
    case SQRT: /* g / 2c */
        t = make(m, "Add", c, c);
        if (!m->oom) give(m, a, make(m, "Div", g, t));
        break;
    case TANH: /* g - g c^2 */
        t = make(m, "Mul", c, c);
        if (!m->oom) t = make(m, "Mul", g, t);
        if (!m->oom) give(m, a, make(m, "Sub", g, t));
        break;
    case SIGMOID: /* g (c - c^2) */
        t = make(m, "Mul", c, c);
        if (!m->oom) t = make(m, "Sub", c, t);
        if (!m->oom) give(m, a, make(m, "Mul", g, t));
        break;
    case RELU: /* c is 0 or above */
        t = make(m, "Sign", c, NONE);
        if (!m->oom) give(m, a, make(m, "Mul", g, t));
        break;
    case SIN:
        t = make(m, "Cos", a, NONE);
        if (!m->oom) give(m, a, make(m, "Mul", g, t));
        break;
    case COS:
        t = make(m, "Sin", a, NONE);
        if (!m->oom) t = make(m, "Mul", g, t);
        if (!m->oom) give(m, a, make(m, "Neg", t, NONE));
        break;
    }
}

/* False where there is no rule. Attributes (broadcast, before version 7) change what an operator is. */
static bool differentiate(struct maker *m, const struct ink_graph_node *n)
{
    const struct ink_node *node = n->node;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (node->domain.len || !ink_view_is(node->op_type, rules[i].op)) continue;
        bool binary = rules[i].rule >= ADD && rules[i].rule <= DIV;
        if (node->attribute_count || node->input_count != 1 + binary || node->output_count != 1) return false;
        if (n->inputs[0] < 0 || (binary && n->inputs[1] < 0)) return false;
        apply(m, rules[i].rule, n->inputs[0], binary ? n->inputs[1] : NONE, n->outputs[0], m->slope[n->outputs[0]]);
        return true;
    }
    return false;
}

/* --- one Gradient --- */

static bool is_gradient(const struct ink_node *node)
{
    return ink_view_is(node->op_type, "Gradient") && ink_view_is(node->domain, "ai.onnx.preview.training");
}

bool ink_gradients_any(const struct ink_graph *graph)
{
    for (int n = 0; n < graph->node_count; n++)
        if (is_gradient(graph->nodes[n].node)) return true;
    return false;
}

static const struct ink_attribute *attribute(const struct ink_node *node, const char *name,
                                             enum ink_attribute_kind kind)
{
    const struct ink_attribute *a = ink_node_attribute(node, name);
    return a && a->kind == kind ? a : NULL;
}

/* The values that it is about: its inputs must be the very ones that xs, then zs name. NULL where they are not. */
static const char *check(const struct ink_names *names, const struct ink_graph_node *n, int *x_count, int *y)
{
    const struct ink_attribute *xs = attribute(n->node, "xs", INK_ATTRIBUTE_STRINGS),
                               *zs = attribute(n->node, "zs", INK_ATTRIBUTE_STRINGS),
                               *of = attribute(n->node, "y", INK_ATTRIBUTE_STRING);
    if (!xs || !of) return "attribute xs or y is missing";
    size_t count = xs->count + (zs ? zs->count : 0);
    if (count != (size_t)n->node->input_count || (size_t)n->node->output_count > xs->count)
        return "it has not an input for each of xs and zs, and an output for each of xs";
    for (size_t i = 0; i < count; i++) {
        struct ink_view name = i < xs->count ? xs->strings[i] : zs->strings[i - xs->count];
        if (n->inputs[i] < 0 || ink_names_find(names, name) != n->inputs[i])
            return "its inputs are others than those that xs and zs name, which is not supported";
    }
    *x_count = (int)xs->count;
    *y = ink_names_find(names, of->s);
    return *y < 0 ? "nothing makes its y" : NULL;
}

static void refuse(const struct maker *m, const struct ink_node *node, const char *why)
{
    ink_problem_add(m->r->problems, INK_E_UNSUPPORTED, m->of->node, "node %d (Gradient): %.*s%s", m->of->node->position,
                    INK_VIEW_ARGS(node ? node->op_type : (struct ink_view){0}), why);
}

/* Nodes [0, count) are those of the file, in order. */
static void expand(struct maker *m, const struct ink_names *names, int count)
{
    const struct ink_graph *graph = m->graph;
    int x_count, y;
    const char *wrong = check(names, m->of, &x_count, &y);
    if (wrong) {
        refuse(m, NULL, wrong);
        return;
    }
    int before = graph->value_count;
    for (int v = 0; v < before; v++) {
        m->slope[v] = NONE;
        m->depends[v] = false;
    }
    for (int i = 0; i < m->of->node->input_count; i++) m->depends[m->of->inputs[i]] = i < x_count;
    for (int n = 0; n < count; n++) { /* zs, and xs that are made of others, stay what they are */
        bool any = false;
        for (int i = 0; i < graph->nodes[n].input_count; i++)
            any = any || (graph->nodes[n].inputs[i] >= 0 && m->depends[graph->nodes[n].inputs[i]]);
        for (int i = 0; any && i < graph->nodes[n].node->output_count; i++) {
            int v = graph->nodes[n].outputs[i];
            bool named = false;
            for (int k = 0; k < m->of->node->input_count; k++) named = named || m->of->inputs[k] == v;
            if (v >= 0 && !named) m->depends[v] = true;
        }
    }
    if (m->depends[y]) m->slope[y] = filled(m, true, y);
    for (int n = count - 1; !m->oom && n >= 0; n--) {
        const struct ink_graph_node *node = &graph->nodes[n];
        bool on_the_way = false, is_x = false;
        for (int i = 0; i < node->node->output_count; i++) {
            int v = node->outputs[i];
            on_the_way = on_the_way || (v >= 0 && m->depends[v] && m->slope[v] != NONE);
            for (int k = 0; k < m->of->node->input_count; k++) is_x = is_x || m->of->inputs[k] == v;
        }
        if (on_the_way && !is_x && !differentiate(m, node)) {
            refuse(m, node->node, " has no derivative here");
            return;
        }
    }
    for (int i = 0; !m->oom && i < m->of->node->output_count; i++) {
        if (m->of->outputs[i] < 0) continue;
        int x = m->of->inputs[i], slope = m->slope[x] != NONE ? m->slope[x] : filled(m, false, x);
        if (m->oom) return;
        make(m, "Identity", slope, NONE);
        if (!m->oom) graph->nodes[graph->node_count - 1].outputs[0] = m->of->outputs[i];
    }
}

/* --- all of them --- */

ink_status ink_gradients_expand(struct ink_resolver *r, const struct ink_names *names, struct ink_graph *graph)
{
    int gradients = 0, outputs = 0, kept = 0, count = graph->node_count, inputs = 0;
    for (int n = 0; n < count; n++) {
        if (!is_gradient(graph->nodes[n].node)) continue;
        gradients++;
        outputs += graph->nodes[n].node->output_count;
        inputs += graph->nodes[n].node->input_count;
    }
    if (gradients > GRADIENTS_MAX || inputs > 1 << 10) {
        ink_problem_add(r->problems, INK_E_UNSUPPORTED, NULL, "more than %d Gradients, or of too many values",
                        GRADIENTS_MAX);
        return INK_OK;
    }
    size_t most = (size_t)gradients * (size_t)count * RULE_NODES_MAX + (size_t)outputs * RULE_NODES_MAX + 16;
    struct ink_graph_node *nodes = INK_ARENA_ARRAY(r->arena, struct ink_graph_node, (size_t)count + most);
    struct ink_graph_node *found = INK_ARENA_ARRAY(&r->scratch, struct ink_graph_node, (size_t)gradients);
    struct ink_graph_value *values =
        INK_ARENA_ARRAY(r->arena, struct ink_graph_value, (size_t)graph->value_count + most);
    struct maker m = {.r = r, .graph = graph};
    m.slope = INK_ARENA_ARRAY(&r->scratch, int, (size_t)graph->value_count + most);
    m.depends = INK_ARENA_ARRAY(&r->scratch, bool, (size_t)graph->value_count + most);
    if (!nodes || !found || !values || !m.slope || !m.depends) return INK_E_OOM;
    gradients = 0;
    for (int n = 0; n < count; n++) {
        if (is_gradient(graph->nodes[n].node))
            found[gradients++] = graph->nodes[n];
        else
            nodes[kept++] = graph->nodes[n];
    }
    memcpy(values, graph->values, (size_t)graph->value_count * sizeof *values);
    graph->values = values;
    graph->nodes = nodes;
    graph->node_count = kept;
    for (int i = 0; !m.oom && i < gradients; i++) {
        m.of = &found[i];
        expand(&m, names, kept);
    }
    return m.oom ? INK_E_OOM : INK_OK;
}
