/* SPDX-License-Identifier: MIT */
#include "image/paper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/bold.h"

enum {
    TILES_MAX = 12,     /* a side */
    SHADE_MOST = 32,    /* levels from a tile to the next: more is no shade but ink */
    TILE_MIN_SIDE = 24, /* below, a stroke may fill a tile */
    DENOMINATOR_MIN = 64,
};

struct tiles {
    int across, down;
    float level[(TILES_MAX + 2) * (TILES_MAX + 2)]; /* [down, across], with room for a ring round them */
};

static int tiles_along(int side)
{
    int count = side / TILE_MIN_SIDE;
    return count < 4 ? 1 : count > TILES_MAX ? TILES_MAX : count; /* too few do not make a plane */
}

/* What is asked of each tile: the level below which a share of its pixels lie. Bright paper is brighter than most of what
 * is on it, dark paper darker. */
enum share { DARK_PAPER, MEDIAN, BRIGHT_PAPER, SHARES };
static const float share_of[SHARES] = {0.3f, 0.5f, 0.7f};

static void measure_tile(const struct ink_plane *plane, int tx, int ty, struct tiles tiles[SHARES])
{
    int across = tiles->across, down = tiles->down;
    int x0 = tx * plane->width / across, x1 = (tx + 1) * plane->width / across;
    int y0 = ty * plane->height / down, y1 = (ty + 1) * plane->height / down;
    unsigned histogram[2][256] = {0}; /* two, so that equal neighbours do not wait for each other */
    for (int y = y0; y < y1; y++) {
        const uint8_t *in = plane->pixels + (size_t)y * (size_t)plane->width;
        for (int x = x0; x < x1; x++) histogram[x & 1][in[x]]++;
    }
    unsigned below = 0;
    int level = 0;
    for (int share = 0; share < SHARES; share++) {
        unsigned wanted = (unsigned)(share_of[share] * (float)((x1 - x0) * (y1 - y0)));
        for (; level < 255; level++) {
            unsigned here = histogram[0][level] + histogram[1][level];
            if (below + here > wanted) break;
            below += here;
        }
        tiles[share].level[ty * across + tx] = (float)level;
    }
}

static void measure_tiles(const struct ink_plane *plane, struct tiles tiles[SHARES])
{
    for (int share = 0; share < SHARES; share++) {
        tiles[share].across = tiles_along(plane->width);
        tiles[share].down = tiles_along(plane->height);
    }
    for (int ty = 0; ty < tiles->down; ty++)
        for (int tx = 0; tx < tiles->across; tx++) measure_tile(plane, tx, ty, tiles);
}

enum extreme { LOWEST, HIGHEST };

/* Each tile becomes the lowest or highest of its 3x3 neighbourhood. */
static void spread(struct tiles *tiles, enum extreme extreme)
{
    struct tiles before = *tiles;
    for (int ty = 0; ty < tiles->down; ty++)
        for (int tx = 0; tx < tiles->across; tx++) {
            float best = before.level[ty * tiles->across + tx];
            for (int y = ty ? ty - 1 : 0; y <= ty + 1 && y < tiles->down; y++)
                for (int x = tx ? tx - 1 : 0; x <= tx + 1 && x < tiles->across; x++) {
                    float level = before.level[y * tiles->across + x];
                    if (extreme == HIGHEST ? level > best : level < best) best = level;
                }
            tiles->level[ty * tiles->across + tx] = best;
        }
}

/* The level beyond the outermost tile of a row or column, whose next is `inner`: the shade goes on. */
static float beyond(float outermost, float inner)
{
    return fabsf(outermost - inner) <= (float)SHADE_MOST ? 2 * outermost - inner : inner;
}

static void add_ring(const struct tiles *tiles, struct tiles *ringed)
{
    int across = tiles->across + 2, down = tiles->down + 2;
    ringed->across = across;
    ringed->down = down;
    for (int y = 1; y + 1 < down; y++) {
        const float *in = tiles->level + (y - 1) * tiles->across;
        float *out = ringed->level + y * across;
        memcpy(out + 1, in, (size_t)tiles->across * sizeof *in);
        out[0] = tiles->across > 1 ? beyond(in[0], in[1]) : in[0];
        out[across - 1] = tiles->across > 1 ? beyond(out[across - 2], out[across - 3]) : in[0];
    }
    float *first = ringed->level, *last = ringed->level + (down - 1) * across;
    for (int x = 0; x < across; x++) {
        first[x] = tiles->down > 1 ? beyond(first[x + across], first[x + 2 * across]) : first[x + across];
        last[x] = tiles->down > 1 ? beyond(last[x - across], last[x - 2 * across]) : first[x + across];
    }
}

/* Tiles that ink covers take the level of the paper round them (a closing, for dark ink); wide shadows stay, those that
 * leave the picture too. */
static void bridge_ink(struct tiles *tiles, bool ink_is_dark)
{
    struct tiles ringed;
    add_ring(tiles, &ringed);
    spread(&ringed, ink_is_dark ? HIGHEST : LOWEST);
    spread(&ringed, ink_is_dark ? LOWEST : HIGHEST);
    for (int y = 0; y < tiles->down; y++)
        memcpy(tiles->level + y * tiles->across, ringed.level + (y + 1) * ringed.across + 1,
               (size_t)tiles->across * sizeof *tiles->level);
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

enum {
    TAIL_ROWS = 128, /* about so many rows are enough to tell which tail is heavier */
    NOISE_ROWS = 4,  /* every so many rows are enough to measure noise */
};

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

/* In the parts of full ink, 255: how far a row is from its paper towards the ink. In row: the paper's levels, then that. */
static void contrast_row(const uint8_t *restrict in, int width, bool ink_is_dark, float *restrict row,
                         uint8_t *restrict out)
{
    float sign = ink_is_dark ? -255 : 255, white = ink_is_dark ? 0 : 255, side = ink_is_dark ? 1 : -1;
    for (int x = 0; x < width; x++) {
        float room = white + side * row[x], least = DENOMINATOR_MIN;
        row[x] = ((float)in[x] - row[x]) * sign / (room > least ? room : least);
    }
    for (int x = 0; x < width; x++) {
        int level = (int)(row[x] + 0.5f);
        level = level < 0 ? 0 : level;
        out[x] = (uint8_t)(level > 255 ? 255 : level);
    }
}

/* Fills contrast; the deviations to both sides are counted for the noise. Returns how many were. */
static size_t measure_contrast(const struct ink_plane *plane, const struct tiles *tiles, const struct columns *columns,
                               float *row, struct ink_paper *paper, unsigned away[256])
{
    size_t counted = 0, width = (size_t)plane->width;
    for (int y = 0; y < plane->height; y++) {
        paper_row(tiles, columns, plane, y, row);
        contrast_row(plane->pixels + (size_t)y * width, plane->width, paper->ink_is_dark, row,
                     paper->contrast + (size_t)y * width);
        if (y % NOISE_ROWS != 0) continue;
        for (size_t x = 0; x < width; x++) {
            int both = abs((int)row[x]);
            away[both > 255 ? 255 : both]++;
        }
        counted += width;
    }
    return counted;
}

/* From the median of the paper's deviations, which ink hardly moves: 1.4826 times it is the deviation of normal noise. */
static float noise_of(const unsigned away[256], float paper_count)
{
    size_t below = 0;
    int level = 0;
    while (level < 255 && (float)(below += away[level]) * 2 < paper_count) level++;
    return 1.4826f * (float)level;
}

/* A bold digit leaves no tile of paper to go by: one level for all of it. */
static void measure_bold(const struct ink_bold *bold, struct tiles *tiles, struct ink_paper *paper)
{
    *tiles = (struct tiles){.across = 1, .down = 1, .level = {bold->paper}};
    paper->ink_is_dark = bold->ink_is_dark;
}

/* columns are those of tiles_along's tiles; row is scratch, as wide as the plane. Gives one of the tiles given. */
static struct tiles *measure_paper(const struct ink_plane *plane, const struct columns *columns, float *row,
                                   struct tiles tiles[SHARES], struct ink_paper *paper)
{
    measure_tiles(plane, tiles);
    settle(&tiles[MEDIAN]);
    paper->ink_is_dark = dark_tail_is_heavier(plane, &tiles[MEDIAN], columns, row);
    bool single = tiles->across == 1 && tiles->down == 1;
    if (single) return &tiles[MEDIAN];
    struct tiles *shade = &tiles[paper->ink_is_dark ? BRIGHT_PAPER : DARK_PAPER];
    bridge_ink(shade, paper->ink_is_dark);
    return shade;
}

ink_status ink_paper_find(const struct ink_plane *plane, struct ink_arena *arena, struct ink_paper *paper)
{
    size_t count = (size_t)plane->width * (size_t)plane->height;
    float *row = INK_ARENA_ARRAY(arena, float, (size_t)plane->width);
    paper->contrast = INK_ARENA_ARRAY(arena, uint8_t, count);
    if (!row || !paper->contrast) return INK_E_OOM;

    struct tiles by_share[SHARES], *tiles = by_share;
    struct columns columns;
    struct ink_bold bold = {.share = 1};
    bool is_bold = ink_bold_find(plane, &bold);
    if (!columns_make(&columns, plane->width, is_bold ? 1 : tiles_along(plane->width), arena)) return INK_E_OOM;
    if (is_bold)
        measure_bold(&bold, tiles, paper);
    else
        tiles = measure_paper(plane, &columns, row, by_share, paper);
    unsigned away[256] = {0};
    size_t counted = measure_contrast(plane, tiles, &columns, row, paper, away);
    paper->noise = noise_of(away, bold.share * (float)counted);
    paper->level = (uint8_t)tiles->level[tiles->down / 2 * tiles->across + tiles->across / 2];
    return INK_OK;
}
