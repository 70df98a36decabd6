/* SPDX-License-Identifier: MIT */
/* FlexAttention: softmax(scale * Q K') V as Attention has it (attention.c), where graphs of the node's own change the scores before
 * the softmax, or the probabilities behind it. These see all of them at once: [batch, heads, queries, keys].
 *
 * Without such graphs it is Attention. */
#include <math.h>

#include "base/checked.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/attention.h"
#include "ops/body.h"
#include "ops/floats.h"

enum { Q, K, V };

struct flex {
    struct ink_body *score_mod, *prob_mod; /* NULL: none */
    float scale;                           /* 0: 1 / sqrt(head size) */
    enum ink_dtype precision;              /* of what the graphs see */
};

/* --- load --- */

static ink_status open_mod(struct ink_op_ctx *ctx, const char *name, enum ink_dtype precision, struct ink_body **body)
{
    if (!ink_op_attr_given(ctx, name)) return INK_OK;
    ink_status st = ink_body_find(ctx, name, 1, body);
    if (st) return st;
    (*body)->in[0] = (struct ink_tensor){.dtype = precision};
    st = ink_body_open(ctx, *body);
    if (!st && ((*body)->out_count != 1 || ((*body)->out[0].dtype && (*body)->out[0].dtype != precision)))
        st = ink_op_fail(ctx, INK_E_MODEL, "%s does not make %s of %s", name, ink_dtype_word(precision),
                         ink_dtype_word(precision));
    return st;
}

static const struct ink_op with_graphs;

ink_status ink_flex_attention_load(struct ink_op_ctx *ctx)
{
    if (!ink_op_attr_given(ctx, "score_mod") && !ink_op_attr_given(ctx, "prob_mod")) return ink_attention_load(ctx);
    struct flex *my = INK_ARENA_NEW(ctx->arena, struct flex);
    int64_t precision;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_f32(ctx, "scale", 0, &my->scale);
    if (!st)
        st =
            ink_op_attr_i64(ctx, "softmax_precision", ctx->types[0] == INK_DOUBLE ? INK_DOUBLE : INK_FLOAT, &precision);
    if (st) return st;
    if (!ink_dtype_valid(precision) || !(INK_TYPES_FLOAT & INK_DTYPE_BIT(precision)))
        return ink_op_fail(ctx, INK_E_MODEL, "softmax_precision is %lld", (long long)precision);
    my->precision = (enum ink_dtype)precision;
    st = open_mod(ctx, "score_mod", my->precision, &my->score_mod);
    if (!st) st = open_mod(ctx, "prob_mod", my->precision, &my->prob_mod);
    ctx->op = &with_graphs;
    return st;
}

/* --- shapes --- */

struct sizes {
    size_t batch, q_heads, kv_heads, queries, keys, head, v_head;
};

static ink_status fit(const struct ink_op_ctx *ctx, struct sizes *z)
{
    const struct ink_shape *q = &ctx->in[Q]->shape, *k = &ctx->in[K]->shape, *v = &ctx->in[V]->shape;
    if (q->rank != 4 || k->rank != 4 || v->rank != 4)
        return ink_op_fail(ctx, INK_E_MODEL, "Q, K, V are not all of 4 dimensions");
    if (k->dims[0] != q->dims[0] || v->dims[0] != q->dims[0] || v->dims[1] != k->dims[1] || v->dims[2] != k->dims[2] ||
        k->dims[3] != q->dims[3] || q->dims[1] < 1 || k->dims[1] < 1 || q->dims[1] % k->dims[1])
        return ink_op_fail(ctx, INK_E_MODEL, "Q, K, V do not go together");
    *z = (struct sizes){(size_t)q->dims[0], (size_t)q->dims[1], (size_t)k->dims[1], (size_t)q->dims[2],
                        (size_t)k->dims[2], (size_t)q->dims[3], (size_t)v->dims[3]};
    return INK_OK;
}

static ink_status shape(struct ink_op_ctx *ctx)
{
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st) return st;
    ctx->out[0]->shape = ctx->in[Q]->shape;
    ctx->out[0]->shape.dims[3] = (int64_t)z.v_head;
    return INK_OK;
}

struct prepared {
    struct sizes sizes;
    size_t scores; /* elements; in scratch as floats, and once more as what the graphs see */
    struct ink_floats_plan floats;
};

static ink_status prepare(struct ink_op_ctx *ctx)
{
    const struct flex *my = ctx->attributes;
    struct prepared *p = INK_ARENA_NEW(ctx->arena, struct prepared);
    if (!p) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = p;
    struct sizes *z = &p->sizes;
    ink_status st = fit(ctx, z);
    if (st) return st;
    size_t wide = z->keys > z->v_head ? z->keys : z->v_head, deep = z->head > z->keys ? z->head : z->keys, both;
    bool fits = ink_mul_size(z->batch, z->q_heads, &p->scores) && ink_mul_size(p->scores, z->queries, &p->scores) &&
                ink_mul_size(p->scores, z->keys, &p->scores) &&
                ink_mul_size(p->scores, 1 + ink_dtype_bits(my->precision) / 16, &both); /* a double is two floats */
    if (!fits) return ink_op_fail(ctx, INK_E_LIMIT, "its sequences are too long");
    return ink_floats_prepare(ctx, &p->floats, both + INK_ARENA_ALIGN, ink_f32_gemm_scratch(wide, deep));
}

static uint64_t multiply_adds(const struct ink_op_ctx *ctx)
{
    struct sizes z;
    if (fit(ctx, &z)) return 0;
    return (uint64_t)z.batch * z.q_heads * z.queries * z.keys * (z.head + z.v_head);
}

/* --- run --- */

/* What the graph makes of all scores, in their place. `seen` has room for them in its precision. */
static ink_status modify(struct ink_op_ctx *ctx, const struct prepared *p, struct ink_body *body, float *scores,
                         void *seen)
{
    if (!body) return INK_OK;
    const struct sizes *z = &p->sizes;
    enum ink_dtype precision = body->in[0].dtype;
    const struct ink_shape all = {4, {(int64_t)z->batch, (int64_t)z->q_heads, (int64_t)z->queries, (int64_t)z->keys}};
    ink_floats_to(precision, p->scores, scores, seen);
    body->in[0] = (struct ink_tensor){precision, all, seen};
    ink_status st = ink_body_run(ctx, body);
    if (st) return st;
    char text[INK_SHAPE_TEXT_MAX];
    if (!ink_shape_equal(&body->out[0].shape, &all))
        return ink_op_fail(ctx, INK_E_MODEL, "%.*s makes %s of the scores", INK_VIEW_ARGS(body->name),
                           ink_shape_text(&body->out[0].shape, text));
    ink_floats_from(precision, p->scores, body->out[0].data, scores);
    return INK_OK;
}

struct job {
    const struct prepared *p;
    const float *q, *k, *v;
    float *y, *scores, *each, scale;
};

/* One head of one of the batch: Q K', or P V. */
static void product(const struct job *job, size_t index, int worker, bool values)
{
    const struct sizes *z = &job->p->sizes;
    size_t b = index / z->q_heads, h = index % z->q_heads, kv = b * z->kv_heads + h / (z->q_heads / z->kv_heads);
    float *scores = job->scores + index * z->queries * z->keys;
    struct ink_f32_gemm gemm = {
        .m = z->queries,
        .n = values ? z->v_head : z->keys,
        .k = values ? z->keys : z->head,
        .a = values ? scores : job->q + index * z->queries * z->head,
        .a_row = values ? z->keys : z->head,
        .a_col = 1,
        .b = values ? job->v + kv * z->keys * z->v_head : job->k + kv * z->keys * z->head,
        .b_row = values ? z->v_head : 1,
        .b_col = values ? 1 : z->head,
        .c = values ? job->y + index * z->queries * z->v_head : scores,
        .c_row = values ? z->v_head : z->keys,
        .scratch = job->each + (size_t)worker * job->p->floats.each_floats,
    };
    ink_f32_gemm(&gemm);
}

static void score(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    size_t n = job->p->sizes.queries * job->p->sizes.keys;
    product(job, index, worker, false);
    ink_kernels()->f32_row_affine(n, job->scores + index * n, job->scale, 0, job->scores + index * n);
}

static void sum_values(void *arg, size_t index, int worker)
{
    product(arg, index, worker, true);
}

/* A row of which all is masked, -infinity, sees nothing. */
static void normalise(void *arg, size_t row, int worker)
{
    const struct job *job = arg;
    ink_softmax_row(job->p->sizes.keys, job->scores + row * job->p->sizes.keys);
}

static ink_status run(struct ink_op_ctx *ctx)
{
    const struct flex *my = ctx->attributes;
    const struct prepared *p = ctx->prepared;
    const struct sizes *z = &p->sizes;
    if (ink_op_is_empty(ctx)) return INK_OK;
    struct ink_floats floats = ink_floats_begin(ctx, &p->floats);
    struct job job = {.p = p, .scores = floats.shared, .each = floats.each};
    job.scale = my->scale != 0 ? my->scale : 1 / sqrtf((float)z->head);
    job.q = ink_floats_in(ctx, &floats, Q);
    job.k = ink_floats_in(ctx, &floats, K);
    job.v = ink_floats_in(ctx, &floats, V);
    job.y = ink_floats_out(ctx, &floats, 0);
    uintptr_t behind = (uintptr_t)(job.scores + p->scores);
    void *seen = (char *)(job.scores + p->scores) + (-behind & (INK_ARENA_ALIGN - 1));
    ink_parallel_run(ctx->parallel, z->batch * z->q_heads, score, &job);
    ink_status st = modify(ctx, p, my->score_mod, job.scores, seen);
    if (!st) ink_parallel_run(ctx->parallel, z->batch * z->q_heads * z->queries, normalise, &job);
    if (!st) st = modify(ctx, p, my->prob_mod, job.scores, seen);
    if (st) return st;
    ink_parallel_run(ctx->parallel, z->batch * z->q_heads, sum_values, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}

static const struct ink_op with_graphs = {
    .domain = "ai.onnx.preview",
    .name = "FlexAttention",
    .since = 1,
    .signature = "TTT>T",
    .types = {INK_TYPES_FLOAT},
    .shape = shape,
    .prepare = prepare,
    .run = run,
    .multiply_adds = multiply_adds,
};
