/* SPDX-License-Identifier: MIT */
/* sequence_parts.c - a tensor taken apart along an axis into a sequence, and put together again. */
#include "ops/container.h"
#include "ops/lists.h"

struct parts {
    int64_t axis;
    bool keeps_axis; /* SplitToSequence */
    bool new_axis;   /* ConcatFromSequence */
};

static ink_status new_attributes(struct ink_op_ctx *ctx, struct parts **my)
{
    *my = INK_ARENA_NEW(ctx->arena, struct parts);
    if (!*my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = *my;
    return ink_op_attr_i64(ctx, "axis", 0, &(*my)->axis);
}

/* Elements under 8 bits are packed: a part of a row is not a run of bytes. No operator here has them. */
static ink_status check_element(const struct ink_op_ctx *ctx, enum ink_dtype dtype)
{
    return ink_dtype_bits(dtype) >= 8 ? INK_OK
                                      : ink_op_fail(ctx, INK_E_UNSUPPORTED, "elements of %s", ink_dtype_word(dtype));
}

/* Rows of one tensor to or from rows of a longer one. */
static void copy_rows(size_t rows, size_t bytes, const char *from, size_t from_step, char *to, size_t to_step)
{
    for (size_t r = 0; bytes && r < rows; r++) memcpy(to + r * to_step, from + r * from_step, bytes);
}

/* --- SplitToSequence --- */

ink_status ink_split_to_sequence_load(struct ink_op_ctx *ctx)
{
    struct parts *my;
    int64_t keepdims = 1;
    ink_status st = new_attributes(ctx, &my);
    if (!st) st = ink_op_attr_i64(ctx, "keepdims", 1, &keepdims);
    if (st) return st;
    my->keeps_axis = keepdims || ink_op_has(ctx, 1);
    ctx->types[2] = ink_dtype_wrap(ctx->types[0], INK_SEQUENCE);
    return INK_OK;
}

/* How many parts a dimension becomes. */
static ink_status count_parts(const struct ink_op_ctx *ctx, const struct ink_list *split, int64_t dim, size_t *count)
{
    int64_t each = 1, total = 0, size;
    if (split->given && ctx->in[1]->shape.rank == 1) {
        *count = split->count;
        for (size_t i = 0; i < split->count; i++) {
            size = ink_list_at(split, i);
            if (size < 0 || __builtin_add_overflow(total, size, &total) || total > dim) total = -1;
            if (total < 0) break;
        }
        if (total != dim) return ink_op_fail(ctx, INK_E_MODEL, "the parts do not add up to %lld", (long long)dim);
        return INK_OK;
    }
    if (split->given) each = ink_list_at(split, 0);
    if (each < 1) return ink_op_fail(ctx, INK_E_MODEL, "parts of size %lld", (long long)each);
    *count = (size_t)(dim / each + (dim % each != 0));
    return INK_OK;
}

ink_status ink_split_to_sequence_run(struct ink_op_ctx *ctx)
{
    const struct parts *my = ctx->attributes;
    const struct ink_tensor *in = ctx->in[0];
    struct ink_list split;
    size_t count = 0;
    int axis;
    ink_status st = ink_op_axis(ctx, my->axis, in->shape.rank, false, &axis);
    if (!st) st = ink_list_input(ctx, 1, &split);
    if (!st) st = count_parts(ctx, &split, in->shape.dims[axis], &count);
    if (!st) st = ctx->resize(ctx, 0, &(struct ink_shape){1, {(int64_t)count}});
    if (st) return st;
    struct ink_tensor *out = ctx->out[0]->data;
    bool listed = split.given && ctx->in[1]->shape.rank == 1;
    int64_t left = in->shape.dims[axis];
    size_t rows = ink_shape_span(&in->shape, 0, axis), element = ink_dtype_bits(in->dtype) / 8, at = 0;
    size_t inner = ink_shape_span(&in->shape, axis + 1, in->shape.rank) * element;
    for (size_t i = 0; i < count; i++, out++) {
        int64_t size = split.given ? ink_list_at(&split, listed ? i : 0) : 1;
        if (size > left) size = left;
        left -= size;
        *out = *in;
        out->shape.dims[axis] = size;
        size_t row = (size_t)size * inner;
        out->data = ink_arena_alloc(ctx->arena, rows * row, INK_ARENA_ALIGN);
        if (!out->data) return ink_op_fail(ctx, INK_E_OOM, "its output does not fit into memory");
        copy_rows(rows, row, (const char *)in->data + at, (size_t)in->shape.dims[axis] * inner, out->data, row);
        at += row;
        if (my->keeps_axis) continue;
        out->shape.rank--;
        for (int d = axis; d < out->shape.rank; d++) out->shape.dims[d] = out->shape.dims[d + 1];
    }
    return INK_OK;
}

/* --- ConcatFromSequence --- */

ink_status ink_concat_from_sequence_load(struct ink_op_ctx *ctx)
{
    struct parts *my;
    int64_t new_axis = 0;
    if (!ink_op_attr_given(ctx, "axis")) return ink_op_fail(ctx, INK_E_MODEL, "attribute axis is missing");
    ink_status st = new_attributes(ctx, &my);
    if (!st) st = ink_op_attr_i64(ctx, "new_axis", 0, &new_axis);
    if (st) return st;
    my->new_axis = new_axis != 0;
    ctx->types[1] = ink_dtype_inside(ctx->types[0], INK_SEQUENCE);
    if (ink_dtype_is_container(ctx->types[1]))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "a sequence of %s", ink_dtype_word(ctx->types[1]));
    return check_element(ctx, ctx->types[1]);
}

/* The shape of all elements together. */
static ink_status join_shapes(const struct ink_op_ctx *ctx, const struct ink_tensor *elements, size_t count, int *axis,
                              struct ink_shape *out)
{
    const struct parts *my = ctx->attributes;
    if (count == 0) return ink_op_fail(ctx, INK_E_MODEL, "the sequence is empty");
    const struct ink_shape *first = &elements[0].shape;
    *out = *first;
    ink_status st = ink_op_axis(ctx, my->axis, first->rank + my->new_axis, false, axis);
    if (st) return st;
    if (my->new_axis) {
        if (first->rank == INK_RANK_MAX)
            return ink_op_fail(ctx, INK_E_UNSUPPORTED, "more than %d dimensions", INK_RANK_MAX);
        for (int d = out->rank++; d > *axis; d--) out->dims[d] = out->dims[d - 1];
        out->dims[*axis] = 1;
    }
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ink_shape *in = &elements[i].shape;
        bool fits = in->rank == first->rank;
        for (int d = 0; fits && d < in->rank; d++)
            fits = in->dims[d] == first->dims[d] || (d == *axis && !my->new_axis);
        char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
        if (!fits || __builtin_add_overflow(total, my->new_axis ? 1 : in->dims[*axis], &total))
            return ink_op_fail(ctx, INK_E_MODEL, "element %zu of shape %s does not fit behind %s on axis %d", i,
                               ink_shape_text(in, a), ink_shape_text(first, b), *axis);
    }
    out->dims[*axis] = total;
    return INK_OK;
}

ink_status ink_concat_from_sequence_run(struct ink_op_ctx *ctx)
{
    const struct parts *my = ctx->attributes;
    const struct ink_tensor *elements = ctx->in[0]->data;
    size_t count = ink_tensor_count(ctx->in[0]), at = 0;
    struct ink_shape shape;
    int axis;
    ink_status st = join_shapes(ctx, elements, count, &axis, &shape);
    if (!st) st = ctx->resize(ctx, 0, &shape);
    if (st) return st;
    size_t rows = ink_shape_span(&shape, 0, axis), element = ink_dtype_bits(ctx->types[1]) / 8;
    size_t out_row = ink_shape_span(&shape, axis, shape.rank) * element;
    for (size_t i = 0; i < count; i++) {
        int rest = my->new_axis ? axis : axis + 1;
        size_t size = my->new_axis ? 1 : (size_t)elements[i].shape.dims[axis];
        size_t row = size * ink_shape_span(&elements[i].shape, rest, elements[i].shape.rank) * element;
        copy_rows(rows, row, elements[i].data, row, (char *)ctx->out[0]->data + at, out_row);
        at += row;
    }
    return INK_OK;
}
