/* SPDX-License-Identifier: MIT */
/* Tables that are made of a few numbers: windows, and the weights from a spectrum to the mel scale. */
#include <math.h>

#include "ops/elements.h"
#include "ops/lists.h"
#include "ops/spectrum.h"

/* The type that the attribute output_datatype asks for, as the row's U. */
static ink_status load_output(struct ink_op_ctx *ctx, int variable)
{
    int64_t to;
    ink_status st = ink_op_attr_i64(ctx, "output_datatype", INK_FLOAT, &to);
    if (st) return st;
    if (!ink_dtype_valid(to) || !(ctx->op->types[variable] & INK_DTYPE_BIT(to)))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "output_datatype %lld (%s)", (long long)to,
                           ink_dtype_valid(to) ? ink_dtype_word((enum ink_dtype)to) : "undefined");
    ctx->types[variable] = (enum ink_dtype)to;
    return INK_OK;
}

static void store(struct ink_tensor *t, size_t i, double value)
{
    ink_convert(1, INK_DOUBLE, &value, t->dtype, (char *)t->data + i * (ink_dtype_bits(t->dtype) / 8), false,
                INK_ROUND_UP);
}

/* --- windows --- */

struct window {
    int64_t periodic;
};

ink_status ink_cosine_window_load(struct ink_op_ctx *ctx)
{
    struct window *my = INK_ARENA_NEW(ctx->arena, struct window);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "periodic", 1, &my->periodic);
    return st ? st : load_output(ctx, 1);
}

ink_status ink_cosine_window_shape(struct ink_op_ctx *ctx)
{
    int64_t size;
    ink_status st = ink_scalar_input(ctx, 0, 0, &size);
    if (st) return st;
    ctx->out[0]->shape = (struct ink_shape){1, {size}};
    return size >= 0 ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "a window of %lld numbers", (long long)size);
}

ink_status ink_cosine_window_run(struct ink_op_ctx *ctx)
{
    const struct window *my = ctx->attributes;
    const struct ink_cosine_window *w = ctx->op->param;
    size_t n = ink_tensor_count(ctx->out[0]);
    double period = my->periodic ? (double)n : (double)n - 1;
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * M_PI * (double)i / period;
        /* a symmetric one of a single number has no period: it is its middle */
        store(ctx->out[0], i, period > 0 ? w->constant + w->once * cos(angle) + w->twice * cos(2 * angle) : 1);
    }
    return INK_OK;
}

/* --- MelWeightMatrix --- */

enum { BANDS, LENGTH, RATE, LOWEST, HIGHEST };

ink_status ink_mel_load(struct ink_op_ctx *ctx)
{
    return load_output(ctx, 2);
}

ink_status ink_mel_shape(struct ink_op_ctx *ctx)
{
    int64_t bands, length;
    size_t count;
    ink_status st = ink_scalar_input(ctx, BANDS, 0, &bands);
    ink_status st_length = ink_scalar_input(ctx, LENGTH, 0, &length);
    if (st || st_length) return st ? st : st_length;
    ctx->out[0]->shape = (struct ink_shape){2, {length / 2 + 1, bands}};
    if (length < 0 || bands < 0 || !ink_shape_count(&ctx->out[0]->shape, &count))
        return ink_op_fail(ctx, INK_E_MODEL, "%lld bands of a spectrum of %lld numbers", (long long)bands,
                           (long long)length);
    return INK_OK;
}

static double hertz(const struct ink_tensor *t)
{
    double value;
    ink_convert(1, t->dtype, t->data, INK_DOUBLE, &value, false, INK_ROUND_UP);
    return value;
}

/* The scale, and the numbers of the spectrum at which band i starts, and the one before has its peak. */
struct scale {
    double low, step, per_bin;
};

static double edge(const struct scale *s, int64_t i)
{
    double frequency = 700 * (pow(10, ((double)i * s->step + s->low) / 2595) - 1);
    return floor(frequency * s->per_bin);
}

/* Up from `from` to the peak, which is 1, and down to `to`, which is 0. */
static void triangle(struct ink_tensor *y, size_t bands, size_t band, size_t from, size_t peak, size_t to)
{
    if (from == peak) store(y, peak * bands + band, 1);
    for (size_t j = from; from < peak && j <= peak; j++)
        store(y, j * bands + band, (double)(j - from) / (double)(peak - from));
    for (size_t j = peak; j < to; j++) store(y, j * bands + band, (double)(to - j) / (double)(to - peak));
}

ink_status ink_mel_run(struct ink_op_ctx *ctx)
{
    struct ink_tensor *y = ctx->out[0];
    size_t bins = (size_t)y->shape.dims[0], bands = (size_t)y->shape.dims[1];
    int64_t rate = 0, length = 0;
    ink_status st = ink_scalar_input(ctx, RATE, 0, &rate);
    if (!st) st = ink_scalar_input(ctx, LENGTH, 0, &length);
    for (int i = LOWEST; !st && i <= HIGHEST; i++)
        if (ink_tensor_count(ctx->in[i]) != 1) st = ink_op_fail(ctx, INK_E_MODEL, "input %d is not a single number", i);
    if (st) return st;
    double low = hertz(ctx->in[LOWEST]), high = hertz(ctx->in[HIGHEST]);
    if (rate < 1 || !(low >= 0) || !(high >= low))
        return ink_op_fail(ctx, INK_E_MODEL, "a scale from %g to %g hertz at %lld samples a second", low, high,
                           (long long)rate);
    struct scale s = {.low = 2595 * log10(1 + low / 700), .per_bin = ((double)length + 1) / (double)rate};
    s.step = (2595 * log10(1 + high / 700) - s.low) / ((double)bands + 2);
    memset(y->data, 0, ink_tensor_bytes(y));
    for (size_t band = 0; band < bands; band++) {
        double from = edge(&s, (int64_t)band), peak = edge(&s, (int64_t)band + 1), to = edge(&s, (int64_t)band + 2);
        if (!(peak < (double)bins) || !(to <= (double)bins))
            return ink_op_fail(ctx, INK_E_MODEL, "%g hertz are beyond a spectrum of %zu numbers", high, bins);
        triangle(y, bands, band, (size_t)from, (size_t)peak, (size_t)to);
    }
    return INK_OK;
}
