/* SPDX-License-Identifier: MIT */
#include "image/colour.h"

#include <math.h>

enum { RED, BLUE, AXES, SPREAD = 256 }; /* differences to luma lie within +-226 */

/* Means of R - Y and B - Y over blocks of pixels. */
struct chroma {
    size_t count;
    int16_t *axis[AXES]; /* [count] */
    float paper[AXES];   /* the medians */
};

struct sums {
    int32_t axis[AXES], count;
};

static void add_row(const struct ink_image *image, int y, int reduced, struct sums *sums)
{
    const uint8_t *in = image->pixels + (size_t)y * (size_t)image->width * (size_t)image->channels;
    for (int x = 0, in_block = 0; x < image->width; x++, in += image->channels) {
        if (in_block++ == reduced) {
            sums++;
            in_block = 1;
        }
        if (image->channels == 4 && in[3] < 128) continue;
        int luma = (in[0] * 77 + in[1] * 150 + in[2] * 29) >> 8;
        sums->axis[RED] += in[0] - luma;
        sums->axis[BLUE] += in[2] - luma;
        sums->count++;
    }
}

/* One row of blocks; those without a pixel are marked with SPREAD. */
static void mean_row(const struct sums *sums, int width, struct chroma *chroma, size_t at)
{
    for (int x = 0; x < width; x++)
        for (int a = 0; a < AXES; a++)
            chroma->axis[a][at + (size_t)x] = (int16_t)(sums[x].count ? sums[x].axis[a] / sums[x].count : SPREAD);
}

static float median(const int16_t *values, size_t count)
{
    size_t histogram[2 * SPREAD] = {0}, all = 0, below = 0;
    for (size_t i = 0; i < count; i++) {
        if (values[i] == SPREAD) continue;
        histogram[values[i] + SPREAD]++;
        all++;
    }
    int level = 0;
    while (level < 2 * SPREAD - 1 && (below += histogram[level]) * 2 < all) level++;
    return (float)(level - SPREAD);
}

/* The direction of the first principal component about the paper: half the angle of the covariance. */
static float principal_angle(const struct chroma *chroma)
{
    double red = 0, blue = 0, both = 0;
    for (size_t i = 0; i < chroma->count; i++) {
        if (chroma->axis[RED][i] == SPREAD) continue;
        double r = (double)((float)chroma->axis[RED][i] - chroma->paper[RED]);
        double b = (double)((float)chroma->axis[BLUE][i] - chroma->paper[BLUE]);
        red += r * r;
        blue += b * b;
        both += r * b;
    }
    return (float)(0.5 * atan2(2 * both, red - blue));
}

static void project(const struct chroma *chroma, uint8_t *pixels)
{
    float angle = principal_angle(chroma), along_red = cosf(angle), along_blue = sinf(angle);
    for (size_t i = 0; i < chroma->count; i++) {
        float value = 128;
        if (chroma->axis[RED][i] != SPREAD)
            value += ((float)chroma->axis[RED][i] - chroma->paper[RED]) * along_red +
                     ((float)chroma->axis[BLUE][i] - chroma->paper[BLUE]) * along_blue;
        pixels[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5f);
    }
}

ink_status ink_colour_make(const struct ink_image *image, struct ink_arena *arena, struct ink_plane *plane)
{
    struct chroma chroma = {.count = (size_t)plane->width * (size_t)plane->height};
    plane->pixels = INK_ARENA_ARRAY(arena, uint8_t, chroma.count);
    struct ink_arena_mark mark = ink_arena_mark(arena);
    struct sums *sums = INK_ARENA_ARRAY(arena, struct sums, (size_t)plane->width);
    for (int a = 0; a < AXES; a++) chroma.axis[a] = INK_ARENA_ARRAY(arena, int16_t, chroma.count);
    bool enough = plane->pixels && sums && chroma.axis[RED] && chroma.axis[BLUE];
    if (enough) {
        for (int y = 0; y < image->height; y++) {
            /* of blocks every other row is enough for a mean */
            if (plane->reduced < 2 || y % plane->reduced % 2 == 0) add_row(image, y, plane->reduced, sums);
            if (y % plane->reduced + 1 != plane->reduced && y + 1 != image->height) continue;
            mean_row(sums, plane->width, &chroma, (size_t)(y / plane->reduced) * (size_t)plane->width);
            memset(sums, 0, (size_t)plane->width * sizeof *sums);
        }
        for (int a = 0; a < AXES; a++) chroma.paper[a] = median(chroma.axis[a], chroma.count);
        project(&chroma, plane->pixels);
    }
    ink_arena_release(arena, mark);
    return enough ? INK_OK : INK_E_OOM;
}
