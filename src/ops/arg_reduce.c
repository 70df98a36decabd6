/* SPDX-License-Identifier: MIT */
#include "ops/arg_reduce.h"

#include "kernels/convert.h"

const bool ink_arg_max = true, ink_arg_min = false;

struct arg {
    bool max, last, keep_dims;
    int64_t axis;
};

ink_status ink_arg_load(struct ink_op_ctx *ctx)
{
    struct arg *arg = INK_ARENA_NEW(ctx->arena, struct arg);
    int64_t last, keep_dims;
    if (!arg) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = arg;
    arg->max = *(const bool *)ctx->op->param;
    ink_status st = ink_op_attr_i64(ctx, "axis", 0, &arg->axis);
    if (!st) st = ink_op_attr_i64(ctx, "keepdims", 1, &keep_dims);
    if (!st) st = ink_op_attr_i64(ctx, "select_last_index", 0, &last);
    if (st) return st;
    arg->keep_dims = keep_dims != 0;
    arg->last = last != 0;
    return INK_OK;
}

ink_status ink_arg_shape(struct ink_op_ctx *ctx)
{
    const struct arg *arg = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    struct ink_shape out = {0};
    int axis;
    ink_status st = ink_op_axis(ctx, arg->axis, x->rank, false, &axis);
    if (st) return st;
    if (x->dims[axis] == 0) return ink_op_fail(ctx, INK_E_MODEL, "axis %d has no elements", axis);
    for (int d = 0; d < x->rank; d++)
        if (d != axis || arg->keep_dims) out.dims[out.rank++] = d == axis ? 1 : x->dims[d];
    ctx->out[0]->shape = out;
    return INK_OK;
}

#define SAME(x) (x)

/* The place of the best of n elements that are `step` apart; NaN is the best of all, as in numpy. */
#define BEST(NAME, T, VALUE)                                                                                           \
    static size_t best_##NAME(const struct arg *arg, const void *in, size_t n, size_t step)                            \
    {                                                                                                                  \
        const T *x = in;                                                                                               \
        size_t best = 0;                                                                                               \
        for (size_t i = 1; i < n; i++) {                                                                               \
            bool is_nan = VALUE(x[i * step]) != VALUE(x[i * step]),                                                    \
                 had_nan = VALUE(x[best * step]) != VALUE(x[best * step]);                                             \
            bool better =                                                                                              \
                arg->max ? VALUE(x[i * step]) > VALUE(x[best * step]) : VALUE(x[i * step]) < VALUE(x[best * step]);    \
            bool equal = VALUE(x[i * step]) == VALUE(x[best * step]) || (is_nan && had_nan);                           \
            if ((!had_nan && (better || is_nan)) || (arg->last && equal)) best = i;                                    \
        }                                                                                                              \
        return best;                                                                                                   \
    }
BEST(f32, float, SAME)
BEST(f64, double, SAME)
BEST(f16, uint16_t, ink_f16_to_f32)
BEST(bf16, uint16_t, ink_bf16_to_f32)
BEST(u8, uint8_t, SAME)
BEST(u16, uint16_t, SAME)
BEST(u32, uint32_t, SAME)
BEST(u64, uint64_t, SAME)
BEST(i8, int8_t, SAME)
BEST(i16, int16_t, SAME)
BEST(i32, int32_t, SAME)
BEST(i64, int64_t, SAME)

typedef size_t best_fn(const struct arg *arg, const void *in, size_t n, size_t step);

static best_fn *const best_of[INK_DTYPE_END] = {
    [INK_FLOAT] = best_f32, [INK_DOUBLE] = best_f64, [INK_FLOAT16] = best_f16, [INK_BFLOAT16] = best_bf16,
    [INK_UINT8] = best_u8,  [INK_UINT16] = best_u16, [INK_UINT32] = best_u32,  [INK_UINT64] = best_u64,
    [INK_INT8] = best_i8,   [INK_INT16] = best_i16,  [INK_INT32] = best_i32,   [INK_INT64] = best_i64};

ink_status ink_arg_run(struct ink_op_ctx *ctx)
{
    const struct arg *arg = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    int rank = x->shape.rank, axis = (int)(arg->axis < 0 ? arg->axis + rank : arg->axis);
    size_t outer = ink_shape_span(&x->shape, 0, axis), n = (size_t)x->shape.dims[axis];
    size_t inner = ink_shape_span(&x->shape, axis + 1, rank), size = ink_dtype_bits(x->dtype) / 8;
    int64_t *y = ctx->out[0]->data;
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i++)
            *y++ = (int64_t)best_of[x->dtype](arg, (const char *)x->data + (o * n * inner + i) * size, n, inner);
    return INK_OK;
}
