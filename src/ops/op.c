/* SPDX-License-Identifier: MIT */
#include "ops/op.h"

#include <stdarg.h>
#include <stdio.h>

/* --- errors --- */

ink_status ink_op_fail(const struct ink_op_ctx *ctx, ink_status status, const char *format, ...)
{
    char text[INK_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct ink_node *node = ctx->node;
    if (node->name.len)
        return ink_fail(ctx->err, status, "node %.*s (%s-%d): %s", INK_VIEW_ARGS(node->name), ctx->op->name,
                        ctx->op->since, text);
    return ink_fail(ctx->err, status, "node %d (%s-%d): %s", node->position, ctx->op->name, ctx->op->since, text);
}

/* --- attributes --- */

static const char *const kind_words[INK_ATTRIBUTE_END] = {
    "nothing", "a number", "an integer", "a string",        "a tensor",       "a graph", "numbers", "integers",
    "strings", "tensors",  "graphs",     "a sparse tensor", "sparse tensors", "a type",  "types",
};

/* The attribute if it is there and of that kind; *found = NULL if it is not there. */
static ink_status find(const struct ink_op_ctx *ctx, const char *name, enum ink_attribute_kind kind,
                       const struct ink_attribute **found)
{
    const struct ink_attribute *a = ink_node_attribute(ctx->node, name);
    *found = a;
    if (!a || a->kind == kind) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "attribute %s is %s, not %s", name, kind_words[a->kind], kind_words[kind]);
}

bool ink_op_attr_given(const struct ink_op_ctx *ctx, const char *name)
{
    return ink_node_attribute(ctx->node, name) != NULL;
}

ink_status ink_op_attr_i64(const struct ink_op_ctx *ctx, const char *name, int64_t otherwise, int64_t *out)
{
    const struct ink_attribute *a;
    ink_status st = find(ctx, name, INK_ATTRIBUTE_INT, &a);
    if (!st) *out = a ? a->i : otherwise;
    return st;
}

ink_status ink_op_attr_f32(const struct ink_op_ctx *ctx, const char *name, float otherwise, float *out)
{
    const struct ink_attribute *a;
    ink_status st = find(ctx, name, INK_ATTRIBUTE_FLOAT, &a);
    if (!st) *out = a ? a->f : otherwise;
    return st;
}

ink_status ink_op_attr_text(const struct ink_op_ctx *ctx, const char *name, const char *otherwise, struct ink_view *out)
{
    const struct ink_attribute *a;
    ink_status st = find(ctx, name, INK_ATTRIBUTE_STRING, &a);
    if (!st) *out = a ? a->s : ink_view_text(otherwise);
    return st;
}

ink_status ink_op_attr_i64s(const struct ink_op_ctx *ctx, const char *name, const int64_t **values, size_t *count)
{
    const struct ink_attribute *a;
    ink_status st = find(ctx, name, INK_ATTRIBUTE_INTS, &a);
    if (st) return st;
    *values = a ? a->ints : NULL;
    *count = a ? a->count : 0;
    return INK_OK;
}

ink_status ink_op_attr_f32s(const struct ink_op_ctx *ctx, const char *name, const float **values, size_t *count)
{
    const struct ink_attribute *a;
    ink_status st = find(ctx, name, INK_ATTRIBUTE_FLOATS, &a);
    if (st) return st;
    *values = a ? a->floats : NULL;
    *count = a ? a->count : 0;
    return INK_OK;
}

ink_status ink_op_attr_texts(const struct ink_op_ctx *ctx, const char *name, const struct ink_view **values,
                             size_t *count)
{
    const struct ink_attribute *a;
    ink_status st = find(ctx, name, INK_ATTRIBUTE_STRINGS, &a);
    if (st) return st;
    *values = a ? a->strings : NULL;
    *count = a ? a->count : 0;
    return INK_OK;
}

ink_status ink_op_attr_tensor(const struct ink_op_ctx *ctx, const char *name, const struct ink_tensor **out)
{
    const struct ink_attribute *a;
    ink_status st = find(ctx, name, INK_ATTRIBUTE_TENSOR, &a);
    if (!st) *out = a ? &a->tensors->tensor : NULL;
    return st;
}

ink_status ink_op_axis(const struct ink_op_ctx *ctx, int64_t axis, int rank, bool end_allowed, int *out)
{
    int64_t last = end_allowed ? rank : (int64_t)rank - 1;
    if (axis < -(int64_t)rank || axis > last)
        return ink_op_fail(ctx, INK_E_MODEL, "axis %lld is outside of a tensor of %d dimensions", (long long)axis,
                           rank);
    *out = (int)(axis < 0 ? axis + rank : axis);
    return INK_OK;
}

/* --- shapes --- */

ink_status ink_op_shape_same(struct ink_op_ctx *ctx)
{
    for (int i = 0; i < ctx->out_count; i++)
        if (ctx->out[i]) ctx->out[i]->shape = ctx->in[0]->shape;
    return INK_OK;
}

ink_status ink_op_shape_broadcast(struct ink_op_ctx *ctx)
{
    struct ink_shape shape = ctx->in[0]->shape;
    for (int i = 1; i < ctx->in_count; i++) {
        char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
        if (!ink_shape_broadcast(&shape, &ctx->in[i]->shape, &shape))
            return ink_op_fail(ctx, INK_E_MODEL, "shapes %s and %s do not broadcast", ink_shape_text(&shape, a),
                               ink_shape_text(&ctx->in[i]->shape, b));
    }
    ctx->out[0]->shape = shape;
    return INK_OK;
}
