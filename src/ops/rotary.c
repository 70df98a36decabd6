/* SPDX-License-Identifier: MIT */
/* Y = (x1 cos - x2 sin, x1 sin + x2 cos) for the pairs (x1, x2) of the first `turned` numbers of each head: neighbours where
 * they are interleaved, else from the two halves. The rest stays. */
#include "ops/attention.h"
#include "ops/floats.h"

enum { X, COS, SIN, PLACES };

struct rotary {
    bool interleaved;
    int64_t heads, turned; /* 0: as the shape has it; the whole head */
};

struct sizes {
    size_t batch, heads, seq, head, pairs;
    size_t head_step, seq_step; /* in X, floats */
};

ink_status ink_rotary_load(struct ink_op_ctx *ctx)
{
    struct rotary *my = INK_ARENA_NEW(ctx->arena, struct rotary);
    int64_t interleaved = 0;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "interleaved", 0, &interleaved);
    if (!st) st = ink_op_attr_i64(ctx, "num_heads", 0, &my->heads);
    if (!st) st = ink_op_attr_i64(ctx, "rotary_embedding_dim", 0, &my->turned);
    my->interleaved = interleaved != 0;
    if (!st && (my->heads < 0 || my->heads > INK_HEADS_MAX || my->turned < 0 || my->turned % 2))
        st = ink_op_fail(ctx, INK_E_MODEL, "num_heads is %lld, rotary_embedding_dim %lld", (long long)my->heads,
                         (long long)my->turned);
    return st;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct sizes *z)
{
    const struct rotary *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[X]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    bool packed = x->rank == 3;
    if (!packed && x->rank != 4) return ink_op_fail(ctx, INK_E_MODEL, "X is %s", ink_shape_text(x, text));
    if (packed && (my->heads < 1 || x->dims[2] % my->heads))
        return ink_op_fail(ctx, INK_E_MODEL, "X %s has not %lld heads", ink_shape_text(x, text), (long long)my->heads);
    z->batch = (size_t)x->dims[0];
    z->heads = (size_t)(packed ? my->heads : x->dims[1]);
    z->seq = (size_t)x->dims[packed ? 1 : 2];
    z->head = (size_t)(packed ? x->dims[2] / my->heads : x->dims[3]);
    z->head_step = packed ? z->head : z->seq * z->head;
    z->seq_step = packed ? (size_t)x->dims[2] : z->head;
    size_t turned = my->turned ? (size_t)my->turned : z->head;
    z->pairs = turned / 2;
    if (turned % 2 || turned > z->head)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu of %zu numbers cannot be turned", turned, z->head);
    return INK_OK;
}

ink_status ink_rotary_shape(struct ink_op_ctx *ctx)
{
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st) return st;
    bool named = ink_op_has(ctx, PLACES);
    int64_t batch = (int64_t)z.batch, seq = (int64_t)z.seq, pairs = (int64_t)z.pairs;
    for (int i = COS; i <= SIN; i++) {
        const struct ink_shape *table = &ctx->in[i]->shape;
        char text[INK_SHAPE_TEXT_MAX];
        bool good = named ? table->rank == 2 && table->dims[1] == pairs
                          : ink_shape_equal(table, &(struct ink_shape){3, {batch, seq, pairs}});
        if (!good)
            return ink_op_fail(ctx, INK_E_MODEL, "input %d %s has not an angle for each of %lld pairs", i,
                               ink_shape_text(table, text), (long long)pairs);
    }
    if (ctx->in[SIN]->shape.dims[0] != ctx->in[COS]->shape.dims[0])
        return ink_op_fail(ctx, INK_E_MODEL, "cos_cache and sin_cache are not of one shape");
    if (named && !ink_shape_equal(&ctx->in[PLACES]->shape, &(struct ink_shape){2, {batch, seq}}))
        return ink_op_fail(ctx, INK_E_MODEL, "position_ids are not [%lld,%lld]", (long long)batch, (long long)seq);
    return ink_op_shape_same(ctx);
}

ink_status ink_rotary_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    return ink_floats_prepare(ctx, floats, 0, 0);
}

static void turn(const struct rotary *my, const struct sizes *z, const float *cosine, const float *sine, const float *x,
                 float *y)
{
    size_t step = my->interleaved ? 2 : 1, second = my->interleaved ? 1 : z->pairs;
    for (size_t i = 0; i < z->pairs; i++) {
        float x1 = x[i * step], x2 = x[i * step + second];
        y[i * step] = cosine[i] * x1 - sine[i] * x2;
        y[i * step + second] = sine[i] * x1 + cosine[i] * x2;
    }
    memcpy(y + 2 * z->pairs, x + 2 * z->pairs, (z->head - 2 * z->pairs) * sizeof *y);
}

ink_status ink_rotary_run(struct ink_op_ctx *ctx)
{
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st || ink_op_is_empty(ctx)) return st;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    const float *x = ink_floats_in(ctx, &floats, X), *cosine = ink_floats_in(ctx, &floats, COS);
    const float *sine = ink_floats_in(ctx, &floats, SIN);
    float *y = ink_floats_out(ctx, &floats, 0);
    const int64_t *places = ink_op_has(ctx, PLACES) ? ctx->in[PLACES]->data : NULL;
    int64_t rows = ctx->in[COS]->shape.dims[0];
    for (size_t i = 0; i < z.batch * z.seq; i++) {
        if (places && (places[i] < 0 || places[i] >= rows))
            return ink_op_fail(ctx, INK_E_MODEL, "position %lld of %lld", (long long)places[i], (long long)rows);
        size_t angles = (places ? (size_t)places[i] : i) * z.pairs;
        size_t at = i / z.seq * z.heads * z.seq * z.head + i % z.seq * z.seq_step;
        for (size_t h = 0; h < z.heads; h++, at += z.head_step)
            turn(ctx->attributes, &z, cosine + angles, sine + angles, x + at, y + at);
    }
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
