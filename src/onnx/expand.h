/* SPDX-License-Identifier: MIT */
/* expand.h - calls of the model's own functions become the functions' nodes; private to this module.
 *
 *   y = F(x)   with F(a) -> b: t = Exp(a), b = Neg(t)      ->      t' = Exp(x), y = Neg(t')
 *
 * Nothing is renamed: a call maps the numbers of the function's scope (function.h) to the caller's, with fresh ones for
 * what the caller does not see. */
#ifndef INK_ONNX_EXPAND_H
#define INK_ONNX_EXPAND_H

#include "onnx/resolve.h"

/* Replaces the calls among graph->nodes, which are linked and in the order of the file, and sets all producers. A call that
 * cannot be, or that grows beyond the limits of function.h, is a problem and dropped: its outputs have no producer.
 *
 * call  NULL, or the call whose function the graph is a body in: what calls in it grow to was counted with that
 *
 * INK_E_OOM only. */
INK_NODISCARD ink_status ink_calls_expand(struct ink_resolver *r, const struct ink_call *call, struct ink_graph *graph);

/* Says of each value which node makes it. */
void ink_graph_set_producers(struct ink_graph *graph);

#endif
