/* SPDX-License-Identifier: MIT */
/* The state of a head is a matrix [d_k, d_v]. At each step it decays, where the rule says so; its value (less what the state
 * already answers to this key, by the delta rule) times the key is added; and the queries are multiplied with it. */
#include <math.h>

#include "ops/attention.h"
#include "ops/floats.h"

enum { Q, K, V, PAST, DECAY, BETA };

struct attributes {
    int64_t q_heads, kv_heads;
    float scale; /* 0: 1 / sqrt(d_k) */
    bool decays, corrects;
};

struct sizes {
    size_t batch, seq, q_heads, kv_heads, d_k, d_v;
    size_t decays; /* numbers a head: 1 or d_k */
    size_t betas;  /* numbers a step: 1 or kv_heads */
};

static ink_status load_rule(const struct ink_op_ctx *ctx, struct attributes *at)
{
    struct ink_view rule;
    ink_status st = ink_op_attr_text(ctx, "update_rule", "gated_delta", &rule);
    if (st) return st;
    bool both = ink_view_is(rule, "gated_delta");
    at->decays = both || ink_view_is(rule, "gated");
    at->corrects = both || ink_view_is(rule, "delta");
    if (!at->decays && !at->corrects && !ink_view_is(rule, "linear"))
        return ink_op_fail(ctx, INK_E_MODEL, "update_rule is \"%.*s\"", INK_VIEW_ARGS(rule));
    if (at->decays && !ink_op_has(ctx, DECAY)) return ink_op_fail(ctx, INK_E_MODEL, "decay is missing");
    if (at->corrects && !ink_op_has(ctx, BETA)) return ink_op_fail(ctx, INK_E_MODEL, "beta is missing");
    return INK_OK;
}

ink_status ink_linear_attention_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    if (!ctx->types[1]) ctx->types[1] = ctx->types[0]; /* the state's, where none comes in */
    ink_status st = ink_op_attr_i64(ctx, "q_num_heads", 0, &at->q_heads);
    if (!st) st = ink_op_attr_i64(ctx, "kv_num_heads", 0, &at->kv_heads);
    if (!st) st = ink_op_attr_f32(ctx, "scale", 0, &at->scale);
    if (!st) st = load_rule(ctx, at);
    if (st) return st;
    if (at->kv_heads < 1 || at->q_heads < 1 || at->q_heads > INK_HEADS_MAX || at->q_heads % at->kv_heads)
        return ink_op_fail(ctx, INK_E_MODEL, "%lld heads of queries for %lld of keys", (long long)at->q_heads,
                           (long long)at->kv_heads);
    return INK_OK;
}

/* Input i is [batch, seq, one of `lasts`]. */
static ink_status check_input(const struct ink_op_ctx *ctx, const struct sizes *z, int i, size_t last, size_t or_last)
{
    const struct ink_shape *in = &ctx->in[i]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (in->rank == 3 && in->dims[0] == (int64_t)z->batch && in->dims[1] == (int64_t)z->seq &&
        (in->dims[2] == (int64_t)last || in->dims[2] == (int64_t)or_last))
        return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "input %d is %s, it should be [%zu,%zu,%zu]", i, ink_shape_text(in, text),
                       z->batch, z->seq, last);
}

static ink_status fit(const struct ink_op_ctx *ctx, struct sizes *z)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *q = &ctx->in[Q]->shape, *v = &ctx->in[V]->shape;
    if (q->rank != 3 || v->rank != 3 || q->dims[2] % at->q_heads || v->dims[2] % at->kv_heads)
        return ink_op_fail(ctx, INK_E_MODEL, "query or value cannot be cut into heads");
    *z = (struct sizes){.batch = (size_t)q->dims[0],
                        .seq = (size_t)q->dims[1],
                        .q_heads = (size_t)at->q_heads,
                        .kv_heads = (size_t)at->kv_heads,
                        .d_k = (size_t)(q->dims[2] / at->q_heads),
                        .d_v = (size_t)(v->dims[2] / at->kv_heads)};
    size_t keys = z->kv_heads * z->d_k;
    ink_status st = check_input(ctx, z, K, keys, keys);
    if (!st) st = check_input(ctx, z, V, z->kv_heads * z->d_v, z->kv_heads * z->d_v);
    if (!st && at->decays) st = check_input(ctx, z, DECAY, keys, z->kv_heads);
    if (!st && at->corrects) st = check_input(ctx, z, BETA, z->kv_heads, 1);
    if (st) return st;
    if (at->decays) z->decays = (size_t)ctx->in[DECAY]->shape.dims[2] == keys ? z->d_k : 1;
    if (at->corrects) z->betas = (size_t)ctx->in[BETA]->shape.dims[2];
    return INK_OK;
}

ink_status ink_linear_attention_shape(struct ink_op_ctx *ctx)
{
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st) return st;
    const struct ink_shape state = {4, {(int64_t)z.batch, (int64_t)z.kv_heads, (int64_t)z.d_k, (int64_t)z.d_v}};
    char text[INK_SHAPE_TEXT_MAX], want[INK_SHAPE_TEXT_MAX];
    if (ink_op_has(ctx, PAST) && !ink_shape_equal(&ctx->in[PAST]->shape, &state))
        return ink_op_fail(ctx, INK_E_MODEL, "past_state is %s, it should be %s",
                           ink_shape_text(&ctx->in[PAST]->shape, text), ink_shape_text(&state, want));
    ctx->out[0]->shape = (struct ink_shape){3, {(int64_t)z.batch, (int64_t)z.seq, (int64_t)(z.q_heads * z.d_v)}};
    ctx->out[1]->shape = state;
    return INK_OK;
}

ink_status ink_linear_attention_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    struct sizes z;
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    ink_status st = fit(ctx, &z);
    return st ? st : ink_floats_prepare(ctx, floats, 0, z.d_v);
}

uint64_t ink_linear_attention_multiply_adds(const struct ink_op_ctx *ctx)
{
    struct sizes z;
    return fit(ctx, &z) ? 0 : (uint64_t)z.batch * z.seq * (z.q_heads + 2 * z.kv_heads) * z.d_k * z.d_v;
}

struct job {
    const struct attributes *at;
    struct sizes sizes;
    const float *q, *k, *v, *past, *decay, *beta;
    float scale, *y, *state, *each;
    size_t each_floats;
};

static void add_scaled(size_t n, float scale, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) y[i] += scale * x[i];
}

static void decay(const struct sizes *z, const float *log_decay, float *state)
{
    for (size_t i = 0; i < z->d_k; i++) {
        float factor = expf(log_decay[z->decays == 1 ? 0 : i]);
        for (size_t j = 0; j < z->d_v; j++) state[i * z->d_v + j] *= factor;
    }
}

/* One step of one head. `change`: [d_v], of scratch. */
static void step(const struct job *job, size_t b, size_t h, size_t t, float *state, float *change)
{
    const struct sizes *z = &job->sizes;
    size_t place = b * z->seq + t, group = z->q_heads / z->kv_heads;
    const float *k = job->k + (place * z->kv_heads + h) * z->d_k, *v = job->v + (place * z->kv_heads + h) * z->d_v;
    if (job->at->decays) decay(z, job->decay + (place * z->kv_heads + h) * z->decays, state);
    memcpy(change, v, z->d_v * sizeof *change);
    if (job->at->corrects) {
        float beta = job->beta[place * z->betas + (z->betas == 1 ? 0 : h)];
        for (size_t i = 0; i < z->d_k; i++) add_scaled(z->d_v, -k[i], state + i * z->d_v, change);
        for (size_t j = 0; j < z->d_v; j++) change[j] *= beta;
    }
    for (size_t i = 0; i < z->d_k; i++) add_scaled(z->d_v, k[i], change, state + i * z->d_v);
    for (size_t g = h * group; g < (h + 1) * group; g++) {
        const float *q = job->q + (place * z->q_heads + g) * z->d_k;
        float *y = job->y + (place * z->q_heads + g) * z->d_v;
        memset(y, 0, z->d_v * sizeof *y);
        for (size_t i = 0; i < z->d_k; i++) add_scaled(z->d_v, job->scale * q[i], state + i * z->d_v, y);
    }
}

static void one_head(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct sizes *z = &job->sizes;
    size_t size = z->d_k * z->d_v;
    float *state = job->state + index * size, *change = job->each + job->each_floats * (size_t)worker;
    if (job->past)
        memcpy(state, job->past + index * size, size * sizeof *state);
    else
        memset(state, 0, size * sizeof *state);
    for (size_t t = 0; t < z->seq; t++) step(job, index / z->kv_heads, index % z->kv_heads, t, state, change);
}

ink_status ink_linear_attention_run(struct ink_op_ctx *ctx)
{
    const struct ink_floats_plan *plan = ctx->prepared;
    struct job job = {.at = ctx->attributes, .each_floats = plan->each_floats};
    ink_status st = fit(ctx, &job.sizes);
    if (st || ink_op_is_empty(ctx)) return st;
    struct ink_floats floats = ink_floats_begin(ctx, plan);
    job.q = ink_floats_in(ctx, &floats, Q);
    job.k = ink_floats_in(ctx, &floats, K);
    job.v = ink_floats_in(ctx, &floats, V);
    job.past = ink_floats_in(ctx, &floats, PAST);
    job.decay = ink_floats_in(ctx, &floats, DECAY);
    job.beta = ink_floats_in(ctx, &floats, BETA);
    job.y = ink_floats_out(ctx, &floats, 0);
    job.state = ink_floats_out(ctx, &floats, 1);
    job.each = floats.each;
    job.scale = job.at->scale != 0 ? job.at->scale : 1 / sqrtf((float)job.sizes.d_k);
    ink_parallel_run(ctx->parallel, job.sizes.batch * job.sizes.kv_heads, one_head, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
