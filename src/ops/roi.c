/* SPDX-License-Identifier: MIT */
/* RoiAlign (He et al., Mask R-CNN, 2017) and MaxRoiPool (Girshick, Fast R-CNN, 2015): regions of a picture [N, C, H, W], each
 * cut into [height, width] bins, to a number a bin. */
#include <limits.h>
#include <math.h>

#include "ops/elements.h"
#include "ops/sample.h"

enum { SAMPLES_MAX = 1 << 12 }; /* of a bin, along each side */

struct attributes {
    bool maximum;
    float half; /* that is taken from coordinates */
    float scale;
    int64_t height, width, samples; /* samples: 0: as many as a bin has pixels */
};

static ink_status check_output(const struct ink_op_ctx *ctx, const struct attributes *at)
{
    if (at->height >= 1 && at->width >= 1 && at->height <= INT_MAX && at->width <= INT_MAX) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "its output would be %lld x %lld", (long long)at->height,
                       (long long)at->width);
}

static ink_status load_words(const struct ink_op_ctx *ctx, struct attributes *at)
{
    struct ink_view mode, coordinates = ink_view_text("output_half_pixel"); /* before opset 16 */
    ink_status st = ink_op_attr_text(ctx, "mode", "avg", &mode);
    if (!st && ctx->op->since >= 16)
        st = ink_op_attr_text(ctx, "coordinate_transformation_mode", "half_pixel", &coordinates);
    if (st) return st;
    at->maximum = ink_view_is(mode, "max");
    if (!at->maximum && !ink_view_is(mode, "avg"))
        return ink_op_fail(ctx, INK_E_MODEL, "mode is \"%.*s\", not avg or max", INK_VIEW_ARGS(mode));
    at->half = ink_view_is(coordinates, "half_pixel") ? 0.5f : 0;
    if (at->half == 0 && !ink_view_is(coordinates, "output_half_pixel"))
        return ink_op_fail(ctx, INK_E_MODEL, "coordinate_transformation_mode is \"%.*s\"", INK_VIEW_ARGS(coordinates));
    return INK_OK;
}

ink_status ink_roi_align_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    ink_status st = load_words(ctx, at);
    if (!st) st = ink_op_attr_f32(ctx, "spatial_scale", 1, &at->scale);
    if (!st) st = ink_op_attr_i64(ctx, "output_height", 1, &at->height);
    if (!st) st = ink_op_attr_i64(ctx, "output_width", 1, &at->width);
    if (!st) st = ink_op_attr_i64(ctx, "sampling_ratio", 0, &at->samples);
    if (!st && (at->samples < 0 || at->samples > SAMPLES_MAX))
        st = ink_op_fail(ctx, INK_E_MODEL, "sampling_ratio is %lld", (long long)at->samples);
    return st ? st : check_output(ctx, at);
}

ink_status ink_max_roi_pool_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    const int64_t *shape;
    size_t count;
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    ink_status st = ink_op_attr_f32(ctx, "spatial_scale", 1, &at->scale);
    if (!st) st = ink_op_attr_i64s(ctx, "pooled_shape", &shape, &count);
    if (st) return st;
    if (count != 2) return ink_op_fail(ctx, INK_E_MODEL, "pooled_shape has %zu numbers, not 2", count);
    at->height = shape[0];
    at->width = shape[1];
    return check_output(ctx, at);
}

/* rois: [regions, numbers] */
static ink_status fit(struct ink_op_ctx *ctx, int64_t numbers)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape, *rois = &ctx->in[1]->shape;
    char x_text[INK_SHAPE_TEXT_MAX], text[INK_SHAPE_TEXT_MAX];
    if (x->rank != 4 || rois->rank != 2 || rois->dims[1] != numbers || x->dims[2] < 1 || x->dims[3] < 1)
        return ink_op_fail(ctx, INK_E_MODEL, "regions %s of X %s", ink_shape_text(rois, text),
                           ink_shape_text(x, x_text));
    ctx->out[0]->shape = (struct ink_shape){4, {rois->dims[0], x->dims[1], at->height, at->width}};
    return INK_OK;
}

ink_status ink_roi_align_shape(struct ink_op_ctx *ctx)
{
    ink_status st = fit(ctx, 4);
    const struct ink_shape one_each = {1, {ctx->in[1]->shape.rank ? ctx->in[1]->shape.dims[0] : 0}};
    if (!st && !ink_shape_equal(&ctx->in[2]->shape, &one_each))
        st = ink_op_fail(ctx, INK_E_MODEL, "batch_indices has not one for each region");
    return st;
}

ink_status ink_max_roi_pool_shape(struct ink_op_ctx *ctx)
{
    return fit(ctx, 5);
}

/* --- what both do --- */

/* Numbers [from, from + n) of an input, of any floating type. */
static void numbers(const struct ink_tensor *t, size_t from, size_t n, double *out)
{
    ink_convert(n, t->dtype, (const char *)t->data + from * (ink_dtype_bits(t->dtype) / 8), INK_DOUBLE, out, false,
                INK_ROUND_UP);
}

static double pixel(const struct ink_tensor *x, size_t i)
{
    double value;
    if (x->dtype == INK_FLOAT) return (double)((const float *)x->data)[i];
    numbers(x, i, 1, &value);
    return value;
}

static void store(const struct ink_op_ctx *ctx, size_t i, double value)
{
    struct ink_tensor *y = ctx->out[0];
    ink_convert(1, INK_DOUBLE, &value, y->dtype, (char *)y->data + i * (ink_dtype_bits(y->dtype) / 8), false,
                INK_ROUND_UP);
}

struct region {
    size_t picture;
    double top, left, height, width;
};

static ink_status check_region(const struct ink_op_ctx *ctx, int64_t picture, const struct region *r)
{
    int64_t pictures = ctx->in[0]->shape.dims[0];
    if (picture < 0 || picture >= pictures)
        return ink_op_fail(ctx, INK_E_MODEL, "a region of picture %lld of %lld", (long long)picture,
                           (long long)pictures);
    /* what is larger than any picture is no region, and its coordinates would not be integers */
    const double most = INT_MAX / 4;
    if (fabs(r->top) <= most && fabs(r->left) <= most && fabs(r->height) <= most && fabs(r->width) <= most)
        return INK_OK;
    return ink_op_fail(ctx, INK_E_LIMIT, "a region of %g x %g at (%g, %g)", r->width, r->height, r->left, r->top);
}

/* --- RoiAlign --- */

/* The four pixels round a place, and their weights; all 0 outside of the picture. */
struct bilinear {
    size_t at[4];
    double weight[4];
};

static void near(double at, int64_t n, size_t index[2], double weight[2])
{
    if (at < 0) at = 0;
    int64_t first = (int64_t)at;
    if (first >= n - 1) {
        first = n - 1;
        at = (double)first;
    }
    index[0] = (size_t)first;
    index[1] = (size_t)(first < n - 1 ? first + 1 : first);
    weight[1] = at - (double)first;
    weight[0] = 1 - weight[1];
}

static struct bilinear sample_at(const struct ink_shape *x, double row, double column)
{
    struct bilinear b = {0};
    size_t rows[2], columns[2];
    double by_row[2], by_column[2];
    int64_t height = x->dims[2], width = x->dims[3];
    if (row < -1 || row > (double)height || column < -1 || column > (double)width) return b;
    near(row, height, rows, by_row);
    near(column, width, columns, by_column);
    for (int i = 0; i < 4; i++) {
        b.at[i] = rows[i / 2] * (size_t)width + columns[i % 2];
        b.weight[i] = by_row[i / 2] * by_column[i % 2];
    }
    return b;
}

/* Samples along each side of a bin. */
static ink_status count_samples(const struct ink_op_ctx *ctx, double bin, size_t *out)
{
    const struct attributes *at = ctx->attributes;
    double wanted = at->samples ? (double)at->samples : ceil(bin);
    if (wanted > SAMPLES_MAX) return ink_op_fail(ctx, INK_E_LIMIT, "a bin of %g pixels", bin);
    *out = wanted > 0 ? (size_t)wanted : 0;
    return INK_OK;
}

/* A bin of all channels, whose top left corner is at (top, left). */
static void align_bin(const struct ink_op_ctx *ctx, const struct region *r, double top, double left, size_t rows,
                      size_t columns, size_t out)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    size_t channels = (size_t)x->shape.dims[1], plane = ink_shape_span(&x->shape, 2, 4);
    size_t bins = (size_t)(at->height * at->width);
    for (size_t c = 0; c < channels; c++) {
        double result = 0;
        for (size_t i = 0; i < rows * columns; i++) {
            struct bilinear b = sample_at(
                &x->shape, top + ((double)(i / columns) + 0.5) * r->height / (double)at->height / (double)rows,
                left + ((double)(i % columns) + 0.5) * r->width / (double)at->width / (double)columns);
            double part[4], largest, sum;
            for (int k = 0; k < 4; k++) part[k] = b.weight[k] * pixel(x, (r->picture * channels + c) * plane + b.at[k]);
            sum = part[0] + part[1] + part[2] + part[3];
            largest = fmax(fmax(part[0], part[1]), fmax(part[2], part[3])); /* of the weighted pixels, not their sum */
            result = !at->maximum ? result + sum : i == 0 ? largest : fmax(result, largest);
        }
        if (!at->maximum && rows > 0 && columns > 0) result /= (double)(rows * columns);
        store(ctx, out + c * bins, result);
    }
}

ink_status ink_roi_align_run(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    size_t channels = (size_t)ctx->in[0]->shape.dims[1], bins = (size_t)(at->height * at->width);
    if (ink_op_is_empty(ctx)) return INK_OK;
    for (size_t n = 0; n < (size_t)ctx->in[1]->shape.dims[0]; n++) {
        double corner[4], scale = (double)at->scale, half = (double)at->half;
        int64_t picture = ((const int64_t *)ctx->in[2]->data)[n];
        numbers(ctx->in[1], 4 * n, 4, corner); /* left, top, right, bottom */
        struct region r = {(size_t)picture, corner[1] * scale - half, corner[0] * scale - half,
                           (corner[3] - corner[1]) * scale, (corner[2] - corner[0]) * scale};
        if (half == 0) {
            r.height = fmax(r.height, 1);
            r.width = fmax(r.width, 1);
        }
        size_t rows = 0, columns = 0;
        ink_status st = check_region(ctx, picture, &r);
        double bin_height = r.height / (double)at->height, bin_width = r.width / (double)at->width;
        if (!st) st = count_samples(ctx, bin_height, &rows);
        if (!st) st = count_samples(ctx, bin_width, &columns);
        if (st) return st;
        for (size_t b = 0; b < bins; b++) {
            double top = r.top + (double)(b / (size_t)at->width) * bin_height;
            double left = r.left + (double)(b % (size_t)at->width) * bin_width;
            align_bin(ctx, &r, top, left, rows, columns, n * channels * bins + b);
        }
    }
    return INK_OK;
}

/* --- MaxRoiPool --- */

/* Pixels [*from, *to) of bin i along one side: of `bins` that cover `size` from `start` on, inside of n. */
static void bin_pixels(double start, double size, int64_t i, int64_t bins, int64_t n, int64_t *from, int64_t *to)
{
    double bin = size / (double)bins, low = floor((double)i * bin) + start, high = ceil((double)(i + 1) * bin) + start;
    *from = (int64_t)fmin(fmax(low, 0), (double)n);
    *to = (int64_t)fmin(fmax(high, 0), (double)n);
}

static void pool_region(const struct ink_op_ctx *ctx, const struct region *r, size_t out)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    size_t plane = ink_shape_span(x, 2, 4), channels = (size_t)x->dims[1];
    for (size_t i = 0; i < channels * (size_t)(at->height * at->width); i++) {
        int64_t bin = (int64_t)(i % (size_t)(at->height * at->width)), top, bottom, left, right;
        size_t base = (r->picture * channels + i / (size_t)(at->height * at->width)) * plane;
        bin_pixels(r->top, r->height, bin / at->width, at->height, x->dims[2], &top, &bottom);
        bin_pixels(r->left, r->width, bin % at->width, at->width, x->dims[3], &left, &right);
        double largest = top < bottom && left < right ? -INFINITY : 0;
        for (int64_t row = top; row < bottom; row++)
            for (int64_t column = left; column < right; column++)
                largest = fmax(largest, pixel(ctx->in[0], base + (size_t)(row * x->dims[3] + column)));
        store(ctx, out + i, largest);
    }
}

ink_status ink_max_roi_pool_run(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    size_t each = ink_shape_span(&ctx->out[0]->shape, 1, 4);
    if (ink_op_is_empty(ctx)) return INK_OK;
    for (size_t n = 0; n < (size_t)ctx->in[1]->shape.dims[0]; n++) {
        double number[5], scale = (double)at->scale;
        numbers(ctx->in[1], 5 * n, 5, number); /* picture, left, top, right, bottom: pixels, the last ones included */
        for (int i = 1; i < 5; i++) number[i] = round(number[i] * scale);
        struct region r = {0, number[2], number[1], fmax(number[4] - number[2] + 1, 1),
                           fmax(number[3] - number[1] + 1, 1)};
        int64_t picture = number[0] >= 0 && number[0] < INT_MAX ? (int64_t)number[0] : -1;
        ink_status st = check_region(ctx, picture, &r);
        if (st) return st;
        r.picture = (size_t)picture;
        pool_region(ctx, &r, n * each);
    }
    return INK_OK;
}
