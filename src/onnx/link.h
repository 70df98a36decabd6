/* SPDX-License-Identifier: MIT */
/* link.h - the arguments of nodes, from names to the numbers that they have in their scope; private to this module. */
#ifndef INK_ONNX_LINK_H
#define INK_ONNX_LINK_H

#include "onnx/graph.h"
#include "onnx/names.h"

/* Links `count` nodes, whose outputs are all among the names. A name that is wanted and not there is a problem, and -1.
 *
 * opsets  what the nodes' operators mean; must stay where they are
 * where   NULL for the nodes of the graph; otherwise what problems begin with, "function f: "
 *
 * INK_E_OOM only. */
INK_NODISCARD ink_status ink_nodes_link(const struct ink_node *nodes, int count, const struct ink_names *names,
                                        const struct ink_opset_imports *opsets, const char *where,
                                        struct ink_arena *arena, struct ink_graph_node *out,
                                        struct ink_problems *problems);

#endif
