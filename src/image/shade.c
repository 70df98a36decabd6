/* SPDX-License-Identifier: MIT */
#include "image/shade.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "image/blocks.h"

enum {
    STROKE_PART = 6, /* a stroke is no wider than twice this part of the plane's shorter side */
    SLOPE_MOST = 4,  /* levels from a cell to the next: more is no shade but ink */
};

/* Cells with a margin on each side in which the shade goes on, and with a rim of zeros round all, as wide as the farthest
 * reach, so that what is beyond the margin never is the highest. */
struct sheet {
    int width, height, margin; /* with the margin, without the rim */
    int stride;                /* from one row to the next */
    size_t count;              /* of all, */
    uint8_t *all;              /* the rim's first one */
    uint8_t *level;            /* the first one inside the rim */
};

static uint8_t *row_of(const struct sheet *sheet, int y)
{
    return sheet->level + (ptrdiff_t)y * sheet->stride;
}

static ink_status sheet_make(struct sheet *sheet, const struct ink_shade *shade, int reach, struct ink_arena *arena)
{
    int rim = reach + 1;
    *sheet = (struct sheet){shade->across + 2 * reach, shade->down + 2 * reach, reach};
    sheet->stride = sheet->width + 2 * rim;
    sheet->count = (size_t)sheet->stride * (size_t)(sheet->height + 2 * rim);
    sheet->all = INK_ARENA_ARRAY(arena, uint8_t, sheet->count);
    if (sheet->all) sheet->level = sheet->all + rim * sheet->stride + rim;
    return sheet->all ? INK_OK : INK_E_OOM;
}

static uint8_t clip8(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* The level `away` cells beyond the outermost one; inner is as far inside. A slope goes on, ink is mirrored. */
static uint8_t beyond(int outermost, int inner, int away)
{
    int drop = outermost - inner;
    return abs(drop) <= SLOPE_MOST * (away + 1) ? clip8(outermost + drop) : (uint8_t)inner;
}

static void fill_margin(struct sheet *sheet)
{
    int margin = sheet->margin, right = sheet->width - margin - 1, bottom = sheet->height - margin - 1;
    for (int y = margin; y <= bottom; y++) {
        uint8_t *row = row_of(sheet, y);
        for (int i = 1; i <= margin; i++) {
            row[margin - i] = beyond(row[margin], row[margin + i], i);
            row[right + i] = beyond(row[right], row[right - i], i);
        }
    }
    for (int i = 1; i <= margin; i++)
        for (int x = 0; x < sheet->width; x++) {
            row_of(sheet, margin - i)[x] = beyond(row_of(sheet, margin)[x], row_of(sheet, margin + i)[x], i);
            row_of(sheet, bottom + i)[x] = beyond(row_of(sheet, bottom)[x], row_of(sheet, bottom - i)[x], i);
        }
}

/* Means of cells; for bright ink turned over, so that ink is always the darker. */
static ink_status measure_cells(const struct ink_plane *plane, bool ink_is_dark, struct ink_arena *arena,
                                struct sheet *sheet)
{
    int across = sheet->width - 2 * sheet->margin, rows = 0;
    struct ink_blocks blocks;
    uint32_t *sums = INK_ARENA_ARRAY(arena, uint32_t, (size_t)across);
    if (!sums || ink_blocks_make(&blocks, plane->width, 1, INK_SHADE_CELL, arena)) return INK_E_OOM;
    for (int y = 0, to = sheet->margin; y < plane->height; y++) {
        ink_blocks_add(&blocks, plane->pixels + (size_t)y * (size_t)plane->width);
        if (++rows < INK_SHADE_CELL && y + 1 < plane->height) continue;
        ink_blocks_take(&blocks, sums);
        uint8_t *out = row_of(sheet, to++) + sheet->margin;
        for (int x = 0; x < across; x++) {
            uint32_t count = (uint32_t)(rows * ink_blocks_pixels(&blocks, x));
            uint8_t mean = (uint8_t)((sums[x] + count / 2) / count);
            out[x] = ink_is_dark ? mean : (uint8_t)(255 - mean);
        }
        rows = 0;
    }
    return INK_OK;
}

/* Each level becomes the highest of 2 * reach + 1: in its row with step 1, in its column with step `stride`. First `from`
 * becomes the highest of 2, 4, 8 ... from each place on; two of these then make up any length. from is empty afterwards. */
static void spread(struct sheet *from, int step, int reach, struct sheet *to)
{
    ptrdiff_t length = 1, all = (ptrdiff_t)from->count;
    for (; 2 * length <= 2 * reach + 1; length *= 2)
        for (ptrdiff_t i = 0, ahead = length * step; i + ahead < all; i++)
            from->all[i] = from->all[i + ahead] > from->all[i] ? from->all[i + ahead] : from->all[i];
    ptrdiff_t left = (ptrdiff_t)reach * step, right = (reach + 1 - length) * step;
    for (int y = 0; y < from->height; y++) {
        const uint8_t *in = row_of(from, y);
        uint8_t *restrict out = row_of(to, y);
        for (int x = 0; x < from->width; x++) out[x] = in[x - left] > in[x + right] ? in[x - left] : in[x + right];
    }
    memset(from->all, 0, from->count);
}

static void turn_over(struct sheet *sheet)
{
    for (int y = 0; y < sheet->height; y++) {
        uint8_t *row = row_of(sheet, y);
        for (int x = 0; x < sheet->width; x++) row[x] = (uint8_t)(255 - row[x]);
    }
}

ink_status ink_shade_make(const struct ink_plane *plane, bool ink_is_dark, struct ink_arena *arena,
                          struct ink_shade *shade)
{
    int shorter = plane->width < plane->height ? plane->width : plane->height;
    int reach = shorter / STROKE_PART / INK_SHADE_CELL + 1;
    shade->across = (plane->width + INK_SHADE_CELL - 1) / INK_SHADE_CELL;
    shade->down = (plane->height + INK_SHADE_CELL - 1) / INK_SHADE_CELL;
    shade->level = INK_ARENA_ARRAY(arena, uint8_t, (size_t)shade->across * (size_t)shade->down);
    shade->blend = INK_ARENA_ARRAY(arena, float, (size_t)shade->across);
    struct ink_arena_mark mark = ink_arena_mark(arena);
    struct sheet a, b;
    ink_status st = shade->level && shade->blend ? sheet_make(&a, shade, reach, arena) : INK_E_OOM;
    if (!st) st = sheet_make(&b, shade, reach, arena);
    if (!st) st = measure_cells(plane, ink_is_dark, arena, &a);
    if (!st) {
        fill_margin(&a);
        spread(&a, 1, reach, &b);
        spread(&b, b.stride, reach, &a);
        turn_over(&a);
        spread(&a, 1, reach + 1, &b); /* by one more, so that no edge of a shadow looks like a stroke */
        spread(&b, b.stride, reach + 1, &a);
        turn_over(&a);
        for (int y = 0; y < shade->down; y++)
            for (int x = 0; x < shade->across; x++) {
                uint8_t level = row_of(&a, y + reach)[x + reach];
                shade->level[y * shade->across + x] = ink_is_dark ? level : (uint8_t)(255 - level);
            }
    }
    ink_arena_release(arena, mark);
    return st;
}

/* Where pixel i lies between the middles of `count` cells: of cell *low and the next, below 0 or over 1 beyond the outermost
 * ones. */
static float between(int i, int count, int *low)
{
    float at = ((float)i + 0.5f) / INK_SHADE_CELL - 0.5f;
    *low = at < 0 || count == 1 ? 0 : (int)at;
    if (count > 1 && *low > count - 2) *low = count - 2;
    return count > 1 ? at - (float)*low : 0;
}

void ink_shade_row(const struct ink_shade *shade, int y, int width, float *restrict row)
{
    int upper;
    float part = between(y, shade->down, &upper);
    const uint8_t *above = shade->level + upper * shade->across;
    const uint8_t *below = shade->down > 1 ? above + shade->across : above;
    float *restrict blend = shade->blend;
    for (int x = 0; x < shade->across; x++) blend[x] = (float)above[x] + (float)(below[x] - above[x]) * part;
    /* the middle of a cell is half a cell from its edge: from there on, CELL pixels lie between it and the next */
    for (int cell = 0, x = 0; x < width; cell++) {
        int next = cell + 1 < shade->across ? cell + 1 : cell, last = cell + 2 >= shade->across;
        int end = last ? width : (cell + 1) * INK_SHADE_CELL + INK_SHADE_CELL / 2;
        float step = (blend[next] - blend[cell]) / INK_SHADE_CELL;
        float from = blend[cell] - step * ((float)(cell * INK_SHADE_CELL + INK_SHADE_CELL / 2) - 0.5f);
        for (; x < end && x < width; x++) row[x] = from + step * (float)x;
    }
}
