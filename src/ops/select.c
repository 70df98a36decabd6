/* SPDX-License-Identifier: MIT */
/* select.c - Where and Clip: each element is one of several. */
#include "kernels/kernels.h"
#include "ops/elements.h"
#include "ops/floats.h"
#include "ops/movement.h"
#include "ops/walk.h"

/* --- Where --- */

struct pair {
    uint64_t half[2];
};

#define SELECT(name, type)                                                                                             \
    static void name(size_t n, const uint8_t *c, size_t c_step, const void *x, size_t x_step, const void *y,           \
                     size_t y_step, void *out)                                                                         \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i++)                                                                                 \
            ((type *)out)[i] = c[i * c_step] ? ((const type *)x)[i * x_step] : ((const type *)y)[i * y_step];          \
    }
SELECT(select_1, uint8_t)
SELECT(select_2, uint16_t)
SELECT(select_4, uint32_t)
SELECT(select_8, uint64_t)
SELECT(select_16, struct pair)

static void where_row(const void *arg, const struct ink_walk *walk, size_t n, const size_t *at, size_t out_at)
{
    struct ink_op_ctx *const *ctx = arg;
    const struct ink_tensor *const *in = (*ctx)->in;
    size_t bytes = ink_dtype_bits(in[1]->dtype) / 8;
    const uint8_t *c = (const uint8_t *)in[0]->data + at[0];
    const char *x = (const char *)in[1]->data + at[1] * bytes, *y = (const char *)in[2]->data + at[2] * bytes;
    char *out = (char *)(*ctx)->out[0]->data + out_at * bytes;
    const size_t *s = walk->row_step;
    switch (bytes) {
    case 1: select_1(n, c, s[0], x, s[1], y, s[2], out); return;
    case 2: select_2(n, c, s[0], x, s[1], y, s[2], out); return;
    case 4: select_4(n, c, s[0], x, s[1], y, s[2], out); return;
    case 8: select_8(n, c, s[0], x, s[1], y, s[2], out); return;
    default: select_16(n, c, s[0], x, s[1], y, s[2], out);
    }
}

ink_status ink_where_run(struct ink_op_ctx *ctx)
{
    struct ink_walk walk;
    const struct ink_shape *shapes[] = {&ctx->in[0]->shape, &ctx->in[1]->shape, &ctx->in[2]->shape};
    ink_walk_plan(&walk, &ctx->out[0]->shape, shapes, 3);
    ink_walk_run(&walk, ctx->parallel, where_row, &ctx);
    return INK_OK;
}

/* --- Clip: min first, then max, so that max holds where min is above it --- */

struct bounds {
    bool has_min, has_max;
    float min, max;
};

ink_status ink_clip_old_load(struct ink_op_ctx *ctx)
{
    struct bounds *at = INK_ARENA_NEW(ctx->arena, struct bounds);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    at->has_min = ink_op_attr_given(ctx, "min");
    at->has_max = ink_op_attr_given(ctx, "max");
    ink_status st = ink_op_attr_f32(ctx, "min", 0, &at->min);
    return st ? st : ink_op_attr_f32(ctx, "max", 0, &at->max);
}

ink_status ink_clip_shape(struct ink_op_ctx *ctx)
{
    for (int i = 1; i < 3; i++)
        if (ink_op_has(ctx, i) && ink_tensor_count(ctx->in[i]) != 1)
            return ink_op_fail(ctx, INK_E_MODEL, "%s is not a single number", i == 1 ? "min" : "max");
    return ink_op_shape_same(ctx);
}

enum { PIECE = 8192, CHUNK = 256 };

struct clip {
    enum ink_dtype dtype, within;
    const char *in;
    char *out;
    size_t count, bytes;
    ink_binary_fn *larger, *smaller; /* NULL where there is no bound */
    uint64_t min, max;               /* room for one of any type */
};

static void clip_row(const struct clip *c, size_t n, const void *in, void *out)
{
    if (c->larger) c->larger(n, in, 1, &c->min, 0, out);
    if (c->larger) in = out;
    if (c->smaller) c->smaller(n, in, 1, &c->max, 0, out);
}

static void clip_piece(void *arg, size_t index, int worker)
{
    const struct clip *c = arg;
    size_t from = index * PIECE, n = c->count - from < PIECE ? c->count - from : PIECE;
    const char *in = c->in + from * c->bytes;
    char *out = c->out + from * c->bytes;
    if (!c->larger && !c->smaller) {
        if (in != out) memcpy(out, in, n * c->bytes);
        return;
    }
    if (c->dtype == c->within) {
        clip_row(c, n, in, out);
        return;
    }
    float values[CHUNK];
    for (size_t i = 0; i < n; i += CHUNK) {
        size_t len = n - i < CHUNK ? n - i : CHUNK;
        ink_floats_from(c->dtype, len, in + i * c->bytes, values);
        clip_row(c, len, values, values);
        ink_floats_to(c->dtype, len, values, out + i * c->bytes);
    }
}

static bool bound(const struct ink_op_ctx *ctx, int input, enum ink_dtype within, uint64_t *out)
{
    const struct bounds *at = ctx->attributes;
    if (at) {
        ink_convert(1, INK_FLOAT, input == 1 ? &at->min : &at->max, within, out, false, INK_ROUND_UP);
        return input == 1 ? at->has_min : at->has_max;
    }
    if (!ink_op_has(ctx, input)) return false;
    ink_convert(1, ctx->in[input]->dtype, ctx->in[input]->data, within, out, false, INK_ROUND_UP);
    return true;
}

ink_status ink_clip_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *in = ctx->in[0];
    enum ink_element element = ink_element_of(in->dtype);
    struct clip c = {.dtype = in->dtype, .within = ink_element_dtype(element), .in = in->data};
    c.out = ctx->out[0]->data;
    c.count = ink_tensor_count(in);
    c.bytes = ink_dtype_bits(in->dtype) / 8;
    if (bound(ctx, 1, c.within, &c.min)) c.larger = ink_kernels()->binary_row(INK_BINARY_MAX, element);
    if (bound(ctx, 2, c.within, &c.max)) c.smaller = ink_kernels()->binary_row(INK_BINARY_MIN, element);
    ink_parallel_run(ctx->parallel, (c.count + PIECE - 1) / PIECE, clip_piece, &c);
    return INK_OK;
}
