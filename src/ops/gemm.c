/* SPDX-License-Identifier: MIT */
/* Gemm: Y = alpha * A' * B' + beta * C, where A' [M, K] and B' [K, N] may be given transposed and C broadcasts to Y. And
 * inkling.Gemm: A may have more dimensions, which count as rows, or only K; a fourth input of Y's shape is added; the attribute
 * `activation` (activation.h) is applied. */
#include "kernels/gemm.h"

#include <math.h>

#include "ops/activation.h"
#include "ops/floats.h"
#include "ops/matmul.h"

struct gemm {
    float alpha, beta;
    bool a_turned, b_turned;
    bool inkling;
    struct ink_activation activation;
};

struct prepared {
    size_t m, n, k;
    size_t c_row, c_col; /* from C[i][j] to C[i+1][j], C[i][j+1]; 0 where it broadcasts */
    const float *packed; /* alpha * B', where B is constant and worth it */
    struct ink_floats_plan floats;
};

static bool is_whole(float x)
{
    return fabsf(x) < 0x1p31f && x == truncf(x);
}

ink_status ink_gemm_load(struct ink_op_ctx *ctx)
{
    struct gemm *gemm = INK_ARENA_NEW(ctx->arena, struct gemm);
    int64_t a_turned = 0, b_turned = 0;
    if (!gemm) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = gemm;
    gemm->inkling = ctx->op->domain[0] != '\0';
    ink_status st = ink_op_attr_f32(ctx, "alpha", 1, &gemm->alpha);
    if (!st) st = ink_op_attr_f32(ctx, "beta", 1, &gemm->beta);
    if (!st) st = ink_op_attr_i64(ctx, "transA", 0, &a_turned);
    if (!st) st = ink_op_attr_i64(ctx, "transB", 0, &b_turned);
    if (!st && gemm->inkling) st = ink_op_activation_load(ctx, &gemm->activation);
    gemm->a_turned = a_turned != 0;
    gemm->b_turned = b_turned != 0;
    bool integers = ctx->types[0] != INK_DOUBLE && (INK_EXACT_TYPES & INK_DTYPE_BIT(ctx->types[0]));
    if (!st && integers && !(is_whole(gemm->alpha) && is_whole(gemm->beta)))
        st = ink_op_fail(ctx, INK_E_UNSUPPORTED, "alpha %g and beta %g must be whole numbers for %s",
                         (double)gemm->alpha, (double)gemm->beta, ink_dtype_word(ctx->types[0]));
    return st;
}

/* The shape of Y and the sizes of the product. */
static ink_status fit(const struct ink_op_ctx *ctx, struct prepared *my, struct ink_shape *y)
{
    const struct gemm *gemm = ctx->attributes;
    const struct ink_shape *a = &ctx->in[0]->shape, *b = &ctx->in[1]->shape;
    char a_text[INK_SHAPE_TEXT_MAX], b_text[INK_SHAPE_TEXT_MAX];
    bool fits = b->rank == 2 && (a->rank == 2 || (gemm->inkling && a->rank > 0 && !gemm->a_turned));
    if (fits) {
        size_t rows = ink_shape_span(a, 0, a->rank - 1), cols = (size_t)a->dims[a->rank - 1];
        my->m = gemm->a_turned ? cols : rows;
        my->k = gemm->a_turned ? rows : cols;
        my->n = (size_t)b->dims[gemm->b_turned ? 0 : 1];
        fits = (size_t)b->dims[gemm->b_turned ? 1 : 0] == my->k;
    }
    if (!fits)
        return ink_op_fail(ctx, INK_E_MODEL, "%s%s and %s%s cannot be multiplied", ink_shape_text(a, a_text),
                           gemm->a_turned ? " transposed" : "", ink_shape_text(b, b_text),
                           gemm->b_turned ? " transposed" : "");
    *y = *a;
    if (a->rank == 2) y->dims[0] = (int64_t)my->m;
    y->dims[y->rank - 1] = (int64_t)my->n;
    return INK_OK;
}

/* How C is read: as Y's rows and columns, each of them there or broadcast. */
static ink_status fit_c(const struct ink_op_ctx *ctx, const struct ink_shape *y, struct prepared *my)
{
    const struct ink_shape *c = &ctx->in[2]->shape;
    char c_text[INK_SHAPE_TEXT_MAX], y_text[INK_SHAPE_TEXT_MAX];
    size_t rows = c->rank > 1 ? ink_shape_span(c, 0, c->rank - 1) : 1;
    size_t cols = c->rank > 0 ? (size_t)c->dims[c->rank - 1] : 1;
    if (c->rank > y->rank || (rows != my->m && rows != 1) || (cols != my->n && cols != 1))
        return ink_op_fail(ctx, INK_E_MODEL, "C %s does not broadcast to the output %s", ink_shape_text(c, c_text),
                           ink_shape_text(y, y_text));
    my->c_col = cols > 1;
    my->c_row = rows > 1 ? cols : 0;
    return INK_OK;
}

ink_status ink_gemm_shape(struct ink_op_ctx *ctx)
{
    struct prepared my;
    struct ink_shape y;
    char got[INK_SHAPE_TEXT_MAX], want[INK_SHAPE_TEXT_MAX];
    ink_status st = fit(ctx, &my, &y);
    if (!st && ink_op_has(ctx, 2)) st = fit_c(ctx, &y, &my);
    if (st) return st;
    if (ink_op_has(ctx, 3) && !ink_shape_equal(&ctx->in[3]->shape, &y))
        return ink_op_fail(ctx, INK_E_MODEL, "what is added is %s and the output %s",
                           ink_shape_text(&ctx->in[3]->shape, got), ink_shape_text(&y, want));
    ctx->out[0]->shape = y;
    return INK_OK;
}

static ink_status pack_b(struct ink_op_ctx *ctx, struct prepared *my)
{
    const struct gemm *gemm = ctx->attributes;
    const float *b = my->floats.constant[1] ? my->floats.constant[1] : ctx->in[1]->data;
    size_t count;
    if (!ink_f32_gemm_packed(my->n, my->k, &count)) return ink_op_fail(ctx, INK_E_LIMIT, "the weights are too large");
    float *packed = INK_ARENA_ARRAY(ctx->arena, float, count);
    if (!packed) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu packed weights", count);
    ink_f32_gemm_pack(my->n, my->k, b, gemm->b_turned ? 1 : my->n, gemm->b_turned ? my->k : 1, gemm->alpha, packed);
    my->packed = packed;
    return INK_OK;
}

ink_status ink_gemm_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_shape y;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, my, &y);
    if (!st && ink_op_has(ctx, 2)) st = fit_c(ctx, &y, my);
    if (st || (INK_EXACT_TYPES & INK_DTYPE_BIT(ctx->in[0]->dtype))) return st;
    st = ink_floats_prepare(ctx, &my->floats, 0, ink_f32_gemm_scratch(my->n, my->k));
    if (st || my->m == 1 || !ctx->in_constant[1] || !ctx->in[1]->data) return st;
    return pack_b(ctx, my);
}

/* Y = alpha * Y + beta * C, then the rest: for those few that a product cannot do on the way. */
static void finish(const struct gemm *gemm, const struct prepared *my, float alpha, const float *c, const float *add,
                   float *y)
{
    float low, high;
    ink_activation_clamp(&gemm->activation, &low, &high);
    for (size_t i = 0; i < my->m; i++) {
        float *row = y + i * my->n;
        for (size_t j = 0; j < my->n; j++) {
            float v = alpha * row[j];
            if (c) v += gemm->beta * c[i * my->c_row + j * my->c_col];
            if (add) v += add[i * my->n + j];
            if (v < low) v = low;
            if (v > high) v = high;
            row[j] = v;
        }
        ink_activation_apply(&gemm->activation, my->n, row);
    }
}

/* Hands C and what is added to the product; false where it has no place for both. */
static bool take_c(const struct prepared *my, const float *c, const float *add, struct ink_f32_gemm *job)
{
    if (c && my->c_row && my->c_col && add) return false;
    if (c && !my->c_row && !my->c_col) return false; /* one number for all */
    job->add = c && my->c_row && my->c_col ? c : add;
    job->add_row = my->n;
    job->col_bias = my->c_row ? NULL : c;
    job->row_bias = my->c_col ? NULL : c;
    return true;
}

static ink_status run_float(struct ink_op_ctx *ctx)
{
    const struct gemm *gemm = ctx->attributes;
    const struct prepared *my = ctx->prepared;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct ink_f32_gemm job = {
        .m = my->m,
        .n = my->n,
        .k = my->k,
        .a = ink_floats_in(ctx, &floats, 0),
        .a_row = gemm->a_turned ? 1 : my->k,
        .a_col = gemm->a_turned ? my->m : 1,
        .b = ink_floats_in(ctx, &floats, 1),
        .b_row = gemm->b_turned ? 1 : my->n,
        .b_col = gemm->b_turned ? my->k : 1,
        .b_packed = my->packed,
        .c_row = my->n,
        .scratch = floats.each,
        .parallel = ctx->parallel,
    };
    const float *c = ink_floats_in(ctx, &floats, 2), *add = ink_floats_in(ctx, &floats, 3);
    job.c = ink_floats_out(ctx, &floats, 0);

    float alpha = my->packed ? 1 : gemm->alpha;
    bool on_the_way = alpha == 1 && (!c || gemm->beta == 1) && take_c(my, c, add, &job);
    if (on_the_way) job.activation = gemm->activation;
    ink_f32_gemm(&job);
    if (!on_the_way) finish(gemm, my, alpha, c, add, job.c);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}

/* Signed integers as unsigned ones: the same bits, and they may wrap. */
#define FINISH_EXACT(T, SCALAR)                                                                                        \
    static void finish_##T(const struct gemm *gemm, const struct prepared *my, const void *in, void *out)              \
    {                                                                                                                  \
        const T *c = in;                                                                                               \
        T *y = out, alpha = (T)(SCALAR)gemm->alpha, beta = (T)(SCALAR)gemm->beta;                                      \
        for (size_t i = 0; i < my->m; i++)                                                                             \
            for (size_t j = 0; j < my->n; j++, y++)                                                                    \
                *y = alpha * *y + (c ? beta * c[i * my->c_row + j * my->c_col] : 0);                                   \
    }
FINISH_EXACT(double, double)
FINISH_EXACT(uint32_t, int64_t)
FINISH_EXACT(uint64_t, int64_t)

static void run_exact(struct ink_op_ctx *ctx)
{
    const struct gemm *gemm = ctx->attributes;
    const struct prepared *my = ctx->prepared;
    struct ink_exact_product p = {my->m, my->n, my->k, ctx->in[0]->data, ctx->in[1]->data, .c = ctx->out[0]->data};
    p.a_row = gemm->a_turned ? 1 : my->k;
    p.a_col = gemm->a_turned ? my->m : 1;
    p.b_row = gemm->b_turned ? 1 : my->n;
    p.b_col = gemm->b_turned ? my->k : 1;
    ink_exact_matmul(ctx->in[0]->dtype, &p);
    const void *c = ink_op_has(ctx, 2) ? ctx->in[2]->data : NULL;
    switch (ink_dtype_bits(ctx->in[0]->dtype)) {
    case 32: finish_uint32_t(gemm, my, c, p.c); break;
    default: (ctx->in[0]->dtype == INK_DOUBLE ? finish_double : finish_uint64_t)(gemm, my, c, p.c);
    }
}

ink_status ink_gemm_run(struct ink_op_ctx *ctx)
{
    if (ink_tensor_count(ctx->out[0]) == 0) return INK_OK;
    if (!(INK_EXACT_TYPES & INK_DTYPE_BIT(ctx->in[0]->dtype))) return run_float(ctx);
    run_exact(ctx);
    return INK_OK;
}

uint64_t ink_gemm_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct gemm *gemm = ctx->attributes;
    const struct ink_shape *b = &ctx->in[1]->shape;
    return (uint64_t)ink_tensor_count(ctx->out[0]) * (uint64_t)b->dims[gemm->b_turned ? 1 : 0];
}
