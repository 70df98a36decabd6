/* SPDX-License-Identifier: MIT */
/* A line is followed along its axis, x here, from one vertical run of ink to the next. Upright lines are followed in the
 * same way in the mask turned on its side. */
#include "image/forms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINES_MAX = 256,    /* in one direction */
    LEVELS_PROBED = 12, /* columns in which level lines are looked for */
    LEVEL_MIN = 60,     /* pixels: a level line is longer */
    CELLS_MIN = 3,      /* upright strokes */
    UPRIGHT_MIN = 8,    /* pixels: an upright stroke is longer */
    PROBE_AWAY = 4,     /* pixels from the level line, where uprights are looked for */
    GAP_MAX = 2,        /* columns without ink in a line */
    REACH = 2,          /* rows that a line strays */
    CORNER = 6,         /* columns and rows between the ends of lines that meet */
    SETTLE = 12,        /* columns after which a line's slope is known */
};

static const float LEVEL_PART = 0.15f; /* of the picture's width: a level line is longer */
static const float THICK_PART = 0.04f; /* of the picture's height: lines are thinner */
static const float SLOPE_MAX = 0.1f;
static const float SQUARE_MAX = 0.04f; /* what the slopes of level and upright lines differ by */
static const float HOP_PART = 0.6f;    /* of the height: the longest stroke along a line */
static const float OFF_MAX = 1;        /* pixels from a straight line, */
static const float BENT_PART = 0.1f;   /* of so many columns at most */
static const float THIN_LEAST = 0.5f;  /* of a line, where nothing crosses it */
static const float ALIKE_PART = 0.06f; /* of the length of upright strokes, that they differ by */

/* A mask in which lines are followed: [width, height], column by column. */
struct field {
    int width, height;
    const uint8_t *mask;
    int thickest;
};

/* From column `from` to column `to`, its middle at `start` + `slope` * (x - from). */
struct line {
    int from, to;
    float start, slope;
    int thickness;
    bool printed;
};

struct lines {
    int count;
    struct line line[LINES_MAX];
};

static float line_at(const struct line *line, int x)
{
    return line->start + line->slope * (float)(x - line->from);
}

/* The run of ink round (x, y), which is ink: returns its length. */
static int run_at(const struct field *field, int x, int y, int *top)
{
    const uint8_t *column = field->mask + (size_t)x * (size_t)field->height;
    int end = y + 1;
    while (y > 0 && column[y - 1]) y--;
    while (end < field->height && column[end]) end++;
    *top = y;
    return end - y;
}

/* The same for the ink nearest to (x, y); 0 when there is none within REACH. */
static int run_near(const struct field *field, int x, float y, int *top)
{
    int row = (int)lroundf(y);
    for (int away = 0; away <= REACH; away++)
        for (int sign = -1; sign <= 1; sign += 2) {
            int at = row + sign * away;
            if (at >= 0 && at < field->height && field->mask[(size_t)x * (size_t)field->height + (size_t)at])
                return run_at(field, x, at, top);
        }
    return 0;
}

/* Follows a line of this thickness from (start, *row) in steps of +1 or -1. Returns the last column of it, with its middle
 * there in *row; *thin counts the columns where nothing crosses it. */
static int follow(const struct field *field, int start, float *row, int thickness, int step, int *thin)
{
    int last = start, gap = 0, hop = 0;
    float first = *row, at = *row, slope = 0;
    for (int n = 1, x = start + step; x >= 0 && x < field->width; n++, x += step) {
        int top, run = run_near(field, x, at += slope, &top);
        if (run == 0 && ++gap > GAP_MAX) break;
        if (run > thickness + (thickness + 1) / 2 + 1) {
            if ((float)++hop > HOP_PART * (float)field->height) break;
            continue;
        }
        if (run == 0) continue;
        at += 0.3f * ((float)top + (float)(run - 1) / 2 - at);
        if (n >= SETTLE) slope = (at - first) / (float)n;
        gap = hop = 0;
        ++*thin;
        last = x;
        *row = at;
    }
    return last;
}

/* Whether the middles of its runs, where nothing crosses it, lie on the line. */
static bool is_straight(const struct field *field, const struct line *line)
{
    int off = 0, all = 0;
    for (int x = line->from; x <= line->to; x++) {
        int top, run = run_near(field, x, line_at(line, x), &top);
        if (run == 0 || run > line->thickness + (line->thickness + 1) / 2 + 1) continue;
        all++;
        off += fabsf((float)top + (float)(run - 1) / 2 - line_at(line, x)) > OFF_MAX;
    }
    return (float)off <= BENT_PART * (float)all;
}

/* The line through the ink at (x, y); false when there is none, or none that is straight and alone for most of its length. */
static bool trace(const struct field *field, int x, int y, int least, struct line *line)
{
    int top, thickness = run_at(field, x, y, &top), thin = 1;
    if (thickness > field->thickest) return false;
    float left = (float)top + (float)(thickness - 1) / 2, right = left;
    int from = follow(field, x, &left, thickness, -1, &thin), to = follow(field, x, &right, thickness, 1, &thin);
    int length = to - from + 1;
    if (length < least || (float)thin < THIN_LEAST * (float)length) return false;
    *line = (struct line){from, to, left, (right - left) / (float)(length > 1 ? length - 1 : 1), thickness, false};
    return fabsf(line->slope) <= SLOPE_MAX && is_straight(field, line);
}

static bool is_known(const struct lines *lines, int x, int y)
{
    for (int i = 0; i < lines->count; i++) {
        const struct line *line = &lines->line[i];
        if (x >= line->from && x <= line->to && fabsf(line_at(line, x) - (float)y) <= (float)line->thickness + REACH)
            return true;
    }
    return false;
}

static void probe(const struct field *field, int x, int y, int least, struct lines *lines)
{
    if (x < 0 || x >= field->width || y < 0 || y >= field->height || lines->count == LINES_MAX) return;
    if (!field->mask[(size_t)x * (size_t)field->height + (size_t)y] || is_known(lines, x, y)) return;
    lines->count += trace(field, x, y, least, &lines->line[lines->count]);
}

static void find_levels(const struct field *field, struct lines *levels)
{
    int least = (int)(LEVEL_PART * (float)field->width);
    for (int i = 1; i < LEVELS_PROBED; i++)
        for (int y = 0; y < field->height; y++)
            probe(field, i * field->width / LEVELS_PROBED, y, least < LEVEL_MIN ? LEVEL_MIN : least, levels);
}

/* Upright lines above (side -1) or below (1) a level line, in the turned field. */
static void find_uprights(const struct field *turned, const struct line *level, int side, struct lines *uprights)
{
    for (int x = level->from - CORNER; x <= level->to + CORNER; x++) {
        int y = (int)lroundf(line_at(level, x)) + side * (level->thickness + PROBE_AWAY);
        probe(turned, y, x, UPRIGHT_MIN, uprights);
    }
}

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* How far an upright line reaches away from a level line on that side; 0 when it does not start there. */
static int reach_of(const struct line *upright, const struct line *level, int side)
{
    int x = (int)lroundf(line_at(upright, side > 0 ? upright->from : upright->to));
    if (x < level->from - CORNER || x > level->to + CORNER) return 0;
    if (2 * upright->thickness > 3 * level->thickness + 2) return 0;
    if (fabsf(upright->slope + level->slope) > SQUARE_MAX) return 0;
    int row = (int)lroundf(line_at(level, x)), start = side > 0 ? upright->from : upright->to;
    int end = side > 0 ? upright->to : upright->from;
    return abs(start - row) <= level->thickness + CORNER ? (end - row) * side : 0;
}

/* Marks the uprights of one length that end on the level line, when there are enough of them, and the level line. */
static void mark_cells(struct lines *uprights, struct line *level, int side)
{
    int reach[LINES_MAX], count = 0, alike = 0;
    for (int i = 0; i < uprights->count; i++) {
        int one = reach_of(&uprights->line[i], level, side);
        if (one > 0) reach[count++] = one;
    }
    if (count < CELLS_MIN) return;
    qsort(reach, (size_t)count, sizeof *reach, by_value);
    int usual = reach[count / 2], slack = (int)(ALIKE_PART * (float)usual) + REACH;
    for (int i = 0; i < count; i++) alike += abs(reach[i] - usual) <= slack;
    if (alike < CELLS_MIN) return;
    level->printed = true;
    for (int i = 0; i < uprights->count; i++)
        if (abs(reach_of(&uprights->line[i], level, side) - usual) <= slack) uprights->line[i].printed = true;
}

/* Takes a line out of `clean` where it is alone, and where others cross it at right angles. */
static void take_out(const struct field *field, const struct line *line, const struct lines *across, uint8_t *clean)
{
    int alone = line->thickness + (line->thickness + 1) / 2 + 1;
    for (int x = line->from - CORNER; x <= line->to + CORNER; x++) {
        if (x < 0 || x >= field->width) continue;
        int top, run = run_near(field, x, line_at(line, x), &top);
        bool crossed = false;
        for (int i = 0; i < across->count && run > alone; i++) {
            const struct line *other = &across->line[i];
            int row = (int)lroundf(line_at(line, x));
            crossed |= other->printed && row >= other->from - alone && row <= other->to + alone &&
                       fabsf(line_at(other, row) - (float)x) <= (float)other->thickness / 2 + 1;
        }
        if (run == 0 || (run > alone && !crossed)) continue;
        if (crossed) {
            top = (int)lroundf(line_at(line, x)) - alone / 2;
            run = alone;
        }
        for (int y = top < 0 ? 0 : top; y < top + run && y < field->height; y++)
            clean[(size_t)x * (size_t)field->height + (size_t)y] = 0;
    }
}

static void turn(const uint8_t *in, int width, int height, uint8_t *out)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            out[(size_t)x * (size_t)height + (size_t)y] = in[(size_t)y * (size_t)width + (size_t)x];
}

ink_status ink_forms_remove(uint8_t *mask, int width, int height, struct ink_arena *arena)
{
    struct ink_arena_mark mark = ink_arena_mark(arena);
    size_t count = (size_t)width * (size_t)height;
    uint8_t *by_column = INK_ARENA_ARRAY(arena, uint8_t, count), *clean = INK_ARENA_ARRAY(arena, uint8_t, count);
    uint8_t *turned_clean = INK_ARENA_ARRAY(arena, uint8_t, count);
    struct lines *levels = INK_ARENA_ARRAY(arena, struct lines, 1), *uprights = INK_ARENA_ARRAY(arena, struct lines, 1);
    bool enough = by_column && clean && turned_clean && levels && uprights;
    if (enough) {
        int thickest = 3 + (int)(THICK_PART * (float)(width < height ? width : height));
        turn(mask, width, height, by_column);
        struct field level = {width, height, by_column, thickest}, upright = {height, width, mask, thickest};
        find_levels(&level, levels);
        for (int i = 0; i < levels->count; i++)
            for (int side = -1; side <= 1; side += 2) find_uprights(&upright, &levels->line[i], side, uprights);
        for (int i = 0; i < levels->count; i++)
            for (int side = -1; side <= 1; side += 2) mark_cells(uprights, &levels->line[i], side);
        memcpy(clean, mask, count);
        memcpy(turned_clean, by_column, count);
        for (int i = 0; i < levels->count; i++)
            if (levels->line[i].printed) take_out(&level, &levels->line[i], uprights, turned_clean);
        for (int i = 0; i < uprights->count; i++)
            if (uprights->line[i].printed) take_out(&upright, &uprights->line[i], levels, clean);
        turn(turned_clean, height, width, by_column);
        for (size_t i = 0; i < count; i++) mask[i] = clean[i] & by_column[i];
    }
    ink_arena_release(arena, mark);
    return enough ? INK_OK : INK_E_OOM;
}
