/* SPDX-License-Identifier: MIT */
/* resolve.h - what graphs, their bodies and functions share while names become numbers; private to this module.
 *
 * Bodies are resolved before the graph that they are in: what they take from outside is then known, and is looked up there
 * like any input. */
#ifndef INK_ONNX_RESOLVE_H
#define INK_ONNX_RESOLVE_H

#include "onnx/function.h"

struct ink_resolver {
    const struct ink_model *model;
    struct ink_arena *arena;  /* of the result */
    struct ink_arena scratch; /* of the functions */
    struct ink_problems *problems;
    struct ink_functions functions;
    struct ink_call_cost spent; /* on calls in all graphs so far */
};

/* The call whose function nodes belong to: attributes by reference are this call's. NULL outside of functions. */
struct ink_call {
    const struct ink_function *function;
    const struct ink_node *node;
};

/* Resolves the graphs among a node's attributes into out->bodies.
 *
 * call   NULL outside of functions
 * taken  gets how many values they take from outside, together
 *
 * INK_E_OOM only. */
INK_NODISCARD ink_status ink_bodies_resolve(struct ink_resolver *r, const struct ink_node *node,
                                            const struct ink_opset_imports *opsets, const struct ink_call *call,
                                            struct ink_graph_node *out, size_t *taken);

/* The name of value i of those that a body takes. */
struct ink_view ink_body_taken(const struct ink_graph_body *body, int i);
int ink_body_taken_count(const struct ink_graph_body *body);

/* Gives a node of a function the attributes of the call that refer to it. good: false where one of them cannot be; a problem
 * says why. INK_E_OOM only. */
INK_NODISCARD ink_status ink_attributes_fill(struct ink_resolver *r, const struct ink_call *call,
                                             struct ink_arena *arena, struct ink_node *node, bool *good);

#endif
