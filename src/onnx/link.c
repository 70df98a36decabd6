/* SPDX-License-Identifier: MIT */
#include "onnx/link.h"

#include "onnx/resolve.h"

static int find(const struct ink_names *names, struct ink_view name, const struct ink_node *node, const char *where,
                struct ink_problems *problems)
{
    int v = name.len ? ink_names_find(names, name) : -1;
    if (name.len && v < 0)
        ink_problem_add(problems, INK_E_MODEL, where ? NULL : node, "%snode %d (%.*s) wants %.*s, which nothing makes",
                        where ? where : "", node->position, INK_VIEW_ARGS(node->op_type), INK_VIEW_ARGS(name));
    return v;
}

ink_status ink_nodes_link(struct ink_graph_node *nodes, int count, const struct ink_names *names, const char *where,
                          struct ink_arena *arena, struct ink_problems *problems)
{
    for (struct ink_graph_node *n = nodes; n < nodes + count; n++) {
        const struct ink_node *node = n->node;
        n->input_count = node->input_count;
        for (int b = 0; b < n->body_count; b++) {
            n->bodies[b].first = n->input_count;
            n->input_count += ink_body_taken_count(&n->bodies[b]);
        }
        n->inputs = INK_ARENA_ARRAY(arena, int, (size_t)n->input_count);
        n->outputs = INK_ARENA_ARRAY(arena, int, (size_t)node->output_count);
        if (!n->inputs || !n->outputs) return INK_E_OOM;
        for (int i = 0; i < node->input_count; i++) n->inputs[i] = find(names, node->inputs[i], node, where, problems);
        for (int b = 0; b < n->body_count; b++)
            for (int i = 0; i < ink_body_taken_count(&n->bodies[b]); i++)
                n->inputs[n->bodies[b].first + i] =
                    find(names, ink_body_taken(&n->bodies[b], i), node, where, problems);
        for (int i = 0; i < node->output_count; i++)
            n->outputs[i] = node->outputs[i].len ? ink_names_find(names, node->outputs[i]) : -1;
    }
    return INK_OK;
}
