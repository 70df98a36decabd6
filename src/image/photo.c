/* SPDX-License-Identifier: MIT */
#include "image/photo.h"

#include <math.h>

#include "image/resample.h"

enum { CHANNELS_MAX = 3 };

/* The part of the picture that is taken, and where it goes. */
struct framing {
    double x0, y0, x1, y1;        /* picture pixels, fractions allowed */
    int left, top, width, height; /* prepared pixels */
};

static struct framing frame(const struct ink_image *image, const struct ink_want *want, enum ink_fit fit)
{
    double across = (double)want->width / image->width, down = (double)want->height / image->height;
    struct framing f = {0, 0, image->width, image->height, 0, 0, want->width, want->height};
    if (fit == INK_FIT_LETTERBOX) {
        double scale = fmin(across, down);
        f.width = (int)fmax(1, round(image->width * scale));
        f.height = (int)fmax(1, round(image->height * scale));
        f.left = (want->width - f.width) / 2;
        f.top = (want->height - f.height) / 2;
    } else if (fit == INK_FIT_CROP) {
        double scale = fmax(across, down);
        double cut_x = image->width - want->width / scale, cut_y = image->height - want->height / scale;
        f.x0 = cut_x / 2, f.x1 = image->width - cut_x / 2;
        f.y0 = cut_y / 2, f.y1 = image->height - cut_y / 2;
    }
    return f;
}

/* One pixel as RGB on white. */
static inline void flat_pixel(const uint8_t *in, int in_channels, uint8_t rgb[3])
{
    int alpha = in_channels % 2 ? 255 : in[in_channels - 1];
    for (int c = 0; c < 3; c++) {
        int value = in[in_channels >= 3 ? c : 0];
        rgb[c] = alpha == 255 ? (uint8_t)value : (uint8_t)((value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

static inline uint8_t luma(const uint8_t rgb[3])
{
    return (uint8_t)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

static const uint8_t *pixel_at(const struct ink_image *image, int x, int y)
{
    return image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * (size_t)image->channels;
}

/* One row as 1 or 3 channels on white; the constants let the compiler make a loop of its own for each kind of picture. */
static inline void flat_pixels(const uint8_t *in, int in_channels, int width, int channels, float *out)
{
    for (int x = 0; x < width; x++, in += in_channels, out += channels) {
        uint8_t rgb[3];
        flat_pixel(in, in_channels, rgb);
        if (channels == 1)
            out[0] = luma(rgb);
        else
            for (int c = 0; c < 3; c++) out[c] = rgb[c];
    }
}

static void flat_row(const struct ink_image *image, int y, int channels, float *out)
{
    const uint8_t *in = pixel_at(image, 0, y);
    switch (image->channels) {
    case 1: flat_pixels(in, 1, image->width, channels, out); break;
    case 2: flat_pixels(in, 2, image->width, channels, out); break;
    case 3: flat_pixels(in, 3, image->width, channels, out); break;
    default: flat_pixels(in, 4, image->width, channels, out);
    }
}

static uint8_t clip8(double value)
{
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)(value + 0.5);
}

/* Each value of a row of out_size pixels, from a row of the picture. */
static inline void across_row(const struct ink_axis *axis, const float *row, size_t channels, float *out)
{
    for (int x = 0; x < axis->out_size; x++, out += channels) {
        const double *weights = axis->weights + (size_t)x * (size_t)axis->taps;
        const float *in = row + (size_t)axis->first[x] * channels;
        float sum[CHANNELS_MAX] = {0};
        for (int i = 0; i < axis->count[x]; i++, in += channels)
            for (size_t c = 0; c < channels; c++) sum[c] += (float)weights[i] * in[c];
        for (size_t c = 0; c < channels; c++) out[c] = sum[c];
    }
}

/* One row of the result: the weighted sum of whole rows. */
static void down_row(const struct ink_axis *axis, int y, const float *rows, size_t row_values, float *sums,
                     uint8_t *out)
{
    const double *weights = axis->weights + (size_t)y * (size_t)axis->taps;
    for (size_t i = 0; i < row_values; i++) sums[i] = 0;
    for (int k = 0; k < axis->count[y]; k++) {
        const float *row = rows + (size_t)(axis->first[y] + k) * row_values;
        float weight = (float)weights[k];
        for (size_t i = 0; i < row_values; i++) sums[i] += weight * row[i];
    }
    for (size_t i = 0; i < row_values; i++) out[i] = clip8((double)sums[i]);
}

/* Resizes the frame's part into its place in out, rows first. */
static ink_status resize(const struct ink_image *image, const struct framing *f, const struct ink_want *want,
                         struct ink_arena *arena, uint8_t *out)
{
    size_t channels = (size_t)want->channels, row_values = (size_t)f->width * channels;
    struct ink_axis across, down;
    if (ink_axis_make(INK_FILTER_LINEAR, image->width, f->x0, f->x1, f->width, arena, &across)) return INK_E_OOM;
    if (ink_axis_make(INK_FILTER_LINEAR, image->height, f->y0, f->y1, f->height, arena, &down)) return INK_E_OOM;
    float *row = INK_ARENA_ARRAY(arena, float, (size_t)image->width *channels);
    float *narrow = INK_ARENA_ARRAY(arena, float, (size_t)image->height *row_values);
    float *sums = INK_ARENA_ARRAY(arena, float, row_values);
    if (!row || !narrow || !sums) return INK_E_OOM;
    for (int y = 0; y < image->height; y++) {
        float *to = narrow + (size_t)y * row_values;
        flat_row(image, y, want->channels, row);
        if (channels == 1)
            across_row(&across, row, 1, to);
        else
            across_row(&across, row, 3, to);
    }
    for (int y = 0; y < f->height; y++)
        down_row(&down, y, narrow, row_values, sums,
                 out + ((size_t)(f->top + y) * (size_t)want->width + (size_t)f->left) * channels);
    return INK_OK;
}

/* The mean of the picture's outermost pixels. */
static void edge_color(const struct ink_image *image, int channels, uint8_t color[CHANNELS_MAX])
{
    double sum[CHANNELS_MAX] = {0};
    size_t count = 0;
    for (int y = 0; y < image->height; y++) {
        bool whole_row = y == 0 || y == image->height - 1;
        int step = whole_row || image->width == 1 ? 1 : image->width - 1;
        for (int x = 0; x < image->width; x += step, count++) {
            uint8_t rgb[3];
            flat_pixel(pixel_at(image, x, y), image->channels, rgb);
            if (channels == 1) rgb[0] = luma(rgb);
            for (int c = 0; c < channels; c++) sum[c] += rgb[c];
        }
    }
    for (int c = 0; c < channels; c++) color[c] = clip8(sum[c] / (double)count);
}

ink_status ink_photo_fit(const struct ink_image *image, const struct ink_want *want, enum ink_fit fit,
                         struct ink_arena *arena, uint8_t *out, float *scale)
{
    struct framing f = frame(image, want, fit);
    size_t count = (size_t)want->width * (size_t)want->height;
    uint8_t edge[CHANNELS_MAX];
    edge_color(image, want->channels, edge);
    for (size_t i = 0; i < count; i++) memcpy(out + i * (size_t)want->channels, edge, (size_t)want->channels);
    ink_status st = resize(image, &f, want, arena, out);
    if (st) return st;
    *scale = (float)(f.width / (f.x1 - f.x0));
    if (want->channels == 1 && want->polarity == INK_POLARITY_BRIGHT_INK && edge[0] >= 128)
        for (size_t i = 0; i < count; i++) out[i] = (uint8_t)(255 - out[i]);
    return INK_OK;
}
