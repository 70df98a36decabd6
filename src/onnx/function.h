/* SPDX-License-Identifier: MIT */
/* function.h - the model's own functions, each linked once, and what calls of them grow to; private to this module.
 *
 * A function is a scope of its own: its formal inputs, then what its nodes make, numbered 0, 1, ... A node that calls a
 * function which the model defines stands for it, also where the standard has an operator of that name (ONNX IR, "Model
 * local functions"). */
#ifndef INK_ONNX_FUNCTION_H
#define INK_ONNX_FUNCTION_H

#include "onnx/graph.h"
#include "onnx/names.h"

enum {
    INK_CALLS_DEPTH_MAX = 64,      /* of functions that call functions, bodies between them counted */
    INK_CALLS_NODES_MAX = 1 << 18, /* nodes that the calls of a model may grow to */
    INK_CALLS_WORK_MAX = 1 << 24,  /* ... and their arguments, values, attributes and bytes of names compared */
    INK_CALLS_WORK_NODE = 64,      /* what a node in a body counts as */
};

/* What calls grow to; each figure stops where it is beyond all limits. */
struct ink_call_cost {
    uint64_t nodes, values, work;
};

enum ink_function_state {
    INK_FUNCTION_UNKNOWN,
    INK_FUNCTION_ACTIVE, /* being learnt: whoever calls it now is called by it */
    INK_FUNCTION_GOOD,
    INK_FUNCTION_BAD
};

struct ink_function {
    const struct ink_function_proto *proto;
    enum ink_function_state state;
    int height;                    /* 1: calls nobody and has no bodies */
    struct ink_names names;        /* the formal inputs first */
    int *outputs;                  /* names of the formal outputs */
    struct ink_graph_node *nodes;  /* linked in this scope */
    struct ink_function **callees; /* of each node; NULL for an operator */
    struct ink_call_cost cost;
    uint64_t reference_bytes; /* in names of attributes that come from the call */
};

struct ink_functions {
    struct ink_function *items; /* by name, domain and overload */
    int count;
    const struct ink_opset_imports *opsets; /* the model's */
    struct ink_arena *arena;                /* gets all that is learnt */
    struct ink_problems *problems;
};

/* Indexes the model's functions, without looking into them. One that is there twice is a problem. INK_E_OOM only. */
INK_NODISCARD ink_status ink_functions_init(struct ink_functions *functions, const struct ink_model *model,
                                            struct ink_arena *arena, struct ink_problems *problems);

/* The function that a node calls; NULL for an operator. */
struct ink_function *ink_functions_find(const struct ink_functions *functions, const struct ink_node *node);

/* The function that a node calls, learnt now if it was not yet; *callee is NULL for an operator.
 *
 * depth  of the called function: 1 for nodes of the graph
 * where  NULL for nodes of the graph; otherwise what problems begin with, "function f: "
 * good   false: the call cannot be, and a problem says why: the function calls itself or contradicts itself, calls are too
 *        deep, or there are more arguments than it has
 *
 * INK_E_OOM only. */
INK_NODISCARD ink_status ink_functions_admit(struct ink_functions *functions, const struct ink_node *node, int depth,
                                             const char *where, struct ink_function **callee, bool *good);

/* Adds what a call of a good function grows to. */
void ink_call_cost_add(struct ink_call_cost *sum, const struct ink_function *f, const struct ink_node *call);

#endif
