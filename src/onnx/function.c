/* SPDX-License-Identifier: MIT */
#include "onnx/function.h"

#include <stdlib.h>

#include "onnx/link.h"

/* --- which function --- */

static int compare_views(struct ink_view a, struct ink_view b)
{
    if (a.len != b.len) return a.len < b.len ? -1 : 1;
    return a.len ? memcmp(a.data, b.data, a.len) : 0;
}

static int compare(const void *a, const void *b)
{
    const struct ink_function_proto *x = ((const struct ink_function *)a)->proto,
                                    *y = ((const struct ink_function *)b)->proto;
    int order = compare_views(x->name, y->name);
    if (!order) order = compare_views(x->domain, y->domain);
    return order ? order : compare_views(x->overload, y->overload);
}

struct ink_function *ink_functions_find(const struct ink_functions *functions, const struct ink_node *node)
{
    struct ink_function_proto proto = {.name = node->op_type, .domain = node->domain, .overload = node->overload};
    struct ink_function key = {.proto = &proto};
    if (!functions->count) return NULL;
    return bsearch(&key, functions->items, (size_t)functions->count, sizeof key, compare);
}

ink_status ink_functions_init(struct ink_functions *functions, const struct ink_model *model, struct ink_arena *arena,
                              struct ink_problems *problems)
{
    int count = model->function_count;
    struct ink_function *items = INK_ARENA_ARRAY(arena, struct ink_function, (size_t)count);
    *functions = (struct ink_functions){items, count, &model->opsets, arena, problems};
    if (!items) return INK_E_OOM;
    for (int i = 0; i < count; i++) items[i].proto = &model->functions[i];
    if (count) qsort(items, (size_t)count, sizeof *items, compare);
    for (int i = 1; i < count; i++)
        if (compare(&items[i - 1], &items[i]) == 0)
            ink_problem_add(problems, INK_E_MODEL, NULL, "function %.*s is there twice",
                            INK_VIEW_ARGS(items[i].proto->name));
    return INK_OK;
}

/* --- learning what a function is, once, before any call grows --- */

static uint64_t capped(uint64_t n)
{
    return n < INK_CALLS_WORK_MAX ? n : INK_CALLS_WORK_MAX + 1;
}

/* The function's own, and the search for each attribute that it takes from the call. */
void ink_call_cost_add(struct ink_call_cost *sum, const struct ink_function *f, const struct ink_node *call)
{
    uint64_t candidates = (uint64_t)call->attribute_count + (uint64_t)f->proto->default_count;
    sum->nodes = capped(sum->nodes + f->cost.nodes);
    sum->values = capped(sum->values + f->cost.values);
    sum->work = capped(sum->work + f->cost.work + capped(f->reference_bytes) * capped(candidates));
}

static int trouble(const struct ink_functions *functions)
{
    return functions->problems->count + functions->problems->left_out;
}

static ink_status learn(struct ink_functions *functions, struct ink_function *f, int depth);

ink_status ink_functions_admit(struct ink_functions *functions, const struct ink_node *node, int depth,
                               const char *where, struct ink_function **callee, bool *good)
{
    struct ink_function *f = *callee = ink_functions_find(functions, node);
    const struct ink_node *place = where ? NULL : node;
    *good = true;
    if (!f) return INK_OK;
    *good = false;
    if (!where) where = "";
    if (f->state == INK_FUNCTION_ACTIVE) {
        ink_problem_add(functions->problems, INK_E_MODEL, place, "%snode %d calls %.*s, which is then called by itself",
                        where, node->position, INK_VIEW_ARGS(node->op_type));
        return INK_OK;
    }
    /* before it is learnt, so that a chain of functions cannot use up the stack; after it, for one learnt at less depth */
    ink_status st =
        f->state == INK_FUNCTION_UNKNOWN && depth <= INK_CALLS_DEPTH_MAX ? learn(functions, f, depth) : INK_OK;
    if (st || f->state == INK_FUNCTION_BAD) return st;
    if (depth > INK_CALLS_DEPTH_MAX || depth + f->height - 1 > INK_CALLS_DEPTH_MAX)
        ink_problem_add(functions->problems, INK_E_MODEL, place, "%snode %d calls %.*s: calls are more than %d deep",
                        where, node->position, INK_VIEW_ARGS(node->op_type), INK_CALLS_DEPTH_MAX);
    else if (node->input_count > f->proto->input_count || node->output_count > f->proto->output_count)
        ink_problem_add(functions->problems, INK_E_MODEL, place,
                        "%snode %d calls %.*s with %d inputs and %d outputs; it has %d and %d", where, node->position,
                        INK_VIEW_ARGS(node->op_type), node->input_count, node->output_count, f->proto->input_count,
                        f->proto->output_count);
    else
        *good = true;
    return INK_OK;
}

/* Numbers the names of the scope: formal inputs, then what nodes make. */
static ink_status number_names(struct ink_functions *functions, struct ink_function *f, const char *where)
{
    const struct ink_function_proto *proto = f->proto;
    size_t room = (size_t)proto->input_count;
    for (int n = 0; n < proto->node_count; n++) room += (size_t)proto->nodes[n].output_count;
    bool *made = INK_ARENA_ARRAY(functions->arena, bool, room);
    if (!made || ink_names_init(&f->names, room, functions->arena)) return INK_E_OOM;
    for (int i = 0; i < proto->input_count; i++) {
        int name = ink_names_add(&f->names, proto->inputs[i]);
        if (made[name])
            ink_problem_add(functions->problems, INK_E_MODEL, NULL, "%sinput %.*s is there twice", where,
                            INK_VIEW_ARGS(proto->inputs[i]));
        made[name] = true;
    }
    for (int n = 0; n < proto->node_count; n++) {
        const struct ink_node *node = &proto->nodes[n];
        for (int i = 0; i < node->output_count; i++) {
            if (node->outputs[i].len == 0) continue;
            int name = ink_names_add(&f->names, node->outputs[i]);
            if (made[name])
                ink_problem_add(functions->problems, INK_E_MODEL, NULL,
                                "%snode %d (%.*s) makes %.*s, which is there already", where, node->position,
                                INK_VIEW_ARGS(node->op_type), INK_VIEW_ARGS(node->outputs[i]));
            made[name] = true;
        }
    }
    return INK_OK;
}

static ink_status link_outputs(struct ink_functions *functions, struct ink_function *f, const char *where)
{
    const struct ink_function_proto *proto = f->proto;
    f->outputs = INK_ARENA_ARRAY(functions->arena, int, (size_t)proto->output_count);
    bool *taken = INK_ARENA_ARRAY(functions->arena, bool, (size_t)f->names.count);
    if (!f->outputs || !taken) return INK_E_OOM;
    for (int i = 0; i < f->names.count; i++) taken[i] = i < proto->input_count;
    for (int i = 0; i < proto->output_count; i++) {
        f->outputs[i] = ink_names_find(&f->names, proto->outputs[i]);
        if (f->outputs[i] < 0) {
            ink_problem_add(functions->problems, INK_E_MODEL, NULL, "%soutput %.*s is made by nothing", where,
                            INK_VIEW_ARGS(proto->outputs[i]));
            continue;
        }
        f->cost.nodes += taken[f->outputs[i]]; /* copy_output */
        taken[f->outputs[i]] = true;
    }
    return INK_OK;
}

static uint64_t size_of(const struct ink_node *node)
{
    return 1 + (uint64_t)node->input_count + (uint64_t)node->output_count + (uint64_t)node->attribute_count;
}

static void reach(struct ink_function *f, int height)
{
    if (f->height < height) f->height = height;
}

/* One node of the function, `level` bodies deep: what it calls, what it costs, what is in its bodies. */
static ink_status learn_node(struct ink_functions *functions, struct ink_function *f, const struct ink_node *node,
                             int depth, int level, const char *where, struct ink_function **callee)
{
    bool good;
    ink_status st = ink_functions_admit(functions, node, depth + level + 1, where, callee, &good);
    if (st) return st;
    if (!good) f->state = INK_FUNCTION_BAD;
    f->cost.work = capped(f->cost.work + size_of(node));
    reach(f, level + 1 + (*callee && good ? (*callee)->height : 0));
    struct ink_call_cost cost = {.nodes = !*callee};
    if (*callee && good) ink_call_cost_add(&cost, *callee, node);
    if (level == 0) {
        f->cost.nodes = capped(f->cost.nodes + cost.nodes);
        f->cost.values = capped(f->cost.values + cost.values);
    } else {
        f->cost.work = capped(f->cost.work + INK_CALLS_WORK_NODE * cost.nodes + cost.values);
    }
    f->cost.work = capped(f->cost.work + cost.work);
    for (int i = 0; !st && i < node->attribute_count; i++) {
        const struct ink_attribute *a = &node->attributes[i];
        f->reference_bytes += a->reference.len;
        if (*callee || a->kind != INK_ATTRIBUTE_GRAPH || a->reference.len) continue;
        if (depth + level >= INK_CALLS_DEPTH_MAX) {
            ink_problem_add(functions->problems, INK_E_MODEL, NULL, "%snode %d: calls and bodies are more than %d deep",
                            where, node->position, INK_CALLS_DEPTH_MAX);
            return INK_OK;
        }
        struct ink_function *inner;
        const struct ink_graph_proto *body = a->graphs;
        f->cost.work = capped(f->cost.work + (uint64_t)body->initializer_count + (uint64_t)body->sparse_count +
                              (uint64_t)body->input_count + (uint64_t)body->output_count);
        for (int n = 0; !st && n < body->node_count; n++)
            st = learn_node(functions, f, &body->nodes[n], depth, level + 1, where, &inner);
    }
    return st;
}

static ink_status learn_nodes(struct ink_functions *functions, struct ink_function *f, int depth, const char *where)
{
    const struct ink_function_proto *proto = f->proto;
    f->callees = INK_ARENA_ARRAY(functions->arena, struct ink_function *, (size_t)proto->node_count);
    ink_status st = f->callees ? INK_OK : INK_E_OOM;
    for (int n = 0; !st && n < proto->node_count; n++)
        st = learn_node(functions, f, &proto->nodes[n], depth, 0, where, &f->callees[n]);
    return st;
}

static ink_status learn(struct ink_functions *functions, struct ink_function *f, int depth)
{
    const struct ink_function_proto *proto = f->proto;
    const char *where = ink_arena_printf(functions->arena, "function %.*s: ", INK_VIEW_ARGS(proto->name));
    f->nodes = INK_ARENA_ARRAY(functions->arena, struct ink_graph_node, (size_t)proto->node_count);
    if (!where || !f->nodes) return INK_E_OOM;
    /* a function should import what it uses; files whose functions import nothing mean what the model does */
    const struct ink_opset_imports *opsets = proto->opsets.count ? &proto->opsets : functions->opsets;
    int before = trouble(functions);
    f->state = INK_FUNCTION_ACTIVE;
    f->height = 1;
    ink_status st = number_names(functions, f, where);
    for (int n = 0; n < proto->node_count; n++)
        f->nodes[n] = (struct ink_graph_node){.node = &proto->nodes[n], .opsets = opsets}; /* bodies belong to a call */
    if (!st) st = ink_nodes_link(f->nodes, proto->node_count, &f->names, where, functions->arena, functions->problems);
    if (!st) st = link_outputs(functions, f, where);
    if (st) return st;
    for (int i = 0; i < proto->default_count; i++)
        if (proto->defaults[i].reference.len)
            ink_problem_add(functions->problems, INK_E_MODEL, NULL, "%sattribute %.*s has no value as its default",
                            where, INK_VIEW_ARGS(proto->defaults[i].name));
    f->cost.values = (uint64_t)f->names.count;
    f->cost.work = f->cost.values + (uint64_t)proto->output_count;
    st = learn_nodes(functions, f, depth, where);
    f->state = f->state == INK_FUNCTION_BAD || trouble(functions) > before ? INK_FUNCTION_BAD : INK_FUNCTION_GOOD;
    return st;
}
