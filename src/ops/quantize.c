/* SPDX-License-Identifier: MIT */
/* QuantizeLinear: y = saturate(round(x / scale) + zero), and its inverse, y = (x - zero) * scale. Float to and from bytes
 * with one scale for a row of them is kernels' work; all other types go through double, in which they are exact. */
#include <math.h>

#include "kernels/kernels.h"
#include "ops/elements.h"
#include "ops/quant.h"

enum { ROW_MIN = 16 }; /* elements with one scale, from which on a kernel is worth its call */

struct quantize {
    int64_t axis, block;
    bool saturate;
    enum ink_dtype precision; /* of the division */
};

struct prepared {
    struct ink_quant_layout layout;
    size_t scales;
};

/* `otherwise` where neither the attribute nor the zero point says what the type of the output is. */
static ink_status output_type(struct ink_op_ctx *ctx, enum ink_dtype otherwise, ink_dtypes allowed, enum ink_dtype *out)
{
    int64_t dtype;
    ink_status st = ink_op_attr_i64(ctx, "output_dtype", 0, &dtype);
    if (st) return st;
    if (dtype == 0) dtype = otherwise;
    if (!ink_dtype_valid(dtype) || !(allowed & INK_DTYPE_BIT(dtype)))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "output_dtype %lld", (long long)dtype);
    *out = (enum ink_dtype)dtype;
    return INK_OK;
}

static ink_status load_layout(struct ink_op_ctx *ctx)
{
    struct quantize *my = INK_ARENA_NEW(ctx->arena, struct quantize);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "axis", 1, &my->axis);
    if (!st) st = ink_op_attr_i64(ctx, "block_size", 0, &my->block);
    if (!st && my->block < 0)
        st = ink_op_fail(ctx, INK_E_MODEL, "block_size is %lld; it may not be negative", (long long)my->block);
    return st;
}

ink_status ink_quantize_load(struct ink_op_ctx *ctx)
{
    int64_t saturate, precision;
    ink_status st = load_layout(ctx);
    struct quantize *my = ctx->attributes;
    if (!st) st = ink_op_attr_i64(ctx, "saturate", 1, &saturate);
    if (!st) st = ink_op_attr_i64(ctx, "precision", 0, &precision);
    if (st) return st;
    my->saturate = saturate != 0;
    if (precision != 0 && (!ink_dtype_valid(precision) || !(INK_TYPES_FLOAT & INK_DTYPE_BIT(precision))))
        return ink_op_fail(ctx, INK_E_MODEL, "precision %lld is not a floating type", (long long)precision);
    my->precision = precision ? (enum ink_dtype)precision : ctx->in[1]->dtype;
    enum ink_dtype type = INK_UINT8;
    bool zero = ink_op_has(ctx, 2);
    st = output_type(ctx, zero ? ctx->in[2]->dtype : INK_UINT8, ctx->op->types[2], &type);
    if (!st && zero && type != ctx->in[2]->dtype)
        return ink_op_fail(ctx, INK_E_MODEL, "output_dtype is %s and the zero point %s", ink_dtype_word(type),
                           ink_dtype_word(ctx->in[2]->dtype));
    ctx->types[2] = type;
    return st;
}

ink_status ink_dequantize_load(struct ink_op_ctx *ctx)
{
    ink_status st = load_layout(ctx);
    return st ? st : output_type(ctx, ctx->in[1]->dtype, ctx->op->types[2], &ctx->types[2]);
}

ink_status ink_quantize_shape(struct ink_op_ctx *ctx)
{
    const struct quantize *my = ctx->attributes;
    struct ink_quant_layout layout;
    ctx->out[0]->shape = ctx->in[0]->shape;
    return ink_quant_layout(ctx, &ctx->in[0]->shape, 1, my->axis, my->block, &layout);
}

ink_status ink_quantize_prepare(struct ink_op_ctx *ctx)
{
    const struct quantize *quantize = ctx->attributes;
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    my->scales = ink_tensor_count(ctx->in[1]);
    ctx->scratch_bytes = 2 * my->scales * sizeof(double);
    return ink_quant_layout(ctx, &ctx->in[0]->shape, 1, quantize->axis, quantize->block, &my->layout);
}

struct job {
    const struct quantize *quantize;
    const struct ink_quant_layout *layout;
    const double *scale, *zero;
    float low, high; /* both 0: the output is not an integer */
};

static struct job begin(const struct ink_op_ctx *ctx, enum ink_dtype quantized)
{
    const struct prepared *my = ctx->prepared;
    double *scale = ctx->scratch, *zero = scale + my->scales;
    struct job job = {ctx->attributes, &my->layout, scale, zero, 0, 0};
    ink_convert(my->scales, ctx->in[1]->dtype, ctx->in[1]->data, INK_DOUBLE, scale, false, INK_ROUND_UP);
    for (size_t i = 0; i < my->scales; i++) zero[i] = -0.0; /* which leaves all as it is */
    if (ink_op_has(ctx, 2))
        ink_convert(my->scales, ctx->in[2]->dtype, ctx->in[2]->data, INK_DOUBLE, zero, false, INK_ROUND_UP);
    ink_quant_bounds(quantized, &job.low, &job.high);
    return job;
}

/* How many elements from the first on have one scale: as many as all rows have; 0 where kernels do not pay. */
static size_t row_of(const struct ink_quant_layout *layout, size_t n)
{
    size_t row = layout->one ? n : layout->block ? 0 : layout->tail;
    return row < ROW_MIN ? 0 : row;
}

static struct ink_q8 row_scale(const struct job *job, size_t element)
{
    size_t at = ink_quant_scale_of(job->layout, element);
    return (struct ink_q8){(float)job->scale[at], (float)job->zero[at], job->low, job->high};
}

/* The quotient, in the type that the division is done in. */
static double divide(enum ink_dtype precision, double x, double scale)
{
    float quotient = (float)x / (float)scale;
    switch (precision) {
    case INK_FLOAT16: return (double)ink_f16_to_f32(ink_f32_to_f16(quotient)); /* float has the bits to round twice */
    case INK_BFLOAT16: return (double)ink_bf16_to_f32(ink_f32_to_bf16(quotient));
    case INK_INT32:
    case INK_DOUBLE: return x / scale;
    default: return (double)quotient;
    }
}

static void quantize_chunk(const struct job *job, size_t first, size_t n, double *x)
{
    bool integer = job->low != job->high;
    for (size_t i = 0; i < n; i++) {
        size_t at = ink_quant_scale_of(job->layout, first + i);
        double y = divide(job->quantize->precision, x[i], job->scale[at]);
        y = (integer ? nearbyint(y) : y) + job->zero[at];
        if (integer) y = y > (double)job->low ? y < (double)job->high ? y : (double)job->high : (double)job->low;
        x[i] = y;
    }
}

static void dequantize_chunk(const struct job *job, size_t first, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = ink_quant_scale_of(job->layout, first + i);
        x[i] = (double)((float)(x[i] - job->zero[at]) * (float)job->scale[at]);
    }
}

static void run_wide(const struct ink_op_ctx *ctx, const struct job *job,
                     void (*chunk)(const struct job *job, size_t first, size_t n, double *x))
{
    const struct ink_tensor *in = ctx->in[0], *out = ctx->out[0];
    double x[INK_CONVERT_CHUNK];
    size_t n = ink_tensor_count(in);
    for (size_t at = 0; at < n; at += INK_CONVERT_CHUNK) { /* a multiple of 8: packed types begin on a byte */
        size_t len = n - at < INK_CONVERT_CHUNK ? n - at : INK_CONVERT_CHUNK;
        ink_convert(len, in->dtype, (const char *)in->data + at * ink_dtype_bits(in->dtype) / 8, INK_DOUBLE, x, false,
                    INK_ROUND_UP);
        chunk(job, at, len, x);
        ink_convert(len, INK_DOUBLE, x, out->dtype, (char *)out->data + at * ink_dtype_bits(out->dtype) / 8,
                    job->quantize->saturate, INK_ROUND_NEAREST);
    }
}

static bool is_byte(enum ink_dtype dtype)
{
    return dtype == INK_INT8 || dtype == INK_UINT8;
}

ink_status ink_quantize_run(struct ink_op_ctx *ctx)
{
    size_t n = ink_tensor_count(ctx->in[0]);
    if (n == 0) return INK_OK;
    struct job job = begin(ctx, ctx->out[0]->dtype);
    size_t row = row_of(job.layout, n);
    bool direct = row && ctx->in[0]->dtype == INK_FLOAT && job.quantize->precision == INK_FLOAT;
    if (!direct || !is_byte(ctx->out[0]->dtype)) {
        run_wide(ctx, &job, quantize_chunk);
        return INK_OK;
    }
    for (size_t at = 0; at < n; at += row) {
        struct ink_q8 q = row_scale(&job, at);
        ink_kernels()->f32_to_q8(row, (const float *)ctx->in[0]->data + at, &q, (uint8_t *)ctx->out[0]->data + at);
    }
    return INK_OK;
}

ink_status ink_dequantize_run(struct ink_op_ctx *ctx)
{
    size_t n = ink_tensor_count(ctx->in[0]);
    if (n == 0) return INK_OK;
    struct job job = begin(ctx, ctx->in[0]->dtype);
    size_t row = row_of(job.layout, n);
    if (!row || ctx->out[0]->dtype != INK_FLOAT || !is_byte(ctx->in[0]->dtype)) {
        run_wide(ctx, &job, dequantize_chunk);
        return INK_OK;
    }
    for (size_t at = 0; at < n; at += row) {
        struct ink_q8 q = row_scale(&job, at);
        ink_kernels()->q8_to_f32(row, (const uint8_t *)ctx->in[0]->data + at, &q, (float *)ctx->out[0]->data + at);
    }
    return INK_OK;
}
