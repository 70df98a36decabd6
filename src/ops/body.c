/* SPDX-License-Identifier: MIT */
#include "ops/body.h"

ink_status ink_body_find(struct ink_op_ctx *ctx, const char *name, int in_count, struct ink_body **body)
{
    for (int i = 0; i < ctx->body_count; i++) {
        *body = ctx->bodies[i];
        if (!ink_view_is((*body)->name, name)) continue;
        if ((*body)->in_count == in_count) return INK_OK;
        return ink_op_fail(ctx, INK_E_MODEL, "%s has %d inputs, and is given %d", name, (*body)->in_count, in_count);
    }
    return ink_op_fail(ctx, INK_E_MODEL, "attribute %s, a graph, is missing", name);
}

void ink_body_give_type(struct ink_op_ctx *ctx, int i, enum ink_dtype dtype)
{
    if (ink_op_wants(ctx, i)) ctx->out[i]->dtype = dtype;
}

static ink_status no_memory(const struct ink_op_ctx *ctx)
{
    return ink_op_fail(ctx, INK_E_OOM, "its output does not fit into memory");
}

ink_status ink_body_give(struct ink_op_ctx *ctx, int i, const struct ink_tensor *from)
{
    if (!ink_op_wants(ctx, i)) return INK_OK;
    ink_status st = ctx->resize(ctx, i, &from->shape);
    if (!st && ink_tensor_fill(from, ctx->arena, ctx->out[i])) st = no_memory(ctx);
    return st;
}

/* --- rows --- */

struct ink_row {
    struct ink_row *next;
    struct ink_tensor tensor;
};

ink_status ink_rows_add(struct ink_op_ctx *ctx, struct ink_rows *rows, const struct ink_tensor *from)
{
    struct ink_row *row = INK_ARENA_NEW(ctx->arena, struct ink_row);
    if (!row || ink_tensor_copy(from, ctx->arena, &row->tensor)) return no_memory(ctx);
    if (rows->last)
        rows->last->next = row;
    else
        rows->first = row;
    rows->last = row;
    rows->count++;
    return INK_OK;
}

ink_status ink_rows_list(struct ink_op_ctx *ctx, int i, const struct ink_rows *rows)
{
    if (!ink_op_wants(ctx, i)) return INK_OK;
    ink_status st = ctx->resize(ctx, i, &(struct ink_shape){1, {(int64_t)rows->count}});
    if (st) return st;
    struct ink_tensor *out = ctx->out[i]->data;
    for (const struct ink_row *row = rows->first; row; row = row->next) *out++ = row->tensor;
    return INK_OK;
}

ink_status ink_shape_stacked(const struct ink_op_ctx *ctx, const struct ink_shape *row, int64_t axis, int64_t count,
                             struct ink_shape *out, int *at)
{
    *out = *row;
    if (out->rank < 0) out->rank = 0;
    if (out->rank == INK_RANK_MAX) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "more than %d dimensions", INK_RANK_MAX);
    ink_status st = ink_op_axis(ctx, axis, out->rank + 1, false, at);
    if (st) return st;
    for (int d = out->rank++; d > *at; d--) out->dims[d] = out->dims[d - 1];
    out->dims[*at] = count;
    return INK_OK;
}

ink_status ink_rows_stack(struct ink_op_ctx *ctx, int i, const struct ink_rows *rows, const struct ink_shape *none,
                          int64_t axis, bool reversed)
{
    if (!ink_op_wants(ctx, i)) return INK_OK;
    struct ink_shape shape;
    const struct ink_shape *each = rows->count ? &rows->first->tensor.shape : none;
    int at;
    ink_status st = ink_shape_stacked(ctx, each, axis, (int64_t)rows->count, &shape, &at);
    for (int d = 0; !st && d < shape.rank; d++)
        if (shape.dims[d] < 0) shape.dims[d] = 0;
    if (!st) st = ctx->resize(ctx, i, &shape);
    if (st) return st;
    /* each row is `outer` pieces of `bytes`, which are rows->count pieces apart in the output */
    size_t outer = ink_shape_span(&shape, 0, at);
    size_t bytes = ink_shape_span(&shape, at + 1, shape.rank) * (ink_dtype_bits(ctx->out[i]->dtype) / 8);
    size_t place = reversed ? rows->count : 0;
    for (const struct ink_row *row = rows->first; row; row = row->next, place += !reversed) {
        char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
        if (!ink_shape_equal(&row->tensor.shape, each))
            return ink_op_fail(ctx, INK_E_MODEL, "output %d of its body is %s, and was %s before", i,
                               ink_shape_text(&row->tensor.shape, a), ink_shape_text(each, b));
        place -= reversed;
        const char *from = row->tensor.data;
        char *to = (char *)ctx->out[i]->data + place * bytes;
        for (size_t o = 0; bytes && o < outer; o++) memcpy(to + o * rows->count * bytes, from + o * bytes, bytes);
    }
    return INK_OK;
}
