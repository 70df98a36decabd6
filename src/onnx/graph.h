/* SPDX-License-Identifier: MIT */
/* graph.h - from names to numbers: which node makes a value, who uses it, in what order nodes can run. Calls of the
 * model's own functions are replaced by the functions' nodes.
 *
 *   struct ink_model  ->  values 0..value_count-1, nodes in an order in which every input is there before it is used
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

struct ink_graph_node {
    const struct ink_node *node;            /* one of a function has the position of the call in the graph */
    const struct ink_opset_imports *opsets; /* what its operator means: the model's, or its function's */
    int *inputs;                            /* value numbers; -1 for an argument left out */
    int *outputs;
};

struct ink_graph {
    struct ink_graph_value *values;
    int value_count;
    struct ink_graph_node *nodes; /* in an order in which they can run */
    int node_count;
    int *inputs; /* what the caller brings: graph inputs that have no initializer */
    int input_count;
    int *outputs; /* in the order of the file; a value may stand here twice */
    int output_count;
};

/* Resolves the model's graph. All of it lives in the arena; names point into the model. Problems are added to `problems`;
 * with any, *out must not be run. INK_E_OOM only. */
INK_NODISCARD ink_status ink_graph_resolve(const struct ink_model *model, struct ink_arena *arena,
                                           struct ink_problems *problems, struct ink_graph *out, struct ink_error *err);

#endif
