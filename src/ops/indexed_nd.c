/* SPDX-License-Identifier: MIT */
/* GatherND and ScatterND: the last dimension of `indices` is a place in the first dimensions of `data`. */
#include "ops/combine.h"
#include "ops/indexed.h"

struct nd {
    int64_t batch_dims;
    enum ink_combination how;
};

ink_status ink_gather_nd_load(struct ink_op_ctx *ctx)
{
    struct nd *my = INK_ARENA_NEW(ctx->arena, struct nd);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    return ink_op_attr_i64(ctx, "batch_dims", 0, &my->batch_dims);
}

ink_status ink_scatter_nd_load(struct ink_op_ctx *ctx)
{
    struct nd *my = INK_ARENA_NEW(ctx->arena, struct nd);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    return ink_combination_load(ctx, &my->how);
}

/* How many dimensions of data a place has, behind the batch dimensions. */
static ink_status depth_of(const struct ink_op_ctx *ctx, int *depth)
{
    const struct nd *my = ctx->attributes;
    const struct ink_shape *data = &ctx->in[0]->shape, *indices = &ctx->in[1]->shape;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    bool fits = data->rank > 0 && indices->rank > 0 && my->batch_dims >= 0 && my->batch_dims < indices->rank &&
                my->batch_dims <= data->rank;
    for (int d = 0; fits && d < my->batch_dims; d++) fits = data->dims[d] == indices->dims[d];
    if (fits) fits = indices->dims[indices->rank - 1] <= data->rank - my->batch_dims;
    if (!fits)
        return ink_op_fail(ctx, INK_E_MODEL, "indices %s do not fit %s with %lld batch dimensions",
                           ink_shape_text(indices, a), ink_shape_text(data, b), (long long)my->batch_dims);
    *depth = (int)indices->dims[indices->rank - 1];
    return INK_OK;
}

/* The shape of what the places name: indices without the last dimension, then what is left of data. */
static ink_status named_shape(const struct ink_op_ctx *ctx, struct ink_shape *out)
{
    const struct nd *my = ctx->attributes;
    const struct ink_shape *data = &ctx->in[0]->shape, *indices = &ctx->in[1]->shape;
    int depth;
    ink_status st = depth_of(ctx, &depth);
    if (st) return st;
    int left = data->rank - (int)my->batch_dims - depth;
    if (indices->rank - 1 + left > INK_RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "more than %d dimensions", INK_RANK_MAX);
    *out = (struct ink_shape){0};
    for (int d = 0; d < indices->rank - 1; d++) out->dims[out->rank++] = indices->dims[d];
    for (int d = 0; d < left; d++) out->dims[out->rank++] = data->dims[data->rank - left + d];
    return INK_OK;
}

ink_status ink_gather_nd_shape(struct ink_op_ctx *ctx)
{
    return named_shape(ctx, &ctx->out[0]->shape);
}

ink_status ink_scatter_nd_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape updates;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    ink_status st = named_shape(ctx, &updates);
    if (!st && !ink_shape_equal(&updates, &ctx->in[2]->shape))
        return ink_op_fail(ctx, INK_E_MODEL, "updates are %s, the indices want %s",
                           ink_shape_text(&ctx->in[2]->shape, a), ink_shape_text(&updates, b));
    ctx->out[0]->shape = ctx->in[0]->shape;
    return st;
}

struct places {
    size_t count, a_batch; /* how many, how many of them belong to one batch */
    size_t batch_len, len; /* elements of data: in a batch, at a place */
    int depth, first;      /* dimensions of data that a place has, and the first of them */
};

static ink_status places_of(const struct ink_op_ctx *ctx, struct places *p)
{
    const struct nd *my = ctx->attributes;
    const struct ink_shape *data = &ctx->in[0]->shape, *indices = &ctx->in[1]->shape;
    ink_status st = depth_of(ctx, &p->depth);
    if (st) return st;
    p->first = (int)my->batch_dims;
    p->count = ink_shape_span(indices, 0, indices->rank - 1);
    p->a_batch = ink_shape_span(indices, p->first, indices->rank - 1);
    p->batch_len = ink_shape_span(data, p->first, data->rank);
    p->len = ink_shape_span(data, p->first + p->depth, data->rank);
    return INK_OK;
}

/* Where place i begins, in elements of data. */
static ink_status place_at(const struct ink_op_ctx *ctx, const struct places *p, size_t i, size_t *out)
{
    const struct ink_shape *data = &ctx->in[0]->shape;
    size_t at = 0, index;
    for (int d = 0; d < p->depth; d++) {
        int64_t dim = data->dims[p->first + d];
        ink_status st = ink_index_at(ctx, ctx->in[1], i * (size_t)p->depth + (size_t)d, dim, &index);
        if (st) return st;
        at = at * (size_t)dim + index;
    }
    *out = i / p->a_batch * p->batch_len + at * p->len;
    return INK_OK;
}

ink_status ink_gather_nd_run(struct ink_op_ctx *ctx)
{
    struct places p;
    ink_status st = places_of(ctx, &p);
    size_t size = ink_dtype_bits(ctx->in[0]->dtype) / 8, at;
    const char *x = ctx->in[0]->data;
    char *y = ctx->out[0]->data;
    if (st || !ink_tensor_count(ctx->out[0])) return st;
    for (size_t i = 0; i < p.count; i++, y += p.len * size) {
        st = place_at(ctx, &p, i, &at);
        if (st) return st;
        memcpy(y, x + at * size, p.len * size);
    }
    return INK_OK;
}

ink_status ink_scatter_nd_run(struct ink_op_ctx *ctx)
{
    const struct nd *my = ctx->attributes;
    struct places p;
    ink_status st = places_of(ctx, &p);
    size_t size = ink_dtype_bits(ctx->in[0]->dtype) / 8, bytes = ink_tensor_bytes(ctx->in[0]), at;
    const char *updates = ctx->in[2]->data;
    char *y = ctx->out[0]->data;
    if (st) return st;
    if (bytes) memcpy(y, ctx->in[0]->data, bytes);
    if (!ink_tensor_count(ctx->in[2])) return INK_OK;
    for (size_t i = 0; i < p.count; i++, updates += p.len * size) {
        st = place_at(ctx, &p, i, &at);
        if (st) return st;
        ink_combine(my->how, ctx->in[0]->dtype, p.len, updates, y + at * size);
    }
    return INK_OK;
}
