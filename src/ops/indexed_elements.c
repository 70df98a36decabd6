/* SPDX-License-Identifier: MIT */
/* GatherElements and ScatterElements: each element of `indices` is the place along one axis, its own place is the rest. */
#include "ops/combine.h"
#include "ops/indexed.h"

struct elements {
    int64_t axis;
    enum ink_combination how;
};

ink_status ink_index_at(const struct ink_op_ctx *ctx, const struct ink_tensor *indices, size_t i, int64_t dim,
                        size_t *out)
{
    int64_t index = ink_tensor_i64(indices, i);
    if (index < -dim || index >= dim)
        return ink_op_fail(ctx, INK_E_MODEL, "index %lld is outside of a dimension of %lld", (long long)index,
                           (long long)dim);
    *out = (size_t)(index < 0 ? index + dim : index);
    return INK_OK;
}

ink_status ink_gather_elements_load(struct ink_op_ctx *ctx)
{
    struct elements *my = INK_ARENA_NEW(ctx->arena, struct elements);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    return ink_op_attr_i64(ctx, "axis", 0, &my->axis);
}

ink_status ink_scatter_elements_load(struct ink_op_ctx *ctx)
{
    ink_status st = ink_gather_elements_load(ctx);
    struct elements *my = ctx->attributes;
    return st ? st : ink_combination_load(ctx, &my->how);
}

static ink_status check(const struct ink_op_ctx *ctx, int *axis)
{
    const struct elements *my = ctx->attributes;
    const struct ink_shape *data = &ctx->in[0]->shape, *indices = &ctx->in[1]->shape;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    ink_status st = ink_op_axis(ctx, my->axis, data->rank, false, axis);
    if (st) return st;
    bool fits = indices->rank == data->rank;
    for (int d = 0; fits && d < data->rank; d++) fits = d == *axis || indices->dims[d] <= data->dims[d];
    if (fits) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "indices %s do not fit into %s", ink_shape_text(indices, a),
                       ink_shape_text(data, b));
}

ink_status ink_gather_elements_shape(struct ink_op_ctx *ctx)
{
    int axis;
    ink_status st = check(ctx, &axis);
    ctx->out[0]->shape = ctx->in[1]->shape;
    return st;
}

ink_status ink_scatter_elements_shape(struct ink_op_ctx *ctx)
{
    int axis;
    ink_status st = check(ctx, &axis);
    if (!st && !ink_shape_equal(&ctx->in[1]->shape, &ctx->in[2]->shape))
        return ink_op_fail(ctx, INK_E_MODEL, "indices and updates differ in shape");
    ctx->out[0]->shape = ctx->in[0]->shape;
    return st;
}

/* Rows of `indices` along its last dimension, and where in `data` they are. */
struct rows {
    size_t count, len;
    size_t axis_step; /* elements of data along the axis */
    size_t step;      /* elements of data from one element of a row to the next; 0 where the axis is the last */
    int64_t axis_dim;
};

static struct rows rows_of(const struct ink_shape *data, const struct ink_shape *indices, int axis)
{
    int last = data->rank - 1;
    return (struct rows){.count = ink_shape_span(indices, 0, last),
                         .len = (size_t)indices->dims[last],
                         .axis_step = ink_shape_span(data, axis + 1, data->rank),
                         .step = axis == last ? 0 : 1,
                         .axis_dim = data->dims[axis]};
}

static size_t base_of(const struct ink_shape *data, const struct ink_shape *indices, int axis, size_t row)
{
    size_t base = 0, step = (size_t)data->dims[data->rank - 1];
    for (int d = data->rank - 2; d >= 0; d--) {
        if (d != axis) base += row % (size_t)indices->dims[d] * step;
        row /= (size_t)indices->dims[d];
        step *= (size_t)data->dims[d];
    }
    return base;
}

ink_status ink_gather_elements_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *data = ctx->in[0], *indices = ctx->in[1];
    int axis;
    ink_status st = check(ctx, &axis);
    if (st || !ink_tensor_count(indices)) return st;
    struct rows rows = rows_of(&data->shape, &indices->shape, axis);
    size_t size = ink_dtype_bits(data->dtype) / 8;
    const char *x = data->data;
    char *y = ctx->out[0]->data;
    for (size_t row = 0; row < rows.count; row++) {
        size_t base = base_of(&data->shape, &indices->shape, axis, row), index;
        for (size_t i = 0; i < rows.len; i++, y += size) {
            st = ink_index_at(ctx, indices, row * rows.len + i, rows.axis_dim, &index);
            if (st) return st;
            memcpy(y, x + (base + i * rows.step + index * rows.axis_step) * size, size);
        }
    }
    return INK_OK;
}

ink_status ink_scatter_elements_run(struct ink_op_ctx *ctx)
{
    const struct elements *my = ctx->attributes;
    const struct ink_tensor *data = ctx->in[0], *indices = ctx->in[1];
    int axis;
    ink_status st = check(ctx, &axis);
    size_t bytes = ink_tensor_bytes(data), size = ink_dtype_bits(data->dtype) / 8;
    if (st) return st;
    if (bytes) memcpy(ctx->out[0]->data, data->data, bytes);
    if (!ink_tensor_count(indices)) return INK_OK;
    struct rows rows = rows_of(&data->shape, &indices->shape, axis);
    const char *updates = ctx->in[2]->data;
    char *y = ctx->out[0]->data;
    for (size_t row = 0; row < rows.count; row++) {
        size_t base = base_of(&data->shape, &indices->shape, axis, row), index;
        for (size_t i = 0; i < rows.len; i++, updates += size) {
            st = ink_index_at(ctx, indices, row * rows.len + i, rows.axis_dim, &index);
            if (st) return st;
            ink_combine(my->how, data->dtype, 1, updates, y + (base + i * rows.step + index * rows.axis_step) * size);
        }
    }
    return INK_OK;
}
