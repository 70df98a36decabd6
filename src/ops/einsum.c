/* SPDX-License-Identifier: MIT */
/* Einsum: one operand after the other is multiplied with the product so far, each time as a batch of matrices. For a pair
 * (A, B), the labels that are still needed are the batch (in both), rows (A alone) and columns (B alone); all others are
 * summed over. Both are brought into the order [batch, rows, sum] and [batch, sum, columns] first. */
#include "ops/einsum.h"

#include "base/checked.h"
#include "kernels/gemm.h"
#include "kernels/move.h"
#include "ops/elements.h"
#include "ops/matmul.h"

/* A tensor by its labels; a product's are in the order batch, rows, columns. */
struct operand {
    const void *data;
    uint64_t has;
    const size_t *step;
};

/* Labels in an order. */
struct order {
    int count;
    uint8_t label[INK_MOVE_DIMS];
    size_t elements;
};

/* One product. */
struct pair {
    struct order batch, rows, columns, sum;
    uint64_t result;                /* its labels */
    size_t step[INK_EINSUM_LABELS]; /* in it */
};

struct prepared {
    struct ink_einsum_sizes sizes;
    enum ink_dtype within;              /* what is calculated in */
    size_t input, left, right, product; /* bytes of scratch for each, at most */
    size_t gemm;
    double work; /* multiply-adds */
};

ink_status ink_einsum_load(struct ink_op_ctx *ctx)
{
    struct ink_einsum *equation = INK_ARENA_NEW(ctx->arena, struct ink_einsum);
    struct ink_view text;
    if (!equation) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = equation;
    if (!ink_op_attr_given(ctx, "equation")) return ink_op_fail(ctx, INK_E_MODEL, "equation is missing");
    ink_status st = ink_op_attr_text(ctx, "equation", "", &text);
    return st ? st : ink_einsum_parse(ctx, text, equation);
}

ink_status ink_einsum_shape(struct ink_op_ctx *ctx)
{
    struct ink_einsum_sizes z;
    ink_status st = ink_einsum_fit(ctx, ctx->attributes, &z);
    if (st) return st;
    ctx->out[0]->shape = (struct ink_shape){.rank = z.out_count};
    for (int i = 0; i < z.out_count; i++) ctx->out[0]->shape.dims[i] = (int64_t)z.size[z.out[i]];
    return INK_OK;
}

/* --- plan --- */

static bool put_in_order(const struct ink_einsum_sizes *z, uint64_t labels, struct order *order)
{
    *order = (struct order){.elements = 1};
    for (int l = 0; l < INK_EINSUM_LABELS; l++) {
        if (!(labels >> l & 1)) continue;
        if (order->count == INK_MOVE_DIMS || !ink_mul_size(order->elements, z->size[l], &order->elements)) return false;
        order->label[order->count++] = (uint8_t)l;
    }
    return true;
}

/* `needed`: labels of the output and of operands that are still to come. */
static bool make_pair(const struct ink_einsum_sizes *z, uint64_t a, uint64_t b, uint64_t needed, struct pair *pair)
{
    *pair = (struct pair){.result = (a | b) & needed};
    bool fits = put_in_order(z, a & b & needed, &pair->batch) && put_in_order(z, a & ~b & needed, &pair->rows) &&
                put_in_order(z, b & ~a & needed, &pair->columns) && put_in_order(z, (a | b) & ~needed, &pair->sum);
    if (!fits || pair->batch.count + pair->rows.count + pair->columns.count + pair->sum.count > INK_MOVE_DIMS)
        return false;
    const struct order *const parts[] = {&pair->columns, &pair->rows, &pair->batch};
    size_t step = 1;
    for (int i = 0; i < 3; i++)
        for (int k = parts[i]->count - 1; k >= 0; k--) {
            pair->step[parts[i]->label[k]] = step;
            if (!ink_mul_size(step, z->size[parts[i]->label[k]], &step)) return false;
        }
    return true;
}

static uint64_t needed_behind(const struct ink_einsum_sizes *z, int operand, int operands)
{
    uint64_t needed = 0;
    for (int i = 0; i < z->out_count; i++) needed |= (uint64_t)1 << z->out[i];
    for (int i = operand + 1; i < operands; i++) needed |= z->has[i];
    return needed;
}

/* Raises *most to the bytes of a product of sizes. */
static bool make_room(size_t a, size_t b, size_t c, size_t element, size_t *most)
{
    size_t bytes;
    if (!ink_mul_size(a, b, &bytes) || !ink_mul_size(bytes, c, &bytes) || !ink_mul_size(bytes, element, &bytes))
        return false;
    if (bytes > SIZE_MAX - INK_ARENA_ALIGN) return false;
    bytes = (bytes + INK_ARENA_ALIGN - 1) / INK_ARENA_ALIGN * INK_ARENA_ALIGN;
    if (bytes > *most) *most = bytes;
    return true;
}

static ink_status plan_pairs(const struct ink_op_ctx *ctx, struct prepared *my)
{
    const struct ink_einsum_sizes *z = &my->sizes;
    uint64_t so_far = 0;
    size_t size = ink_dtype_bits(my->within) / 8;
    for (int i = 0; i < ctx->in_count; i++) {
        struct pair p;
        bool fits = make_pair(z, so_far, z->has[i], needed_behind(z, i, ctx->in_count), &p) &&
                    make_room(ink_tensor_count(ctx->in[i]), 1, 1, size, &my->input) &&
                    make_room(p.batch.elements, p.rows.elements, p.sum.elements, size, &my->left) &&
                    make_room(p.batch.elements, p.sum.elements, p.columns.elements, size, &my->right) &&
                    make_room(p.batch.elements, p.rows.elements, p.columns.elements, size, &my->product);
        if (!fits) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "its products have too many dimensions, or elements");
        size_t gemm = ink_f32_gemm_scratch(p.columns.elements, p.sum.elements);
        if (gemm > my->gemm) my->gemm = gemm;
        my->work +=
            (double)p.batch.elements * (double)p.rows.elements * (double)p.columns.elements * (double)p.sum.elements;
        so_far = p.result;
    }
    return INK_OK;
}

static enum ink_dtype type_within(enum ink_dtype dtype)
{
    if (INK_TYPES_FLOAT & INK_DTYPE_BIT(dtype)) return dtype == INK_DOUBLE ? INK_DOUBLE : INK_FLOAT;
    return ink_dtype_bits(dtype) == 64 ? INK_INT64 : INK_INT32; /* modulo a power of two it is all the same */
}

ink_status ink_einsum_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    size_t threads = (size_t)ctx->parallel->threads, shared = 0;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    my->within = type_within(ctx->in[0]->dtype);
    ink_status st = ink_einsum_fit(ctx, ctx->attributes, &my->sizes);
    if (!st) st = plan_pairs(ctx, my);
    if (st) return st;
    bool fits = ink_add_size(my->input, my->left, &shared) && ink_add_size(shared, my->right, &shared) &&
                ink_add_size(shared, my->product, &shared) && ink_add_size(shared, my->product, &shared);
    /* the engine counts scratch a thread; what is shared is a part of each */
    size_t each = (shared / threads / INK_ARENA_ALIGN + 1) * INK_ARENA_ALIGN;
    if (!fits || !ink_add_size(each, my->gemm * sizeof(float), &ctx->scratch_bytes))
        return ink_op_fail(ctx, INK_E_LIMIT, "needs more working memory than a machine can have");
    return INK_OK;
}

uint64_t ink_einsum_multiply_adds(const struct ink_op_ctx *ctx)
{
    struct prepared my = {.within = INK_DOUBLE};
    if (ink_einsum_fit(ctx, ctx->attributes, &my.sizes) || plan_pairs(ctx, &my)) return UINT64_MAX;
    return my.work < 0x1p63 ? (uint64_t)my.work : UINT64_MAX;
}

/* --- run --- */

struct job {
    const struct prepared *my;
    char *input, *left, *right, *product[2]; /* of scratch */
    float *gemm;
    struct ink_parallel *parallel;
};

/* x in the order of three lists of labels. */
static void bring_into_order(const struct job *job, const struct operand *x, const struct order *const parts[3],
                             void *out)
{
    struct ink_move move = {0};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < parts[i]->count; k++) {
            int label = parts[i]->label[k];
            move.dims[move.rank] = job->my->sizes.size[label];
            move.steps[move.rank++] = (ptrdiff_t)x->step[label];
        }
    ink_move(&move, ink_dtype_bits(job->my->within) / 8, x->data, out);
}

static void multiply(const struct job *job, const struct pair *p, char *product)
{
    size_t m = p->rows.elements, n = p->columns.elements, k = p->sum.elements;
    size_t size = ink_dtype_bits(job->my->within) / 8;
    for (size_t i = 0; i < p->batch.elements; i++) {
        const char *a = job->left + i * m * k * size, *b = job->right + i * k * n * size;
        char *c = product + i * m * n * size;
        if (job->my->within == INK_FLOAT)
            ink_f32_gemm(&(struct ink_f32_gemm){.m = m,
                                                .n = n,
                                                .k = k,
                                                .a = (const float *)a,
                                                .a_row = k,
                                                .a_col = 1,
                                                .b = (const float *)b,
                                                .b_row = n,
                                                .b_col = 1,
                                                .c = (float *)c,
                                                .c_row = n,
                                                .scratch = job->gemm,
                                                .parallel = job->parallel});
        else
            ink_exact_matmul(
                job->my->within,
                &(struct ink_exact_product){
                    .m = m, .n = n, .k = k, .a = a, .b = b, .a_row = k, .a_col = 1, .b_row = n, .b_col = 1, .c = c});
    }
}

static const void *input_within(const struct job *job, const struct ink_tensor *in)
{
    if (in->dtype == job->my->within) return in->data;
    ink_convert(ink_tensor_count(in), in->dtype, in->data, job->my->within, job->input, false, INK_ROUND_UP);
    return job->input;
}

/* The product of all, whose labels those of the output are. */
static struct operand multiply_all(const struct ink_op_ctx *ctx, const struct job *job, struct pair pairs[2])
{
    static const double one_f64 = 1;
    static const float one_f32 = 1;
    static const int64_t one_i64 = 1; /* little-endian: an int32 too */
    static const size_t no_steps[INK_EINSUM_LABELS];
    const struct ink_einsum_sizes *z = &job->my->sizes;
    enum ink_dtype within = job->my->within;
    const void *one = within == INK_FLOAT    ? (const void *)&one_f32
                      : within == INK_DOUBLE ? (const void *)&one_f64
                                             : (const void *)&one_i64;
    struct operand so_far = {one, 0, no_steps};
    for (int i = 0; i < ctx->in_count; i++) {
        struct pair *p = &pairs[i % 2];
        struct operand next = {input_within(job, ctx->in[i]), z->has[i], z->step[i]};
        if (!make_pair(z, so_far.has, next.has, needed_behind(z, i, ctx->in_count), p)) return so_far; /* was planned */
        bring_into_order(job, &so_far, (const struct order *const[]){&p->batch, &p->rows, &p->sum}, job->left);
        bring_into_order(job, &next, (const struct order *const[]){&p->batch, &p->sum, &p->columns}, job->right);
        multiply(job, p, job->product[i % 2]);
        so_far = (struct operand){job->product[i % 2], p->result, p->step};
    }
    return so_far;
}

ink_status ink_einsum_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    const struct ink_einsum_sizes *z = &my->sizes;
    struct ink_tensor *y = ctx->out[0];
    struct pair pairs[2];
    size_t count = ink_tensor_count(y);
    if (count == 0) return INK_OK;
    for (int i = 0; i < ctx->in_count; i++)
        if (ink_tensor_count(ctx->in[i]) == 0) { /* sums of nothing */
            memset(y->data, 0, ink_tensor_bytes(y));
            return INK_OK;
        }
    struct job job = {.my = my, .input = ctx->scratch, .parallel = ctx->parallel};
    job.left = job.input + my->input;
    job.right = job.left + my->left;
    job.product[0] = job.right + my->right;
    job.product[1] = job.product[0] + my->product;
    job.gemm = (float *)(job.product[1] + my->product);
    struct operand product = multiply_all(ctx, &job, pairs);
    struct ink_move move = {.rank = z->out_count};
    for (int i = 0; i < z->out_count; i++) {
        move.dims[i] = z->size[z->out[i]];
        move.steps[i] = (ptrdiff_t)product.step[z->out[i]];
    }
    void *to = y->dtype == my->within ? y->data : job.product[ctx->in_count % 2]; /* the one that is free */
    ink_move(&move, ink_dtype_bits(my->within) / 8, product.data, to);
    if (to != y->data) ink_convert(count, my->within, to, y->dtype, y->data, false, INK_ROUND_UP);
    return INK_OK;
}
