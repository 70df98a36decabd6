/* SPDX-License-Identifier: MIT */
/* Zero points come off on the way into int16; the sums are exact; QLinearConv then scales them, rounds and saturates. */
#include "ops/qconv.h"

#include "base/checked.h"
#include "kernels/i16_conv.h"
#include "kernels/kernels.h"
#include "ops/conv.h"
#include "ops/quant.h"

const struct ink_qconv_args ink_conv_integer = {1, 2, 3, -1, -1, -1, -1, -1};
const struct ink_qconv_args ink_qlinear_conv = {.w = 3, 2, 5, .x_scale = 1, .w_scale = 4, 6, 7, .bias = 8};

struct qconv {
    const struct ink_qconv_args *args;
    struct ink_op_window window;
    int64_t group;
};

struct prepared {
    struct ink_i16_conv_plan plan;
    size_t outputs;   /* channels */
    size_t w_count;   /* int16s of the weights, as they are multiplied */
    const int16_t *w; /* constant ones; NULL: made for each run, in the scratch */
    size_t sums;      /* int32s that are not the output themselves */
    size_t each;      /* bytes of scratch a thread */
};

ink_status ink_qconv_load(struct ink_op_ctx *ctx)
{
    struct qconv *conv = INK_ARENA_NEW(ctx->arena, struct qconv);
    if (!conv) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = conv;
    conv->args = ctx->op->param;
    ink_status st = ink_op_window_load(ctx, &conv->window);
    if (!st) st = ink_op_attr_i64(ctx, "group", 1, &conv->group);
    if (!st && conv->group < 1)
        st = ink_op_fail(ctx, INK_E_MODEL, "group is %lld; it must be 1 or more", (long long)conv->group);
    if (conv->args->y_scale < 0) ctx->types[2] = INK_INT32;
    return st;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct ink_f32_conv_sizes *sizes, struct ink_shape *out)
{
    const struct qconv *conv = ctx->attributes;
    return ink_conv_fit(ctx, &conv->window, conv->group, &ctx->in[0]->shape, &ctx->in[conv->args->w]->shape, sizes,
                        out);
}

ink_status ink_qconv_shape(struct ink_op_ctx *ctx)
{
    const struct ink_qconv_args *args = ((const struct qconv *)ctx->attributes)->args;
    struct ink_f32_conv_sizes sizes;
    char text[INK_SHAPE_TEXT_MAX];
    ink_status st = fit(ctx, &sizes, &ctx->out[0]->shape);
    if (st) return st;
    size_t outputs = (size_t)ctx->in[args->w]->shape.dims[0];
    st = ink_quant_count(ctx, args->x_zero, 1, "zero point of the input");
    if (!st) st = ink_quant_count(ctx, args->w_zero, outputs, "zero point of the weights");
    if (!st) st = ink_quant_count(ctx, args->x_scale, 1, "scale of the input");
    if (!st) st = ink_quant_count(ctx, args->w_scale, outputs, "scale of the weights");
    if (!st) st = ink_quant_count(ctx, args->y_scale, 1, "scale of the output");
    if (!st) st = ink_quant_count(ctx, args->y_zero, 1, "zero point of the output");
    if (st || args->bias < 0 || !ink_op_has(ctx, args->bias)) return st;
    if (ink_tensor_count(ctx->in[args->bias]) != outputs)
        return ink_op_fail(ctx, INK_E_MODEL, "the bias %s must have one value for each of %zu outputs",
                           ink_shape_text(&ctx->in[args->bias]->shape, text), outputs);
    return INK_OK;
}

static void fill_weights(const struct ink_op_ctx *ctx, const struct prepared *my, int16_t *out)
{
    const struct ink_qconv_args *args = ((const struct qconv *)ctx->attributes)->args;
    const struct ink_tensor *w = ctx->in[args->w];
    size_t taps = my->plan.window.tap_count, row = 2 * my->plan.pairs;
    for (size_t o = 0; o < my->outputs; o++, out += row) {
        ink_kernels()->q8_to_i16(taps, (const uint8_t *)w->data + o * taps, w->dtype == INK_INT8,
                                 ink_quant_zero(ctx, args->w_zero, o), out);
        if (taps < row) out[taps] = 0;
    }
}

static bool is_constant(const struct ink_op_ctx *ctx, int i)
{
    return i < 0 || !ink_op_has(ctx, i) || (ctx->in_constant[i] && ctx->in[i]->data);
}

ink_status ink_qconv_prepare(struct ink_op_ctx *ctx)
{
    const struct ink_qconv_args *args = ((const struct qconv *)ctx->attributes)->args;
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_f32_conv_sizes sizes;
    struct ink_shape out;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &sizes, &out);
    if (st) return st;
    st = ink_i16_conv_plan(&sizes, ctx->arena, &my->plan);
    if (st) return ink_op_fail(ctx, st, "the convolution is too large to plan");
    my->outputs = sizes.groups * sizes.group_out;
    bool fits = ink_mul_size(my->outputs, 2 * my->plan.pairs, &my->w_count);
    size_t shared = 0, bytes;
    if (args->y_scale >= 0) {
        my->sums = ink_tensor_count(ctx->out[0]);
        fits = fits && ink_mul_size(my->sums, sizeof(int32_t), &shared);
    }
    if (fits && is_constant(ctx, args->w) && is_constant(ctx, args->w_zero)) {
        int16_t *w = INK_ARENA_ARRAY(ctx->arena, int16_t, my->w_count);
        if (!w) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu weights", my->w_count);
        fill_weights(ctx, my, w);
        my->w = w;
    } else {
        fits = fits && ink_mul_size(my->w_count, sizeof(int16_t), &bytes) && ink_add_size(shared, bytes, &shared);
    }
    if (!fits || !ink_mul_size(my->plan.scratch, sizeof(int16_t), &my->each))
        return ink_op_fail(ctx, INK_E_LIMIT, "the convolution is too large to plan");
    return ink_quant_scratch(ctx, shared, my->each);
}

/* sums + bias, times the three scales, to bytes; a channel of a picture at a time. */
static void scale_sums(const struct ink_op_ctx *ctx, const struct prepared *my, int32_t *sums)
{
    const struct ink_qconv_args *args = ((const struct qconv *)ctx->attributes)->args;
    const struct ink_tensor *bias = ink_op_has(ctx, args->bias) ? ctx->in[args->bias] : NULL;
    const float *w_scale = ctx->in[args->w_scale]->data;
    bool one_scale = ink_tensor_count(ctx->in[args->w_scale]) == 1;
    float x_scale = ink_quant_scalar(ctx, args->x_scale, 1), y_scale = ink_quant_scalar(ctx, args->y_scale, 1);
    size_t n = my->plan.window.out_floats;
    struct ink_q8 q = {.zero = ink_quant_scalar(ctx, args->y_zero, 0)};
    ink_quant_bounds(ctx->out[0]->dtype, &q.low, &q.high);
    for (size_t i = 0; i < my->plan.sizes.batch * my->outputs; i++) {
        size_t o = i % my->outputs;
        int32_t *row = sums + i * n;
        if (bias) {
            uint32_t add = (uint32_t)((const int32_t *)bias->data)[o];
            for (size_t k = 0; k < n; k++) row[k] = (int32_t)((uint32_t)row[k] + add);
        }
        q.scale = x_scale * w_scale[one_scale ? 0 : o] / y_scale;
        ink_kernels()->i32_to_q8(n, row, &q, (uint8_t *)ctx->out[0]->data + i * n);
    }
}

ink_status ink_qconv_run(struct ink_op_ctx *ctx)
{
    const struct ink_qconv_args *args = ((const struct qconv *)ctx->attributes)->args;
    const struct prepared *my = ctx->prepared;
    if (ink_tensor_count(ctx->out[0]) == 0) return INK_OK;
    int32_t *sums = my->sums ? ctx->scratch : ctx->out[0]->data;
    const int16_t *w = my->w;
    if (!w) {
        int16_t *own = (int16_t *)((int32_t *)ctx->scratch + my->sums);
        fill_weights(ctx, my, own);
        w = own;
    }
    struct ink_i16_conv conv = {
        .plan = &my->plan,
        .x = ctx->in[0]->data,
        .x_signed = ctx->in[0]->dtype == INK_INT8,
        .x_zero = ink_quant_zero(ctx, args->x_zero, 0),
        .w = w,
        .y = sums,
        .scratch = ink_quant_each(ctx, my->each),
        .parallel = ctx->parallel,
    };
    ink_i16_conv(&conv);
    if (my->sums) scale_sums(ctx, my, sums);
    return INK_OK;
}

uint64_t ink_qconv_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct ink_qconv_args *args = ctx->op->param;
    const struct ink_shape *w = &ctx->in[args->w]->shape;
    return (uint64_t)ink_tensor_count(ctx->out[0]) * ink_shape_span(w, 1, w->rank);
}
