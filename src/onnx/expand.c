/* SPDX-License-Identifier: MIT */
#include "onnx/expand.h"

#include "onnx/function.h"

struct expander {
    struct ink_functions functions; /* in scratch */
    struct ink_arena *arena;
    struct ink_arena scratch;
    struct ink_problems *problems;
    struct ink_graph *graph; /* its nodes and values grow, into room that was counted before */
};

/* --- attributes --- */

/* The value of an attribute that a function takes from its call; NULL where neither has one. */
static const struct ink_attribute *attribute_for(const struct ink_function *f, const struct ink_node *call,
                                                 struct ink_view name)
{
    for (int i = 0; i < call->attribute_count; i++)
        if (ink_view_equal(call->attributes[i].name, name)) return &call->attributes[i];
    for (int i = 0; i < f->proto->default_count; i++)
        if (ink_view_equal(f->proto->defaults[i].name, name)) return &f->proto->defaults[i];
    return NULL;
}

static bool is_graph(enum ink_attribute_kind kind)
{
    return kind == INK_ATTRIBUTE_GRAPH || kind == INK_ATTRIBUTE_GRAPHS;
}

static bool refers(const struct ink_node *node)
{
    for (int i = 0; i < node->attribute_count; i++)
        if (node->attributes[i].reference.len) return true;
    return false;
}

/* Gives a function's node the attributes of the call. good: false where one of them cannot be; a problem says why. */
static ink_status fill_attributes(struct expander *e, const struct ink_function *f, const struct ink_node *call,
                                  struct ink_arena *arena, struct ink_node *node, bool *good)
{
    *good = true;
    if (!refers(node)) return INK_OK;
    struct ink_attribute *filled = INK_ARENA_ARRAY(arena, struct ink_attribute, (size_t)node->attribute_count);
    if (!filled) return INK_E_OOM;
    int count = 0;
    for (int i = 0; i < node->attribute_count; i++) {
        const struct ink_attribute *a = &node->attributes[i];
        const struct ink_attribute *value = a->reference.len ? attribute_for(f, call, a->reference) : a;
        if (!value) continue;
        if (value != a && is_graph(value->kind)) {
            ink_problem_add(e->problems, INK_E_UNSUPPORTED, node,
                            "node %d: attribute %.*s of function %.*s is a graph, which is not supported",
                            node->position, INK_VIEW_ARGS(a->reference), INK_VIEW_ARGS(f->proto->name));
            *good = false;
        } else if (a->kind && a->kind != value->kind) {
            ink_problem_add(e->problems, INK_E_MODEL, node,
                            "node %d: attribute %.*s of function %.*s is not of the kind that its %.*s wants",
                            node->position, INK_VIEW_ARGS(a->reference), INK_VIEW_ARGS(f->proto->name),
                            INK_VIEW_ARGS(node->op_type));
            *good = false;
        }
        filled[count] = *value;
        filled[count++].name = a->name;
    }
    node->attributes = filled;
    node->attribute_count = count;
    return INK_OK;
}

/* --- one call --- */

enum { FRESH = -2 };

static void map_names(struct expander *e, const struct ink_function *f, const struct ink_graph_node *call, int *map)
{
    const struct ink_function_proto *proto = f->proto;
    for (int i = 0; i < f->names.count; i++) map[i] = i < proto->input_count ? -1 : FRESH;
    for (int i = 0; i < call->node->input_count; i++) map[i] = call->inputs[i];
    for (int i = 0; i < call->node->output_count; i++)
        if (call->outputs[i] >= 0 && map[f->outputs[i]] == FRESH) map[f->outputs[i]] = call->outputs[i];
    for (int i = 0; i < f->names.count; i++) {
        if (map[i] != FRESH) continue;
        map[i] = e->graph->value_count++;
        e->graph->values[map[i]] = (struct ink_graph_value){.name = f->names.names[i], .producer = -1};
    }
}

/* An output that is an input too, or another output: the caller's value is made from that. */
static ink_status copy_output(struct expander *e, const struct ink_function *f, const struct ink_node *call, int output,
                              int from, int to)
{
    static const struct ink_opset_import newest = {.version = 25}; /* of Identity: it takes every type */
    static const struct ink_opset_imports opsets = {&newest, 1};
    struct ink_node *node = INK_ARENA_NEW(e->arena, struct ink_node);
    int *numbers = INK_ARENA_ARRAY(e->arena, int, 2);
    if (!node || !numbers) return INK_E_OOM;
    *node = (struct ink_node){
        .name = call->name,
        .op_type = ink_view_text("Identity"),
        .inputs = &f->proto->outputs[output],
        .input_count = 1,
        .outputs = &f->proto->outputs[output],
        .output_count = 1,
        .position = call->position,
    };
    numbers[0] = from;
    numbers[1] = to;
    e->graph->nodes[e->graph->node_count++] = (struct ink_graph_node){node, &opsets, &numbers[0], &numbers[1]};
    return INK_OK;
}

/* A node of the function for this call; out->node is NULL where it cannot be. */
static ink_status instance(struct expander *e, const struct ink_function *f, const struct ink_node *call,
                           const struct ink_graph_node *linked, const int *map, struct ink_arena *arena,
                           struct ink_graph_node *out)
{
    struct ink_node *node = INK_ARENA_NEW(arena, struct ink_node);
    int *inputs = INK_ARENA_ARRAY(arena, int, (size_t)linked->node->input_count);
    int *outputs = INK_ARENA_ARRAY(arena, int, (size_t)linked->node->output_count);
    if (!node || !inputs || !outputs) return INK_E_OOM;
    *node = *linked->node;
    node->position = call->position;
    for (int i = 0; i < node->input_count; i++) inputs[i] = linked->inputs[i] < 0 ? -1 : map[linked->inputs[i]];
    for (int i = 0; i < node->output_count; i++) outputs[i] = linked->outputs[i] < 0 ? -1 : map[linked->outputs[i]];
    bool good;
    ink_status st = fill_attributes(e, f, call, arena, node, &good);
    *out = (struct ink_graph_node){good ? node : NULL, linked->opsets, inputs, outputs};
    return st;
}

static ink_status expand(struct expander *e, const struct ink_function *f, const struct ink_graph_node *call)
{
    struct ink_arena_mark mark = ink_arena_mark(&e->scratch);
    int *map = INK_ARENA_ARRAY(&e->scratch, int, (size_t)f->names.count);
    if (!map) return INK_E_OOM;
    map_names(e, f, call, map);
    ink_status st = INK_OK;
    for (int n = 0; !st && n < f->proto->node_count; n++) {
        struct ink_function *callee = f->callees[n];
        struct ink_graph_node node;
        st = instance(e, f, call->node, &f->nodes[n], map, callee ? &e->scratch : e->arena, &node);
        if (st || !node.node) continue;
        if (callee)
            st = expand(e, callee, &node);
        else
            e->graph->nodes[e->graph->node_count++] = node;
    }
    for (int i = 0; !st && i < call->node->output_count; i++) {
        int to = call->outputs[i], from = map[f->outputs[i]];
        if (to >= 0 && from != to) st = copy_output(e, f, call->node, i, from, to);
    }
    ink_arena_release(&e->scratch, mark);
    return st;
}

/* --- the whole --- */

/* Room for what all calls grow to. */
static ink_status make_room(struct expander *e, const struct ink_call_cost *cost)
{
    struct ink_graph *graph = e->graph;
    size_t values = (size_t)graph->value_count;
    struct ink_graph_value *grown = INK_ARENA_ARRAY(e->arena, struct ink_graph_value, values + (size_t)cost->values);
    graph->nodes = INK_ARENA_ARRAY(e->arena, struct ink_graph_node, (size_t)graph->node_count + (size_t)cost->nodes);
    if (!grown || !graph->nodes) return INK_E_OOM;
    memcpy(grown, graph->values, values * sizeof *grown);
    graph->values = grown;
    graph->node_count = 0;
    return INK_OK;
}

static ink_status expand_all(struct expander *e)
{
    const struct ink_graph_node *nodes = e->graph->nodes;
    int count = e->graph->node_count;
    struct ink_function **callees = INK_ARENA_ARRAY(&e->scratch, struct ink_function *, (size_t)count);
    bool *good = INK_ARENA_ARRAY(&e->scratch, bool, (size_t)count);
    struct ink_call_cost cost = {0};
    if (!callees || !good) return INK_E_OOM;
    for (int n = 0; n < count; n++) {
        const struct ink_node *node = nodes[n].node;
        ink_status st = ink_functions_admit(&e->functions, node, 1, NULL, &callees[n], &good[n]);
        if (st) return st;
        if (good[n] && callees[n]) ink_call_cost_add(&cost, callees[n], node);
        if (!refers(node)) continue;
        ink_problem_add(e->problems, INK_E_MODEL, node,
                        "node %d (%.*s): an attribute refers to that of a function, but the node is in none",
                        node->position, INK_VIEW_ARGS(node->op_type));
        good[n] = false;
    }
    bool fits = cost.nodes <= INK_CALLS_NODES_MAX && cost.work <= INK_CALLS_WORK_MAX;
    if (!fits) {
        ink_problem_add(e->problems, INK_E_UNSUPPORTED, NULL,
                        "its functions grow to more than %d nodes, or have too many arguments", INK_CALLS_NODES_MAX);
        cost = (struct ink_call_cost){0};
    }
    ink_status st = make_room(e, &cost);
    for (int n = 0; !st && n < count; n++) {
        if (!good[n]) continue;
        if (!callees[n])
            e->graph->nodes[e->graph->node_count++] = nodes[n];
        else if (fits)
            st = expand(e, callees[n], &nodes[n]);
    }
    return st;
}

static void set_producers(struct ink_graph *graph)
{
    for (int v = 0; v < graph->value_count; v++) graph->values[v].producer = -1;
    for (int n = 0; n < graph->node_count; n++)
        for (int i = 0; i < graph->nodes[n].node->output_count; i++)
            if (graph->nodes[n].outputs[i] >= 0) graph->values[graph->nodes[n].outputs[i]].producer = n;
}

ink_status ink_calls_expand(const struct ink_model *model, struct ink_arena *arena, struct ink_problems *problems,
                            struct ink_graph *graph)
{
    struct expander e = {.arena = arena, .problems = problems, .graph = graph};
    ink_arena_init(&e.scratch, arena->cap_bytes);
    ink_status st = ink_functions_init(&e.functions, model, &e.scratch, problems);
    if (!st) st = expand_all(&e);
    if (!st) set_producers(graph);
    ink_arena_cleanup(&e.scratch);
    return st;
}
