/* SPDX-License-Identifier: MIT */
#include "onnx/graph.h"

#include "base/clock.h"
#include "onnx/sparse.h"

/* --- names: an open-addressing hash table of value numbers --- */

struct names {
    int *slots; /* value number + 1; 0 is free */
    size_t mask;
    uint64_t seed; /* so that nobody can prepare names that meet in one slot */
    struct ink_graph *graph;
};

/* FNV-1a (Fowler, Noll, Vo) */
static uint64_t hash_of(struct ink_view name, uint64_t seed)
{
    uint64_t hash = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < name.len; i++) hash = (hash ^ name.data[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

static int *slot_of(const struct names *names, struct ink_view name)
{
    size_t at = hash_of(name, names->seed) & names->mask;
    while (names->slots[at] && !ink_view_equal(names->graph->values[names->slots[at] - 1].name, name))
        at = (at + 1) & names->mask;
    return &names->slots[at];
}

static int find(const struct names *names, struct ink_view name)
{
    return *slot_of(names, name) - 1;
}

/* The value of that name, made if it is new. */
static struct ink_graph_value *intern(struct names *names, struct ink_view name)
{
    int *slot = slot_of(names, name);
    if (!*slot) {
        names->graph->values[names->graph->value_count] = (struct ink_graph_value){.name = name, .producer = -1};
        *slot = ++names->graph->value_count;
    }
    return &names->graph->values[*slot - 1];
}

/* --- what makes values --- */

static void add_initializer(struct names *names, const struct ink_stored_tensor *stored, struct ink_problems *problems)
{
    struct ink_graph_value *v = intern(names, stored->name);
    if (v->stored)
        ink_problem_add(problems, INK_E_MODEL, NULL, "initializer %.*s is there twice", INK_VIEW_ARGS(v->name));
    v->stored = stored;
}

static ink_status add_initializers(const struct ink_graph_proto *g, struct names *names, struct ink_arena *arena,
                                   struct ink_problems *problems)
{
    for (int i = 0; i < g->initializer_count; i++) add_initializer(names, &g->initializers[i], problems);
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
        add_initializer(names, &dense[i], problems);
    }
    return INK_OK;
}

static void add_inputs(const struct ink_graph_proto *g, struct names *names, struct ink_graph *out,
                       struct ink_problems *problems)
{
    for (int i = 0; i < g->input_count; i++) {
        struct ink_graph_value *v = intern(names, g->inputs[i].name);
        if (v->is_input)
            ink_problem_add(problems, INK_E_MODEL, NULL, "input %.*s is there twice", INK_VIEW_ARGS(v->name));
        v->declared = &g->inputs[i];
        if (v->stored || v->is_input) continue; /* a weight that is listed as an input too (IR version 3 wanted that) */
        v->is_input = true;
        out->inputs[out->input_count++] = (int)(v - out->values);
    }
}

static void add_node_outputs(const struct ink_graph_proto *g, struct names *names, struct ink_problems *problems)
{
    for (int n = 0; n < g->node_count; n++) {
        const struct ink_node *node = &g->nodes[n];
        for (int i = 0; i < node->output_count; i++) {
            if (node->outputs[i].len == 0) continue;
            struct ink_graph_value *v = intern(names, node->outputs[i]);
            if (v->stored || v->is_input || v->producer >= 0)
                ink_problem_add(problems, INK_E_MODEL, node, "node %d (%.*s) makes %.*s, which is there already",
                                node->position, INK_VIEW_ARGS(node->op_type), INK_VIEW_ARGS(v->name));
            v->producer = n;
        }
    }
}

static void add_declarations(const struct ink_graph_proto *g, struct names *names)
{
    for (int i = 0; i < g->value_count + g->output_count; i++) {
        const struct ink_value_info *info = i < g->value_count ? &g->values[i] : &g->outputs[i - g->value_count];
        int v = find(names, info->name);
        if (v >= 0 && !names->graph->values[v].declared) names->graph->values[v].declared = info;
    }
}

/* --- who uses them --- */

static ink_status link_nodes(const struct ink_graph_proto *g, const struct names *names, struct ink_arena *arena,
                             struct ink_graph_node *nodes, struct ink_problems *problems)
{
    for (int n = 0; n < g->node_count; n++) {
        const struct ink_node *node = &g->nodes[n];
        nodes[n] = (struct ink_graph_node){
            .node = node,
            .inputs = INK_ARENA_ARRAY(arena, int, (size_t)node->input_count),
            .outputs = INK_ARENA_ARRAY(arena, int, (size_t)node->output_count),
        };
        if (!nodes[n].inputs || !nodes[n].outputs) return INK_E_OOM;
        for (int i = 0; i < node->input_count; i++) {
            nodes[n].inputs[i] = node->inputs[i].len ? find(names, node->inputs[i]) : -1;
            if (node->inputs[i].len && nodes[n].inputs[i] < 0)
                ink_problem_add(problems, INK_E_MODEL, node, "node %d (%.*s) wants %.*s, which nothing makes",
                                node->position, INK_VIEW_ARGS(node->op_type), INK_VIEW_ARGS(node->inputs[i]));
        }
        for (int i = 0; i < node->output_count; i++)
            nodes[n].outputs[i] = node->outputs[i].len ? find(names, node->outputs[i]) : -1;
    }
    return INK_OK;
}

static bool is_sorted(const struct ink_graph *graph, const struct ink_graph_node *nodes, int count)
{
    for (int n = 0; n < count; n++)
        for (int i = 0; i < nodes[n].node->input_count; i++)
            if (nodes[n].inputs[i] >= 0 && graph->values[nodes[n].inputs[i]].producer >= n) return false;
    return true;
}

/* Kahn's algorithm (1962): a node is placed when all of its makers are; who waits for whom is a linked list through
 * `next`. The order of the file stays where it is one in which nodes can run. */
static ink_status sort_nodes(struct ink_graph *out, const struct ink_graph_node *nodes, int count,
                             struct ink_arena *scratch, struct ink_problems *problems)
{
    if (is_sorted(out, nodes, count)) {
        memcpy(out->nodes, nodes, (size_t)count * sizeof *nodes);
        out->node_count = count;
        return INK_OK;
    }
    size_t edges = 0;
    for (int n = 0; n < count; n++) edges += (size_t)nodes[n].node->input_count;
    int *waits = INK_ARENA_ARRAY(scratch, int, (size_t)count); /* makers that are not placed yet */
    int *first = INK_ARENA_ARRAY(scratch, int, (size_t)count); /* edge + 1 of the first user of a node's outputs */
    int *next = INK_ARENA_ARRAY(scratch, int, edges + 1);
    int *user = INK_ARENA_ARRAY(scratch, int, edges + 1);
    int *ready = INK_ARENA_ARRAY(scratch, int, (size_t)count);
    if (!waits || !first || !next || !user || !ready) return INK_E_OOM;

    int edge = 0, head = 0, tail = 0;
    for (int n = count - 1; n >= 0; n--) {
        for (int i = 0; i < nodes[n].node->input_count; i++) {
            int v = nodes[n].inputs[i];
            int maker = v >= 0 ? out->values[v].producer : -1;
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
        out->nodes[out->node_count++] = nodes[n];
        for (int e = first[n]; e; e = next[e - 1])
            if (--waits[user[e - 1]] == 0) ready[tail++] = user[e - 1];
    }
    if (out->node_count == count) return INK_OK;
    for (int n = 0; n < count; n++) {
        if (!waits[n]) continue;
        ink_problem_add(problems, INK_E_MODEL, nodes[n].node,
                        "node %d (%.*s) waits for its own output: the graph has a cycle", nodes[n].node->position,
                        INK_VIEW_ARGS(nodes[n].node->op_type));
        break;
    }
    return INK_OK;
}

ink_status ink_graph_resolve(const struct ink_model *model, struct ink_arena *arena, struct ink_problems *problems,
                             struct ink_graph *out, struct ink_error *err)
{
    const struct ink_graph_proto *g = &model->graph;
    size_t values = (size_t)g->initializer_count + (size_t)g->sparse_count + (size_t)g->input_count;
    for (int n = 0; n < g->node_count; n++) values += (size_t)g->nodes[n].output_count;
    size_t slots = 16;
    while (slots < 2 * values) slots *= 2;

    *out = (struct ink_graph){
        .values = INK_ARENA_ARRAY(arena, struct ink_graph_value, values + 1),
        .nodes = INK_ARENA_ARRAY(arena, struct ink_graph_node, (size_t)g->node_count),
        .inputs = INK_ARENA_ARRAY(arena, int, (size_t)g->input_count),
        .outputs = INK_ARENA_ARRAY(arena, int, (size_t)g->output_count),
    };
    struct names names = {INK_ARENA_ARRAY(arena, int, slots), slots - 1, ink_clock_us() ^ (uintptr_t)out, out};
    struct ink_graph_node *nodes = INK_ARENA_ARRAY(arena, struct ink_graph_node, (size_t)g->node_count);
    if (!out->values || !out->nodes || !out->inputs || !out->outputs || !names.slots || !nodes)
        return ink_fail(err, INK_E_OOM, "the graph does not fit into memory");

    ink_status st = add_initializers(g, &names, arena, problems);
    if (st) return ink_fail(err, st, "the graph does not fit into memory");
    add_inputs(g, &names, out, problems);
    add_node_outputs(g, &names, problems);
    add_declarations(g, &names);
    for (int i = 0; i < g->output_count; i++) {
        int v = find(&names, g->outputs[i].name);
        if (v < 0)
            ink_problem_add(problems, INK_E_MODEL, NULL, "output %.*s is made by nothing",
                            INK_VIEW_ARGS(g->outputs[i].name));
        else
            out->outputs[out->output_count++] = v;
    }
    st = link_nodes(g, &names, arena, nodes, problems);
    if (!st) st = sort_nodes(out, nodes, g->node_count, arena, problems);
    return st ? ink_fail(err, st, "the graph does not fit into memory") : INK_OK;
}
