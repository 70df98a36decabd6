/* SPDX-License-Identifier: MIT */
/* link.h - the arguments of nodes, from names to the numbers that they have in their scope; private to this module. */
#ifndef INK_ONNX_LINK_H
#define INK_ONNX_LINK_H

#include "onnx/graph.h"
#include "onnx/names.h"

/* Links `count` nodes, whose outputs are all among the names: nodes[i].node, opsets and bodies are there, inputs and outputs
 * are made. A name that is wanted and not there is a problem, and -1.
 *
 * where   NULL for the nodes of graphs; otherwise what problems begin with, "function f: "
 *
 * INK_E_OOM only. */
INK_NODISCARD ink_status ink_nodes_link(struct ink_graph_node *nodes, int count, const struct ink_names *names,
                                        const char *where, struct ink_arena *arena, struct ink_problems *problems);

#endif
