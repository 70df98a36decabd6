/* SPDX-License-Identifier: MIT */
/* OneHot: an axis of `depth` elements, on where the index says, off elsewhere and for an index that is outside. */
#include "kernels/convert.h"
#include "ops/indexed.h"

struct one_hot {
    int64_t axis;
};

ink_status ink_one_hot_load(struct ink_op_ctx *ctx)
{
    struct one_hot *my = INK_ARENA_NEW(ctx->arena, struct one_hot);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    return ink_op_attr_i64(ctx, "axis", -1, &my->axis);
}

/* Any number as an integer, cut towards zero; INT64_MIN for what does not fit, which is no index. */
static int64_t whole_at(const struct ink_tensor *t, size_t i)
{
    double x;
    switch (t->dtype) {
    case INK_FLOAT: x = ((const float *)t->data)[i]; break;
    case INK_DOUBLE: x = ((const double *)t->data)[i]; break;
    case INK_FLOAT16: x = ink_f16_to_f32(((const uint16_t *)t->data)[i]); break;
    default: return ink_tensor_i64(t, i);
    }
    return x > -0x1p62 && x < 0x1p62 ? (int64_t)x : INT64_MIN;
}

static ink_status depth_of(const struct ink_op_ctx *ctx, int64_t *depth, int *axis)
{
    const struct one_hot *my = ctx->attributes;
    ink_status st = ink_op_axis(ctx, my->axis, ctx->in[0]->shape.rank + 1, false, axis);
    if (st) return st;
    if (ctx->in[0]->shape.rank == INK_RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "more than %d dimensions", INK_RANK_MAX);
    if (ink_tensor_count(ctx->in[1]) != 1 || ink_tensor_count(ctx->in[2]) != 2)
        return ink_op_fail(ctx, INK_E_MODEL, "depth is not one number, or values are not two");
    if (!ctx->in[1]->data) return INK_E_NEED_DATA;
    *depth = whole_at(ctx->in[1], 0);
    return *depth >= 0 ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "depth is %lld", (long long)*depth);
}

ink_status ink_one_hot_shape(struct ink_op_ctx *ctx)
{
    const struct ink_shape *indices = &ctx->in[0]->shape;
    struct ink_shape *out = &ctx->out[0]->shape;
    int64_t depth;
    int axis;
    ink_status st = depth_of(ctx, &depth, &axis);
    if (st) return st;
    *out = (struct ink_shape){.rank = indices->rank + 1};
    for (int d = 0; d < out->rank; d++)
        out->dims[d] = d < axis ? indices->dims[d] : d == axis ? depth : indices->dims[d - 1];
    return INK_OK;
}

ink_status ink_one_hot_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *indices = ctx->in[0];
    size_t size = ink_dtype_bits(ctx->out[0]->dtype) / 8;
    const char *off = ctx->in[2]->data, *on = off + size;
    char *y = ctx->out[0]->data;
    int64_t depth;
    int axis;
    ink_status st = depth_of(ctx, &depth, &axis);
    size_t count = ink_tensor_count(ctx->out[0]);
    if (st || !count) return st;
    for (size_t i = 0; i < count; i++) memcpy(y + i * size, off, size);
    size_t inner = ink_shape_span(&indices->shape, axis, indices->shape.rank), places = ink_tensor_count(indices);
    for (size_t i = 0; i < places; i++) {
        int64_t index = whole_at(indices, i);
        if (index < 0 && index >= -depth) index += depth;
        if (index < 0 || index >= depth) continue;
        memcpy(y + ((i / inner * (size_t)depth + (size_t)index) * inner + i % inner) * size, on, size);
    }
    return INK_OK;
}
