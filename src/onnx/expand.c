/* SPDX-License-Identifier: MIT */
#include "onnx/expand.h"

struct expander {
    struct ink_resolver *r;
    struct ink_graph *graph; /* its nodes and values grow, into room that was counted before */
};

/* --- attributes --- */

/* The value of an attribute that a function takes from its call; NULL where neither has one. */
static const struct ink_attribute *attribute_for(const struct ink_call *call, struct ink_view name)
{
    const struct ink_function_proto *proto = call->function->proto;
    for (int i = 0; i < call->node->attribute_count; i++)
        if (ink_view_equal(call->node->attributes[i].name, name)) return &call->node->attributes[i];
    for (int i = 0; i < proto->default_count; i++)
        if (ink_view_equal(proto->defaults[i].name, name)) return &proto->defaults[i];
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

ink_status ink_attributes_fill(struct ink_resolver *r, const struct ink_call *call, struct ink_arena *arena,
                               struct ink_node *node, bool *good)
{
    *good = true;
    if (!refers(node)) return INK_OK;
    struct ink_attribute *filled = INK_ARENA_ARRAY(arena, struct ink_attribute, (size_t)node->attribute_count);
    if (!filled) return INK_E_OOM;
    int count = 0;
    for (int i = 0; i < node->attribute_count; i++) {
        const struct ink_attribute *a = &node->attributes[i];
        const struct ink_attribute *value = a->reference.len ? attribute_for(call, a->reference) : a;
        if (!value) continue;
        if (value != a && is_graph(value->kind)) {
            ink_problem_add(r->problems, INK_E_UNSUPPORTED, node,
                            "node %d: attribute %.*s of function %.*s is a graph, which is not supported",
                            node->position, INK_VIEW_ARGS(a->reference), INK_VIEW_ARGS(call->function->proto->name));
            *good = false;
        } else if (a->kind && a->kind != value->kind) {
            ink_problem_add(r->problems, INK_E_MODEL, node,
                            "node %d: attribute %.*s of function %.*s is not of the kind that its %.*s wants",
                            node->position, INK_VIEW_ARGS(a->reference), INK_VIEW_ARGS(call->function->proto->name),
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
    struct ink_node *node = INK_ARENA_NEW(e->r->arena, struct ink_node);
    int *numbers = INK_ARENA_ARRAY(e->r->arena, int, 2);
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
    e->graph->nodes[e->graph->node_count++] = (struct ink_graph_node){
        .node = node, .opsets = &opsets, .inputs = &numbers[0], .input_count = 1, .outputs = &numbers[1]};
    return INK_OK;
}

/* What the bodies of a function's node take from the function, for this call. */
static void take_for_bodies(struct expander *e, const struct ink_function *f, const int *map,
                            struct ink_graph_node *node)
{
    for (int k = 0; k < node->body_count; k++) {
        struct ink_graph_body *b = &node->bodies[k];
        b->first = node->input_count;
        for (int i = 0; i < ink_body_taken_count(b); i++) {
            struct ink_view name = ink_body_taken(b, i);
            int at = ink_names_find(&f->names, name);
            if (at < 0)
                ink_problem_add(e->r->problems, INK_E_MODEL, node->node,
                                "node %d: a body in function %.*s wants %.*s, which nothing makes",
                                node->node->position, INK_VIEW_ARGS(f->proto->name), INK_VIEW_ARGS(name));
            node->inputs[node->input_count++] = at < 0 ? -1 : map[at];
        }
    }
}

/* A node of the function for this call; out->node is NULL where it cannot be. A call has no bodies. */
static ink_status instance(struct expander *e, const struct ink_function *f, const struct ink_node *call,
                           const struct ink_graph_node *linked, const int *map, bool is_call,
                           struct ink_graph_node *out)
{
    struct ink_arena *arena = is_call ? &e->r->scratch : e->r->arena;
    struct ink_node *node = INK_ARENA_NEW(arena, struct ink_node);
    struct ink_call of = {f, call};
    size_t taken = 0;
    bool good;
    *out = (struct ink_graph_node){.node = node, .opsets = linked->opsets, .input_count = linked->node->input_count};
    if (!node) return INK_E_OOM;
    *node = *linked->node;
    node->position = call->position;
    ink_status st = ink_attributes_fill(e->r, &of, arena, node, &good);
    if (!st && good && !is_call) st = ink_bodies_resolve(e->r, node, linked->opsets, &of, out, &taken);
    if (st) return st;
    out->inputs = INK_ARENA_ARRAY(arena, int, (size_t)node->input_count + taken);
    out->outputs = INK_ARENA_ARRAY(arena, int, (size_t)node->output_count);
    if (!out->inputs || !out->outputs) return INK_E_OOM;
    for (int i = 0; i < node->input_count; i++) out->inputs[i] = linked->inputs[i] < 0 ? -1 : map[linked->inputs[i]];
    for (int i = 0; i < node->output_count; i++)
        out->outputs[i] = linked->outputs[i] < 0 ? -1 : map[linked->outputs[i]];
    take_for_bodies(e, f, map, out);
    if (!good) out->node = NULL;
    return INK_OK;
}

static ink_status expand(struct expander *e, const struct ink_function *f, const struct ink_graph_node *call)
{
    struct ink_arena_mark mark = ink_arena_mark(&e->r->scratch);
    int *map = INK_ARENA_ARRAY(&e->r->scratch, int, (size_t)f->names.count);
    if (!map) return INK_E_OOM;
    map_names(e, f, call, map);
    ink_status st = INK_OK;
    for (int n = 0; !st && n < f->proto->node_count; n++) {
        struct ink_function *callee = f->callees[n];
        struct ink_graph_node node;
        st = instance(e, f, call->node, &f->nodes[n], map, callee != NULL, &node);
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
    ink_arena_release(&e->r->scratch, mark);
    return st;
}

/* --- the whole --- */

/* Room for what all calls grow to. */
static ink_status make_room(struct expander *e, const struct ink_call_cost *cost)
{
    struct ink_graph *graph = e->graph;
    size_t values = (size_t)graph->value_count;
    struct ink_graph_value *grown = INK_ARENA_ARRAY(e->r->arena, struct ink_graph_value, values + (size_t)cost->values);
    graph->nodes = INK_ARENA_ARRAY(e->r->arena, struct ink_graph_node, (size_t)graph->node_count + (size_t)cost->nodes);
    if (!grown || !graph->nodes) return INK_E_OOM;
    memcpy(grown, graph->values, values * sizeof *grown);
    graph->values = grown;
    graph->node_count = 0;
    return INK_OK;
}

/* Whether calls in a graph may grow to that, with those in all graphs before. */
static bool affordable(struct ink_resolver *r, const struct ink_call_cost *cost)
{
    r->spent.nodes += cost->nodes;
    r->spent.work += cost->work;
    return r->spent.nodes <= INK_CALLS_NODES_MAX && r->spent.work <= INK_CALLS_WORK_MAX;
}

static ink_status expand_all(struct expander *e, const struct ink_call *call)
{
    const struct ink_graph_node *nodes = e->graph->nodes;
    int count = e->graph->node_count;
    struct ink_function **callees = INK_ARENA_ARRAY(&e->r->scratch, struct ink_function *, (size_t)count);
    bool *good = INK_ARENA_ARRAY(&e->r->scratch, bool, (size_t)count);
    struct ink_call_cost cost = {0};
    if (!callees || !good) return INK_E_OOM;
    for (int n = 0; n < count; n++) {
        const struct ink_node *node = nodes[n].node;
        ink_status st = ink_functions_admit(&e->r->functions, node, 1, NULL, &callees[n], &good[n]);
        if (st) return st;
        if (good[n] && callees[n]) ink_call_cost_add(&cost, callees[n], node);
        if (call || !refers(node)) continue;
        ink_problem_add(e->r->problems, INK_E_MODEL, node,
                        "node %d (%.*s): an attribute refers to that of a function, but the node is in none",
                        node->position, INK_VIEW_ARGS(node->op_type));
        good[n] = false;
    }
    bool fits = call || affordable(e->r, &cost);
    if (!fits) {
        ink_problem_add(e->r->problems, INK_E_UNSUPPORTED, NULL,
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

void ink_graph_set_producers(struct ink_graph *graph)
{
    for (int v = 0; v < graph->value_count; v++) graph->values[v].producer = -1;
    for (int n = 0; n < graph->node_count; n++)
        for (int i = 0; i < graph->nodes[n].node->output_count; i++)
            if (graph->nodes[n].outputs[i] >= 0) graph->values[graph->nodes[n].outputs[i]].producer = n;
}

ink_status ink_calls_expand(struct ink_resolver *r, const struct ink_call *call, struct ink_graph *graph)
{
    struct expander e = {r, graph};
    ink_status st = expand_all(&e, call);
    if (!st) ink_graph_set_producers(graph);
    return st;
}
