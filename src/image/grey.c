/* SPDX-License-Identifier: MIT */
#include "image/grey.h"

#include "image/blocks.h"

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
        uint8_t least[4] = {255, 255, 255, 255};
        if (image->channels == 4)
            for (int x = 0; x < image->width; x++)
                for (int i = 0; i < 4; i++) least[i] &= row[4 * x + i];
        else
            for (int x = 0; x < image->width; x++) least[3] &= row[2 * x + 1];
        if (least[3] != 255) return false;
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

void ink_plane_size(const struct ink_image *image, int max_side, struct ink_plane *plane)
{
    int longer = image->width > image->height ? image->width : image->height;
    int reduced = (longer + max_side - 1) / max_side;
    plane->reduced = reduced;
    plane->width = (image->width + reduced - 1) / reduced;
    plane->height = (image->height + reduced - 1) / reduced;
}

/* Pixel by pixel where nothing is reduced. */
static void make_whole(const struct ink_image *image, int below, struct ink_plane *plane)
{
    for (int y = 0; y < image->height; y++) {
        uint8_t *out = plane->pixels + (size_t)y * (size_t)plane->width;
        luma_row(image, row_of(image, y), out);
        if (below >= 0) flatten_row(image, row_of(image, y), below, out);
    }
}

/* One row of blocks: the luma of their means. count: rows that were added. */
static void luma_of_blocks(const struct ink_blocks *blocks, const uint32_t *sums, int rows, int width, uint8_t *out)
{
    int channels = blocks->channels;
    for (int x = 0; x < width; x++, sums += channels) {
        float count = (float)(rows * ink_blocks_pixels(blocks, x));
        float sum =
            channels < 3 ? (float)sums[0] : 0.299f * (float)sums[0] + 0.587f * (float)sums[1] + 0.114f * (float)sums[2];
        out[x] = (uint8_t)(sum / count + 0.5f);
    }
}

/* Block by block. luma is scratch for a row where something is transparent: such a picture is flattened first. */
static ink_status make_reduced(const struct ink_image *image, int below, uint8_t *luma, struct ink_arena *arena,
                               struct ink_plane *plane)
{
    bool flat = below < 0;
    int channels = flat ? image->channels : 1, rows = 0;
    struct ink_blocks blocks;
    uint32_t *sums = INK_ARENA_ARRAY(arena, uint32_t, (size_t)plane->width * (size_t)channels);
    if (!sums || ink_blocks_make(&blocks, image->width, channels, plane->reduced, arena)) return INK_E_OOM;
    uint8_t *out = plane->pixels;
    for (int y = 0; y < image->height; y++) {
        if (!flat) {
            luma_row(image, row_of(image, y), luma);
            flatten_row(image, row_of(image, y), below, luma);
        }
        ink_blocks_add(&blocks, flat ? row_of(image, y) : luma);
        if (++rows < plane->reduced && y + 1 < image->height) continue;
        ink_blocks_take(&blocks, sums);
        luma_of_blocks(&blocks, sums, rows, plane->width, out);
        out += plane->width;
        rows = 0;
    }
    return INK_OK;
}

ink_status ink_grey_make(const struct ink_image *image, struct ink_arena *arena, struct ink_plane *plane)
{
    plane->pixels = INK_ARENA_ARRAY(arena, uint8_t, (size_t)plane->width * (size_t)plane->height);
    struct ink_arena_mark mark = ink_arena_mark(arena);
    uint8_t *luma = INK_ARENA_ARRAY(arena, uint8_t, (size_t)image->width);
    ink_status st = plane->pixels && luma ? INK_OK : INK_E_OOM;
    if (!st) {
        int below = is_opaque(image) ? -1 : level_below(image, luma);
        if (plane->reduced == 1)
            make_whole(image, below, plane);
        else
            st = make_reduced(image, below, luma, arena, plane);
    }
    ink_arena_release(arena, mark);
    return st;
}
