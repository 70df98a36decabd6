/* SPDX-License-Identifier: MIT */
/* What Pillow does, step by step (its source: Resample.c, Geometry.c, Convert.c):
 *
 *   modes 1, P     nearest pixel
 *   modes LA, RGBA colours times alpha, resized with alpha as one more band, divided by alpha again
 *   mode I         resized as whole numbers of 16 bits, then cut at 255 (so most 16-bit pictures end up white)
 *   others         each band for itself
 *
 * Bands of 8 bits are resized in fixed point of 22 bits, across first, rounded to 8 bits, then down. */
#include "image/seed.h"

#include <math.h>

#include "image/reader.h"
#include "image/resample.h"

enum { FIXED_BITS = 22, BANDS_MAX = 4 };

static const struct {
    bool nearest, alpha;
} habits[INK_MODE_COUNT] = {
    [INK_MODE_1] = {.nearest = true},
    [INK_MODE_P] = {.nearest = true},
    [INK_MODE_LA] = {.alpha = true},
    [INK_MODE_RGBA] = {.alpha = true},
};

static uint8_t clip8(int32_t value)
{
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

/* a * b / 255, rounded */
static uint8_t times(uint8_t a, uint8_t b)
{
    int product = a * b + 128;
    return (uint8_t)(((product >> 8) + product) >> 8);
}

/* ITU-R BT.601 luma. */
static uint8_t luma(const uint8_t *rgb)
{
    return (uint8_t)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

static int32_t *fixed_weights(const struct ink_axis *axis, struct ink_arena *arena)
{
    size_t count = (size_t)axis->out_size * (size_t)axis->taps;
    int32_t *fixed = INK_ARENA_ARRAY(arena, int32_t, count);
    for (size_t i = 0; fixed && i < count; i++) {
        double weight = axis->weights[i];
        fixed[i] = (int32_t)((weight < 0 ? -0.5 : 0.5) + weight * (1 << FIXED_BITS));
    }
    return fixed;
}

/* One row or column: in and out step by their strides (bytes); bands lie together. */
static inline void resize_bands(const struct ink_axis *axis, const int32_t *fixed, const uint8_t *in, size_t in_stride,
                                int bands, uint8_t *out, size_t out_stride)
{
    for (int x = 0; x < axis->out_size; x++) {
        const int32_t *weights = fixed + (size_t)x * (size_t)axis->taps;
        const uint8_t *from = in + (size_t)axis->first[x] * in_stride;
        int32_t sum[BANDS_MAX];
        for (int band = 0; band < bands; band++) sum[band] = 1 << (FIXED_BITS - 1);
        for (int i = 0; i < axis->count[x]; i++, from += in_stride)
            for (int band = 0; band < bands; band++) sum[band] += from[band] * weights[i];
        for (int band = 0; band < bands; band++)
            out[(size_t)x * out_stride + (size_t)band] = clip8(sum[band] >> FIXED_BITS);
    }
}

/* A constant number of bands lets the compiler keep the sums in registers. */
static void resize_line(const struct ink_axis *axis, const int32_t *fixed, const uint8_t *in, size_t in_stride,
                        int bands, uint8_t *out, size_t out_stride)
{
    switch (bands) {
    case 1: resize_bands(axis, fixed, in, in_stride, 1, out, out_stride); break;
    case 3: resize_bands(axis, fixed, in, in_stride, 3, out, out_stride); break;
    case 4: resize_bands(axis, fixed, in, in_stride, 4, out, out_stride); break;
    default: resize_bands(axis, fixed, in, in_stride, bands, out, out_stride);
    }
}

struct bytes_in {
    const uint8_t *pixels;
    int width, height;
    int stride; /* bytes from pixel to pixel */
    int bands;  /* of these, how many count */
    bool alpha; /* the last band is */
};

static void gather_row(const struct bytes_in *in, int y, uint8_t *row)
{
    const uint8_t *p = in->pixels + (size_t)y * (size_t)in->width * (size_t)in->stride;
    int colors = in->alpha ? in->bands - 1 : in->bands;
    for (int x = 0; x < in->width; x++, p += in->stride, row += in->bands) {
        for (int band = 0; band < colors; band++) row[band] = in->alpha ? times(p[band], p[colors]) : p[band];
        if (in->alpha) row[colors] = p[colors];
    }
}

static void divide_by_alpha(uint8_t *pixels, size_t count, int bands)
{
    int colors = bands - 1;
    for (; count > 0; count--, pixels += bands) {
        int alpha = pixels[colors];
        if (alpha == 0 || alpha == 255) continue;
        for (int band = 0; band < colors; band++) pixels[band] = clip8(255 * pixels[band] / alpha);
    }
}

/* out: [height, width, bands] */
static ink_status resize_bytes(const struct bytes_in *in, int width, int height, struct ink_arena *arena, uint8_t *out)
{
    struct ink_axis across, down;
    if (ink_axis_make(INK_FILTER_BICUBIC, in->width, 0, in->width, width, arena, &across)) return INK_E_OOM;
    if (ink_axis_make(INK_FILTER_BICUBIC, in->height, 0, in->height, height, arena, &down)) return INK_E_OOM;
    int32_t *across_fixed = fixed_weights(&across, arena), *down_fixed = fixed_weights(&down, arena);
    size_t bands = (size_t)in->bands, row_bytes = (size_t)width * bands;
    uint8_t *row = INK_ARENA_ARRAY(arena, uint8_t, (size_t)in->width * bands);
    uint8_t *narrow = INK_ARENA_ARRAY(arena, uint8_t, (size_t)in->height * row_bytes);
    if (!across_fixed || !down_fixed || !row || !narrow) return INK_E_OOM;

    bool same_width = width == in->width, same_height = height == in->height;
    bool alpha = in->alpha && !(same_width && same_height); /* a picture of this size already is left as it is */
    struct bytes_in plain = *in;
    plain.alpha = alpha;
    for (int y = 0; y < in->height; y++) {
        uint8_t *to = narrow + (size_t)y * row_bytes;
        const uint8_t *from = in->pixels + (size_t)y * (size_t)in->width * bands;
        bool as_is = in->stride == in->bands && !alpha; /* no need to gather */
        if (!as_is || same_width) gather_row(&plain, y, same_width ? to : row);
        if (!same_width) resize_line(&across, across_fixed, as_is ? from : row, bands, in->bands, to, bands);
    }
    if (same_height)
        memcpy(out, narrow, (size_t)height * row_bytes);
    else
        for (int x = 0; x < width; x++)
            resize_line(&down, down_fixed, narrow + (size_t)x * bands, row_bytes, in->bands, out + (size_t)x * bands,
                        row_bytes);
    if (alpha) divide_by_alpha(out, (size_t)width * (size_t)height, in->bands);
    return INK_OK;
}

/* Places add up step by step, as in Pillow: the rounding errors are part of the result. */
static void nearest(const struct bytes_in *in, int width, int height, uint8_t *out)
{
    double step_x = (double)in->width / width, step_y = (double)in->height / height;
    double at_y = step_y * 0.5;
    for (int y = 0; y < height; y++, at_y += step_y) {
        int from_y = (int)at_y < in->height ? (int)at_y : in->height - 1;
        double at_x = step_x * 0.5;
        for (int x = 0; x < width; x++, at_x += step_x, out += in->bands) {
            int from_x = (int)at_x < in->width ? (int)at_x : in->width - 1;
            size_t pixel = (size_t)from_y * (size_t)in->width + (size_t)from_x;
            memcpy(out, in->pixels + pixel * (size_t)in->stride, (size_t)in->bands);
        }
    }
}

static double round_half_away(double value)
{
    return value >= 0 ? floor(value + 0.5) : -floor(fabs(value) + 0.5);
}

/* The sum of one output pixel; at(i) of a line that steps by stride. */
static double weighted(const struct ink_axis *axis, int out, const double *line, size_t stride)
{
    const double *weights = axis->weights + (size_t)out * (size_t)axis->taps;
    double sum = 0;
    for (int i = 0; i < axis->count[out]; i++) sum += line[(size_t)(axis->first[out] + i) * stride] * weights[i];
    return round_half_away(sum);
}

static ink_status squeeze_deep(const uint16_t *deep, int in_width, int in_height, int width, int height,
                               struct ink_arena *arena, uint8_t *grey)
{
    struct ink_axis across, down;
    if (ink_axis_make(INK_FILTER_BICUBIC, in_width, 0, in_width, width, arena, &across)) return INK_E_OOM;
    if (ink_axis_make(INK_FILTER_BICUBIC, in_height, 0, in_height, height, arena, &down)) return INK_E_OOM;
    double *row = INK_ARENA_ARRAY(arena, double, (size_t)in_width);
    double *narrow = INK_ARENA_ARRAY(arena, double, (size_t)in_height *(size_t)width);
    if (!row || !narrow) return INK_E_OOM;
    for (int y = 0; y < in_height; y++) {
        for (int x = 0; x < in_width; x++) row[x] = *deep++;
        double *to = narrow + (size_t)y * (size_t)width;
        for (int x = 0; x < width; x++) to[x] = width == in_width ? row[x] : weighted(&across, x, row, 1);
    }
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const double *column = narrow + x;
            double value =
                height == in_height ? column[(size_t)y * (size_t)width] : weighted(&down, y, column, (size_t)width);
            *grey++ = value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)value;
        }
    return INK_OK;
}

/* The paints of cyan, magenta, yellow, black to luma. */
static uint8_t cmyk_luma(const uint8_t *cmyk)
{
    uint8_t rgb[3];
    int light = 255 - cmyk[3];
    for (int i = 0; i < 3; i++) rgb[i] = clip8(light - times(cmyk[i], (uint8_t)light));
    return luma(rgb);
}

static void to_grey(const uint8_t *in, size_t count, int bands, bool cmyk, uint8_t *grey)
{
    for (size_t i = 0; i < count; i++, in += bands) grey[i] = cmyk ? cmyk_luma(in) : bands >= 3 ? luma(in) : in[0];
}

static ink_status squeeze_bytes(const struct ink_image *image, int width, int height, struct ink_arena *arena,
                                uint8_t *grey)
{
    bool cmyk = image->mode == INK_MODE_CMYK && image->source;
    bool alpha = habits[image->mode].alpha && image->channels % 2 == 0;
    struct bytes_in in = {
        .pixels = cmyk ? image->source : image->pixels,
        .width = image->width,
        .height = image->height,
        .stride = cmyk ? 4 : image->channels,
        .bands = cmyk                   ? 4
                 : alpha                ? image->channels
                 : image->channels >= 3 ? 3
                                        : 1,
        .alpha = alpha,
    };
    size_t count = (size_t)width * (size_t)height;
    uint8_t *small = INK_ARENA_ARRAY(arena, uint8_t, count * (size_t)in.bands);
    if (!small) return INK_E_OOM;
    ink_status st = INK_OK;
    if (habits[image->mode].nearest)
        nearest(&in, width, height, small);
    else
        st = resize_bytes(&in, width, height, arena, small);
    if (!st) to_grey(small, count, in.bands, cmyk, grey);
    return st;
}

/* The picture as it lies in the file. */
static ink_status turn_back(const struct ink_image *image, struct ink_arena *arena, struct ink_image *stored)
{
    *stored = *image;
    if (image->orientation == 1) return INK_OK;
    /* 6 and 8 undo each other, the others themselves */
    int back = image->orientation == 6 ? 8 : image->orientation == 8 ? 6 : image->orientation;
    size_t count = (size_t)image->width * (size_t)image->height;
    size_t source_bytes = !image->source ? 0 : image->mode == INK_MODE_I ? 2 : 4;
    uint8_t *pixels = ink_arena_alloc(arena, ink_image_bytes(image), INK_ARENA_ALIGN);
    uint8_t *source = ink_arena_alloc(arena, count * source_bytes, INK_ARENA_ALIGN);
    if (!pixels || !source) return INK_E_OOM;
    ink_turn_upright(image->pixels, image->width, image->height, (size_t)image->channels, back, pixels);
    if (source_bytes) {
        ink_turn_upright(image->source, image->width, image->height, source_bytes, back, source);
        stored->source = source;
    }
    stored->pixels = pixels;
    if (image->orientation > 4) {
        stored->width = image->height;
        stored->height = image->width;
    }
    return INK_OK;
}

ink_status ink_seed_squeeze(const struct ink_image *image, int width, int height, struct ink_arena *arena,
                            uint8_t *grey, struct ink_error *err)
{
    struct ink_arena_mark mark = ink_arena_mark(arena);
    struct ink_image stored;
    ink_status st = turn_back(image, arena, &stored);
    bool deep = image->mode == INK_MODE_I && image->source;
    if (!st && deep)
        st = squeeze_deep(stored.source, stored.width, stored.height, width, height, arena, grey);
    else if (!st)
        st = squeeze_bytes(&stored, width, height, arena, grey);
    ink_arena_release(arena, mark);
    return st ? ink_fail(err, st, "no memory to resize a picture of %dx%d pixels", image->width, image->height)
              : INK_OK;
}
