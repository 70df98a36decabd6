/* SPDX-License-Identifier: MIT */
/* MatMul as numpy's: A [..., M, K], B [..., K, N], the dimensions before broadcast; a vector on the left is a row, on the
 * right a column, and its dimension of 1 is left out of Y. */
#include "ops/matmul.h"

#include "kernels/gemm.h"
#include "ops/floats.h"

/* One argument with two dimensions at least. */
struct side {
    struct ink_shape batch; /* what is before the matrix */
    size_t rows, cols;
};

struct prepared {
    size_t m, n, k;
    struct side a, b;
    struct ink_shape batch; /* of Y */
    size_t batches;
    const float *packed; /* B, where it is constant, one matrix, and worth it */
    struct ink_floats_plan floats;
};

static struct side side_of(const struct ink_shape *shape, bool left)
{
    struct side side = {.batch = *shape, .rows = 1, .cols = 1};
    if (shape->rank == 1) {
        *(left ? &side.cols : &side.rows) = (size_t)shape->dims[0];
        side.batch.rank = 0;
        return side;
    }
    side.batch.rank = shape->rank - 2;
    side.rows = (size_t)shape->dims[shape->rank - 2];
    side.cols = (size_t)shape->dims[shape->rank - 1];
    return side;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct prepared *my)
{
    const struct ink_shape *a = &ctx->in[0]->shape, *b = &ctx->in[1]->shape;
    char a_text[INK_SHAPE_TEXT_MAX], b_text[INK_SHAPE_TEXT_MAX];
    if (a->rank > 0 && b->rank > 0) {
        my->a = side_of(a, true);
        my->b = side_of(b, false);
        my->m = my->a.rows, my->k = my->a.cols, my->n = my->b.cols;
        if (my->a.cols == my->b.rows && ink_shape_broadcast(&my->a.batch, &my->b.batch, &my->batch)) return INK_OK;
    }
    return ink_op_fail(ctx, INK_E_MODEL, "%s and %s cannot be multiplied", ink_shape_text(a, a_text),
                       ink_shape_text(b, b_text));
}

ink_status ink_matmul_shape(struct ink_op_ctx *ctx)
{
    struct prepared my;
    ink_status st = fit(ctx, &my);
    if (st) return st;
    struct ink_shape *out = &ctx->out[0]->shape;
    *out = my.batch;
    if (out->rank > INK_RANK_MAX - 2) return ink_op_fail(ctx, INK_E_LIMIT, "more than %d dimensions", INK_RANK_MAX);
    if (ctx->in[0]->shape.rank > 1) out->dims[out->rank++] = (int64_t)my.m;
    if (ctx->in[1]->shape.rank > 1) out->dims[out->rank++] = (int64_t)my.n;
    return INK_OK;
}

static ink_status pack_b(struct ink_op_ctx *ctx, struct prepared *my)
{
    size_t count;
    const float *b = my->floats.constant[1] ? my->floats.constant[1] : ctx->in[1]->data;
    if (!ink_f32_gemm_packed(my->n, my->k, &count)) return ink_op_fail(ctx, INK_E_LIMIT, "the weights are too large");
    float *packed = INK_ARENA_ARRAY(ctx->arena, float, count);
    if (!packed) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu packed weights", count);
    ink_f32_gemm_pack(my->n, my->k, b, my->n, 1, 1, packed);
    my->packed = packed;
    return INK_OK;
}

ink_status ink_matmul_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, my);
    if (st) return st;
    my->batches = ink_shape_span(&my->batch, 0, my->batch.rank);
    bool one_b = ink_shape_span(&my->b.batch, 0, my->b.batch.rank) == 1;
    if (one_b) { /* all of A's rows go through the one B together */
        my->m *= my->batches;
        my->batches = 1;
        my->batch.rank = 0;
    }
    if (INK_EXACT_TYPES & INK_DTYPE_BIT(ctx->in[0]->dtype)) return INK_OK;
    st = ink_floats_prepare(ctx, &my->floats, 0, ink_f32_gemm_scratch(my->n, my->k));
    if (st || !one_b || my->m == 1 || !ctx->in_constant[1] || !ctx->in[1]->data) return st;
    return pack_b(ctx, my);
}

/* Which matrix of `side` belongs to batch `index` of Y. */
static size_t matrix_of(const struct ink_shape *side, const struct ink_shape *y, size_t index)
{
    size_t matrix = 0, step = 1;
    for (int d = 1; d <= y->rank; d++) {
        size_t at = index % (size_t)y->dims[y->rank - d];
        index /= (size_t)y->dims[y->rank - d];
        if (d > side->rank) continue;
        size_t own = (size_t)side->dims[side->rank - d];
        if (own > 1) matrix += at * step;
        step *= own;
    }
    return matrix;
}

static void run_exact(const struct ink_op_ctx *ctx, const struct prepared *my)
{
    enum ink_dtype dtype = ctx->in[0]->dtype;
    size_t size = ink_dtype_bits(dtype) / 8;
    struct ink_exact_product p = {my->m, my->n, my->k, .a_row = my->k, .a_col = 1, .b_row = my->n, .b_col = 1};
    for (size_t i = 0; i < my->batches; i++) {
        p.a = (const char *)ctx->in[0]->data + size * my->m * my->k * matrix_of(&my->a.batch, &my->batch, i);
        p.b = (const char *)ctx->in[1]->data + size * my->k * my->n * matrix_of(&my->b.batch, &my->batch, i);
        p.c = (char *)ctx->out[0]->data + size * my->m * my->n * i;
        ink_exact_matmul(dtype, &p);
    }
}

struct job {
    const struct prepared *my;
    const float *a, *b;
    float *c, *scratch;
};

static void run_batch(const struct job *job, size_t i, float *scratch, struct ink_parallel *parallel)
{
    const struct prepared *my = job->my;
    struct ink_f32_gemm gemm = {
        .m = my->m,
        .n = my->n,
        .k = my->k,
        .a = job->a + my->m * my->k * matrix_of(&my->a.batch, &my->batch, i),
        .a_row = my->k,
        .a_col = 1,
        .b = job->b + my->k * my->n * matrix_of(&my->b.batch, &my->batch, i),
        .b_row = my->n,
        .b_col = 1,
        .b_packed = my->packed,
        .c = job->c + my->m * my->n * i,
        .c_row = my->n,
        .scratch = scratch,
        .parallel = parallel,
    };
    ink_f32_gemm(&gemm);
}

static void batch_task(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    run_batch(job, index, job->scratch + (size_t)worker * job->my->floats.each_floats, NULL);
}

ink_status ink_matmul_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    if (my->k == 0 || my->m * my->n * my->batches == 0) { /* sums of nothing; the arguments may have no memory */
        if (ctx->out[0]->data) memset(ctx->out[0]->data, 0, ink_tensor_bytes(ctx->out[0]));
        return INK_OK;
    }
    if (INK_EXACT_TYPES & INK_DTYPE_BIT(ctx->in[0]->dtype)) {
        run_exact(ctx, my);
        return INK_OK;
    }
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {my, ink_floats_in(ctx, &floats, 0), ink_floats_in(ctx, &floats, 1), .scratch = floats.each};
    job.c = ink_floats_out(ctx, &floats, 0);
    if (my->batches >= 2 * (size_t)ctx->parallel->threads)
        ink_parallel_run(ctx->parallel, my->batches, batch_task, &job);
    else
        for (size_t i = 0; i < my->batches; i++) run_batch(&job, i, job.scratch, ctx->parallel);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}

uint64_t ink_matmul_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct ink_shape *a = &ctx->in[0]->shape;
    return (uint64_t)ink_tensor_count(ctx->out[0]) * (uint64_t)a->dims[a->rank - 1];
}
