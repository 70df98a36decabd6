/* SPDX-License-Identifier: MIT */
/* Zero points come off on the way into int16; the sums are exact. They are the result, or are scaled to float, or scaled,
 * rounded and saturated to bytes. */
#include "ops/qmatmul.h"

#include <math.h>

#include "base/checked.h"
#include "kernels/i16_gemm.h"
#include "kernels/kernels.h"
#include "ops/matmul.h"
#include "ops/quant.h"

const struct ink_qmatmul_args ink_matmul_integer = {.b = 1, .a_zero = 2, .b_zero = 3};
const struct ink_qmatmul_args ink_qlinear_matmul = {
    .a_scale = 1, .a_zero = 2, .b = 3, .b_scale = 4, .b_zero = 5, .y_scale = 6, .y_zero = 7};
const struct ink_qmatmul_args ink_matmul_integer_to_float = {
    .b = 1, .a_scale = 2, .b_scale = 3, .a_zero = 4, .b_zero = 5, .bias = 6};
const struct ink_qmatmul_args ink_dynamic_quantize_matmul = {
    .b = 1, .b_scale = 2, .b_zero = 3, .bias = 4, .dynamic = true};
const struct ink_qmatmul_args ink_qgemm = {.a_scale = 1,
                                           .a_zero = 2,
                                           .b = 3,
                                           .b_scale = 4,
                                           .b_zero = 5,
                                           .sum_bias = 6,
                                           .y_scale = 7,
                                           .y_zero = 8,
                                           .turns = true};

struct qmatmul {
    const struct ink_qmatmul_args *args;
    int64_t a_turned, b_turned;
    float alpha;
};

struct prepared {
    struct ink_matmul_sizes sizes;
    size_t rows; /* of one A, as it was given */
    size_t batches, pairs;
    size_t packed;         /* int16s of one packed B */
    const int16_t *b;      /* all of them, where they are constant */
    size_t a_at, bytes_at; /* offsets in the scratch, behind the sums: B, A, and A's bytes where it was float */
    size_t b_at;
};

static bool has(const struct ink_op_ctx *ctx, int i)
{
    return i > 0 && ink_op_has(ctx, i);
}

ink_status ink_qmatmul_load(struct ink_op_ctx *ctx)
{
    struct qmatmul *my = INK_ARENA_NEW(ctx->arena, struct qmatmul);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    my->args = ctx->op->param;
    my->alpha = 1;
    if (!ctx->types[2]) ctx->types[2] = my->args->a_scale || my->args->dynamic ? INK_FLOAT : INK_INT32;
    if (!my->args->turns) return INK_OK;
    if (has(ctx, my->args->y_scale) != has(ctx, my->args->y_zero))
        return ink_op_fail(ctx, INK_E_MODEL, "y_scale and y_zero_point are given both or not at all");
    if (has(ctx, my->args->y_zero) && ctx->types[2] == INK_FLOAT)
        return ink_op_fail(ctx, INK_E_MODEL, "the zero point of Y is float");
    ink_status st = ink_op_attr_i64(ctx, "transA", 0, &my->a_turned);
    if (!st) st = ink_op_attr_i64(ctx, "transB", 0, &my->b_turned);
    if (!st) st = ink_op_attr_f32(ctx, "alpha", 1, &my->alpha);
    return st;
}

static struct ink_shape turned(const struct ink_shape *shape, bool turn)
{
    struct ink_shape out = *shape;
    if (turn && shape->rank == 2) out.dims[0] = shape->dims[1], out.dims[1] = shape->dims[0];
    return out;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct ink_matmul_sizes *sizes, struct ink_shape *out)
{
    const struct qmatmul *my = ctx->attributes;
    const struct ink_shape *a = &ctx->in[0]->shape, *b = &ctx->in[my->args->b]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (my->args->turns && (a->rank != 2 || b->rank != 2))
        return ink_op_fail(ctx, INK_E_MODEL, "an argument is %s; it must be a matrix",
                           ink_shape_text(a->rank != 2 ? a : b, text));
    struct ink_shape left = turned(a, my->a_turned), right = turned(b, my->b_turned);
    return ink_matmul_fit(ctx, &left, &right, sizes, out);
}

/* A count argument may be left out: index 0 stands for that, and is A. */
static ink_status check_count(const struct ink_op_ctx *ctx, int i, size_t count, const char *what)
{
    return i ? ink_quant_count(ctx, i, count, what) : INK_OK;
}

ink_status ink_qmatmul_shape(struct ink_op_ctx *ctx)
{
    const struct ink_qmatmul_args *args = ((const struct qmatmul *)ctx->attributes)->args;
    struct ink_matmul_sizes sizes;
    struct ink_shape both;
    ink_status st = fit(ctx, &sizes, &ctx->out[0]->shape);
    if (!st) st = check_count(ctx, args->a_scale, sizes.m, "scale of A");
    if (!st) st = check_count(ctx, args->a_zero, sizes.m, "zero point of A");
    if (!st) st = check_count(ctx, args->b_scale, sizes.n, "scale of B");
    if (!st) st = check_count(ctx, args->b_zero, sizes.n, "zero point of B");
    if (!st) st = check_count(ctx, args->y_scale, 1, "scale of Y");
    if (!st) st = check_count(ctx, args->y_zero, 1, "zero point of Y");
    if (st) return st;
    if (has(ctx, args->bias) && ink_tensor_count(ctx->in[args->bias]) != sizes.n)
        return ink_op_fail(ctx, INK_E_MODEL, "the bias must have one value for each of %zu columns", sizes.n);
    if (has(ctx, args->sum_bias) &&
        (!ink_shape_broadcast(&ctx->in[args->sum_bias]->shape, &ctx->out[0]->shape, &both) ||
         !ink_shape_equal(&both, &ctx->out[0]->shape)))
        return ink_op_fail(ctx, INK_E_MODEL, "C does not broadcast to the product");
    return INK_OK;
}

/* --- the two sides as int16 --- */

static void fill_a(const struct ink_op_ctx *ctx, const struct prepared *my, const uint8_t *a, bool is_signed, int zero,
                   int16_t *out)
{
    const struct qmatmul *q = ctx->attributes;
    size_t k = my->sizes.k, m = my->sizes.m;
    for (size_t i = 0; i < m; i++, out += 2 * my->pairs) {
        int own = q->args->dynamic ? zero : (q->args->a_zero ? ink_quant_zero(ctx, q->args->a_zero, i % my->rows) : 0);
        if (!q->a_turned)
            ink_kernels()->q8_to_i16(k, a + i * k, is_signed, own, out);
        else
            for (size_t p = 0; p < k; p++) ink_kernels()->q8_to_i16(1, a + p * m + i, is_signed, own, out + p);
        if (k % 2) out[k] = 0;
    }
}

static void fill_b(const struct ink_op_ctx *ctx, const struct prepared *my, const uint8_t *b, int16_t *out)
{
    const struct qmatmul *q = ctx->attributes;
    size_t k = my->sizes.k, n = my->sizes.n, row = q->b_turned ? 1 : n, column = q->b_turned ? k : 1;
    bool is_signed = ctx->in[q->args->b]->dtype == INK_INT8;
    memset(out, 0, my->packed * sizeof *out);
    for (size_t j = 0; j < n; j++) {
        int zero = q->args->b_zero ? ink_quant_zero(ctx, q->args->b_zero, j) : 0;
        int16_t *at = out + j / INK_GEMM_NR * 2 * INK_GEMM_NR * my->pairs + j % INK_GEMM_NR * 2;
        for (size_t p = 0; p < k; p++) {
            uint8_t byte = b[p * row + j * column];
            at[p / 2 * 2 * INK_GEMM_NR + p % 2] = (int16_t)((is_signed ? (int8_t)byte : byte) - zero);
        }
    }
}

static bool is_constant(const struct ink_op_ctx *ctx, int i)
{
    return !has(ctx, i) || (ctx->in_constant[i] && ctx->in[i]->data);
}

static ink_status pack_b(struct ink_op_ctx *ctx, struct prepared *my)
{
    const struct qmatmul *q = ctx->attributes;
    size_t matrices = ink_shape_span(&my->sizes.b, 0, my->sizes.b.rank), count;
    if (!ink_mul_size(matrices, my->packed, &count)) return ink_op_fail(ctx, INK_E_LIMIT, "the weights are too large");
    int16_t *b = INK_ARENA_ARRAY(ctx->arena, int16_t, count);
    if (!b) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu packed weights", count);
    const uint8_t *from = ctx->in[q->args->b]->data;
    for (size_t i = 0; i < matrices; i++) fill_b(ctx, my, from + i * my->sizes.k * my->sizes.n, b + i * my->packed);
    my->b = b;
    return INK_OK;
}

/* Adds room for count elements; *at is where they begin. */
static bool add_room(size_t count, size_t size, size_t *total, size_t *at)
{
    size_t bytes;
    *at = *total;
    return ink_mul_size(count, size, &bytes) && ink_add_size(bytes, INK_ARENA_ALIGN - 1, &bytes) &&
           ink_add_size(*total, bytes - bytes % INK_ARENA_ALIGN, total);
}

ink_status ink_qmatmul_prepare(struct ink_op_ctx *ctx)
{
    const struct qmatmul *q = ctx->attributes;
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_shape out;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &my->sizes, &out);
    if (st) return st;
    my->rows = my->sizes.m;
    ink_matmul_merge(&my->sizes);
    my->batches = ink_shape_span(&my->sizes.batch, 0, my->sizes.batch.rank);
    my->pairs = ink_i16_pairs(my->sizes.k);
    if (!ink_i16_gemm_packed(my->sizes.n, my->pairs, &my->packed))
        return ink_op_fail(ctx, INK_E_LIMIT, "the weights are too large");
    if (is_constant(ctx, q->args->b) && is_constant(ctx, q->args->b_zero)) st = pack_b(ctx, my);
    if (st) return st;
    size_t total = 0, sums, sums_at, a_count;
    bool fits = ink_mul_size(my->sizes.m, my->sizes.n, &sums) && ink_mul_size(my->sizes.m, 2 * my->pairs, &a_count) &&
                add_room(ctx->types[2] == INK_INT32 ? 0 : sums, sizeof(int32_t), &total, &sums_at) &&
                add_room(my->b ? 0 : my->packed, sizeof(int16_t), &total, &my->b_at) &&
                add_room(a_count, sizeof(int16_t), &total, &my->a_at) &&
                add_room(q->args->dynamic ? ink_tensor_count(ctx->in[0]) : 0, 1, &total, &my->bytes_at);
    if (!fits) return ink_op_fail(ctx, INK_E_LIMIT, "needs more working memory than a machine can have");
    return ink_quant_scratch(ctx, total, 0);
}

/* --- what becomes of the sums --- */

static void add_to_sums(const struct ink_op_ctx *ctx, const struct prepared *my, int32_t *sums)
{
    const struct qmatmul *q = ctx->attributes;
    if (!has(ctx, q->args->sum_bias)) return;
    const struct ink_tensor *c = ctx->in[q->args->sum_bias];
    const struct ink_shape *s = &c->shape;
    size_t columns = s->rank > 0 ? (size_t)s->dims[s->rank - 1] : 1, rows = ink_tensor_count(c) / columns;
    for (size_t i = 0; i < my->sizes.m; i++)
        for (size_t j = 0; j < my->sizes.n; j++, sums++) {
            int32_t add = ((const int32_t *)c->data)[(rows > 1 ? i * columns : 0) + (columns > 1 ? j : 0)];
            *sums = (int32_t)((uint32_t)*sums + (uint32_t)add);
        }
}

/* Value `at` of a scale, or its only one; 1 where there is none. */
static float scale_of(const struct ink_op_ctx *ctx, int i, size_t at)
{
    if (!has(ctx, i)) return 1;
    const struct ink_tensor *t = ctx->in[i];
    if (ink_tensor_count(t) == 1) at = 0;
    switch (t->dtype) {
    case INK_FLOAT16: return ink_f16_to_f32(((const uint16_t *)t->data)[at]);
    case INK_BFLOAT16: return ink_bf16_to_f32(((const uint16_t *)t->data)[at]);
    default: return ((const float *)t->data)[at];
    }
}

static void to_bytes(const struct ink_op_ctx *ctx, const struct prepared *my, const int32_t *sums, uint8_t *y)
{
    const struct qmatmul *q = ctx->attributes;
    size_t n = my->sizes.n;
    bool one = ink_tensor_count(ctx->in[q->args->b_scale]) == 1;
    struct ink_q8 to = {.zero = ink_quant_scalar(ctx, q->args->y_zero, 0)};
    float y_scale = scale_of(ctx, q->args->y_scale, 0);
    ink_quant_bounds(ctx->out[0]->dtype, &to.low, &to.high);
    for (size_t i = 0; i < my->sizes.m; i++) {
        float a_scale = q->alpha * scale_of(ctx, q->args->a_scale, i % my->rows);
        for (size_t j = 0, step = one ? n : 1; j < n; j += step) {
            to.scale = a_scale * scale_of(ctx, q->args->b_scale, j) / y_scale;
            ink_kernels()->i32_to_q8(step, sums + i * n + j, &to, y + i * n + j);
        }
    }
}

static void to_floats(const struct ink_op_ctx *ctx, const struct prepared *my, const int32_t *sums, float a_scale,
                      float *y)
{
    const struct qmatmul *q = ctx->attributes;
    size_t n = my->sizes.n;
    const float *bias = has(ctx, q->args->bias) ? ctx->in[q->args->bias]->data : NULL;
    for (size_t i = 0; i < my->sizes.m; i++) {
        float left = q->alpha * a_scale * scale_of(ctx, q->args->a_scale, i % my->rows);
        for (size_t j = 0; j < n; j++, sums++)
            *y++ = (float)*sums * (left * scale_of(ctx, q->args->b_scale, j)) + (bias ? bias[j] : 0);
    }
}

/* Sums of nothing: there are no arguments to look at. */
static ink_status run_empty(const struct ink_op_ctx *ctx)
{
    const struct qmatmul *q = ctx->attributes;
    size_t bytes = ink_tensor_bytes(ctx->out[0]);
    if (has(ctx, q->args->bias) || has(ctx, q->args->sum_bias))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "a product of matrices without elements, and a bias");
    memset(ctx->out[0]->data, has(ctx, q->args->y_zero) ? ink_quant_zero(ctx, q->args->y_zero, 0) & 0xFF : 0, bytes);
    return INK_OK;
}

ink_status ink_qmatmul_run(struct ink_op_ctx *ctx)
{
    const struct qmatmul *q = ctx->attributes;
    const struct prepared *my = ctx->prepared;
    const struct ink_matmul_sizes *s = &my->sizes;
    if (ink_tensor_count(ctx->out[0]) == 0) return INK_OK;
    if (s->k == 0) return run_empty(ctx);
    char *scratch = ctx->scratch;
    int16_t *a = (int16_t *)(void *)(scratch + my->a_at), *own_b = (int16_t *)(void *)(scratch + my->b_at);
    const uint8_t *a_bytes = ctx->in[0]->data;
    struct ink_q8 dynamic = {.scale = 1};
    if (q->args->dynamic) {
        size_t count = ink_tensor_count(ctx->in[0]);
        dynamic = ink_quant_dynamic(count, ctx->in[0]->data);
        ink_kernels()->f32_to_q8(count, ctx->in[0]->data, &dynamic, (uint8_t *)scratch + my->bytes_at);
        a_bytes = (uint8_t *)scratch + my->bytes_at;
    }
    for (size_t i = 0; i < my->batches; i++) {
        size_t left = ink_matmul_matrix_of(&s->a, &s->batch, i), right = ink_matmul_matrix_of(&s->b, &s->batch, i);
        fill_a(ctx, my, a_bytes + left * s->m * s->k, ctx->in[0]->dtype == INK_INT8, (int)dynamic.zero, a);
        if (!my->b) fill_b(ctx, my, (const uint8_t *)ctx->in[q->args->b]->data + right * s->k * s->n, own_b);
        size_t at = i * s->m * s->n;
        bool direct = ctx->types[2] == INK_INT32;
        struct ink_i16_gemm gemm = {
            .m = s->m,
            .n = s->n,
            .pairs = my->pairs,
            .a = a,
            .b = my->b ? my->b + right * my->packed : own_b,
            .c = direct ? (int32_t *)ctx->out[0]->data + at : (int32_t *)ctx->scratch,
            .parallel = ctx->parallel,
        };
        ink_i16_gemm(&gemm);
        if (direct) continue;
        add_to_sums(ctx, my, gemm.c);
        if (ctx->out[0]->dtype == INK_FLOAT)
            to_floats(ctx, my, gemm.c, dynamic.scale, (float *)ctx->out[0]->data + at);
        else
            to_bytes(ctx, my, gemm.c, (uint8_t *)ctx->out[0]->data + at);
    }
    return INK_OK;
}

uint64_t ink_qmatmul_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct qmatmul *q = ctx->attributes;
    const struct ink_shape *a = &ctx->in[0]->shape;
    return (uint64_t)ink_tensor_count(ctx->out[0]) * (uint64_t)a->dims[q->a_turned ? 0 : a->rank - 1];
}
