/* SPDX-License-Identifier: MIT */
/* Level rules are looked for column by column, so a column's pixels lie together: level rules are found in the mask turned
 * on its side, upright ones in the mask as it is, which is its own turned one. */
#include "image/rules.h"

#include <math.h>
#include <string.h>

enum {
    SIDE_MIN = 48,       /* below, a stroke is as thin as a rule */
    SLOPES = 12,         /* tried to each side of level */
    RULES_MAX = 64,      /* in one direction */
    COLUMN_STEP = 4,     /* the slope is found in every so many columns */
    THICKNESS_PART = 20, /* a rule is no thicker than this part of the picture's longer side */
    REACH = 2,           /* a rule strays so many pixels from the straight line between one column and the next */
};

static const float SLOPE_MAX = 0.06f;     /* 3.4 degrees: nobody lays paper on a scanner much worse */
static const float SPAN_LEAST = 0.8f;     /* of the picture, from its first to its last pixel */
static const float COVER_LEAST = 0.7f;    /* of the span */
static const float THIN_LEAST = 0.6f;     /* of the span, where nothing crosses it */
static const float CANDIDATE_PART = 0.4f; /* of the width in one row of the projection: worth following */
static const float LONE_STROKE_PART =
    0.6f;                              /* a single rule is so much thinner than the strokes that it is none of them */
static const float REST_LEAST = 0.12f; /* of the picture's side: less is not writing but what is left of rules */

/* A mask, and a copy in which rules are taken out. */
struct sheet {
    int width, height;
    const uint8_t *mask; /* [width, height]: column by column */
    uint8_t *clean;
    uint16_t *profile; /* [height + 2 * drift] */
    int drift;         /* rows that the steepest slope moves */
    int *middle;       /* [width] twice the rule's middle in each column, -1 where there is no rule */
    int *run;          /* [width] its vertical run there */
};

struct rule {
    int thickness;
    bool from_edge_to_edge;
};

float ink_mask_stroke(const uint8_t *mask, int width, int height, size_t *area)
{
    size_t inside = 0, outline = 0;
    for (int y = 1; y + 1 < height; y++) {
        const uint8_t *row = mask + y * width, *above = row - width, *below = row + width;
        unsigned row_inside = 0, row_outline = 0;
        for (int x = 1; x + 1 < width; x++) {
            row_inside += row[x];
            row_outline += row[x] * (4u - row[x - 1] - row[x + 1] - above[x] - below[x]);
        }
        inside += row_inside;
        outline += row_outline;
    }
    *area = inside;
    /* a slanting outline is counted in steps: 4 / pi times too long on average */
    return outline ? 2.0f * 1.27f * (float)inside / (float)outline : 0;
}

static size_t column_start(const struct sheet *sheet, int x)
{
    return (size_t)x * (size_t)sheet->height;
}

/* Ink along lines of this slope, by the row in which they pass the middle column; returns the sum of squares. */
static double project(struct sheet *sheet, float slope, int column_step)
{
    int rows = sheet->height + 2 * sheet->drift;
    memset(sheet->profile, 0, (size_t)rows * sizeof *sheet->profile);
    for (int x = 0; x < sheet->width; x += column_step) {
        int shift = sheet->drift - (int)lroundf(slope * (float)(x - sheet->width / 2));
        const uint8_t *restrict in = sheet->mask + column_start(sheet, x);
        uint16_t *restrict out = sheet->profile + shift;
        for (int y = 0; y < sheet->height; y++) out[y] = (uint16_t)(out[y] + in[y]);
    }
    double sharpness = 0;
    for (int i = 0; i < rows; i++) sharpness += (double)sheet->profile[i] * sheet->profile[i];
    return sharpness;
}

static float sharpest_slope(struct sheet *sheet)
{
    float best_slope = 0;
    double best = project(sheet, 0, COLUMN_STEP);
    for (int i = -SLOPES; i <= SLOPES; i++) {
        float slope = SLOPE_MAX * (float)i / SLOPES;
        double sharpness = project(sheet, slope, COLUMN_STEP);
        if (sharpness <= best) continue;
        best = sharpness;
        best_slope = slope;
    }
    return best_slope;
}

/* The vertical run of ink at (x, y) or, when there is none, nearest to it. Length 0: none within REACH. */
static int run_near(const struct sheet *sheet, int x, int y, int *top)
{
    const uint8_t *column = sheet->mask + column_start(sheet, x);
    for (int away = 0; away <= REACH; away++)
        for (int sign = -1; sign <= 1; sign += 2) {
            int at = y + sign * away;
            if (at < 0 || at >= sheet->height || !column[at]) continue;
            int end = at + 1;
            while (at > 0 && column[at - 1]) at--;
            while (end < sheet->height && column[end]) end++;
            *top = at;
            return end - at;
        }
    return 0;
}

/* Follows a rule from the middle column to one end; runs up to `thickest` pull the expected row after them. */
static void follow(struct sheet *sheet, float row, float slope, int step, int thickest)
{
    for (int x = sheet->width / 2 + (step > 0 ? 0 : -1); x >= 0 && x < sheet->width;
         x += step, row += slope * (float)step) {
        int top = 0, run = run_near(sheet, x, (int)lroundf(row), &top);
        sheet->run[x] = run;
        sheet->middle[x] = 2 * top + run - 1;
        float away = (float)sheet->middle[x] / 2 - row;
        if (run > 0 && run <= thickest && fabsf(away) <= REACH) row += 0.2f * away;
    }
}

static void follow_both_ways(struct sheet *sheet, float row, float slope, int thickest)
{
    follow(sheet, row, slope, 1, thickest);
    follow(sheet, row - slope, slope, -1, thickest);
}

/* The median of its runs, which crossing strokes hardly move; 0 when there are none. */
static int median_run(const struct sheet *sheet, int longest)
{
    int below = 0, found = 0;
    for (int x = 0; x < sheet->width; x++) found += sheet->run[x] > 0;
    for (int length = 1; length <= longest; length++) {
        for (int x = 0; x < sheet->width; x++) below += sheet->run[x] == length;
        if (below * 2 >= found) return found ? length : 0;
    }
    return 0;
}

/* Whether what was followed is a rule: long, thin, and there for most of its length. */
static bool is_rule(const struct sheet *sheet, int thickest, struct rule *rule)
{
    rule->thickness = median_run(sheet, thickest);
    if (rule->thickness == 0) return false;
    int first = sheet->width, last = -1, thin = 0, found = 0;
    for (int x = 0; x < sheet->width; x++) {
        if (sheet->run[x] == 0) continue;
        if (first > x) first = x;
        last = x;
        found++;
        thin += sheet->run[x] <= rule->thickness + 2;
    }
    int near = sheet->width / 50 + 1;
    float span = (float)(last - first + 1);
    rule->from_edge_to_edge = first <= near && last >= sheet->width - 1 - near;
    return span >= SPAN_LEAST * (float)sheet->width && (float)found >= COVER_LEAST * span &&
           (float)thin >= THIN_LEAST * span;
}

/* Takes the followed rule out where it is alone. */
static void take_out(struct sheet *sheet, int thickness)
{
    int alone = thickness + (thickness + 1) / 2 + 1;
    for (int x = 0; x < sheet->width; x++) {
        if (sheet->run[x] == 0 || sheet->run[x] > alone) continue;
        int top = (sheet->middle[x] - sheet->run[x] + 1) / 2;
        memset(sheet->clean + column_start(sheet, x) + top, 0, (size_t)sheet->run[x]);
    }
}

/* Takes level rules out of sheet->clean; returns how many there were, `lone` is the last of them. */
static int remove_level(struct sheet *sheet, struct rule *lone)
{
    int longer = sheet->width > sheet->height ? sheet->width : sheet->height;
    int thickest = longer / THICKNESS_PART < 3 ? 3 : longer / THICKNESS_PART;
    float slope = sharpest_slope(sheet);
    project(sheet, slope, 1);
    unsigned least = (unsigned)(CANDIDATE_PART * (float)sheet->width);
    int rows = sheet->height + 2 * sheet->drift, count = 0;
    for (int i = 0; i < rows && count < RULES_MAX; i++) {
        if (sheet->profile[i] < least) continue;
        int peak = i;
        for (; i + 1 < rows && sheet->profile[i + 1] >= least; i++)
            if (sheet->profile[i + 1] > sheet->profile[peak]) peak = i + 1;
        float row = (float)(peak - sheet->drift);
        follow_both_ways(sheet, row, slope, 0);
        int thickness = median_run(sheet, thickest);
        if (thickness == 0) continue;
        follow_both_ways(sheet, row, slope, thickness + 1);
        struct rule rule;
        if (!is_rule(sheet, thickest, &rule)) continue;
        take_out(sheet, rule.thickness);
        *lone = rule;
        count++;
    }
    return count;
}

static ink_status sheet_make(struct sheet *sheet, const uint8_t *mask, uint8_t *clean, int width, int height,
                             struct ink_arena *arena)
{
    *sheet = (struct sheet){.width = width, .height = height, .mask = mask, .clean = clean};
    sheet->drift = (int)(SLOPE_MAX * (float)width / 2) + 2;
    sheet->profile = INK_ARENA_ARRAY(arena, uint16_t, (size_t)height + 2 * (size_t)sheet->drift);
    sheet->middle = INK_ARENA_ARRAY(arena, int, (size_t)width);
    sheet->run = INK_ARENA_ARRAY(arena, int, (size_t)width);
    return sheet->profile && sheet->middle && sheet->run ? INK_OK : INK_E_OOM;
}

static void turn(const uint8_t *in, int width, int height, uint8_t *out)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            out[(size_t)x * (size_t)height + (size_t)y] = in[(size_t)y * (size_t)width + (size_t)x];
}

/* Whether writing is left, and a single rule is thinner than its strokes: else it may be the bar of a 7 that fills the
 * picture, or a 1. */
static bool is_plausible(const uint8_t *clean, int width, int height, int rules, const struct rule *lone)
{
    size_t area;
    float stroke = ink_mask_stroke(clean, width, height, &area);
    float side = (float)(width < height ? width : height);
    if (stroke == 0 || (float)area / stroke < REST_LEAST * side) return false;
    return rules > 1 || (lone->from_edge_to_edge && (float)lone->thickness <= LONE_STROKE_PART * stroke);
}

ink_status ink_rules_remove(uint8_t *mask, int width, int height, struct ink_arena *arena)
{
    if (width < SIDE_MIN || height < SIDE_MIN) return INK_OK;
    struct ink_arena_mark mark = ink_arena_mark(arena);
    size_t count = (size_t)width * (size_t)height;
    uint8_t *turned = INK_ARENA_ARRAY(arena, uint8_t, count), *turned_clean = INK_ARENA_ARRAY(arena, uint8_t, count);
    uint8_t *clean = INK_ARENA_ARRAY(arena, uint8_t, count);
    struct sheet level, upright;
    ink_status st = clean && turned && turned_clean ? INK_OK : INK_E_OOM;
    if (!st) st = sheet_make(&level, turned, turned_clean, width, height, arena);
    if (!st) st = sheet_make(&upright, mask, clean, height, width, arena);
    if (!st) {
        struct rule lone = {0};
        memcpy(clean, mask, count);
        turn(mask, width, height, turned);
        memcpy(turned_clean, turned, count);
        int rules = remove_level(&level, &lone) + remove_level(&upright, &lone);
        turn(turned_clean, height, width, turned);
        for (size_t i = 0; rules && i < count; i++) clean[i] &= turned[i];
        if (rules && is_plausible(clean, width, height, rules, &lone)) memcpy(mask, clean, count);
    }
    ink_arena_release(arena, mark);
    return st;
}
