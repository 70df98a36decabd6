/* SPDX-License-Identifier: MIT */
#include "ops/reduce_walk.h"

struct ink_reduce_dims ink_reduce_merge(const struct ink_shape *shape, const bool reduced[INK_RANK_MAX])
{
    struct ink_reduce_dims dims = {0};
    for (int d = 0; d < shape->rank; d++) {
        if (shape->dims[d] == 1) continue;
        if (dims.count > 0 && dims.reduced[dims.count - 1] == reduced[d]) {
            dims.size[dims.count - 1] *= (size_t)shape->dims[d];
            continue;
        }
        dims.size[dims.count] = (size_t)shape->dims[d];
        dims.reduced[dims.count++] = reduced[d];
    }
    if (dims.count == 0) dims = (struct ink_reduce_dims){.count = 1, .size = {1}};
    return dims;
}

void ink_reduce_walk(const struct ink_reduce_dims *dims, ink_reduce_row_fn *row, void *arg)
{
    int last = dims->count - 1;
    size_t at[INK_RANK_MAX] = {0}, out_step[INK_RANK_MAX], step = 1, rows = 1;
    for (int d = last; d >= 0; d--) {
        out_step[d] = dims->reduced[d] ? 0 : step;
        if (!dims->reduced[d]) step *= dims->size[d];
        if (d < last) rows *= dims->size[d];
    }
    if (dims->size[last] == 0) return;
    for (size_t r = 0; r < rows; r++) {
        size_t out = 0;
        for (int d = 0; d < last; d++) out += at[d] * out_step[d];
        row(arg, r * dims->size[last], out, dims->size[last], dims->reduced[last]);
        for (int d = last - 1; d >= 0 && ++at[d] == dims->size[d]; d--) at[d] = 0;
    }
}
