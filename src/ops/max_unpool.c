/* SPDX-License-Identifier: MIT */
/* MaxUnpool: each number back to where MaxPool found it, zeros elsewhere. The places count through the shape that the window
 * makes of the input; a larger output, which in[2] may ask for, has that one in its first corner. */
#include "ops/lists.h"
#include "ops/pool.h"
#include "ops/window.h"

ink_status ink_max_unpool_load(struct ink_op_ctx *ctx)
{
    struct ink_op_window *window = INK_ARENA_NEW(ctx->arena, struct ink_op_window);
    if (!window) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = window;
    ink_status st = ink_op_window_load(ctx, window);
    if (!st && !window->has_kernel) st = ink_op_fail(ctx, INK_E_MODEL, "kernel_shape is missing");
    return st;
}

/* What was pooled: as large as it can have been. */
static ink_status pooled_shape(const struct ink_op_ctx *ctx, struct ink_shape *out)
{
    const struct ink_op_window *window = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    size_t count;
    int rank;
    ink_status st = ink_op_window_rank(ctx, window, x, &rank);
    if (st) return st;
    *out = *x;
    for (int d = 0; d < rank; d++) {
        int64_t pads = window->pad[d] + window->pad_end[d], size;
        if (__builtin_mul_overflow(x->dims[2 + d] - 1, window->stride[d], &size) ||
            __builtin_add_overflow(size, window->kernel[d] - pads, &size) || size < 1)
            return ink_op_fail(ctx, INK_E_MODEL, "nothing can have been pooled to %s", ink_shape_text(x, text));
        out->dims[2 + d] = size;
    }
    if (!ink_shape_count(out, &count))
        return ink_op_fail(ctx, INK_E_LIMIT, "its output would be %s", ink_shape_text(out, text));
    return INK_OK;
}

ink_status ink_max_unpool_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape pooled;
    struct ink_list asked;
    char text[INK_SHAPE_TEXT_MAX];
    ink_status st = pooled_shape(ctx, &pooled);
    if (st) return st;
    if (!ink_shape_equal(&ctx->in[0]->shape, &ctx->in[1]->shape))
        return ink_op_fail(ctx, INK_E_MODEL, "its places are %s", ink_shape_text(&ctx->in[1]->shape, text));
    st = ink_list_input(ctx, 2, &asked);
    if (st) return st;
    ctx->out[0]->shape = pooled;
    if (!asked.given) return INK_OK;
    bool good = asked.count == (size_t)pooled.rank;
    for (int d = 0; good && d < pooled.rank; d++) {
        int64_t size = ctx->out[0]->shape.dims[d] = ink_list_at(&asked, (size_t)d);
        good = d < 2 ? size == pooled.dims[d] : size >= pooled.dims[d];
    }
    return good ? INK_OK
                : ink_op_fail(ctx, INK_E_MODEL, "output_shape is smaller than %s", ink_shape_text(&pooled, text));
}

ink_status ink_max_unpool_run(struct ink_op_ctx *ctx)
{
    struct ink_shape pooled;
    const struct ink_shape *y = &ctx->out[0]->shape;
    ink_status st = pooled_shape(ctx, &pooled);
    if (st || ink_op_is_empty(ctx)) return st;
    size_t n = ink_tensor_count(ctx->in[0]), size = ink_dtype_bits(ctx->in[0]->dtype) / 8;
    size_t all = ink_shape_span(&pooled, 0, pooled.rank);
    const int64_t *places = ctx->in[1]->data;
    memset(ctx->out[0]->data, 0, ink_tensor_bytes(ctx->out[0]));
    for (size_t i = 0; i < n; i++) {
        if (places[i] < 0 || (uint64_t)places[i] >= all)
            return ink_op_fail(ctx, INK_E_MODEL, "place %lld of %zu", (long long)places[i], all);
        size_t rest = (size_t)places[i], at = 0, step = 1;
        for (int d = y->rank - 1; d >= 0; d--) {
            at += rest % (size_t)pooled.dims[d] * step;
            rest /= (size_t)pooled.dims[d];
            step *= (size_t)y->dims[d];
        }
        memcpy((char *)ctx->out[0]->data + at * size, (const char *)ctx->in[0]->data + i * size, size);
    }
    return INK_OK;
}
