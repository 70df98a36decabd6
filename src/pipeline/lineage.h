/* SPDX-License-Identifier: MIT */
/* lineage.h - where a model's scores come from, as its graph tells: the inputs that they need, and the names of the classes. */
#ifndef INK_PIPELINE_LINEAGE_H
#define INK_PIPELINE_LINEAGE_H

#include "base/arena.h"
#include "base/status.h"
#include "onnx/model.h"

/* For each of `count` inputs whether the value `output` depends on it. Memory for the search comes from the arena.
 * INK_E_OOM only. In doubt it is needed. */
INK_NODISCARD ink_status ink_lineage_needs(const struct ink_graph_proto *graph, struct ink_view output,
                                           const struct ink_view *inputs, int count, struct ink_arena *arena,
                                           bool *needed, struct ink_error *err);

/* The names of the classes where an operator of ai.onnx.ml gives them (classlabels_*, or a list that an
 * ArrayFeatureExtractor picks the answer from); *labels stays NULL where none does. Texts live in the arena. */
INK_NODISCARD ink_status ink_lineage_labels(const struct ink_graph_proto *graph, struct ink_arena *arena,
                                            const char ***labels, size_t *count, struct ink_error *err);

/* Whether the node gives a score to each pair of classes, instead of one a class. */
bool ink_lineage_scores_pairs(const struct ink_node *node);

#endif
