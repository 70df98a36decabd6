/* SPDX-License-Identifier: MIT */
#include "image/paper.h"

#include <stdlib.h>
#include <string.h>

#include "image/bold.h"
#include "image/polarity.h"
#include "image/shade.h"

enum {
    DENOMINATOR_MIN = 64,
    EVEN_MAX = 64,  /* no side larger: the paper is taken to be of one level */
    NOISE_ROWS = 4, /* every so many rows are enough to measure noise */
};

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

/* Fills contrast; the deviations to both sides are counted for the noise. Returns how many were. shade is NULL where the
 * paper has one level; row is scratch, as wide as the plane. */
static size_t measure_contrast(const struct ink_plane *plane, const struct ink_shade *shade, struct ink_paper *paper,
                               float *row, unsigned away[256])
{
    size_t counted = 0, width = (size_t)plane->width;
    for (int y = 0; y < plane->height; y++) {
        if (shade)
            ink_shade_row(shade, y, plane->width, row);
        else
            for (size_t x = 0; x < width; x++) row[x] = paper->level;
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

ink_status ink_paper_find(const struct ink_plane *plane, struct ink_arena *arena, struct ink_paper *paper)
{
    paper->contrast = INK_ARENA_ARRAY(arena, uint8_t, (size_t)plane->width * (size_t)plane->height);
    struct ink_arena_mark mark = ink_arena_mark(arena);
    float *row = INK_ARENA_ARRAY(arena, float, (size_t)plane->width);
    struct ink_bold bold = {.share = 1};
    struct ink_polarity polarity;
    struct ink_shade shade;
    bool is_bold = ink_bold_find(plane, &bold);
    ink_status st = paper->contrast && row ? INK_OK : INK_E_OOM;
    if (is_bold)
        polarity = (struct ink_polarity){bold.ink_is_dark, bold.paper};
    else if (!st)
        st = ink_polarity_find(plane, arena, &polarity);
    bool even = is_bold || (plane->width <= EVEN_MAX && plane->height <= EVEN_MAX);
    if (!st && !even) st = ink_shade_make(plane, polarity.ink_is_dark, arena, &shade);
    if (!st) {
        unsigned away[256] = {0};
        paper->ink_is_dark = polarity.ink_is_dark;
        paper->level = even ? polarity.paper : ink_shade_middle(&shade);
        size_t counted = measure_contrast(plane, even ? NULL : &shade, paper, row, away);
        paper->noise = noise_of(away, bold.share * (float)counted);
    }
    ink_arena_release(arena, mark);
    return st;
}
