/* SPDX-License-Identifier: MIT */
/* graph.h - from names to numbers: which node makes a value, who uses it, in what order nodes can run. Calls of the
 * model's own functions are replaced by the functions' nodes.
 *
 *   struct ink_model  ->  values 0..value_count-1, nodes in an order in which every input is there before it is used
 *
 * Bodies, the graphs among the attributes of If, Loop and Scan, are graphs of their own. What they take from outside by its name
 * is one more input of theirs, and one more of the node: nothing is reached in any other way.
 *
 * What contradicts itself becomes a problem, by name: values made twice, inputs that nobody makes, cycles, recursion. */
#ifndef INK_ONNX_GRAPH_H
#define INK_ONNX_GRAPH_H

#include "onnx/model.h"
#include "onnx/problem.h"

struct ink_graph_value {
    struct ink_view name;
    const struct ink_stored_tensor *stored; /* an initializer; NULL otherwise */
    const struct ink_value_info *declared;  /* input, output or value_info; NULL where nothing is declared */
    int producer;  /* index into nodes before they were sorted; -1 for inputs, initializers and behind problems */
    bool is_input; /* the caller must bring it */
};

struct ink_graph_body;

struct ink_graph_node {
    const struct ink_node *node;            /* one of a function has the position of the call in the graph */
    const struct ink_opset_imports *opsets; /* what its operator means: the model's, or its function's */
    int *inputs;                            /* value numbers; -1 for an argument left out */
    int input_count;                        /* the node's own, then what its bodies take from outside */
    int *outputs;
    struct ink_graph_body *bodies; /* one for each graph among the attributes, in their order */
    int body_count;
};

struct ink_graph {
    struct ink_graph_value *values;
    int value_count;
    struct ink_graph_node *nodes; /* in an order in which they can run */
    int node_count;
    int *inputs; /* what the caller brings: graph inputs that have no initializer; of a body all, then what it takes */
    int input_count;
    int formal_count; /* those that are not taken from outside: all but in a body */
    int *outputs;     /* in the order of the file; a value may stand here twice */
    int output_count;
};

struct ink_graph_body {
    struct ink_view name; /* of the attribute */
    struct ink_graph graph;
    int first; /* which input of the node is the first that this body takes; all follow in the order of graph.inputs */
};

/* What nodes mean that no file has: they may be operators of the engine's own domain, "inkling". */
extern const struct ink_opset_imports ink_graph_own_opsets;

/* Resolves the model's graph. All of it lives in the arena; names point into the model. Problems are added to `problems`;
 * with any, *out must not be run. INK_E_OOM only. */
INK_NODISCARD ink_status ink_graph_resolve(const struct ink_model *model, struct ink_arena *arena,
                                           struct ink_problems *problems, struct ink_graph *out, struct ink_error *err);

#endif
