/* SPDX-License-Identifier: MIT */
#include "image/polarity.h"

#include <stdlib.h>

enum {
    TILES_MAX = 12,     /* a side */
    TILE_MIN_SIDE = 24, /* below, a stroke may fill a tile */
    TAIL_ROWS = 128,    /* about so many rows are enough to tell which tail is heavier */
};

/* Levels of paper: medians, between which it is a plane. */
struct tiles {
    int across, down;
    float level[TILES_MAX * TILES_MAX]; /* [down, across] */
};

static int tiles_along(int side)
{
    int count = side / TILE_MIN_SIDE;
    return count < 4 ? 1 : count > TILES_MAX ? TILES_MAX : count; /* too few do not make a plane */
}

static float tile_median(const struct ink_plane *plane, const struct tiles *tiles, int tx, int ty)
{
    int x0 = tx * plane->width / tiles->across, x1 = (tx + 1) * plane->width / tiles->across;
    int y0 = ty * plane->height / tiles->down, y1 = (ty + 1) * plane->height / tiles->down;
    unsigned histogram[2][256] = {0}; /* two, so that equal neighbours do not wait for each other */
    for (int y = y0; y < y1; y++) {
        const uint8_t *in = plane->pixels + (size_t)y * (size_t)plane->width;
        for (int x = x0; x < x1; x++) histogram[x & 1][in[x]]++;
    }
    unsigned wanted = (unsigned)((x1 - x0) * (y1 - y0)) / 2, below = 0;
    int level = 0;
    while (level < 255 && (below += histogram[0][level] + histogram[1][level]) <= wanted) level++;
    return (float)level;
}

static void measure_tiles(const struct ink_plane *plane, struct tiles *tiles)
{
    tiles->across = tiles_along(plane->width);
    tiles->down = tiles_along(plane->height);
    for (int ty = 0; ty < tiles->down; ty++)
        for (int tx = 0; tx < tiles->across; tx++)
            tiles->level[ty * tiles->across + tx] = tile_median(plane, tiles, tx, ty);
}

/* Each tile becomes the median of its 5x5 neighbourhood, of which no stroke covers half, whatever its polarity. */
static void settle(struct tiles *tiles)
{
    enum { REACH = 2, NEIGHBOURS = (2 * REACH + 1) * (2 * REACH + 1) };
    struct tiles before = *tiles;
    for (int ty = 0; ty < tiles->down; ty++)
        for (int tx = 0; tx < tiles->across; tx++) {
            float sorted[NEIGHBOURS];
            int count = 0;
            for (int y = ty - REACH; y <= ty + REACH; y++)
                for (int x = tx - REACH; x <= tx + REACH; x++) {
                    if (x < 0 || y < 0 || x >= tiles->across || y >= tiles->down) continue;
                    float level = before.level[y * tiles->across + x];
                    int at = count++;
                    for (; at > 0 && sorted[at - 1] > level; at--) sorted[at] = sorted[at - 1];
                    sorted[at] = level;
                }
            tiles->level[ty * tiles->across + tx] = sorted[count / 2];
        }
}

/* Where pixel i of `side` lies between the middles of tiles: tile *low, and *part of the way to the next; below 0 or over
 * 1 beyond the outermost middles. */
static void between(int i, int side, int count, int *low, float *part)
{
    float at = ((float)i + 0.5f) * (float)count / (float)side - 0.5f;
    *low = (int)at;
    if (*low > count - 2) *low = count > 1 ? count - 2 : 0;
    *part = count > 1 ? at - (float)*low : 0;
}

/* Where the columns lie between tiles: made once, used for every row. */
struct columns {
    int end[TILES_MAX]; /* the columns before it, and from end[t - 1] on, lie between tile t and the next */
    float *part;
};

static bool columns_make(struct columns *columns, int width, int across, struct ink_arena *arena)
{
    columns->part = INK_ARENA_ARRAY(arena, float, (size_t)width);
    if (!columns->part) return false;
    for (int x = 0, tile = 0; x < width; x++) {
        int low;
        between(x, width, across, &low, &columns->part[x]);
        while (tile < low) columns->end[tile++] = x;
        columns->end[tile] = x + 1;
    }
    return true;
}

/* One row of paper levels, between the tiles' middles. */
static void paper_row(const struct tiles *tiles, const struct columns *columns, const struct ink_plane *plane, int y,
                      float *restrict row)
{
    int ty;
    float down;
    between(y, plane->height, tiles->down, &ty, &down);
    const float *upper = tiles->level + ty * tiles->across;
    const float *lower = tiles->down > 1 ? upper + tiles->across : upper;
    float level[TILES_MAX];
    for (int tx = 0; tx < tiles->across; tx++) level[tx] = upper[tx] + (lower[tx] - upper[tx]) * down;
    int pairs = tiles->across > 1 ? tiles->across - 1 : 1;
    for (int tx = 0, x = 0; tx < pairs; tx++) {
        float from = level[tx], step = tx + 1 < tiles->across ? level[tx + 1] - from : 0;
        const float *restrict part = columns->part;
        for (int end = columns->end[tx]; x < end; x++) row[x] = from + step * part[x];
    }
}

/* Ink lies further from its paper than anything on the other side: the heavier tail, squared, wins. Only where levels
 * change, by how much they do: light and shade have long tails too, but no edges. */
static bool dark_tail_is_heavier(const struct ink_plane *plane, const struct tiles *tiles,
                                 const struct columns *columns, float *row)
{
    double dark = 0, both = 0;
    int step = plane->height / TAIL_ROWS + 1;
    for (int y = 1; y < plane->height; y += step) {
        const uint8_t *in = plane->pixels + (size_t)y * (size_t)plane->width;
        const uint8_t *above = in - plane->width;
        paper_row(tiles, columns, plane, y, row);
        int dark_row = 0, both_row = 0; /* 2^17 a pixel at most, of INK_PLANE_LINE_SIDE pixels at most */
        for (int x = 1; x < plane->width; x++) {
            int away = in[x] - (int)row[x], steep = abs(in[x] - in[x - 1]) + abs(in[x] - above[x]);
            int weight = away * away * steep >> 8;
            dark_row += away < 0 ? weight : 0;
            both_row += weight;
        }
        dark += dark_row;
        both += both_row;
    }
    return dark * 2 >= both;
}

ink_status ink_polarity_find(const struct ink_plane *plane, struct ink_arena *arena, struct ink_polarity *polarity)
{
    struct ink_arena_mark mark = ink_arena_mark(arena);
    struct tiles tiles;
    struct columns columns;
    float *row = INK_ARENA_ARRAY(arena, float, (size_t)plane->width);
    bool enough = row && columns_make(&columns, plane->width, tiles_along(plane->width), arena);
    if (enough) {
        measure_tiles(plane, &tiles);
        settle(&tiles);
        polarity->ink_is_dark = dark_tail_is_heavier(plane, &tiles, &columns, row);
        polarity->paper = (uint8_t)tiles.level[tiles.down / 2 * tiles.across + tiles.across / 2];
    }
    ink_arena_release(arena, mark);
    return enough ? INK_OK : INK_E_OOM;
}
