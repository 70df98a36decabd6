/* SPDX-License-Identifier: MIT */
/* QLinearAdd, QLinearMul, QLinearSigmoid, QLinearLeakyRelu, QLinearGlobalAveragePool: what a byte stands for is looked up;
 * the function is float's; the result is rounded to a byte. Scales and zero points are scalars. */
#include "kernels/kernels.h"
#include "ops/contrib.h"
#include "ops/quant.h"
#include "ops/walk.h"

enum { BYTES = 256 };

/* What input i, with its scale and zero point behind it, has for each byte. */
static void real_values(const struct ink_op_ctx *ctx, int i, float *out)
{
    uint8_t bytes[BYTES];
    struct ink_q8 q = {ink_quant_scalar(ctx, i + 1, 1), ink_quant_scalar(ctx, i + 2, 0), 0, 0};
    ink_quant_bounds(ctx->types[0], &q.low, &q.high);
    for (int b = 0; b < BYTES; b++) bytes[b] = (uint8_t)b;
    ink_kernels()->q8_to_f32(BYTES, bytes, &q, out);
}

/* ... and how the output, whose scale is input i, is rounded. */
static struct ink_q8 rounding(const struct ink_op_ctx *ctx, int i)
{
    struct ink_q8 q = {ink_quant_scalar(ctx, i, 1), ink_quant_scalar(ctx, i + 1, 0), 0, 0};
    ink_quant_bounds(ctx->types[0], &q.low, &q.high);
    return q;
}

/* Every input whose bit is not among `tensors` has one value. */
static ink_status check_scalars(const struct ink_op_ctx *ctx, unsigned tensors)
{
    for (int i = 0; i < ctx->in_count; i++) {
        if (tensors >> i & 1) continue;
        ink_status st = ink_quant_count(ctx, i, 1, "a scale or zero point");
        if (st) return st;
    }
    return INK_OK;
}

/* --- one input --- */

struct unary {
    enum ink_unary function;
    float alpha;
};

ink_status ink_qlinear_unary_load(struct ink_op_ctx *ctx)
{
    struct unary *my = INK_ARENA_NEW(ctx->arena, struct unary);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    my->function = *(const enum ink_unary *)ctx->op->param;
    return ink_op_attr_f32(ctx, "alpha", 0.01f, &my->alpha);
}

ink_status ink_qlinear_unary_shape(struct ink_op_ctx *ctx)
{
    ink_status st = check_scalars(ctx, 1);
    return st ? st : ink_op_shape_same(ctx);
}

ink_status ink_qlinear_unary_run(struct ink_op_ctx *ctx)
{
    const struct unary *my = ctx->attributes;
    const uint8_t *x = ctx->in[0]->data;
    uint8_t table[BYTES], *y = ctx->out[0]->data;
    float values[BYTES];
    struct ink_q8 q = rounding(ctx, 3);
    size_t n = ink_tensor_count(ctx->in[0]);
    real_values(ctx, 0, values);
    ink_kernels()->unary_row(my->function, INK_ELEMENT_F32)(BYTES, values, my->alpha, 0, values);
    ink_kernels()->f32_to_q8(BYTES, values, &q, table);
    for (size_t i = 0; i < n; i++) y[i] = table[x[i]];
    return INK_OK;
}

/* --- two inputs --- */

ink_status ink_qlinear_binary_shape(struct ink_op_ctx *ctx)
{
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    ink_status st = check_scalars(ctx, 1 | 1 << 3);
    if (st) return st;
    if (!ink_shape_broadcast(&ctx->in[0]->shape, &ctx->in[3]->shape, &ctx->out[0]->shape))
        return ink_op_fail(ctx, INK_E_MODEL, "shapes %s and %s do not broadcast", ink_shape_text(&ctx->in[0]->shape, a),
                           ink_shape_text(&ctx->in[3]->shape, b));
    return INK_OK;
}

struct binary_job {
    float a[BYTES], b[BYTES];
    struct ink_q8 q;
    const uint8_t *x[2];
    uint8_t *y;
    ink_binary_fn *function;
};

static void binary_row(const void *arg, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at)
{
    const struct binary_job *job = arg;
    float a[BYTES], b[BYTES];
    for (size_t i = 0; i < n; i += BYTES) {
        size_t len = n - i < BYTES ? n - i : BYTES;
        for (size_t k = 0; k < len; k++) {
            a[k] = job->a[job->x[0][in_at[0] + (i + k) * walk->row_step[0]]];
            b[k] = job->b[job->x[1][in_at[1] + (i + k) * walk->row_step[1]]];
        }
        job->function(len, a, 1, b, 1, a);
        ink_kernels()->f32_to_q8(len, a, &job->q, job->y + out_at + i);
    }
}

ink_status ink_qlinear_binary_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *shapes[] = {&ctx->in[0]->shape, &ctx->in[3]->shape};
    struct binary_job job = {.q = rounding(ctx, 6), .x = {ctx->in[0]->data, ctx->in[3]->data}, .y = ctx->out[0]->data};
    struct ink_walk walk;
    if (ink_op_is_empty(ctx)) return INK_OK;
    job.function = ink_kernels()->binary_row(*(const enum ink_binary *)ctx->op->param, INK_ELEMENT_F32);
    real_values(ctx, 0, job.a);
    real_values(ctx, 3, job.b);
    ink_walk_plan(&walk, &ctx->out[0]->shape, shapes, 2);
    ink_walk_run(&walk, ctx->parallel, binary_row, &job);
    return INK_OK;
}

/* --- the mean of each channel: X [N,C,in...], or [N,in...,C] --- */

ink_status ink_qlinear_pool_load(struct ink_op_ctx *ctx)
{
    int64_t *channels_last = INK_ARENA_NEW(ctx->arena, int64_t);
    if (!channels_last) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = channels_last;
    return ink_op_attr_i64(ctx, "channels_last", 0, channels_last);
}

ink_status ink_qlinear_pool_shape(struct ink_op_ctx *ctx)
{
    bool last = *(const int64_t *)ctx->attributes != 0;
    struct ink_shape y = ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (y.rank < 3 || !ink_shape_span(&y, last ? 1 : 2, last ? y.rank - 1 : y.rank))
        return ink_op_fail(ctx, INK_E_MODEL, "its input is %s", ink_shape_text(&y, text));
    for (int d = last ? 1 : 2; d < (last ? y.rank - 1 : y.rank); d++) y.dims[d] = 1;
    ctx->out[0]->shape = y;
    return check_scalars(ctx, 1);
}

ink_status ink_qlinear_pool_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *shape = &ctx->in[0]->shape;
    const uint8_t *x = ctx->in[0]->data;
    uint8_t *y = ctx->out[0]->data;
    bool last = *(const int64_t *)ctx->attributes != 0, is_signed = ctx->types[0] == INK_INT8;
    size_t channels = last ? (size_t)shape->dims[shape->rank - 1] : 1;
    size_t means = ink_tensor_count(ctx->out[0]), n = means ? ink_tensor_count(ctx->in[0]) / means : 0;
    float scale = ink_quant_scalar(ctx, 1, 1), zero = ink_quant_scalar(ctx, 2, 0);
    struct ink_q8 q = rounding(ctx, 3);
    for (size_t m = 0; m < means; m++) {
        const uint8_t *first = x + m / channels * channels * n + m % channels;
        int64_t sum = 0;
        for (size_t i = 0; i < n; i++) sum += is_signed ? (int8_t)first[i * channels] : first[i * channels];
        float mean = (float)((double)sum / (double)n - (double)zero) * scale;
        ink_kernels()->f32_to_q8(1, &mean, &q, &y[m]);
    }
    return INK_OK;
}
