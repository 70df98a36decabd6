/* SPDX-License-Identifier: MIT */
/* AffineGrid: a matrix [N, r, r + 1] applied to the places of all pixels of a picture, each from -1 to 1. */
#include "ops/elements.h"
#include "ops/lists.h"
#include "ops/sample.h"

enum { RANK_MAX = 3 };

struct affine_grid {
    int64_t align_corners;
};

ink_status ink_affine_grid_load(struct ink_op_ctx *ctx)
{
    struct affine_grid *my = INK_ARENA_NEW(ctx->arena, struct affine_grid);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    return ink_op_attr_i64(ctx, "align_corners", 0, &my->align_corners);
}

ink_status ink_affine_grid_shape(struct ink_op_ctx *ctx)
{
    const struct ink_shape *theta = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    struct ink_list size;
    ink_status st = ink_list_input(ctx, 1, &size);
    if (st) return st;
    int rank = (int)size.count - 2;
    if (size.count < 4 || size.count > 5 || theta->rank != 3 || theta->dims[1] != rank || theta->dims[2] != rank + 1)
        return ink_op_fail(ctx, INK_E_MODEL, "a matrix %s for a picture of %zu dimensions", ink_shape_text(theta, text),
                           size.count);
    struct ink_shape grid = {.rank = rank + 2, .dims = {theta->dims[0]}};
    for (int d = 0; d < rank; d++) grid.dims[1 + d] = ink_list_at(&size, 2 + (size_t)d);
    grid.dims[rank + 1] = rank;
    size_t count;
    if (ink_list_at(&size, 0) != theta->dims[0] || !ink_shape_count(&grid, &count))
        return ink_op_fail(ctx, INK_E_MODEL, "a grid %s for matrices %s", ink_shape_text(&grid, text),
                           ink_shape_text(theta, (char[INK_SHAPE_TEXT_MAX]){0}));
    ctx->out[0]->shape = grid;
    return INK_OK;
}

/* The place of pixel i of n; the middle where its own centre would be both corners. */
static double place_of(int64_t i, int64_t n, bool align_corners)
{
    if (!align_corners) return (double)(2 * i + 1) / (double)n - 1;
    return n > 1 ? (double)(2 * i) / (double)(n - 1) - 1 : 0;
}

ink_status ink_affine_grid_run(struct ink_op_ctx *ctx)
{
    const struct affine_grid *my = ctx->attributes;
    const struct ink_shape *grid = &ctx->out[0]->shape;
    enum ink_dtype dtype = ctx->out[0]->dtype;
    int rank = grid->rank - 2;
    size_t size = ink_dtype_bits(dtype) / 8, matrix = (size_t)(rank * (rank + 1));
    size_t pixels = ink_shape_span(grid, 1, rank + 1), total = ink_tensor_count(ctx->out[0]) / (size_t)rank;
    char *out = ctx->out[0]->data;
    double theta[RANK_MAX * (RANK_MAX + 1)], place[RANK_MAX], moved[RANK_MAX];
    for (size_t p = 0; p < total; p++, out += (size_t)rank * size) {
        if (p % pixels == 0)
            ink_convert(matrix, dtype, (const char *)ctx->in[0]->data + p / pixels * matrix * size, INK_DOUBLE, theta,
                        false, INK_ROUND_UP);
        size_t rest = p % pixels;
        for (int d = 0; d < rank; d++) { /* innermost first, as the grid has it */
            int64_t n = grid->dims[rank - d];
            place[d] = place_of((int64_t)(rest % (size_t)n), n, my->align_corners != 0);
            rest /= (size_t)n;
        }
        for (int i = 0; i < rank; i++) {
            const double *row = theta + i * (rank + 1);
            moved[i] = row[rank];
            for (int k = 0; k < rank; k++) moved[i] += row[k] * place[k];
        }
        ink_convert((size_t)rank, INK_DOUBLE, moved, dtype, out, false, INK_ROUND_UP);
    }
    return INK_OK;
}
