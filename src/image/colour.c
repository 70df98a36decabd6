/* SPDX-License-Identifier: MIT */
#include "image/colour.h"

#include <math.h>

#include "image/blocks.h"

enum { RED, BLUE, AXES, SPREAD = 256 }; /* differences to luma lie within +-226 */

/* Means of R - Y and B - Y over blocks of pixels. */
struct chroma {
    size_t count;
    int16_t *axis[AXES]; /* [count] */
    int paper[AXES];     /* the medians */
};

/* Pixels that are rather transparent become 0, the others' alpha 1: of sums, alpha's is then how many pixels there were. */
static void mask_row(const uint8_t *in, int width, uint8_t *out)
{
    for (int x = 0; x < width; x++, in += 4, out += 4) {
        bool there = in[3] >= 128;
        for (int c = 0; c < 3; c++) out[c] = there ? in[c] : 0;
        out[3] = there;
    }
}

/* One row of blocks, of which so many rows were summed; blocks without a pixel are marked with SPREAD. */
static void chroma_row(const struct ink_blocks *blocks, const uint32_t *sums, int rows, int width,
                       struct chroma *chroma, size_t at)
{
    for (int x = 0; x < width; x++, at++, sums += blocks->channels) {
        float count = blocks->channels == 4 ? (float)sums[3] : (float)(rows * ink_blocks_pixels(blocks, x));
        float luma = 0.299f * (float)sums[0] + 0.587f * (float)sums[1] + 0.114f * (float)sums[2];
        float part = count > 0 ? 1 / count : 0;
        /* rounded by adding more than a half to what is not negative then */
        int red = (int)(((float)sums[0] - luma) * part + (SPREAD + 0.5f)) - SPREAD;
        int blue = (int)(((float)sums[2] - luma) * part + (SPREAD + 0.5f)) - SPREAD;
        chroma->axis[RED][at] = (int16_t)(count > 0 ? red : SPREAD);
        chroma->axis[BLUE][at] = (int16_t)(count > 0 ? blue : SPREAD);
    }
}

/* Fills chroma's axes. masked and sums are scratch: a row of the picture, a row of blocks. */
static void measure(const struct ink_image *image, const struct ink_plane *plane, struct ink_blocks *blocks,
                    uint8_t *masked, uint32_t *sums, struct chroma *chroma)
{
    size_t row_bytes = (size_t)image->width * (size_t)image->channels;
    int rows = 0;
    for (int y = 0; y < image->height; y++) {
        int in_block = y % plane->reduced;
        if (in_block % 2 == 0) { /* of blocks every other row is enough for a mean */
            const uint8_t *row = image->pixels + (size_t)y * row_bytes;
            if (image->channels == 4) mask_row(row, image->width, masked);
            ink_blocks_add(blocks, image->channels == 4 ? masked : row);
            rows++;
        }
        if (in_block + 1 != plane->reduced && y + 1 != image->height) continue;
        ink_blocks_take(blocks, sums);
        chroma_row(blocks, sums, rows, plane->width, chroma, (size_t)(y / plane->reduced) * (size_t)plane->width);
        rows = 0;
    }
}

static int median(const int16_t *values, size_t count)
{
    size_t histogram[2 * SPREAD] = {0}, all = 0, below = 0;
    for (size_t i = 0; i < count; i++) {
        if (values[i] == SPREAD) continue;
        histogram[values[i] + SPREAD]++;
        all++;
    }
    int level = 0;
    while (level < 2 * SPREAD - 1 && (below += histogram[level]) * 2 < all) level++;
    return level - SPREAD;
}

/* The direction of the first principal component about the paper: half the angle of the covariance. */
static float principal_angle(const struct chroma *chroma)
{
    enum { CHUNK = 4096 }; /* so many squares of 2 * SPREAD fit 32 bits */
    double red = 0, blue = 0, both = 0;
    for (size_t from = 0; from < chroma->count; from += CHUNK) {
        size_t end = from + CHUNK < chroma->count ? from + CHUNK : chroma->count;
        int red_sum = 0, blue_sum = 0, both_sum = 0;
        for (size_t i = from; i < end; i++) {
            int there = chroma->axis[RED][i] != SPREAD;
            int r = there * (chroma->axis[RED][i] - chroma->paper[RED]);
            int b = there * (chroma->axis[BLUE][i] - chroma->paper[BLUE]);
            red_sum += r * r;
            blue_sum += b * b;
            both_sum += r * b;
        }
        red += red_sum;
        blue += blue_sum;
        both += both_sum;
    }
    return (float)(0.5 * atan2(2 * both, red - blue));
}

static void project(const struct chroma *chroma, uint8_t *restrict pixels)
{
    float angle = principal_angle(chroma), along_red = cosf(angle), along_blue = sinf(angle);
    float middle = 128.5f - (float)chroma->paper[RED] * along_red - (float)chroma->paper[BLUE] * along_blue;
    const int16_t *restrict red = chroma->axis[RED], *restrict blue = chroma->axis[BLUE];
    for (size_t i = 0; i < chroma->count; i++) {
        int value = (int)((float)red[i] * along_red + (float)blue[i] * along_blue + middle);
        value = red[i] == SPREAD ? 128 : value;
        value = value < 0 ? 0 : value;
        pixels[i] = (uint8_t)(value > 255 ? 255 : value);
    }
}

ink_status ink_colour_make(const struct ink_image *image, struct ink_arena *arena, struct ink_plane *plane)
{
    struct chroma chroma = {.count = (size_t)plane->width * (size_t)plane->height};
    plane->pixels = INK_ARENA_ARRAY(arena, uint8_t, chroma.count);
    struct ink_arena_mark mark = ink_arena_mark(arena);
    size_t channels = (size_t)image->channels;
    struct ink_blocks blocks;
    uint8_t *masked = INK_ARENA_ARRAY(arena, uint8_t, (size_t)image->width * channels);
    uint32_t *sums = INK_ARENA_ARRAY(arena, uint32_t, (size_t)plane->width * channels);
    for (int a = 0; a < AXES; a++) chroma.axis[a] = INK_ARENA_ARRAY(arena, int16_t, chroma.count);
    bool enough = plane->pixels && masked && sums && chroma.axis[RED] && chroma.axis[BLUE] &&
                  !ink_blocks_make(&blocks, image->width, image->channels, plane->reduced, arena);
    if (enough) {
        measure(image, plane, &blocks, masked, sums, &chroma);
        for (int a = 0; a < AXES; a++) chroma.paper[a] = median(chroma.axis[a], chroma.count);
        project(&chroma, plane->pixels);
    }
    ink_arena_release(arena, mark);
    return enough ? INK_OK : INK_E_OOM;
}
