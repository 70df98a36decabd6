/* SPDX-License-Identifier: MIT */
#include "kernels/move.h"
#include "ops/movement.h"
#include "ops/packed.h"

struct attributes {
    const int64_t *perm;
    size_t count;
};

ink_status ink_transpose_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    return ink_op_attr_i64s(ctx, "perm", &at->perm, &at->count);
}

/* The input's dimension that is the output's d-th: reversed where perm is left out. */
static int source_of(const struct attributes *at, int rank, int d)
{
    return at->perm ? (int)at->perm[d] : rank - 1 - d;
}

ink_status ink_transpose_shape(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *in = &ctx->in[0]->shape;
    unsigned seen = 0;
    if (at->perm && at->count != (size_t)in->rank)
        return ink_op_fail(ctx, INK_E_MODEL, "perm has %zu entries for %d dimensions", at->count, in->rank);
    struct ink_shape out = {.rank = in->rank};
    for (int d = 0; d < in->rank; d++) {
        if (at->perm && (at->perm[d] < 0 || at->perm[d] >= in->rank || seen >> at->perm[d] & 1))
            return ink_op_fail(ctx, INK_E_MODEL, "perm is not a permutation: %lld", (long long)at->perm[d]);
        int source = source_of(at, in->rank, d);
        seen |= 1u << source;
        out.dims[d] = in->dims[source];
    }
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_transpose_run(struct ink_op_ctx *ctx)
{
    if (ink_is_packed(ctx->in[0])) return ink_packed_run(ctx, ink_transpose_run);
    const struct ink_shape *in = &ctx->in[0]->shape;
    struct ink_move move = {.rank = in->rank};
    for (int d = 0; d < in->rank; d++) {
        int source = source_of(ctx->attributes, in->rank, d);
        move.dims[d] = (size_t)in->dims[source];
        move.steps[d] = (ptrdiff_t)ink_shape_span(in, source + 1, in->rank);
    }
    ink_move(&move, ink_dtype_bits(ctx->in[0]->dtype) / 8, ctx->in[0]->data, ctx->out[0]->data);
    return INK_OK;
}
