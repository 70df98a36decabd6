/* SPDX-License-Identifier: MIT */
/* NonZero and Compress: how much they select is known when they run. */
#include "ops/indexed.h"

/* 0 and -0 are zero. */
static bool non_zero(enum ink_dtype dtype, const void *element)
{
    uint64_t bits = 0;
    unsigned size = ink_dtype_bits(dtype) / 8;
    memcpy(&bits, element, size); /* little-endian, as the file format */
    if (INK_TYPES_FLOAT & INK_DTYPE_BIT(dtype)) bits &= ~((uint64_t)1 << (size * 8 - 1));
    return bits != 0;
}

ink_status ink_non_zero_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *x = ctx->in[0];
    size_t n = ink_tensor_count(x), size = ink_dtype_bits(x->dtype) / 8, found = 0;
    const char *data = x->data;
    for (size_t i = 0; i < n; i++) found += non_zero(x->dtype, data + i * size);
    struct ink_shape shape = {.rank = 2, .dims = {x->shape.rank, (int64_t)found}};
    ink_status st = ctx->resize(ctx, 0, &shape);
    int64_t *y = ctx->out[0]->data;
    for (size_t i = 0, k = 0; !st && i < n; i++) {
        if (!non_zero(x->dtype, data + i * size)) continue;
        size_t rest = i;
        for (int d = x->shape.rank - 1; d >= 0; d--) {
            y[(size_t)d * found + k] = (int64_t)(rest % (size_t)x->shape.dims[d]);
            rest /= (size_t)x->shape.dims[d];
        }
        k++;
    }
    return st;
}

struct compress {
    int64_t axis;
    bool flattens;
};

ink_status ink_compress_load(struct ink_op_ctx *ctx)
{
    struct compress *my = INK_ARENA_NEW(ctx->arena, struct compress);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    my->flattens = !ink_op_attr_given(ctx, "axis");
    return ink_op_attr_i64(ctx, "axis", 0, &my->axis);
}

ink_status ink_compress_run(struct ink_op_ctx *ctx)
{
    const struct compress *my = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    const uint8_t *wanted = ctx->in[1]->data; /* a file may have any byte */
    struct ink_shape shape = x->shape;
    if (my->flattens) shape = (struct ink_shape){.rank = 1, .dims = {(int64_t)ink_tensor_count(x)}};
    int axis;
    ink_status st = ink_op_axis(ctx, my->axis, shape.rank, false, &axis);
    if (st) return st;
    size_t n = (size_t)shape.dims[axis], listed = ink_tensor_count(ctx->in[1]), taken = 0;
    size_t outer = ink_shape_span(&shape, 0, axis);
    size_t bytes = ink_shape_span(&shape, axis + 1, shape.rank) * (ink_dtype_bits(x->dtype) / 8);
    if (ctx->in[1]->shape.rank != 1 || listed > n)
        return ink_op_fail(ctx, INK_E_MODEL, "a condition of %zu elements for an axis of %zu", listed, n);
    for (size_t i = 0; i < listed; i++) taken += wanted[i] != 0;
    shape.dims[axis] = (int64_t)taken;
    st = ctx->resize(ctx, 0, &shape);
    char *y = ctx->out[0]->data;
    for (size_t o = 0; !st && taken && bytes && o < outer; o++)
        for (size_t i = 0; i < listed; i++) {
            if (!wanted[i]) continue;
            memcpy(y, (const char *)x->data + (o * n + i) * bytes, bytes);
            y += bytes;
        }
    return st;
}
