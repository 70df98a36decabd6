/* SPDX-License-Identifier: MIT */
#include "ops/topk.h"

#include "base/checked.h"
#include "kernels/convert.h"

struct topk {
    int64_t k, axis;
    bool largest;
};

/* Negative numbers have all bits turned, so that the largest magnitude comes first; positive ones come behind them. */
static uint64_t float_key(double x)
{
    uint64_t bits, sign = (uint64_t)1 << 63;
    if (x != x) return UINT64_MAX;
    x += 0.0; /* -0 + 0 is 0 */
    memcpy(&bits, &x, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

static uint64_t int_key(int64_t x)
{
    return (uint64_t)x ^ (uint64_t)1 << 63;
}

uint64_t ink_sort_key(enum ink_dtype dtype, const void *element)
{
    switch (dtype) {
    case INK_FLOAT: return float_key(*(const float *)element);
    case INK_DOUBLE: return float_key(*(const double *)element);
    case INK_FLOAT16: return float_key(ink_f16_to_f32(*(const uint16_t *)element));
    case INK_BFLOAT16: return float_key(ink_bf16_to_f32(*(const uint16_t *)element));
    case INK_INT8: return int_key(*(const int8_t *)element);
    case INK_INT16: return int_key(*(const int16_t *)element);
    case INK_INT32: return int_key(*(const int32_t *)element);
    case INK_INT64: return int_key(*(const int64_t *)element);
    case INK_UINT16: return *(const uint16_t *)element;
    case INK_UINT32: return *(const uint32_t *)element;
    case INK_UINT64: return *(const uint64_t *)element;
    default: return *(const uint8_t *)element; /* uint8, bool */
    }
}

ink_status ink_topk_load(struct ink_op_ctx *ctx)
{
    struct topk *my = INK_ARENA_NEW(ctx->arena, struct topk);
    int64_t largest = 1;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "axis", -1, &my->axis);
    if (!st) st = ink_op_attr_i64(ctx, "k", -1, &my->k);
    if (!st && ctx->op->since >= 11) st = ink_op_attr_i64(ctx, "largest", 1, &largest);
    my->largest = largest != 0;
    return st;
}

static ink_status find(const struct ink_op_ctx *ctx, int *axis, int64_t *k)
{
    const struct topk *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    ink_status st = ink_op_axis(ctx, my->axis, x->rank, false, axis);
    if (st) return st;
    *k = my->k;
    if (ctx->in_count > 1) {
        if (ink_tensor_count(ctx->in[1]) != 1) return ink_op_fail(ctx, INK_E_MODEL, "k is not one number");
        if (!ctx->in[1]->data) return INK_E_NEED_DATA;
        *k = ink_tensor_i64(ctx->in[1], 0);
    }
    if (*k < 0 || *k > x->dims[*axis])
        return ink_op_fail(ctx, INK_E_MODEL, "k is %lld, the axis has %lld elements", (long long)*k,
                           (long long)x->dims[*axis]);
    return INK_OK;
}

ink_status ink_topk_shape(struct ink_op_ctx *ctx)
{
    int axis;
    int64_t k;
    ink_status st = find(ctx, &axis, &k);
    for (int i = 0; !st && i < ctx->out_count; i++) {
        if (!ctx->out[i]) continue;
        ctx->out[i]->shape = ctx->in[0]->shape;
        ctx->out[i]->shape.dims[axis] = k;
    }
    return st;
}

/* The k best so far, the worst of them at the root of a heap. */
struct candidate {
    uint64_t key;
    size_t index;
};

ink_status ink_topk_prepare(struct ink_op_ctx *ctx)
{
    int axis;
    int64_t k;
    ink_status st = find(ctx, &axis, &k);
    if (!st && !ink_mul_size((size_t)k, sizeof(struct candidate), &ctx->scratch_bytes))
        return ink_op_fail(ctx, INK_E_LIMIT, "k is too large");
    return st;
}

static bool worse(const struct candidate *a, const struct candidate *b)
{
    return a->key != b->key ? a->key < b->key : a->index > b->index;
}

static void sift_down(struct candidate *heap, size_t n, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n) return;
        if (child + 1 < n && worse(&heap[child + 1], &heap[child])) child++;
        if (!worse(&heap[child], &heap[at])) return;
        struct candidate swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
        at = child;
    }
}

struct job {
    const struct ink_op_ctx *ctx;
    size_t n, k, inner, size;
    uint64_t turn; /* all bits where the smallest are wanted */
};

static void choose(const struct job *job, const char *x, struct candidate *heap)
{
    enum ink_dtype dtype = job->ctx->in[0]->dtype;
    for (size_t i = 0; i < job->n; i++) {
        struct candidate c = {ink_sort_key(dtype, x + i * job->inner * job->size) ^ job->turn, i};
        if (i < job->k) {
            heap[i] = c;
            if (i + 1 == job->k)
                for (size_t at = job->k / 2; at-- > 0;) sift_down(heap, job->k, at);
        } else if (worse(&heap[0], &c)) {
            heap[0] = c;
            sift_down(heap, job->k, 0);
        }
    }
    for (size_t left = job->k; left > 1; left--) { /* the worst goes to the end */
        struct candidate worst = heap[0];
        heap[0] = heap[left - 1];
        heap[left - 1] = worst;
        sift_down(heap, left - 1, 0);
    }
}

static void line(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_op_ctx *ctx = job->ctx;
    size_t outer = index / job->inner, inner = index % job->inner;
    const char *x = (const char *)ctx->in[0]->data + (outer * job->n * job->inner + inner) * job->size;
    struct candidate *best = (struct candidate *)((char *)ctx->scratch + ctx->scratch_bytes * (size_t)worker);
    choose(job, x, best);
    for (size_t i = 0; i < job->k; i++) {
        size_t at = (outer * job->k + i) * job->inner + inner;
        if (ink_op_wants(ctx, 0))
            memcpy((char *)ctx->out[0]->data + at * job->size, x + best[i].index * job->inner * job->size, job->size);
        if (ink_op_wants(ctx, 1)) ((int64_t *)ctx->out[1]->data)[at] = (int64_t)best[i].index;
    }
}

ink_status ink_topk_run(struct ink_op_ctx *ctx)
{
    const struct topk *my = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    int axis;
    int64_t k;
    ink_status st = find(ctx, &axis, &k);
    if (st || !k) return st;
    struct job job = {.ctx = ctx,
                      .n = (size_t)x->shape.dims[axis],
                      .k = (size_t)k,
                      .inner = ink_shape_span(&x->shape, axis + 1, x->shape.rank),
                      .size = ink_dtype_bits(x->dtype) / 8,
                      .turn = my->largest ? 0 : UINT64_MAX};
    ink_parallel_run(ctx->parallel, ink_shape_span(&x->shape, 0, axis) * job.inner, line, &job);
    return INK_OK;
}
