/* SPDX-License-Identifier: MIT */
/* reduce_walk.h - goes over a tensor row by row and says which output each row belongs to. */
#ifndef INK_OPS_REDUCE_WALK_H
#define INK_OPS_REDUCE_WALK_H

#include "ops/op.h"

/* Dimensions with neighbours of the same fate put together; those of size 1 are left out. */
struct ink_reduce_dims {
    int count; /* at least 1 */
    size_t size[INK_RANK_MAX];
    bool reduced[INK_RANK_MAX];
};

struct ink_reduce_dims ink_reduce_merge(const struct ink_shape *shape, const bool reduced[INK_RANK_MAX]);

/* Calls row(arg, x, out, len, reduced) for each row of the innermost dimension: elements [x, x + len) of the tensor all go
 * to output `out` where it is reduced, and one each to [out, out + len) where it is not. */
typedef void ink_reduce_row_fn(void *arg, size_t x, size_t out, size_t len, bool reduced);
void ink_reduce_walk(const struct ink_reduce_dims *dims, ink_reduce_row_fn *row, void *arg);

#endif
