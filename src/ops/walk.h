/* SPDX-License-Identifier: MIT */
/* walk.h - goes over tensors that are broadcast together, a row at a time.
 *
 * Dimensions that lie behind each other in every tensor are taken as one, so that two tensors of one shape are a single row,
 * and so is a tensor and a scalar. Long work is shared among threads. */
#ifndef INK_OPS_WALK_H
#define INK_OPS_WALK_H

#include "base/parallel.h"
#include "onnx/tensor.h"

enum { INK_WALK_INPUTS = 3 };

struct ink_walk {
    int inputs;
    int rank; /* of what is outside of the rows */
    size_t dims[INK_RANK_MAX];
    size_t steps[INK_WALK_INPUTS][INK_RANK_MAX]; /* in elements; 0 where the input is broadcast */
    size_t rows, row_len;
    size_t row_step[INK_WALK_INPUTS]; /* 0 or 1 */
};

/* `n` elements of the output from out_at on, of input i from in_at[i] on, one each or, where its row_step is 0, always the
 * same. */
typedef void ink_walk_fn(const void *job, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at);

/* Shapes that broadcast to `out`, numpy's way. */
void ink_walk_plan(struct ink_walk *walk, const struct ink_shape *out, const struct ink_shape *const *in, int inputs);

void ink_walk_run(const struct ink_walk *walk, struct ink_parallel *parallel, ink_walk_fn *row, const void *job);

#endif
