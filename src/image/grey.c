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

static void add_row(const uint8_t *restrict luma, int width, uint32_t *restrict sums)
{
    for (int x = 0; x < width; x++) sums[x] += luma[x];
}

/* Sums of columns become means of blocks. */
static void mean_row(const struct ink_plane *plane, const uint32_t *restrict sums, int width, int rows,
                     uint8_t *restrict out)
{
    int whole = width / plane->reduced; /* blocks, the last one may be narrower */
    uint32_t count = (uint32_t)(plane->reduced * rows);
    uint64_t part = (1ull << 40) / count + 1; /* exact for blocks of up to 256 x 256 */
    for (int x = 0; x < whole; x++) {
        uint32_t sum = count / 2;
        for (int i = 0; i < plane->reduced; i++) sum += *sums++;
        out[x] = (uint8_t)(sum * part >> 40);
    }
    if (whole == plane->width) return;
    int rest = width - whole * plane->reduced;
    count = (uint32_t)(rest * rows);
    uint32_t sum = count / 2;
    for (int i = 0; i < rest; i++) sum += *sums++;
    out[whole] = (uint8_t)(sum / count);
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
        uint8_t *out = plane->pixels + (size_t)(y / reduced) * (size_t)plane->width;
        uint8_t *whole = reduced == 1 ? out : luma;
        luma_row(image, row_of(image, y), whole);
        if (alpha) flatten_row(image, row_of(image, y), below, whole);
        if (reduced == 1) continue;
        int rows = y % reduced + 1;
        if (rows == 1) memset(sums, 0, (size_t)image->width * sizeof *sums);
        add_row(luma, image->width, sums);
        if (rows == reduced || y + 1 == image->height) mean_row(plane, sums, image->width, rows, out);
    }
    return INK_OK;
}
