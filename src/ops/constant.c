/* SPDX-License-Identifier: MIT */
#include "ops/constant.h"

#include <math.h>

#include "onnx/sparse.h"
#include "ops/elements.h"
#include "ops/lists.h"

/* --- Constant --- */

/* An attribute's values as a tensor that points to them. */
static ink_status tensor_of(const struct ink_op_ctx *ctx, const struct ink_attribute *a, struct ink_tensor *out)
{
    bool list = a->kind == INK_ATTRIBUTE_FLOATS || a->kind == INK_ATTRIBUTE_INTS || a->kind == INK_ATTRIBUTE_STRINGS;
    *out = (struct ink_tensor){0};
    if (list) out->shape = (struct ink_shape){.rank = 1, .dims = {(int64_t)a->count}};
    switch (a->kind) {
    case INK_ATTRIBUTE_TENSOR: *out = a->tensors[0].tensor; return INK_OK;
    case INK_ATTRIBUTE_FLOAT:
        out->dtype = INK_FLOAT;
        out->data = (void *)&a->f;
        return INK_OK;
    case INK_ATTRIBUTE_INT:
        out->dtype = INK_INT64;
        out->data = (void *)&a->i;
        return INK_OK;
    case INK_ATTRIBUTE_STRING:
        out->dtype = INK_STRING;
        out->data = (void *)&a->s;
        return INK_OK;
    case INK_ATTRIBUTE_FLOATS:
        out->dtype = INK_FLOAT;
        out->data = (void *)a->floats;
        return INK_OK;
    case INK_ATTRIBUTE_INTS:
        out->dtype = INK_INT64;
        out->data = (void *)a->ints;
        return INK_OK;
    case INK_ATTRIBUTE_STRINGS:
        out->dtype = INK_STRING;
        out->data = (void *)a->strings;
        return INK_OK;
    default: return ink_op_fail(ctx, INK_E_MODEL, "attribute %.*s is of a wrong kind", INK_VIEW_ARGS(a->name));
    }
}

/* Where its value may stand. */
static const struct {
    const char *name;
    enum ink_attribute_kind kind;
} sources[] = {
    {"value", INK_ATTRIBUTE_TENSOR},          {"value_float", INK_ATTRIBUTE_FLOAT},
    {"value_floats", INK_ATTRIBUTE_FLOATS},   {"value_int", INK_ATTRIBUTE_INT},
    {"value_ints", INK_ATTRIBUTE_INTS},       {"value_string", INK_ATTRIBUTE_STRING},
    {"value_strings", INK_ATTRIBUTE_STRINGS}, {"sparse_value", INK_ATTRIBUTE_SPARSE_TENSOR},
};

ink_status ink_constant_load(struct ink_op_ctx *ctx)
{
    const struct ink_attribute *found = NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const struct ink_attribute *a = ink_node_attribute(ctx->node, sources[i].name);
        if (!a) continue;
        if (found) return ink_op_fail(ctx, INK_E_MODEL, "has two values");
        if (a->kind != sources[i].kind)
            return ink_op_fail(ctx, INK_E_MODEL, "attribute %s is of a wrong kind", sources[i].name);
        found = a;
    }
    if (!found) return ink_op_fail(ctx, INK_E_MODEL, "has no value");
    struct ink_tensor *tensor = INK_ARENA_NEW(ctx->arena, struct ink_tensor);
    if (!tensor) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = tensor;
    struct ink_error err = {0};
    ink_status st = found->kind == INK_ATTRIBUTE_SPARSE_TENSOR
                        ? ink_sparse_spread(found->sparse, ctx->arena, tensor, &err)
                        : tensor_of(ctx, found, tensor);
    if (err.status) return ink_op_fail(ctx, st, "sparse_value: %s", err.text);
    if (st) return st;
    if (!(ctx->op->types[0] & INK_DTYPE_BIT(tensor->dtype)))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "value of type %s", ink_dtype_word(tensor->dtype));
    ctx->types[0] = tensor->dtype;
    return INK_OK;
}

ink_status ink_constant_shape(struct ink_op_ctx *ctx)
{
    ctx->out[0]->shape = ((const struct ink_tensor *)ctx->attributes)->shape;
    return INK_OK;
}

ink_status ink_constant_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *tensor = ctx->attributes;
    size_t bytes = ink_tensor_bytes(tensor);
    if (bytes) memcpy(ctx->out[0]->data, tensor->data, bytes);
    return INK_OK;
}

/* --- ConstantOfShape --- */

ink_status ink_constant_of_shape_load(struct ink_op_ctx *ctx)
{
    static const float zero = 0;
    const struct ink_attribute *a = ink_node_attribute(ctx->node, "value");
    struct ink_tensor *tensor = INK_ARENA_NEW(ctx->arena, struct ink_tensor);
    if (!tensor) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = tensor;
    *tensor = (struct ink_tensor){.dtype = INK_FLOAT, .data = (void *)&zero};
    if (a && a->kind != INK_ATTRIBUTE_TENSOR) return ink_op_fail(ctx, INK_E_MODEL, "value is not a tensor");
    if (a) *tensor = a->tensors[0].tensor;
    if (ink_tensor_count(tensor) != 1) return ink_op_fail(ctx, INK_E_MODEL, "value is not a single element");
    if (!(ctx->op->types[0] & INK_DTYPE_BIT(tensor->dtype)))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "value of type %s", ink_dtype_word(tensor->dtype));
    ctx->types[0] = tensor->dtype;
    return INK_OK;
}

ink_status ink_constant_of_shape_shape(struct ink_op_ctx *ctx)
{
    struct ink_list list;
    size_t count;
    ink_status st = ink_list_input(ctx, 0, &list);
    if (st) return st;
    if (list.count > INK_RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "%zu dimensions are more than %d", list.count, INK_RANK_MAX);
    struct ink_shape out = {.rank = (int)list.count};
    for (size_t i = 0; i < list.count; i++) out.dims[i] = ink_list_at(&list, i);
    char text[INK_SHAPE_TEXT_MAX];
    if (!ink_shape_count(&out, &count))
        return ink_op_fail(ctx, INK_E_MODEL, "shape %s is impossible", ink_shape_text(&out, text));
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_constant_of_shape_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *value = ctx->attributes;
    size_t bits = ink_dtype_bits(value->dtype), bytes = bits / 8, total = ink_tensor_bytes(ctx->out[0]), done = bytes;
    char *out = ctx->out[0]->data;
    if (!total) return INK_OK;
    if (bits < 8) { /* a byte full of the element */
        unsigned element = *(const uint8_t *)value->data & ((1u << bits) - 1);
        memset(out, (int)(element * (0xFF / ((1u << bits) - 1))), total);
        return INK_OK;
    }
    memcpy(out, value->data, bytes);
    for (; done < total; done *= 2) memcpy(out + done, out, done < total - done ? done : total - done);
    return INK_OK;
}

/* --- Range --- */

static double real(const struct ink_tensor *t)
{
    double x;
    ink_convert(1, t->dtype, t->data, INK_DOUBLE, &x, false, INK_ROUND_UP);
    return x;
}

static bool is_real(enum ink_dtype dtype)
{
    return INK_TYPES_FLOAT & INK_DTYPE_BIT(dtype);
}

/* max(ceil((limit - start) / delta), 0); delta is not 0. */
static double count_of(const struct ink_op_ctx *ctx)
{
    if (is_real(ctx->in[0]->dtype)) return ceil((real(ctx->in[1]) - real(ctx->in[0])) / real(ctx->in[2]));
    int64_t start = ink_tensor_i64(ctx->in[0], 0), limit = ink_tensor_i64(ctx->in[1], 0);
    int64_t delta = ink_tensor_i64(ctx->in[2], 0);
    if (delta > 0 ? limit <= start : limit >= start) return 0;
    uint64_t span = delta > 0 ? (uint64_t)limit - (uint64_t)start : (uint64_t)start - (uint64_t)limit;
    uint64_t step = delta > 0 ? (uint64_t)delta : 0 - (uint64_t)delta;
    return (double)((span - 1) / step + 1);
}

ink_status ink_range_shape(struct ink_op_ctx *ctx)
{
    static const char *const names[] = {"start", "limit", "delta"};
    for (int i = 0; i < 3; i++)
        if (ink_tensor_count(ctx->in[i]) != 1)
            return ink_op_fail(ctx, INK_E_MODEL, "%s is not a single number", names[i]);
    for (int i = 0; i < 3; i++)
        if (!ctx->in[i]->data) return INK_E_NEED_DATA;
    if (real(ctx->in[2]) == 0) return ink_op_fail(ctx, INK_E_MODEL, "delta is 0, the range has no end");
    double count = count_of(ctx);
    if (!(count < 0x1p46)) return ink_op_fail(ctx, INK_E_LIMIT, "the range has %g elements", count);
    ctx->out[0]->shape = (struct ink_shape){.rank = 1, .dims = {count > 0 ? (int64_t)count : 0}};
    return INK_OK;
}

ink_status ink_range_run(struct ink_op_ctx *ctx)
{
    struct ink_tensor *out = ctx->out[0];
    size_t n = ink_tensor_count(out), bytes = ink_dtype_bits(out->dtype) / 8;
    for (size_t i = 0; i < n; i++) {
        char *to = (char *)out->data + i * bytes;
        if (is_real(out->dtype)) {
            double x = real(ctx->in[0]) + (double)i * real(ctx->in[2]);
            ink_convert(1, INK_DOUBLE, &x, out->dtype, to, false, INK_ROUND_UP);
        } else {
            uint64_t x = (uint64_t)ink_tensor_i64(ctx->in[0], 0) + i * (uint64_t)ink_tensor_i64(ctx->in[2], 0);
            ink_convert(1, INK_UINT64, &x, out->dtype, to, false, INK_ROUND_UP);
        }
    }
    return INK_OK;
}
