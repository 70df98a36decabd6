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

/* One pixel as 1 or 3 channels on white. */
static void flat_pixel(const uint8_t *in, int in_channels, int channels, uint8_t *out)
{
    int alpha = in_channels % 2 ? 255 : in[in_channels - 1];
    uint8_t rgb[CHANNELS_MAX];
    for (int c = 0; c < CHANNELS_MAX; c++) {
        int value = in[in_channels >= 3 ? c : 0];
        rgb[c] = (uint8_t)((value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
    if (channels == 3)
        memcpy(out, rgb, CHANNELS_MAX);
    else
        *out = (uint8_t)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

static const uint8_t *pixel_at(const struct ink_image *image, int x, int y)
{
    return image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * (size_t)image->channels;
}

static uint8_t clip8(double value)
{
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)(value + 0.5);
}

/* Sum of one output pixel and channel along a line that steps by `stride` values. */
static double weighted(const struct ink_axis *axis, int out, const float *line, size_t stride)
{
    const double *weights = axis->weights + (size_t)out * (size_t)axis->taps;
    double sum = 0;
    for (int i = 0; i < axis->count[out]; i++)
        sum += weights[i] * (double)line[(size_t)(axis->first[out] + i) * stride];
    return sum;
}

/* Resizes the frame's part into its place in out, rows first. */
static ink_status resize(const struct ink_image *image, const struct framing *f, const struct ink_want *want,
                         struct ink_arena *arena, uint8_t *out)
{
    size_t channels = (size_t)want->channels, row_values = (size_t)f->width * channels;
    struct ink_axis across, down;
    if (ink_axis_make(INK_FILTER_BICUBIC, image->width, f->x0, f->x1, f->width, arena, &across)) return INK_E_OOM;
    if (ink_axis_make(INK_FILTER_BICUBIC, image->height, f->y0, f->y1, f->height, arena, &down)) return INK_E_OOM;
    float *row = INK_ARENA_ARRAY(arena, float, (size_t)image->width *channels);
    float *narrow = INK_ARENA_ARRAY(arena, float, (size_t)image->height *row_values);
    if (!row || !narrow) return INK_E_OOM;
    for (int y = 0; y < image->height; y++) {
        for (int x = 0; x < image->width; x++) {
            uint8_t flat[CHANNELS_MAX];
            flat_pixel(pixel_at(image, x, y), image->channels, want->channels, flat);
            for (size_t c = 0; c < channels; c++) row[(size_t)x * channels + c] = flat[c];
        }
        for (size_t i = 0; i < row_values; i++)
            narrow[(size_t)y * row_values + i] =
                (float)weighted(&across, (int)(i / channels), row + i % channels, channels);
    }
    for (int y = 0; y < f->height; y++) {
        uint8_t *to = out + ((size_t)(f->top + y) * (size_t)want->width + (size_t)f->left) * channels;
        for (size_t i = 0; i < row_values; i++) to[i] = clip8(weighted(&down, y, narrow + i, row_values));
    }
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
            uint8_t flat[CHANNELS_MAX];
            flat_pixel(pixel_at(image, x, y), image->channels, channels, flat);
            for (int c = 0; c < channels; c++) sum[c] += flat[c];
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
