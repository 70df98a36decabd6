/* SPDX-License-Identifier: MIT */
#include "ops/lists.h"
#include "ops/movement.h"

ink_status ink_gather_load(struct ink_op_ctx *ctx)
{
    int64_t *axis = INK_ARENA_NEW(ctx->arena, int64_t);
    if (!axis) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = axis;
    return ink_op_attr_i64(ctx, "axis", 0, axis);
}

/* in[before, dim, behind], indices[...]  ->  out[before, indices, behind] */
ink_status ink_gather_shape(struct ink_op_ctx *ctx)
{
    int axis;
    const struct ink_shape *in = &ctx->in[0]->shape, *indices = &ctx->in[1]->shape;
    ink_status st = ink_op_axis(ctx, *(const int64_t *)ctx->attributes, in->rank, false, &axis);
    if (st) return st;
    struct ink_shape out = {.rank = in->rank - 1 + indices->rank};
    if (out.rank > INK_RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "its output has more than %d dimensions", INK_RANK_MAX);
    int n = 0;
    for (int d = 0; d < axis; d++) out.dims[n++] = in->dims[d];
    for (int d = 0; d < indices->rank; d++) out.dims[n++] = indices->dims[d];
    for (int d = axis + 1; d < in->rank; d++) out.dims[n++] = in->dims[d];
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_gather_run(struct ink_op_ctx *ctx)
{
    int axis;
    const struct ink_tensor *in = ctx->in[0], *indices = ctx->in[1];
    ink_status st = ink_op_axis(ctx, *(const int64_t *)ctx->attributes, in->shape.rank, false, &axis);
    if (st) return st;
    size_t before = ink_shape_span(&in->shape, 0, axis), n = ink_tensor_count(indices);
    size_t bytes = ink_shape_span(&in->shape, axis + 1, in->shape.rank) * (ink_dtype_bits(in->dtype) / 8);
    int64_t dim = in->shape.dims[axis];
    for (size_t i = 0; i < n; i++) {
        int64_t index = ink_tensor_i64(indices, i);
        if (index < -dim || index >= dim)
            return ink_op_fail(ctx, INK_E_MODEL, "index %lld is outside of dimension %d, which is %lld",
                               (long long)index, axis, (long long)dim);
        if (index < 0) index += dim;
        for (size_t b = 0; bytes && b < before; b++)
            memcpy((char *)ctx->out[0]->data + (b * n + i) * bytes,
                   (const char *)in->data + (b * (size_t)dim + (size_t)index) * bytes, bytes);
    }
    return INK_OK;
}
