/* SPDX-License-Identifier: MIT */
/* GridSample: for each place of the grid the pixels round it and their weights are found once, then summed up for every
 * channel. Places are worked out in float, as the grid's have it, so that halves are rounded as everywhere; sums in double. */
#include <math.h>

#include "ops/elements.h"
#include "ops/sample.h"

enum {
    RANK_MAX = 4, /* spatial dimensions */
    SIDE_MAX = 4, /* pixels along each that a sample is made of: cubic */
    TAPS_MAX = 4 * 4 * 4 * 4,
};

enum mode { NEAREST = 1, LINEAR = 2, CUBIC = 4 }; /* as many pixels along a dimension */
enum border { ZEROS, BORDER, REFLECTION };

struct attributes {
    enum mode mode;
    enum border border;
    bool align_corners;
};

static ink_status load_mode(const struct ink_op_ctx *ctx, struct attributes *at)
{
    static const char *const words[][2] = {{"nearest", "nearest"}, {"bilinear", "linear"}, {"bicubic", "cubic"}};
    bool renamed = ctx->op->since >= 20;
    struct ink_view word;
    ink_status st = ink_op_attr_text(ctx, "mode", words[1][renamed], &word);
    for (int i = 0; !st && i < 3; i++) {
        at->mode = (enum mode)(1 << i);
        if (ink_view_is(word, words[i][renamed])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "mode is \"%.*s\"", INK_VIEW_ARGS(word));
}

ink_status ink_grid_sample_load(struct ink_op_ctx *ctx)
{
    static const char *const borders[] = {[ZEROS] = "zeros", [BORDER] = "border", [REFLECTION] = "reflection"};
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    struct ink_view word;
    int64_t align = 0;
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    ink_status st = load_mode(ctx, at);
    if (!st) st = ink_op_attr_i64(ctx, "align_corners", 0, &align);
    if (!st) st = ink_op_attr_text(ctx, "padding_mode", "zeros", &word);
    at->align_corners = align != 0;
    for (enum border b = ZEROS; !st && b <= REFLECTION; b++) {
        at->border = b;
        if (ink_view_is(word, borders[b])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "padding_mode is \"%.*s\"", INK_VIEW_ARGS(word));
}

ink_status ink_grid_sample_shape(struct ink_op_ctx *ctx)
{
    const struct ink_shape *x = &ctx->in[0]->shape, *grid = &ctx->in[1]->shape;
    char x_text[INK_SHAPE_TEXT_MAX], text[INK_SHAPE_TEXT_MAX];
    int rank = x->rank - 2;
    if (rank > RANK_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "X %s has more than %d spatial dimensions",
                           ink_shape_text(x, x_text), RANK_MAX);
    if (rank < 1 || (ctx->op->since < 20 && rank != 2) || grid->rank != x->rank || grid->dims[0] != x->dims[0] ||
        grid->dims[rank + 1] != rank)
        return ink_op_fail(ctx, INK_E_MODEL, "a grid %s does not go with X %s", ink_shape_text(grid, text),
                           ink_shape_text(x, x_text));
    struct ink_shape y = {.rank = x->rank, .dims = {x->dims[0], x->dims[1]}};
    for (int d = 0; d < rank; d++) {
        y.dims[2 + d] = grid->dims[1 + d];
        if (x->dims[2 + d] < 1) return ink_op_fail(ctx, INK_E_MODEL, "X %s has no pixels", ink_shape_text(x, x_text));
    }
    ctx->out[0]->shape = y;
    return INK_OK;
}

/* --- places --- */

/* Mirrored at low and high until it lies between them. */
static float reflect(float x, float low, float high)
{
    float range = high - low, beyond = x < low ? low - x : x - high;
    if (!(beyond > 0)) return x;
    if (!(range > 0) || isinf(beyond)) return low;
    float turns = floorf(beyond / range), rest = beyond - turns * range;
    bool back = fmodf(turns, 2) == 0; /* an even number of times: on the side where it went out */
    return (x < low) == back ? low + rest : high - rest;
}

/* A pixel's index along a dimension of n; -1 where there is none. */
static int64_t index_of(const struct attributes *at, int64_t i, int64_t n)
{
    if (i >= 0 && i < n) return i;
    if (at->border == ZEROS) return -1;
    if (at->border == BORDER) return i < 0 ? 0 : n - 1;
    int64_t period = at->align_corners ? 2 * (n - 1) : 2 * n;
    if (period == 0) return 0;
    i %= period;
    if (i < 0) i += period;
    return i < n ? i : period - i - (at->align_corners ? 0 : 1);
}

/* Keys' cubic convolution (1981) with a = -3/4, of the four pixels round a place `t` behind the second. */
static void cubic_weights(double t, double w[SIDE_MAX])
{
    const double a = -0.75;
    double near = t, far = t + 1;
    w[0] = ((a * far - 5 * a) * far + 8 * a) * far - 4 * a;
    w[1] = ((a + 2) * near - (a + 3)) * near * near + 1;
    near = 1 - t;
    far = 2 - t;
    w[2] = ((a + 2) * near - (a + 3)) * near * near + 1;
    w[3] = ((a * far - 5 * a) * far + 8 * a) * far - 4 * a;
}

/* Along one dimension: the pixels (or -1) and weights of a place that the grid gives in [-1, 1]. */
static void side_of(const struct attributes *at, float place, int64_t n, int64_t index[SIDE_MAX], double w[SIDE_MAX])
{
    float size = (float)n, low = at->align_corners ? 0 : -0.5f, high = at->align_corners ? size - 1 : size - 0.5f;
    float x = at->align_corners ? (place + 1) / 2 * (size - 1) : ((place + 1) * size - 1) / 2;
    if (at->mode == NEAREST) x = rintf(x);
    if (at->border == BORDER && !(x >= low && x <= high)) x = x > high ? size - 1 : 0;
    if (at->border == REFLECTION) x = isnan(x) ? 0 : reflect(x, low, high);
    bool far_away = !(x > -SIDE_MAX && x < size + SIDE_MAX); /* NaN too: no pixel is near */
    int64_t first = far_away ? -2 * SIDE_MAX : (int64_t)floorf(x);
    double t = far_away ? 0 : (double)x - (double)first;
    for (int i = 0; i < (int)at->mode; i++) index[i] = index_of(at, first + i - (at->mode == CUBIC ? 1 : 0), n);
    w[0] = 1;
    if (at->mode == LINEAR) {
        w[0] = 1 - t;
        w[1] = t;
    } else if (at->mode == CUBIC) {
        cubic_weights(t, w);
    }
}

/* The pixels that a sample is made of. */
struct taps {
    size_t count;
    size_t at[TAPS_MAX];
    double weight[TAPS_MAX];
};

static void find_taps(const struct attributes *at, const struct ink_shape *x, const float *place, struct taps *taps)
{
    int rank = x->rank - 2;
    taps->count = 1;
    taps->at[0] = 0;
    taps->weight[0] = 1;
    for (int d = 0; d < rank; d++) {
        int64_t index[SIDE_MAX], n = x->dims[2 + d];
        double w[SIDE_MAX];
        size_t before = taps->count;
        side_of(at, place[rank - 1 - d], n, index, w); /* the innermost dimension comes first in the grid */
        struct taps next = {0};
        for (size_t i = 0; i < before; i++)
            for (int k = 0; k < (int)at->mode; k++) {
                if (index[k] < 0) continue;
                next.at[next.count] = taps->at[i] * (size_t)n + (size_t)index[k];
                next.weight[next.count++] = taps->weight[i] * w[k];
            }
        taps->count = next.count;
        memcpy(taps->at, next.at, next.count * sizeof *taps->at);
        memcpy(taps->weight, next.weight, next.count * sizeof *taps->weight);
    }
}

/* --- samples --- */

static double sum_up(enum ink_dtype dtype, const char *x, const struct taps *taps)
{
    double sum = 0;
    if (dtype == INK_FLOAT) {
        for (size_t i = 0; i < taps->count; i++) sum += taps->weight[i] * (double)((const float *)x)[taps->at[i]];
        return sum;
    }
    for (size_t i = 0; i < taps->count; i++) {
        double pixel;
        ink_convert(1, dtype, x + taps->at[i] * (ink_dtype_bits(dtype) / 8), INK_DOUBLE, &pixel, false, INK_ROUND_UP);
        sum += taps->weight[i] * pixel;
    }
    return sum;
}

/* One of the batch. */
static void one_picture(void *arg, size_t n, int worker)
{
    const struct ink_op_ctx *ctx = *(struct ink_op_ctx *const *)arg;
    const struct attributes *at = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0], *grid = ctx->in[1];
    enum ink_dtype dtype = x->dtype;
    size_t rank = (size_t)x->shape.rank - 2, size = ink_dtype_bits(dtype) / 8, channels = (size_t)x->shape.dims[1];
    size_t pixels = ink_shape_span(&x->shape, 2, x->shape.rank);
    size_t samples = ink_shape_span(&grid->shape, 1, grid->shape.rank - 1);
    const char *places = (const char *)grid->data + n * samples * rank * (ink_dtype_bits(grid->dtype) / 8);
    (void)worker;
    for (size_t s = 0; s < samples; s++) {
        struct taps taps;
        float place[RANK_MAX];
        ink_convert(rank, grid->dtype, places + s * rank * (ink_dtype_bits(grid->dtype) / 8), INK_FLOAT, place, false,
                    INK_ROUND_UP);
        find_taps(at, &x->shape, place, &taps);
        for (size_t c = n * channels; c < (n + 1) * channels; c++) {
            double sum = sum_up(dtype, (const char *)x->data + c * pixels * size, &taps);
            ink_convert(1, INK_DOUBLE, &sum, dtype, (char *)ctx->out[0]->data + (c * samples + s) * size, false,
                        INK_ROUND_UP);
        }
    }
}

ink_status ink_grid_sample_run(struct ink_op_ctx *ctx)
{
    if (!ink_op_is_empty(ctx)) ink_parallel_run(ctx->parallel, (size_t)ctx->in[0]->shape.dims[0], one_picture, &ctx);
    return INK_OK;
}
