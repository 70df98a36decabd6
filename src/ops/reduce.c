/* SPDX-License-Identifier: MIT */
/* Reductions are summed up in double for floating types and in int64 for the others; what needs a root or a logarithm is
 * done in double for all. Max and Min let NaN through, as numpy does. */
#include "ops/reduce.h"

#include <math.h>

#include "kernels/kernels.h"
#include "ops/floats.h"
#include "ops/reduce_walk.h"

const enum ink_reduction ink_reductions[INK_REDUCTIONS] = {
    INK_REDUCE_SUM, INK_REDUCE_MEAN, INK_REDUCE_PROD,       INK_REDUCE_MAX,     INK_REDUCE_MIN,
    INK_REDUCE_L1,  INK_REDUCE_L2,   INK_REDUCE_SUM_SQUARE, INK_REDUCE_LOG_SUM, INK_REDUCE_LOG_SUM_EXP};

struct reduce {
    enum ink_reduction what;
    const int64_t *axes; /* the attribute */
    size_t axis_count;
    bool keep_dims, none_means_none; /* noop_with_empty_axes */
};

struct prepared {
    struct ink_reduce_dims dims;
    size_t outputs, each; /* elements that go into one output */
    struct ink_floats_plan floats;
};

ink_status ink_reduce_load(struct ink_op_ctx *ctx)
{
    struct reduce *reduce = INK_ARENA_NEW(ctx->arena, struct reduce);
    int64_t keep_dims, none_means_none;
    if (!reduce) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = reduce;
    reduce->what = *(const enum ink_reduction *)ctx->op->param;
    ink_status st = ink_op_attr_i64(ctx, "keepdims", 1, &keep_dims);
    if (!st) st = ink_op_attr_i64(ctx, "noop_with_empty_axes", 0, &none_means_none);
    if (!st) st = ink_op_attr_i64s(ctx, "axes", &reduce->axes, &reduce->axis_count);
    if (st) return st;
    reduce->keep_dims = keep_dims != 0;
    reduce->none_means_none = none_means_none != 0;
    return INK_OK;
}

/* Which dimensions are reduced: from the attribute or from the second input. */
static ink_status find_axes(const struct ink_op_ctx *ctx, bool reduced[INK_RANK_MAX])
{
    const struct reduce *reduce = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    const struct ink_tensor *input = ink_op_has(ctx, 1) ? ctx->in[1] : NULL;
    size_t count = input ? ink_tensor_count(input) : reduce->axis_count;
    if (input && input->shape.rank > 1) return ink_op_fail(ctx, INK_E_MODEL, "axes must be a list");
    if (input && count > 0 && !input->data) return INK_E_NEED_DATA;
    for (int d = 0; d < INK_RANK_MAX; d++) reduced[d] = count == 0 && !reduce->none_means_none;
    for (size_t i = 0; i < count; i++) {
        int axis;
        ink_status st = ink_op_axis(ctx, input ? ink_tensor_i64(input, i) : reduce->axes[i], x->rank, false, &axis);
        if (st) return st;
        reduced[axis] = true;
    }
    return INK_OK;
}

ink_status ink_reduce_shape(struct ink_op_ctx *ctx)
{
    const struct reduce *reduce = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    struct ink_shape out = {0};
    bool reduced[INK_RANK_MAX];
    ink_status st = find_axes(ctx, reduced);
    if (st) return st;
    for (int d = 0; d < x->rank; d++)
        if (!reduced[d] || reduce->keep_dims) out.dims[out.rank++] = reduced[d] ? 1 : x->dims[d];
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_reduce_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    const struct ink_shape *x = &ctx->in[0]->shape;
    bool reduced[INK_RANK_MAX];
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = find_axes(ctx, reduced);
    if (st) return st;
    my->dims = ink_reduce_merge(x, reduced);
    my->outputs = ink_tensor_count(ctx->out[0]);
    my->each = 1;
    for (int d = 0; d < x->rank; d++)
        if (reduced[d]) my->each *= (size_t)x->dims[d];
    enum { FLOATS = 2 * sizeof(double) / sizeof(float) }; /* a sum and a shift */
    return ink_floats_prepare(ctx, &my->floats, my->outputs * FLOATS, 0);
}

struct job {
    enum ink_reduction what;
    const struct ink_tensor *x;
    double *acc;
    const double *shift; /* for LogSumExp: the largest of what goes into each output; else NULL */
    int64_t *whole;      /* integers, in place of acc */
};

/* Element i of any number type as double. */
static double number(const struct ink_tensor *x, size_t i)
{
    switch (x->dtype) {
    case INK_FLOAT: return (double)((const float *)x->data)[i];
    case INK_DOUBLE: return ((const double *)x->data)[i];
    case INK_FLOAT16: return (double)ink_f16_to_f32(((const uint16_t *)x->data)[i]);
    case INK_BFLOAT16: return (double)ink_bf16_to_f32(((const uint16_t *)x->data)[i]);
    case INK_UINT64: return (double)((const uint64_t *)x->data)[i];
    default: return (double)ink_tensor_i64(x, i);
    }
}

static double join(enum ink_reduction what, double acc, double x, double shift)
{
    switch (what) {
    case INK_REDUCE_PROD: return acc * x;
    case INK_REDUCE_MAX: return x > acc || isnan(x) ? x : acc;
    case INK_REDUCE_MIN: return x < acc || isnan(x) ? x : acc;
    case INK_REDUCE_L1: return acc + fabs(x);
    case INK_REDUCE_L2:
    case INK_REDUCE_SUM_SQUARE: return acc + x * x;
    case INK_REDUCE_LOG_SUM_EXP: return acc + (isinf(shift) ? exp(x) : exp(x - shift));
    default: return acc + x;
    }
}

static void join_row(void *arg, size_t x, size_t out, size_t len, bool reduced)
{
    const struct job *job = arg;
    for (size_t i = 0; i < len; i++) {
        size_t o = reduced ? out : out + i;
        job->acc[o] = join(job->what, job->acc[o], number(job->x, x + i), job->shift ? job->shift[o] : 0);
    }
}

/* A row of floats into one output, where a kernel does that. */
static void join_floats(void *arg, size_t x, size_t out, size_t len, bool reduced)
{
    const struct job *job = arg;
    const float *row = (const float *)job->x->data + x;
    if (reduced && (job->what == INK_REDUCE_SUM || job->what == INK_REDUCE_MEAN))
        job->acc[out] += (double)ink_kernels()->f32_row_sum(len, row);
    else if (reduced && (job->what == INK_REDUCE_SUM_SQUARE || job->what == INK_REDUCE_L2))
        job->acc[out] += (double)ink_kernels()->f32_row_squares(len, row, 0);
    else if (!reduced && (job->what == INK_REDUCE_SUM || job->what == INK_REDUCE_MEAN))
        for (size_t i = 0; i < len; i++) job->acc[out + i] += (double)row[i];
    else
        join_row(arg, x, out, len, reduced);
}

/* As unsigned numbers: sums wrap. */
static int64_t join_whole(enum ink_reduction what, bool is_u64, int64_t acc, int64_t x)
{
    uint64_t a = (uint64_t)acc, b = (uint64_t)x;
    switch (what) {
    case INK_REDUCE_PROD: return (int64_t)(a * b);
    case INK_REDUCE_MAX: return (is_u64 ? b > a : x > acc) ? x : acc;
    case INK_REDUCE_MIN: return (is_u64 ? b < a : x < acc) ? x : acc;
    case INK_REDUCE_L1: return (int64_t)(a + (x < 0 && !is_u64 ? 0 - b : b));
    case INK_REDUCE_SUM_SQUARE: return (int64_t)(a + b * b);
    default: return (int64_t)(a + b);
    }
}

static void join_whole_row(void *arg, size_t x, size_t out, size_t len, bool reduced)
{
    const struct job *job = arg;
    for (size_t i = 0; i < len; i++) {
        int64_t *acc = &job->whole[reduced ? out : out + i];
        *acc = join_whole(job->what, job->x->dtype == INK_UINT64, *acc, ink_tensor_i64(job->x, x + i));
    }
}

/* What the maximum or minimum of nothing is: the last value of the type in the other direction. */
static int64_t whole_start(enum ink_reduction what, enum ink_dtype dtype)
{
    unsigned bits = dtype == INK_BOOL ? 1 : ink_dtype_bits(dtype);
    bool has_sign = (INK_TYPES_SIGNED & INK_DTYPE_BIT(dtype)) != 0;
    uint64_t highest = UINT64_MAX >> (64 - bits + has_sign);
    switch (what) {
    case INK_REDUCE_PROD: return 1;
    case INK_REDUCE_MAX: return has_sign ? -(int64_t)highest - 1 : 0;
    case INK_REDUCE_MIN: return (int64_t)highest;
    default: return 0;
    }
}

static void store_whole(struct ink_tensor *y, size_t i, int64_t v)
{
    switch (ink_dtype_bits(y->dtype)) {
    case 8: ((uint8_t *)y->data)[i] = (uint8_t)v; break;
    case 16: ((uint16_t *)y->data)[i] = (uint16_t)v; break;
    case 32: ((uint32_t *)y->data)[i] = (uint32_t)v; break;
    default: ((int64_t *)y->data)[i] = v;
    }
}

static void store_number(struct ink_tensor *y, size_t i, double v)
{
    float f = (float)v;
    switch (y->dtype) {
    case INK_DOUBLE: ((double *)y->data)[i] = v; break;
    case INK_FLOAT:
    case INK_FLOAT16:
    case INK_BFLOAT16: ink_floats_to(y->dtype, 1, &f, (char *)y->data + i * (ink_dtype_bits(y->dtype) / 8)); break;
    default: store_whole(y, i, v > -0x1p63 && v < 0x1p63 ? (int64_t)v : INT64_MIN); /* as x86 converts */
    }
}

static void run_whole(struct job *job, const struct prepared *my, struct ink_tensor *y)
{
    for (size_t i = 0; i < my->outputs; i++) job->whole[i] = whole_start(job->what, y->dtype);
    ink_reduce_walk(&my->dims, join_whole_row, job);
    bool is_u64 = y->dtype == INK_UINT64;
    for (size_t i = 0; i < my->outputs; i++) {
        int64_t v = job->whole[i];
        if (job->what == INK_REDUCE_MEAN && my->each > 0)
            v = is_u64 ? (int64_t)((uint64_t)v / my->each) : v / (int64_t)my->each;
        store_whole(y, i, v);
    }
}

static double finish(enum ink_reduction what, double acc, double shift, size_t each)
{
    switch (what) {
    case INK_REDUCE_MEAN: return acc / (double)each;
    case INK_REDUCE_L2: return sqrt(acc);
    case INK_REDUCE_LOG_SUM: return log(acc);
    case INK_REDUCE_LOG_SUM_EXP: return isinf(shift) ? log(acc) : log(acc) + shift;
    default: return acc;
    }
}

static void run_numbers(struct job *job, const struct prepared *my, struct ink_tensor *y)
{
    ink_reduce_row_fn *row = job->x->dtype == INK_FLOAT ? join_floats : join_row;
    enum ink_reduction what = job->what;
    double *acc = job->acc, *largest = acc + my->outputs;
    if (what == INK_REDUCE_LOG_SUM_EXP) {
        for (size_t i = 0; i < my->outputs; i++) largest[i] = -INFINITY;
        struct job first = {.what = INK_REDUCE_MAX, .x = job->x, .acc = largest};
        ink_reduce_walk(&my->dims, row, &first);
        job->shift = largest;
    }
    double start = what == INK_REDUCE_PROD  ? 1
                   : what == INK_REDUCE_MAX ? -INFINITY
                   : what == INK_REDUCE_MIN ? INFINITY
                                            : 0;
    for (size_t i = 0; i < my->outputs; i++) acc[i] = start;
    ink_reduce_walk(&my->dims, row, job);
    for (size_t i = 0; i < my->outputs; i++)
        store_number(y, i, finish(what, acc[i], job->shift ? job->shift[i] : 0, my->each));
}

static bool needs_reals(enum ink_reduction what)
{
    return what == INK_REDUCE_L2 || what == INK_REDUCE_LOG_SUM || what == INK_REDUCE_LOG_SUM_EXP;
}

ink_status ink_reduce_run(struct ink_op_ctx *ctx)
{
    const struct reduce *reduce = ctx->attributes;
    const struct prepared *my = ctx->prepared;
    struct job job = {.what = reduce->what, .x = ctx->in[0]};
    if (my->outputs == 0) return INK_OK;
    if ((INK_TYPES_FLOAT & INK_DTYPE_BIT(ctx->in[0]->dtype)) || needs_reals(reduce->what)) {
        job.acc = ctx->scratch;
        run_numbers(&job, my, ctx->out[0]);
    } else {
        job.whole = ctx->scratch;
        run_whole(&job, my, ctx->out[0]);
    }
    return INK_OK;
}

uint64_t ink_reduce_multiply_adds(const struct ink_op_ctx *ctx)
{
    return ink_tensor_count(ctx->in[0]);
}
