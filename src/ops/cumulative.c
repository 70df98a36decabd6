/* SPDX-License-Identifier: MIT */
#include "ops/cumulative.h"

#include "kernels/convert.h"
#include "ops/combine.h"

struct cumulative {
    bool exclusive, reverse, product;
};

ink_status ink_cumulative_load(struct ink_op_ctx *ctx)
{
    struct cumulative *my = INK_ARENA_NEW(ctx->arena, struct cumulative);
    int64_t exclusive, reverse;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "exclusive", 0, &exclusive);
    if (!st) st = ink_op_attr_i64(ctx, "reverse", 0, &reverse);
    if (st) return st;
    my->exclusive = exclusive != 0;
    my->reverse = reverse != 0;
    my->product = *(const enum ink_combination *)ctx->op->param == INK_COMBINE_MUL;
    return INK_OK;
}

#define SAME(x) (x)

/* One line of n elements, `step` apart. SUM is unsigned for integers, so that they wrap. */
#define LINE(NAME, T, SUM, FROM, TO)                                                                                   \
    static void line_##NAME(const struct cumulative *my, size_t n, size_t step, const void *in, void *out)             \
    {                                                                                                                  \
        const T *x = in;                                                                                               \
        T *y = out;                                                                                                    \
        SUM sum = my->product;                                                                                         \
        for (size_t i = 0; i < n; i++) {                                                                               \
            size_t at = (my->reverse ? n - 1 - i : i) * step;                                                          \
            SUM before = sum, one = (SUM)FROM(x[at]);                                                                  \
            sum = my->product ? sum * one : sum + one;                                                                 \
            y[at] = (T)TO(my->exclusive ? before : sum);                                                               \
        }                                                                                                              \
    }
LINE(f32, float, float, SAME, SAME)
LINE(f64, double, double, SAME, SAME)
LINE(f16, uint16_t, float, ink_f16_to_f32, ink_f32_to_f16)
LINE(bf16, uint16_t, float, ink_bf16_to_f32, ink_f32_to_bf16)
LINE(i32, int32_t, uint32_t, SAME, SAME)
LINE(i64, int64_t, uint64_t, SAME, SAME)

typedef void line_fn(const struct cumulative *my, size_t n, size_t step, const void *in, void *out);

static line_fn *const line_of[INK_DTYPE_END] = {
    [INK_FLOAT] = line_f32, [INK_DOUBLE] = line_f64, [INK_FLOAT16] = line_f16, [INK_BFLOAT16] = line_bf16,
    [INK_INT32] = line_i32, [INK_UINT32] = line_i32, [INK_INT64] = line_i64,   [INK_UINT64] = line_i64};

ink_status ink_cumulative_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *x = ctx->in[0];
    int rank = x->shape.rank, axis;
    if (ink_tensor_count(ctx->in[1]) != 1) return ink_op_fail(ctx, INK_E_MODEL, "axis is not one number");
    ink_status st = ink_op_axis(ctx, ink_tensor_i64(ctx->in[1], 0), rank, false, &axis);
    if (st || !ink_tensor_count(x)) return st;
    size_t outer = ink_shape_span(&x->shape, 0, axis), n = (size_t)x->shape.dims[axis];
    size_t inner = ink_shape_span(&x->shape, axis + 1, rank), size = ink_dtype_bits(x->dtype) / 8;
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i++) {
            size_t at = (o * n * inner + i) * size;
            line_of[x->dtype](ctx->attributes, n, inner, (const char *)x->data + at, (char *)ctx->out[0]->data + at);
        }
    return INK_OK;
}
