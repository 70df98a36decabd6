/* SPDX-License-Identifier: MIT */
/* CenterCropPad: the middle of a tensor in the middle of another one; round it are zeros. */
#include "ops/lists.h"
#include "ops/movement.h"

ink_status ink_center_crop_pad_load(struct ink_op_ctx *ctx)
{
    struct ink_list *axes = INK_ARENA_NEW(ctx->arena, struct ink_list);
    if (!axes) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = axes;
    return ink_list_attribute(ctx, "axes", axes);
}

ink_status ink_center_crop_pad_shape(struct ink_op_ctx *ctx)
{
    const struct ink_list *axes = ctx->attributes;
    struct ink_shape y = ctx->in[0]->shape;
    struct ink_list size;
    unsigned bits;
    ink_status st = ink_list_axes(ctx, axes, y.rank, &bits); /* each is there, and only once */
    if (!st) st = ink_list_input(ctx, 1, &size);
    if (st) return st;
    if (size.count != (axes->given ? axes->count : (size_t)y.rank))
        return ink_op_fail(ctx, INK_E_MODEL, "shape has %zu numbers", size.count);
    for (size_t i = 0; i < size.count; i++) {
        int64_t axis = axes->given ? ink_list_at(axes, i) : (int64_t)i, dim = ink_list_at(&size, i);
        if (dim < 0) return ink_op_fail(ctx, INK_E_MODEL, "shape has the value %lld", (long long)dim);
        y.dims[axis < 0 ? axis + y.rank : axis] = dim;
    }
    ctx->out[0]->shape = y;
    return INK_OK;
}

/* The part of a dimension that both have: where it starts in each, and how long it is. */
struct overlap {
    size_t from, to, count;
};

static struct overlap overlap_of(int64_t in, int64_t out)
{
    if (in >= out) return (struct overlap){(size_t)((in - out) / 2), 0, (size_t)out};
    return (struct overlap){0, (size_t)((out - in) / 2), (size_t)in};
}

ink_status ink_center_crop_pad_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *x = &ctx->in[0]->shape, *y = &ctx->out[0]->shape;
    size_t size = ink_dtype_bits(ctx->in[0]->dtype) / 8, rows = 1, row_bytes = size;
    int last = x->rank - 1;
    struct overlap part[INK_RANK_MAX];
    if (ink_op_is_empty(ctx)) return INK_OK;
    memset(ctx->out[0]->data, 0, ink_tensor_bytes(ctx->out[0])); /* of a string: an empty one */
    for (int d = 0; d <= last; d++) {
        part[d] = overlap_of(x->dims[d], y->dims[d]);
        *(d < last ? &rows : &row_bytes) *= part[d].count;
    }
    for (size_t r = 0; row_bytes && r < rows; r++) {
        size_t rest = r, from = last >= 0 ? part[last].from : 0, to = last >= 0 ? part[last].to : 0;
        for (int d = last - 1; d >= 0; d--) {
            size_t at = rest % part[d].count;
            rest /= part[d].count;
            from += (part[d].from + at) * ink_shape_span(x, d + 1, x->rank);
            to += (part[d].to + at) * ink_shape_span(y, d + 1, y->rank);
        }
        memcpy((char *)ctx->out[0]->data + to * size, (const char *)ctx->in[0]->data + from * size, row_bytes);
    }
    return INK_OK;
}
