/* SPDX-License-Identifier: MIT */
/* gradient.h - Gradient (ai.onnx.preview.training): the derivative of a value, as nodes; private to this module.
 *
 *   c = a * b, (da, db) = Gradient(a, b; y = c)   ->   da = 1 * b, db = 1 * a      (backwards through the nodes, by the chain rule)
 *
 * What was broadcast is summed again by an operator of the engine's own, inkling.SumTo. */
#ifndef INK_ONNX_GRADIENT_H
#define INK_ONNX_GRADIENT_H

#include "onnx/names.h"
#include "onnx/resolve.h"

/* Whether there is such a node. */
bool ink_gradients_any(const struct ink_graph *graph);

/* Replaces the Gradient nodes of a graph whose nodes are sorted and know their producers; new nodes stand at the end. A node
 * without a rule, or a Gradient somewhere else than where its values are named, is a problem. INK_E_OOM only. */
INK_NODISCARD ink_status ink_gradients_expand(struct ink_resolver *r, const struct ink_names *names,
                                              struct ink_graph *graph);

#endif
