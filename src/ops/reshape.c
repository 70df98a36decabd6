/* SPDX-License-Identifier: MIT */
#include "ops/reshape.h"

#include "base/checked.h"
#include "ops/lists.h"

static ink_status new_list(struct ink_op_ctx *ctx, struct ink_list **out)
{
    *out = INK_ARENA_NEW(ctx->arena, struct ink_list);
    if (!*out) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = *out;
    return INK_OK;
}

/* The list is the attribute that load found, or in[1]. */
static ink_status list_of(const struct ink_op_ctx *ctx, bool input, struct ink_list *out)
{
    if (input) return ink_list_input(ctx, 1, out);
    *out = *(const struct ink_list *)ctx->attributes;
    return INK_OK;
}

/* --- Reshape --- */

struct reshape {
    struct ink_list shape; /* given: an attribute */
    int64_t allowzero;
};

ink_status ink_reshape_load(struct ink_op_ctx *ctx)
{
    struct reshape *at = INK_ARENA_NEW(ctx->arena, struct reshape);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    return ctx->op->since >= 14 ? ink_op_attr_i64(ctx, "allowzero", 0, &at->allowzero) : INK_OK;
}

ink_status ink_reshape_old_load(struct ink_op_ctx *ctx)
{
    ink_status st = ink_reshape_load(ctx);
    if (st) return st;
    struct reshape *at = ctx->attributes;
    st = ink_list_attribute(ctx, "shape", &at->shape);
    at->shape.given = true; /* left out: a scalar */
    return st;
}

static ink_status refuse_reshape(const struct ink_op_ctx *ctx, const struct ink_shape *wanted)
{
    char from[INK_SHAPE_TEXT_MAX], to[INK_SHAPE_TEXT_MAX];
    return ink_op_fail(ctx, INK_E_MODEL, "%s cannot be reshaped to %s", ink_shape_text(&ctx->in[0]->shape, from),
                       ink_shape_text(wanted, to));
}

ink_status ink_reshape_shape(struct ink_op_ctx *ctx)
{
    const struct reshape *at = ctx->attributes;
    const struct ink_shape *in = &ctx->in[0]->shape;
    struct ink_list list = at->shape;
    ink_status st = list.given ? INK_OK : ink_list_input(ctx, 1, &list);
    if (st) return st;
    if (list.count > INK_RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "%zu dimensions are more than %d", list.count, INK_RANK_MAX);
    struct ink_shape out = {.rank = (int)list.count};
    int open = -1; /* the dimension that takes what is left: -1 */
    for (int i = 0; i < out.rank; i++) {
        int64_t dim = ink_list_at(&list, (size_t)i);
        if (dim == 0 && !at->allowzero) {
            if (i >= in->rank) return ink_op_fail(ctx, INK_E_MODEL, "dimension %d is to be kept and is not there", i);
            dim = in->dims[i];
        }
        out.dims[i] = dim;
        if (dim >= 0) continue;
        if (dim != -1 || open >= 0) return refuse_reshape(ctx, &out);
        open = i;
    }
    size_t have = ink_tensor_count(ctx->in[0]), rest;
    if (open >= 0) {
        out.dims[open] = 1;
        if (!ink_shape_count(&out, &rest) || !rest || have % rest) return refuse_reshape(ctx, &out);
        out.dims[open] = (int64_t)(have / rest);
    }
    if (!ink_shape_count(&out, &rest) || rest != have) return refuse_reshape(ctx, &out);
    ctx->out[0]->shape = out;
    return INK_OK;
}

/* --- Flatten --- */

ink_status ink_flatten_load(struct ink_op_ctx *ctx)
{
    int64_t *axis = INK_ARENA_NEW(ctx->arena, int64_t);
    if (!axis) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = axis;
    ink_status st = ink_op_attr_i64(ctx, "axis", 1, axis);
    if (!st && *axis < 0 && ctx->op->since < 11)
        return ink_op_fail(ctx, INK_E_MODEL, "a negative axis came with opset 11");
    return st;
}

ink_status ink_flatten_shape(struct ink_op_ctx *ctx)
{
    int axis;
    const struct ink_shape *in = &ctx->in[0]->shape;
    ink_status st = ink_op_axis(ctx, *(const int64_t *)ctx->attributes, in->rank, true, &axis);
    if (st) return st;
    struct ink_shape out = {.rank = 2};
    out.dims[0] = (int64_t)ink_shape_span(in, 0, axis);
    out.dims[1] = (int64_t)ink_shape_span(in, axis, in->rank);
    ctx->out[0]->shape = out;
    return INK_OK;
}

/* --- Squeeze, Unsqueeze --- */

ink_status ink_squeeze_old_load(struct ink_op_ctx *ctx)
{
    struct ink_list *list;
    ink_status st = new_list(ctx, &list);
    return st ? st : ink_list_attribute(ctx, "axes", list);
}

ink_status ink_squeeze_shape(struct ink_op_ctx *ctx)
{
    struct ink_list axes;
    unsigned bits = 0;
    const struct ink_shape *in = &ctx->in[0]->shape;
    ink_status st = list_of(ctx, !ctx->attributes, &axes);
    if (!st) st = ink_list_axes(ctx, &axes, in->rank, &bits);
    if (st) return st;
    struct ink_shape out = {0};
    for (int d = 0; d < in->rank; d++) {
        bool named = bits >> d & 1;
        if (named && in->dims[d] != 1)
            return ink_op_fail(ctx, INK_E_MODEL, "dimension %d is %lld, not 1", d, (long long)in->dims[d]);
        if (named || (!axes.given && in->dims[d] == 1)) continue;
        out.dims[out.rank++] = in->dims[d];
    }
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_unsqueeze_shape(struct ink_op_ctx *ctx)
{
    struct ink_list axes;
    unsigned bits = 0;
    const struct ink_shape *in = &ctx->in[0]->shape;
    ink_status st = list_of(ctx, !ctx->attributes, &axes);
    if (st) return st;
    if (!axes.given) return ink_op_fail(ctx, INK_E_MODEL, "has no axes");
    if (axes.count > (size_t)(INK_RANK_MAX - in->rank))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "its output has more than %d dimensions", INK_RANK_MAX);
    struct ink_shape out = {.rank = in->rank + (int)axes.count};
    st = ink_list_axes(ctx, &axes, out.rank, &bits);
    if (st) return st;
    for (int d = 0, from = 0; d < out.rank; d++) out.dims[d] = bits >> d & 1 ? 1 : in->dims[from++];
    ctx->out[0]->shape = out;
    return INK_OK;
}

/* --- Shape, Size --- */

struct range {
    int64_t start, end;
};

ink_status ink_shape_load(struct ink_op_ctx *ctx)
{
    struct range *at = INK_ARENA_NEW(ctx->arena, struct range);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    at->end = INT64_MAX;
    if (ctx->op->since < 15) return INK_OK;
    ink_status st = ink_op_attr_i64(ctx, "start", 0, &at->start);
    return st ? st : ink_op_attr_i64(ctx, "end", INT64_MAX, &at->end);
}

static int clamp_axis(int64_t axis, int rank)
{
    if (axis < 0) axis = axis < -rank ? 0 : axis + rank;
    return axis > rank ? rank : (int)axis;
}

ink_status ink_shape_shape(struct ink_op_ctx *ctx)
{
    const struct range *at = ctx->attributes;
    int rank = ctx->in[0]->shape.rank;
    int start = clamp_axis(at->start, rank), end = clamp_axis(at->end, rank);
    ctx->out[0]->shape = (struct ink_shape){.rank = 1, .dims = {end > start ? end - start : 0}};
    return INK_OK;
}

ink_status ink_shape_run(struct ink_op_ctx *ctx)
{
    const struct range *at = ctx->attributes;
    const struct ink_shape *in = &ctx->in[0]->shape;
    int start = clamp_axis(at->start, in->rank);
    int64_t *out = ctx->out[0]->data;
    for (int64_t i = 0; i < ctx->out[0]->shape.dims[0]; i++) out[i] = in->dims[start + i];
    return INK_OK;
}

ink_status ink_size_shape(struct ink_op_ctx *ctx)
{
    ctx->out[0]->shape = (struct ink_shape){0};
    return INK_OK;
}

ink_status ink_size_run(struct ink_op_ctx *ctx)
{
    *(int64_t *)ctx->out[0]->data = (int64_t)ink_tensor_count(ctx->in[0]);
    return INK_OK;
}
