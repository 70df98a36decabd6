/* SPDX-License-Identifier: MIT */
#include "ops/lists.h"
#include "ops/movement.h"

struct attributes {
    int64_t axis;
    struct ink_list split; /* of the attribute */
    int64_t num_outputs;   /* 0: not given */
};

static ink_status new_attributes(struct ink_op_ctx *ctx, struct attributes **at)
{
    *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!*at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = *at;
    return INK_OK;
}

/* --- Concat --- */

ink_status ink_concat_load(struct ink_op_ctx *ctx)
{
    struct attributes *at;
    if (!ctx->in_count) return ink_op_fail(ctx, INK_E_MODEL, "has no inputs");
    if (ctx->op->since >= 4 && !ink_op_attr_given(ctx, "axis"))
        return ink_op_fail(ctx, INK_E_MODEL, "attribute axis is missing");
    ink_status st = new_attributes(ctx, &at);
    return st ? st : ink_op_attr_i64(ctx, "axis", 1, &at->axis);
}

ink_status ink_concat_shape(struct ink_op_ctx *ctx)
{
    int axis;
    struct ink_shape out = ctx->in[0]->shape;
    ink_status st = ink_op_axis(ctx, ((const struct attributes *)ctx->attributes)->axis, out.rank, false, &axis);
    if (st) return st;
    for (int i = 1; i < ctx->in_count; i++) {
        const struct ink_shape *in = &ctx->in[i]->shape;
        bool fits = in->rank == out.rank;
        for (int d = 0; fits && d < out.rank; d++) fits = d == axis || in->dims[d] == out.dims[d];
        char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
        if (!fits || __builtin_add_overflow(out.dims[axis], in->dims[axis], &out.dims[axis]))
            return ink_op_fail(ctx, INK_E_MODEL, "input %d of shape %s does not fit behind %s on axis %d", i,
                               ink_shape_text(in, a), ink_shape_text(&ctx->in[0]->shape, b), axis);
    }
    ctx->out[0]->shape = out;
    return INK_OK;
}

/* Rows of one tensor to or from rows of a longer one. */
static void copy_rows(size_t rows, size_t bytes, const char *from, size_t from_step, char *to, size_t to_step)
{
    if (!bytes) return;
    for (size_t r = 0; r < rows; r++) memcpy(to + r * to_step, from + r * from_step, bytes);
}

ink_status ink_concat_run(struct ink_op_ctx *ctx)
{
    int axis;
    const struct ink_tensor *out = ctx->out[0];
    ink_status st = ink_op_axis(ctx, ((const struct attributes *)ctx->attributes)->axis, out->shape.rank, false, &axis);
    if (st) return st;
    size_t rows = ink_shape_span(&out->shape, 0, axis), element = ink_dtype_bits(out->dtype) / 8, at = 0;
    size_t out_row = ink_shape_span(&out->shape, axis, out->shape.rank) * element;
    for (int i = 0; i < ctx->in_count; i++) {
        size_t row = ink_shape_span(&ctx->in[i]->shape, axis, out->shape.rank) * element;
        copy_rows(rows, row, ctx->in[i]->data, row, (char *)out->data + at, out_row);
        at += row;
    }
    return INK_OK;
}

/* --- Split --- */

ink_status ink_split_load(struct ink_op_ctx *ctx)
{
    struct attributes *at;
    ink_status st = new_attributes(ctx, &at);
    if (!st) st = ink_op_attr_i64(ctx, "axis", 0, &at->axis);
    if (!st && ctx->op->since < 13) st = ink_list_attribute(ctx, "split", &at->split);
    if (st || ctx->op->since < 18) return st;
    st = ink_op_attr_i64(ctx, "num_outputs", 0, &at->num_outputs);
    if (!st && ink_op_attr_given(ctx, "num_outputs") && at->num_outputs != ctx->out_count)
        return ink_op_fail(ctx, INK_E_MODEL, "num_outputs is %lld, it has %d", (long long)at->num_outputs,
                           ctx->out_count);
    return st;
}

/* Sizes as given, or as even as they go: the last one is smaller since opset 18, and must not be before. */
static ink_status split_size(const struct ink_op_ctx *ctx, const struct ink_list *split, int64_t dim, int i,
                             int64_t *size)
{
    int64_t n = ctx->out_count;
    if (split->given) {
        *size = ink_list_at(split, (size_t)i);
        return *size >= 0 ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "a part of size %lld", (long long)*size);
    }
    int64_t each = (dim + n - 1) / n, left = dim - each * i;
    if (dim % n && ctx->op->since < 18)
        return ink_op_fail(ctx, INK_E_MODEL, "%lld cannot be split into %lld equal parts", (long long)dim,
                           (long long)n);
    *size = left < 0 ? 0 : left < each ? left : each;
    return INK_OK;
}

static ink_status split_list(const struct ink_op_ctx *ctx, struct ink_list *split)
{
    const struct attributes *at = ctx->attributes;
    *split = at->split;
    ink_status st = split->given ? INK_OK : ink_list_input(ctx, 1, split);
    if (st || !split->given) return st;
    if (split->count != (size_t)ctx->out_count)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu sizes for %d outputs", split->count, ctx->out_count);
    return INK_OK;
}

ink_status ink_split_shape(struct ink_op_ctx *ctx)
{
    int axis;
    struct ink_list split;
    const struct ink_shape *in = &ctx->in[0]->shape;
    ink_status st = ink_op_axis(ctx, ((const struct attributes *)ctx->attributes)->axis, in->rank, false, &axis);
    if (!st) st = split_list(ctx, &split);
    int64_t total = 0, size = 0;
    for (int i = 0; !st && i < ctx->out_count; i++) {
        st = split_size(ctx, &split, in->dims[axis], i, &size);
        if (st) return st;
        if (__builtin_add_overflow(total, size, &total)) total = INT64_MAX;
        if (total > in->dims[axis]) break;
        if (!ctx->out[i]) continue;
        ctx->out[i]->shape = *in;
        ctx->out[i]->shape.dims[axis] = size;
    }
    if (!st && total != in->dims[axis])
        return ink_op_fail(ctx, INK_E_MODEL, "the parts do not add up to dimension %d, which is %lld", axis,
                           (long long)in->dims[axis]);
    return st;
}

ink_status ink_split_run(struct ink_op_ctx *ctx)
{
    int axis;
    struct ink_list split;
    const struct ink_tensor *in = ctx->in[0];
    ink_status st = ink_op_axis(ctx, ((const struct attributes *)ctx->attributes)->axis, in->shape.rank, false, &axis);
    if (!st) st = split_list(ctx, &split);
    if (st) return st;
    size_t rows = ink_shape_span(&in->shape, 0, axis), element = ink_dtype_bits(in->dtype) / 8;
    size_t inner = ink_shape_span(&in->shape, axis + 1, in->shape.rank) * element, at = 0;
    size_t in_row = (size_t)in->shape.dims[axis] * inner;
    for (int i = 0; i < ctx->out_count; i++) {
        int64_t size;
        st = split_size(ctx, &split, in->shape.dims[axis], i, &size);
        if (st) return st;
        size_t row = (size_t)size * inner;
        if (ctx->out[i]) copy_rows(rows, row, (const char *)in->data + at, in_row, ctx->out[i]->data, row);
        at += row;
    }
    return INK_OK;
}
