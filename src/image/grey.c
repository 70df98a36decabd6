/* SPDX-License-Identifier: MIT */
#include "image/grey.h"

static inline uint8_t luma_of(const uint8_t *rgb)
{
    return (uint8_t)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

/* One row; alpha does not count here. */
static void luma_row(const struct ink_image *image, const uint8_t *restrict in, uint8_t *restrict luma)
{
    int width = image->width;
    switch (image->channels) {
    case 1: memcpy(luma, in, (size_t)width); break;
    case 2:
        for (int x = 0; x < width; x++) luma[x] = in[2 * x];
        break;
    case 3:
        for (int x = 0; x < width; x++) luma[x] = luma_of(in + 3 * x);
        break;
    default:
        for (int x = 0; x < width; x++) luma[x] = luma_of(in + 4 * x);
    }
}

static const uint8_t *row_of(const struct ink_image *image, int y)
{
    return image->pixels + (size_t)y * (size_t)image->width * (size_t)image->channels;
}

static bool is_opaque(const struct ink_image *image)
{
    if (image->channels % 2) return true;
    for (int y = 0; y < image->height; y++) {
        const uint8_t *row = row_of(image, y);
        uint8_t least = 255;
        for (int x = 1; x <= image->width; x++) least &= row[x * image->channels - 1];
        if (least != 255) return false;
    }
    return true;
}

/* The paper to put below transparent pixels.
 *
 * Where most is transparent, what is not is ink, and the paper is what contrasts with it. Else the picture has its own
 * paper, with a hole in it: the hole gets the paper's (median) level. */
static int level_below(const struct ink_image *image, uint8_t *luma)
{
    uint64_t histogram[256] = {0}, total = 0, sum = 0;
    for (int y = 0; y < image->height; y++) {
        const uint8_t *row = row_of(image, y);
        luma_row(image, row, luma);
        for (int x = 0; x < image->width; x++) {
            uint8_t alpha = row[(x + 1) * image->channels - 1];
            histogram[luma[x]] += alpha;
            sum += (uint64_t)luma[x] * alpha;
            total += alpha;
        }
    }
    uint64_t opaque = (uint64_t)image->width * (uint64_t)image->height * 255;
    if (total * 2 < opaque) return sum < total * 128 ? 255 : 0;
    uint64_t below = 0;
    int level = 0;
    while (level < 255 && (below += histogram[level]) * 2 < total) level++;
    return level;
}

static void flatten_row(const struct ink_image *image, const uint8_t *in, int below, uint8_t *luma)
{
    for (int x = 0; x < image->width; x++) {
        int alpha = in[(x + 1) * image->channels - 1];
        luma[x] = (uint8_t)((luma[x] * alpha + below * (255 - alpha) + 127) / 255);
    }
}

/* Sums of columns become means of blocks, and are set back. */
static void mean_row(const struct ink_plane *plane, uint32_t *restrict sums, int width, int rows, uint8_t *restrict out)
{
    for (int x = 0, from = 0; x < plane->width; x++) {
        int end = from + plane->reduced < width ? from + plane->reduced : width;
        uint32_t count = (uint32_t)((end - from) * rows), sum = count / 2;
        for (; from < end; from++) {
            sum += sums[from];
            sums[from] = 0;
        }
        out[x] = (uint8_t)(sum / count);
    }
}

void ink_plane_size(const struct ink_image *image, int max_side, struct ink_plane *plane)
{
    int longer = image->width > image->height ? image->width : image->height;
    int reduced = (longer + max_side - 1) / max_side;
    plane->reduced = reduced;
    plane->width = (image->width + reduced - 1) / reduced;
    plane->height = (image->height + reduced - 1) / reduced;
}

ink_status ink_grey_make(const struct ink_image *image, struct ink_arena *arena, struct ink_plane *plane)
{
    int reduced = plane->reduced;
    plane->pixels = INK_ARENA_ARRAY(arena, uint8_t, (size_t)plane->width * (size_t)plane->height);
    uint8_t *luma = INK_ARENA_ARRAY(arena, uint8_t, (size_t)image->width);
    uint32_t *sums = INK_ARENA_ARRAY(arena, uint32_t, (size_t)image->width);
    if (!plane->pixels || !luma || !sums) return INK_E_OOM;

    bool alpha = !is_opaque(image);
    int below = alpha ? level_below(image, luma) : 0;
    for (int y = 0; y < image->height; y++) {
        luma_row(image, row_of(image, y), luma);
        if (alpha) flatten_row(image, row_of(image, y), below, luma);
        for (int x = 0; x < image->width; x++) sums[x] += luma[x];
        int rows = y % reduced + 1;
        if (rows == reduced || y + 1 == image->height)
            mean_row(plane, sums, image->width, rows, plane->pixels + (size_t)(y / reduced) * (size_t)plane->width);
    }
    return INK_OK;
}
