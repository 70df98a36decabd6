/* SPDX-License-Identifier: MIT */
#include "ops/trilu.h"

struct trilu {
    bool upper;
};

ink_status ink_trilu_load(struct ink_op_ctx *ctx)
{
    struct trilu *my = INK_ARENA_NEW(ctx->arena, struct trilu);
    int64_t upper;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "upper", 1, &upper);
    if (!st) my->upper = upper != 0;
    return st;
}

ink_status ink_trilu_shape(struct ink_op_ctx *ctx)
{
    if (ctx->in[0]->shape.rank < 2) return ink_op_fail(ctx, INK_E_MODEL, "its input is not a matrix");
    return ink_op_shape_same(ctx);
}

/* x in [low, high], whatever it was. */
static int64_t between(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

ink_status ink_trilu_run(struct ink_op_ctx *ctx)
{
    const struct trilu *my = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    int64_t rows = x->shape.dims[x->shape.rank - 2], columns = x->shape.dims[x->shape.rank - 1], k = 0;
    size_t size = ink_dtype_bits(x->dtype) / 8, count = ink_tensor_count(x);
    if (ink_op_has(ctx, 1)) {
        if (ink_tensor_count(ctx->in[1]) != 1) return ink_op_fail(ctx, INK_E_MODEL, "k is not one number");
        k = between(ink_tensor_i64(ctx->in[1], 0), -rows - 1, columns + 1);
    }
    if (!count) return INK_OK;
    size_t row_bytes = (size_t)columns * size;
    char *y = ctx->out[0]->data;
    memcpy(y, x->data, count * size);
    for (size_t row = 0; row < count / (size_t)columns; row++, y += row_bytes) {
        int64_t diagonal = (int64_t)(row % (size_t)rows) + k;
        size_t cut = (size_t)between(my->upper ? diagonal : diagonal + 1, 0, columns) * size;
        if (my->upper)
            memset(y, 0, cut);
        else
            memset(y + cut, 0, row_bytes - cut);
    }
    return INK_OK;
}
