/* SPDX-License-Identifier: MIT */
#include "onnx/link.h"

ink_status ink_nodes_link(const struct ink_node *nodes, int count, const struct ink_names *names,
                          const struct ink_opset_imports *opsets, const char *where, struct ink_arena *arena,
                          struct ink_graph_node *out, struct ink_problems *problems)
{
    for (int n = 0; n < count; n++) {
        const struct ink_node *node = &nodes[n];
        out[n] = (struct ink_graph_node){
            .node = node,
            .opsets = opsets,
            .inputs = INK_ARENA_ARRAY(arena, int, (size_t)node->input_count),
            .outputs = INK_ARENA_ARRAY(arena, int, (size_t)node->output_count),
        };
        if (!out[n].inputs || !out[n].outputs) return INK_E_OOM;
        for (int i = 0; i < node->input_count; i++) {
            out[n].inputs[i] = node->inputs[i].len ? ink_names_find(names, node->inputs[i]) : -1;
            if (node->inputs[i].len && out[n].inputs[i] < 0)
                ink_problem_add(problems, INK_E_MODEL, where ? NULL : node,
                                "%snode %d (%.*s) wants %.*s, which nothing makes", where ? where : "", node->position,
                                INK_VIEW_ARGS(node->op_type), INK_VIEW_ARGS(node->inputs[i]));
        }
        for (int i = 0; i < node->output_count; i++)
            out[n].outputs[i] = node->outputs[i].len ? ink_names_find(names, node->outputs[i]) : -1;
    }
    return INK_OK;
}
