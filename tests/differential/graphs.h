/* SPDX-License-Identifier: MIT */
/* graphs.h - small random models that are right: one operator with its attributes, most often with operators before and
 * behind it that passes fuse with it. */
#ifndef INK_TESTS_GRAPHS_H
#define INK_TESTS_GRAPHS_H

#include "../tools/build_model.h"
#include "base/arena.h"
#include "onnx/tensor.h"

enum { GRAPH_ARGS = 8 };

struct random_graph {
    struct message model;
    struct ink_tensor inputs[GRAPH_ARGS]; /* x0, x1, ... with values; they live in the arena */
    int input_count;
    int output_count; /* y0, y1, ... */
    char what[64];    /* the operator and its version: "Conv-11" */
    double tolerance; /* absolute, of values about 1 */
};

/* Equal seeds give equal graphs. */
void ink_random_graph(uint64_t seed, struct ink_arena *arena, struct random_graph *out);

#endif
