/* SPDX-License-Identifier: MIT */
#include "onnx/graph.h"

#include "onnx/expand.h"
#include "onnx/gradient.h"
#include "onnx/link.h"
#include "onnx/sparse.h"

/* --- what makes values: a value's number is its name's --- */

struct scope {
    struct ink_names names;
    struct ink_graph *graph;
    bool body;
};

/* The value of that name, made if it is new. */
static struct ink_graph_value *intern(struct scope *scope, struct ink_view name)
{
    struct ink_graph *graph = scope->graph;
    int v = ink_names_add(&scope->names, name);
    if (v == graph->value_count)
        graph->values[graph->value_count++] = (struct ink_graph_value){.name = name, .producer = -1};
    return &graph->values[v];
}

static void add_initializer(struct scope *scope, const struct ink_stored_tensor *stored, struct ink_problems *problems)
{
    struct ink_graph_value *v = intern(scope, stored->name);
    if (v->stored)
        ink_problem_add(problems, INK_E_MODEL, NULL, "initializer %.*s is there twice", INK_VIEW_ARGS(v->name));
    v->stored = stored;
}

static ink_status add_initializers(const struct ink_graph_proto *g, struct scope *scope, struct ink_arena *arena,
                                   struct ink_problems *problems)
{
    for (int i = 0; i < g->initializer_count; i++) add_initializer(scope, &g->initializers[i], problems);
    struct ink_stored_tensor *dense = INK_ARENA_ARRAY(arena, struct ink_stored_tensor, (size_t)g->sparse_count);
    if (!dense) return INK_E_OOM;
    for (int i = 0; i < g->sparse_count; i++) {
        const struct ink_sparse_tensor *sparse = &g->sparse_initializers[i];
        struct ink_error why = {0};
        dense[i].name = sparse->values.name;
        ink_status st = ink_sparse_spread(sparse, arena, &dense[i].tensor, &why);
        if (st == INK_E_OOM) return st;
        if (st)
            ink_problem_add(problems, st, NULL, "sparse initializer %.*s: %s", INK_VIEW_ARGS(dense[i].name), why.text);
        add_initializer(scope, &dense[i], problems);
    }
    return INK_OK;
}

static void add_inputs(const struct ink_graph_proto *g, struct scope *scope, struct ink_graph *out,
                       struct ink_problems *problems)
{
    for (int i = 0; i < g->input_count; i++) {
        struct ink_graph_value *v = intern(scope, g->inputs[i].name);
        if (v->is_input)
            ink_problem_add(problems, INK_E_MODEL, NULL, "input %.*s is there twice", INK_VIEW_ARGS(v->name));
        v->declared = &g->inputs[i];
        if (scope->body) v->stored = NULL;      /* its node brings all inputs, by their place */
        if (v->stored || v->is_input) continue; /* a weight that is listed as an input too (IR version 3 wanted that) */
        v->is_input = true;
        out->inputs[out->input_count++] = (int)(v - out->values);
    }
    out->formal_count = out->input_count;
}

static void add_node_outputs(struct scope *scope, struct ink_problems *problems)
{
    for (int n = 0; n < scope->graph->node_count; n++) {
        const struct ink_node *node = scope->graph->nodes[n].node;
        for (int i = 0; i < node->output_count; i++) {
            if (node->outputs[i].len == 0) continue;
            struct ink_graph_value *v = intern(scope, node->outputs[i]);
            if (v->stored || v->is_input || v->producer >= 0)
                ink_problem_add(problems, INK_E_MODEL, node, "node %d (%.*s) makes %.*s, which is there already",
                                node->position, INK_VIEW_ARGS(node->op_type), INK_VIEW_ARGS(v->name));
            v->producer = n;
        }
    }
}

static void add_declarations(const struct ink_graph_proto *g, struct scope *scope)
{
    for (int i = 0; i < g->value_count + g->output_count; i++) {
        const struct ink_value_info *info = i < g->value_count ? &g->values[i] : &g->outputs[i - g->value_count];
        int v = ink_names_find(&scope->names, info->name);
        if (v >= 0 && !scope->graph->values[v].declared) scope->graph->values[v].declared = info;
    }
}

/* --- what a body takes from outside: every name that nothing in it makes --- */

static void take(struct scope *scope, struct ink_view name)
{
    struct ink_graph *graph = scope->graph;
    if (!name.len || ink_names_find(&scope->names, name) >= 0) return;
    struct ink_graph_value *v = intern(scope, name);
    v->is_input = true;
    graph->inputs[graph->input_count++] = (int)(v - graph->values);
}

static void take_from_outside(const struct ink_graph_proto *g, struct scope *scope)
{
    for (int n = 0; n < scope->graph->node_count; n++) {
        const struct ink_graph_node *node = &scope->graph->nodes[n];
        for (int i = 0; i < node->node->input_count; i++) take(scope, node->node->inputs[i]);
        for (int b = 0; b < node->body_count; b++)
            for (int i = 0; i < ink_body_taken_count(&node->bodies[b]); i++)
                take(scope, ink_body_taken(&node->bodies[b], i));
    }
    for (int i = 0; i < g->output_count; i++) take(scope, g->outputs[i].name);
}

int ink_body_taken_count(const struct ink_graph_body *body)
{
    return body->graph.input_count - body->graph.formal_count;
}

struct ink_view ink_body_taken(const struct ink_graph_body *body, int i)
{
    return body->graph.values[body->graph.inputs[body->graph.formal_count + i]].name;
}

/* --- in what order --- */

static bool is_sorted(const struct ink_graph *graph)
{
    for (int n = 0; n < graph->node_count; n++)
        for (int i = 0; i < graph->nodes[n].input_count; i++) {
            int v = graph->nodes[n].inputs[i];
            if (v >= 0 && graph->values[v].producer >= n) return false;
        }
    return true;
}

/* Kahn's algorithm (1962): a node is placed when all of its makers are; who waits for whom is a linked list through
 * `next`. The order of the file stays where it is one in which nodes can run. */
static ink_status sort_nodes(struct ink_graph *graph, struct ink_arena *arena, struct ink_problems *problems)
{
    if (is_sorted(graph)) return INK_OK;
    const struct ink_graph_node *nodes = graph->nodes;
    int count = graph->node_count;
    size_t edges = 0;
    for (int n = 0; n < count; n++) edges += (size_t)nodes[n].input_count;
    struct ink_graph_node *sorted = INK_ARENA_ARRAY(arena, struct ink_graph_node, (size_t)count);
    int *waits = INK_ARENA_ARRAY(arena, int, (size_t)count); /* makers that are not placed yet */
    int *first = INK_ARENA_ARRAY(arena, int, (size_t)count); /* edge + 1 of the first user of a node's outputs */
    int *next = INK_ARENA_ARRAY(arena, int, edges + 1);
    int *user = INK_ARENA_ARRAY(arena, int, edges + 1);
    int *ready = INK_ARENA_ARRAY(arena, int, (size_t)count);
    if (!sorted || !waits || !first || !next || !user || !ready) return INK_E_OOM;

    int edge = 0, head = 0, tail = 0, placed = 0;
    for (int n = count - 1; n >= 0; n--) {
        for (int i = 0; i < nodes[n].input_count; i++) {
            int v = nodes[n].inputs[i];
            int maker = v >= 0 ? graph->values[v].producer : -1;
            if (maker < 0) continue;
            waits[n]++;
            user[edge] = n;
            next[edge] = first[maker];
            first[maker] = ++edge;
        }
    }
    for (int n = 0; n < count; n++)
        if (!waits[n]) ready[tail++] = n;
    while (head < tail) {
        int n = ready[head++];
        sorted[placed++] = nodes[n];
        for (int e = first[n]; e; e = next[e - 1])
            if (--waits[user[e - 1]] == 0) ready[tail++] = user[e - 1];
    }
    graph->nodes = sorted;
    graph->node_count = placed;
    if (placed == count) return INK_OK;
    for (int n = 0; n < count; n++) {
        if (!waits[n]) continue;
        ink_problem_add(problems, INK_E_MODEL, nodes[n].node,
                        "node %d (%.*s) waits for its own output: the graph has a cycle", nodes[n].node->position,
                        INK_VIEW_ARGS(nodes[n].node->op_type));
        break;
    }
    return INK_OK;
}

/* --- the whole --- */

/* The nodes with their bodies; in a function those of one call. */
static ink_status take_nodes(struct ink_resolver *r, const struct ink_graph_proto *g,
                             const struct ink_opset_imports *opsets, const struct ink_call *call, struct ink_graph *out,
                             size_t *taken)
{
    struct ink_node *filled = call ? INK_ARENA_ARRAY(r->arena, struct ink_node, (size_t)g->node_count) : NULL;
    out->nodes = INK_ARENA_ARRAY(r->arena, struct ink_graph_node, (size_t)g->node_count);
    if (!out->nodes || (call && !filled)) return INK_E_OOM;
    *taken = 0;
    ink_status st = INK_OK;
    for (int n = 0; !st && n < g->node_count; n++) {
        const struct ink_node *node = &g->nodes[n];
        bool good = true;
        size_t more = 0;
        if (call) {
            filled[n] = *node;
            node = &filled[n];
            st = ink_attributes_fill(r, call, r->arena, &filled[n], &good);
        }
        struct ink_graph_node *linked = &out->nodes[out->node_count++];
        *linked = (struct ink_graph_node){.node = node, .opsets = opsets};
        if (!st && good && !ink_functions_find(&r->functions, node))
            st = ink_bodies_resolve(r, node, opsets, call, linked, &more);
        *taken += more;
    }
    return st;
}

static ink_status resolve(struct ink_resolver *r, const struct ink_graph_proto *g,
                          const struct ink_opset_imports *opsets, const struct ink_call *call, bool body,
                          struct ink_graph *out)
{
    struct ink_arena *arena = r->arena;
    struct scope scope = {.graph = out, .body = body};
    size_t taken;
    *out = (struct ink_graph){0};
    ink_status st = take_nodes(r, g, opsets, call, out, &taken);
    if (st) return st;
    size_t values = (size_t)g->initializer_count + (size_t)g->sparse_count + (size_t)g->input_count;
    for (int n = 0; n < g->node_count; n++) values += (size_t)g->nodes[n].output_count;
    if (body) {
        taken += (size_t)g->output_count;
        for (int n = 0; n < g->node_count; n++) taken += (size_t)g->nodes[n].input_count;
        values += taken;
    }
    out->values = INK_ARENA_ARRAY(arena, struct ink_graph_value, values + 1);
    out->inputs = INK_ARENA_ARRAY(arena, int, (size_t)g->input_count + (body ? taken : 0));
    out->outputs = INK_ARENA_ARRAY(arena, int, (size_t)g->output_count);
    st = ink_names_init(&scope.names, values, arena);
    if (st || !out->values || !out->inputs || !out->outputs) return INK_E_OOM;

    st = add_initializers(g, &scope, arena, r->problems);
    if (st) return st;
    add_inputs(g, &scope, out, r->problems);
    add_node_outputs(&scope, r->problems);
    if (body) take_from_outside(g, &scope);
    add_declarations(g, &scope);
    for (int i = 0; i < g->output_count; i++) {
        int v = ink_names_find(&scope.names, g->outputs[i].name);
        if (v < 0)
            ink_problem_add(r->problems, INK_E_MODEL, NULL, "output %.*s is made by nothing",
                            INK_VIEW_ARGS(g->outputs[i].name));
        else
            out->outputs[out->output_count++] = v;
    }
    st = ink_nodes_link(out->nodes, out->node_count, &scope.names, NULL, arena, r->problems);
    if (!st) st = ink_calls_expand(r, call, out);
    if (!st) st = sort_nodes(out, arena, r->problems);
    if (st || !ink_gradients_any(out)) return st;
    ink_graph_set_producers(out);
    st = ink_gradients_expand(r, &scope.names, out);
    if (st) return st;
    ink_graph_set_producers(out);
    return sort_nodes(out, arena, r->problems);
}

ink_status ink_bodies_resolve(struct ink_resolver *r, const struct ink_node *node,
                              const struct ink_opset_imports *opsets, const struct ink_call *call,
                              struct ink_graph_node *out, size_t *taken)
{
    int count = 0;
    for (int i = 0; i < node->attribute_count; i++) count += node->attributes[i].kind == INK_ATTRIBUTE_GRAPH;
    *taken = 0;
    out->bodies = count ? INK_ARENA_ARRAY(r->arena, struct ink_graph_body, (size_t)count) : NULL;
    if (count && !out->bodies) return INK_E_OOM;
    for (int i = 0; i < node->attribute_count; i++) {
        const struct ink_attribute *a = &node->attributes[i];
        if (a->kind != INK_ATTRIBUTE_GRAPH || a->reference.len) continue;
        struct ink_graph_body *body = &out->bodies[out->body_count++];
        body->name = a->name;
        struct ink_problem_place outside = ink_problems_enter(r->problems, node, a->name);
        ink_status st = resolve(r, a->graphs, opsets, call, true, &body->graph);
        r->problems->place = outside;
        if (st) return st;
        *taken += (size_t)ink_body_taken_count(body);
    }
    return INK_OK;
}

ink_status ink_graph_resolve(const struct ink_model *model, struct ink_arena *arena, struct ink_problems *problems,
                             struct ink_graph *out, struct ink_error *err)
{
    struct ink_resolver r = {.model = model, .arena = arena, .problems = problems};
    ink_arena_init(&r.scratch, arena->cap_bytes);
    ink_status st = ink_functions_init(&r.functions, model, &r.scratch, problems);
    if (!st) st = resolve(&r, &model->graph, &model->opsets, NULL, false, out);
    ink_arena_cleanup(&r.scratch);
    return st ? ink_fail(err, st, "the graph does not fit into memory") : INK_OK;
}
