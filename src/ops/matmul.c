/* SPDX-License-Identifier: MIT */
/* MatMul as numpy's: A [..., M, K], B [..., K, N], the dimensions before broadcast; a vector on the left is a row, on the
 * right a column, and its dimension of 1 is left out of Y. */
#include "ops/matmul.h"

#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/floats.h"

/* FusedMatMul's attributes: alpha A B, with the last two dimensions of either exchanged. */
struct turns {
    int64_t a, b;
    float alpha;
};

struct prepared {
    struct ink_matmul_sizes sizes;
    size_t batches;
    const float *packed; /* B, where it is constant, one matrix, and worth it */
    struct ink_floats_plan floats;
};

ink_status ink_matmul_fit(const struct ink_op_ctx *ctx, const struct ink_shape *a, const struct ink_shape *b,
                          struct ink_matmul_sizes *sizes, struct ink_shape *out)
{
    char a_text[INK_SHAPE_TEXT_MAX], b_text[INK_SHAPE_TEXT_MAX];
    bool row = a->rank == 1, column = b->rank == 1;
    *sizes = (struct ink_matmul_sizes){.m = 1, .n = 1, .a = *a, .b = *b};
    bool fits = a->rank > 0 && b->rank > 0 && a->dims[a->rank - 1] == b->dims[column ? 0 : b->rank - 2];
    if (fits) {
        sizes->k = (size_t)a->dims[a->rank - 1];
        if (!row) sizes->m = (size_t)a->dims[a->rank - 2];
        if (!column) sizes->n = (size_t)b->dims[b->rank - 1];
        sizes->a.rank -= row ? 1 : 2;
        sizes->b.rank -= column ? 1 : 2;
        fits = ink_shape_broadcast(&sizes->a, &sizes->b, &sizes->batch);
    }
    if (!fits)
        return ink_op_fail(ctx, INK_E_MODEL, "%s and %s cannot be multiplied", ink_shape_text(a, a_text),
                           ink_shape_text(b, b_text));
    *out = sizes->batch;
    if (out->rank > INK_RANK_MAX - 2) return ink_op_fail(ctx, INK_E_LIMIT, "more than %d dimensions", INK_RANK_MAX);
    if (!row) out->dims[out->rank++] = (int64_t)sizes->m;
    if (!column) out->dims[out->rank++] = (int64_t)sizes->n;
    return INK_OK;
}

void ink_matmul_merge(struct ink_matmul_sizes *sizes)
{
    if (ink_shape_span(&sizes->b, 0, sizes->b.rank) != 1) return;
    sizes->m *= ink_shape_span(&sizes->batch, 0, sizes->batch.rank);
    sizes->batch.rank = 0;
}

ink_status ink_fused_matmul_load(struct ink_op_ctx *ctx)
{
    struct turns *my = INK_ARENA_NEW(ctx->arena, struct turns);
    int64_t a_batch, b_batch;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "transA", 0, &my->a);
    if (!st) st = ink_op_attr_i64(ctx, "transB", 0, &my->b);
    if (!st) st = ink_op_attr_i64(ctx, "transBatchA", 0, &a_batch);
    if (!st) st = ink_op_attr_i64(ctx, "transBatchB", 0, &b_batch);
    if (!st) st = ink_op_attr_f32(ctx, "alpha", 1, &my->alpha);
    if (st) return st;
    return a_batch || b_batch ? ink_op_fail(ctx, INK_E_UNSUPPORTED, "transBatchA and transBatchB") : INK_OK;
}

static struct turns turns_of(const struct ink_op_ctx *ctx)
{
    return ctx->attributes ? *(const struct turns *)ctx->attributes : (struct turns){0, 0, 1};
}

/* As it is multiplied; vectors have nothing to exchange. */
static struct ink_shape turned(struct ink_shape shape, int64_t turn)
{
    if (!turn || shape.rank < 2) return shape;
    int64_t last = shape.dims[shape.rank - 1];
    shape.dims[shape.rank - 1] = shape.dims[shape.rank - 2];
    shape.dims[shape.rank - 2] = last;
    return shape;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct ink_matmul_sizes *sizes, struct ink_shape *out)
{
    struct turns turns = turns_of(ctx);
    struct ink_shape a = turned(ctx->in[0]->shape, turns.a), b = turned(ctx->in[1]->shape, turns.b);
    return ink_matmul_fit(ctx, &a, &b, sizes, out);
}

ink_status ink_matmul_shape(struct ink_op_ctx *ctx)
{
    struct ink_matmul_sizes sizes;
    return fit(ctx, &sizes, &ctx->out[0]->shape);
}

static ink_status pack_b(struct ink_op_ctx *ctx, struct prepared *my)
{
    size_t count;
    const float *b = my->floats.constant[1] ? my->floats.constant[1] : ctx->in[1]->data;
    if (!ink_f32_gemm_packed(my->sizes.n, my->sizes.k, &count))
        return ink_op_fail(ctx, INK_E_LIMIT, "the weights are too large");
    float *packed = INK_ARENA_ARRAY(ctx->arena, float, count);
    if (!packed) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu packed weights", count);
    bool turn = turns_of(ctx).b && ctx->in[1]->shape.rank > 1;
    ink_f32_gemm_pack(my->sizes.n, my->sizes.k, b, turn ? 1 : my->sizes.n, turn ? my->sizes.k : 1, 1, packed);
    my->packed = packed;
    return INK_OK;
}

ink_status ink_matmul_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    struct ink_shape out;
    struct ink_matmul_sizes *sizes = &my->sizes;
    ink_status st = fit(ctx, sizes, &out);
    if (st) return st;
    bool one_b = ink_shape_span(&sizes->b, 0, sizes->b.rank) == 1;
    if (!turns_of(ctx).a) ink_matmul_merge(sizes);
    my->batches = ink_shape_span(&sizes->batch, 0, sizes->batch.rank);
    if (INK_EXACT_TYPES & INK_DTYPE_BIT(ctx->in[0]->dtype)) return INK_OK;
    st = ink_floats_prepare(ctx, &my->floats, 0, ink_f32_gemm_scratch(my->sizes.n, my->sizes.k));
    if (st || !one_b || my->sizes.m == 1 || !ctx->in_constant[1] || !ctx->in[1]->data) return st;
    return pack_b(ctx, my);
}

size_t ink_matmul_matrix_of(const struct ink_shape *side, const struct ink_shape *y, size_t index)
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
    struct ink_exact_product p = {my->sizes.m, my->sizes.n,          my->sizes.k, .a_row = my->sizes.k,
                                  .a_col = 1,  .b_row = my->sizes.n, .b_col = 1};
    for (size_t i = 0; i < my->batches; i++) {
        p.a = (const char *)ctx->in[0]->data +
              size * my->sizes.m * my->sizes.k * ink_matmul_matrix_of(&my->sizes.a, &my->sizes.batch, i);
        p.b = (const char *)ctx->in[1]->data +
              size * my->sizes.k * my->sizes.n * ink_matmul_matrix_of(&my->sizes.b, &my->sizes.batch, i);
        p.c = (char *)ctx->out[0]->data + size * my->sizes.m * my->sizes.n * i;
        ink_exact_matmul(dtype, &p);
    }
}

struct job {
    const struct prepared *my;
    const float *a, *b;
    float *c, *scratch;
    bool a_turned, b_turned;
    float alpha;
};

static void run_batch(const struct job *job, size_t i, float *scratch, struct ink_parallel *parallel)
{
    const struct prepared *my = job->my;
    struct ink_f32_gemm gemm = {
        .m = my->sizes.m,
        .n = my->sizes.n,
        .k = my->sizes.k,
        .a = job->a + my->sizes.m * my->sizes.k * ink_matmul_matrix_of(&my->sizes.a, &my->sizes.batch, i),
        .a_row = job->a_turned ? 1 : my->sizes.k,
        .a_col = job->a_turned ? my->sizes.m : 1,
        .b = job->b + my->sizes.k * my->sizes.n * ink_matmul_matrix_of(&my->sizes.b, &my->sizes.batch, i),
        .b_row = job->b_turned ? 1 : my->sizes.n,
        .b_col = job->b_turned ? my->sizes.k : 1,
        .b_packed = my->packed,
        .c = job->c + my->sizes.m * my->sizes.n * i,
        .c_row = my->sizes.n,
        .scratch = scratch,
        .parallel = parallel,
    };
    ink_f32_gemm(&gemm);
    if (job->alpha != 1) ink_kernels()->f32_row_affine(gemm.m * gemm.n, gemm.c, job->alpha, 0, gemm.c);
}

static void batch_task(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    run_batch(job, index, job->scratch + (size_t)worker * job->my->floats.each_floats, NULL);
}

ink_status ink_matmul_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    if (my->sizes.k == 0 ||
        my->sizes.m * my->sizes.n * my->batches == 0) { /* sums of nothing; the arguments may have no memory */
        if (ctx->out[0]->data) memset(ctx->out[0]->data, 0, ink_tensor_bytes(ctx->out[0]));
        return INK_OK;
    }
    if (INK_EXACT_TYPES & INK_DTYPE_BIT(ctx->in[0]->dtype)) {
        run_exact(ctx, my);
        return INK_OK;
    }
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {my, ink_floats_in(ctx, &floats, 0), ink_floats_in(ctx, &floats, 1), .scratch = floats.each};
    struct turns turns = turns_of(ctx);
    job.c = ink_floats_out(ctx, &floats, 0);
    job.a_turned = turns.a && ctx->in[0]->shape.rank > 1;
    job.b_turned = turns.b && ctx->in[1]->shape.rank > 1;
    job.alpha = turns.alpha;
    if (my->batches >= 2 * (size_t)ctx->parallel->threads)
        ink_parallel_run(ctx->parallel, my->batches, batch_task, &job);
    else
        for (size_t i = 0; i < my->batches; i++) run_batch(&job, i, job.scratch, ctx->parallel);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}

uint64_t ink_matmul_multiply_adds(const struct ink_op_ctx *ctx)
{
    struct ink_shape a = turned(ctx->in[0]->shape, turns_of(ctx).a);
    return (uint64_t)ink_tensor_count(ctx->out[0]) * (uint64_t)a.dims[a.rank - 1];
}
