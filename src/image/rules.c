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
static const float CANDIDATE_PART = 0.4f; /* of the width in one row of the projection: worth following */
static const float STROKE_PART = 0.6f;    /* of the strokes' width: what is thinner is none of them */
static const float APART_LEAST = 0.95f;   /* of a rule's length, for one that nothing touches */
static const float REST_LEAST = 0.12f;    /* of the picture's side: less is not writing but what is left of rules */

/* What makes a line a rule. */
struct demands {
    float span;  /* of the picture, from its first to its last pixel */
    float cover; /* of the span, where there is ink */
    float thin;  /* of the span, where nothing crosses it */
};

static const struct demands of_paper = {0.8f, 0.7f, 0.6f};
static const struct demands of_frame = {0.5f, 0.7f, 0.6f};
static const struct demands of_expected = {0.8f, 0.3f,
                                           0.2f}; /* where regular spacing has one: faint, or hidden by writing */
enum { RULED_LEAST = 3 };                         /* so many rules in one direction make ruled paper */

/* A mask, and a copy in which rules are taken out. */
struct sheet {
    int width, height;
    const uint8_t *mask; /* [width, height]: column by column */
    uint8_t *clean;
    uint16_t *profile;    /* [height + 2 * drift] */
    int drift;            /* rows that the steepest slope moves */
    int *middle;          /* [width] twice the rule's middle in each column, -1 where there is no rule */
    int *run;             /* [width] its vertical run there */
    float slope;          /* of the rules */
    int count;            /* rules found, */
    float row[RULES_MAX]; /* and where they pass the middle column, from above */
};

struct rule {
    int thickness;
    bool from_edge_to_edge;
    bool apart; /* nothing touches it */
};

/* The rules of a mask. */
struct rules {
    int level, upright;
    struct rule thickest; /* the only one where there is one */
    bool framed;          /* they do not go through the page but frame a part of it */
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

/* A rule's thickness: that of most of the thin runs that are demanded; thicker ones are of strokes that cross it. 0 when it
 * is over `most`. */
static int thickness_of(const struct sheet *sheet, const struct demands *demands, int most)
{
    int below = 0, found = 0;
    for (int x = 0; x < sheet->width; x++) found += sheet->run[x] > 0;
    for (int length = 1; found && length <= most; length++) {
        for (int x = 0; x < sheet->width; x++) below += sheet->run[x] == length;
        if ((float)below >= 0.8f * demands->thin * (float)found) return length;
    }
    return 0;
}

/* Whether what was followed is a rule: long, thin, and there for most of its length. */
static bool is_rule(const struct sheet *sheet, const struct demands *demands, int most, struct rule *rule)
{
    rule->thickness = thickness_of(sheet, demands, most);
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
    rule->apart = (float)thin >= APART_LEAST * (float)found;
    return span >= demands->span * (float)sheet->width && (float)found >= demands->cover * span &&
           (float)thin >= demands->thin * span;
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

/* Sets slope, and the profile along it. */
static void find_direction(struct sheet *sheet)
{
    sheet->slope = sharpest_slope(sheet);
    project(sheet, sheet->slope, 1);
}

/* Takes the rule that passes the middle column in `row` out of sheet->clean, if there is one no thicker than `most`. */
static bool remove_rule(struct sheet *sheet, float row, const struct demands *demands, int most, struct rule *rule)
{
    follow_both_ways(sheet, row, sheet->slope, 0);
    int thickness = thickness_of(sheet, demands, most);
    if (thickness == 0) return false;
    follow_both_ways(sheet, row, sheet->slope, thickness + 1);
    if (!is_rule(sheet, demands, most, rule)) return false;
    take_out(sheet, rule->thickness);
    return true;
}

/* Takes out what the profile shows; *thickest is only changed to a thicker one. */
static void remove_level(struct sheet *sheet, const struct demands *demands, int most, struct rule *thickest)
{
    unsigned least = (unsigned)(CANDIDATE_PART * (float)sheet->width);
    int rows = sheet->height + 2 * sheet->drift;
    for (int i = 0; i < rows && sheet->count < RULES_MAX; i++) {
        if (sheet->profile[i] < least) continue;
        int peak = i;
        for (; i + 1 < rows && sheet->profile[i + 1] >= least; i++)
            if (sheet->profile[i + 1] > sheet->profile[peak]) peak = i + 1;
        float row = (float)(peak - sheet->drift);
        struct rule rule;
        if (!remove_rule(sheet, row, demands, most, &rule)) continue;
        sheet->row[sheet->count++] = row;
        if (rule.thickness >= thickest->thickness) *thickest = rule;
    }
}

/* Rows from one rule to the next; 0 where they are not regular. */
static float spacing(const struct sheet *sheet)
{
    if (sheet->count < RULED_LEAST) return 0;
    float least = (float)sheet->height, first = sheet->row[0], all = sheet->row[sheet->count - 1] - first;
    for (int i = 1; i < sheet->count; i++) least = fminf(least, sheet->row[i] - sheet->row[i - 1]);
    if (least < 4 * REACH) return 0;
    float sum = 0, steps = 0; /* over neighbours: rows are whole numbers, the spacing is not */
    for (int i = 1; i < sheet->count; i++) {
        float gap = sheet->row[i] - sheet->row[i - 1];
        sum += gap < 1.5f * least ? gap : 0;
        steps += gap < 1.5f * least;
    }
    float step = all / roundf(all * steps / sum);
    for (int i = 1; i < sheet->count; i++) {
        float at = (sheet->row[i] - first) / step;
        if (fabsf(at - roundf(at)) * step > REACH) return 0;
    }
    return step;
}

/* On ruled paper, the rules that writing hides or that are too faint to be seen without the others. */
static void remove_expected(struct sheet *sheet, int most)
{
    float step = spacing(sheet);
    if (step == 0) return;
    int found = 0;
    for (float row = fmodf(sheet->row[0], step); row < (float)sheet->height; row += step) {
        while (found < sheet->count && sheet->row[found] < row - REACH) found++;
        bool is_found = found < sheet->count && sheet->row[found] <= row + REACH;
        struct rule rule;
        if (!is_found) remove_rule(sheet, row, &of_expected, most, &rule);
    }
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

/* Rules of the page; where there are none, the frame of a form's cell. */
static struct rules remove_both(struct sheet *level, struct sheet *upright, int most)
{
    struct rules rules = {0};
    remove_level(level, &of_paper, most, &rules.thickest);
    remove_level(upright, &of_paper, most, &rules.thickest);
    remove_expected(level, rules.thickest.thickness + 1);
    remove_expected(upright, rules.thickest.thickness + 1);
    rules.framed = !level->count && !upright->count;
    if (rules.framed) {
        remove_level(level, &of_frame, most, &rules.thickest);
        remove_level(upright, &of_frame, most, &rules.thickest);
    }
    rules.level = level->count;
    rules.upright = upright->count;
    return rules;
}

/* Whether writing is left, and the rules are none of its strokes: the bar of a 7 that fills the picture, a 1, an E. */
static bool is_plausible(const struct rules *rules, const uint8_t *clean, int width, int height)
{
    size_t area;
    float stroke = ink_mask_stroke(clean, width, height, &area);
    float side = (float)(width < height ? width : height);
    if (stroke == 0 || (float)area / stroke < REST_LEAST * side) return false;
    bool thin = (float)rules->thickest.thickness <= STROKE_PART * stroke;
    if (rules->framed) return thin && rules->level > 1 && rules->upright > 1;
    bool lone = rules->level + rules->upright == 1;
    return !lone || (thin && (rules->thickest.from_edge_to_edge || rules->thickest.apart));
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
        memcpy(clean, mask, count);
        turn(mask, width, height, turned);
        memcpy(turned_clean, turned, count);
        find_direction(&level);
        find_direction(&upright);
        int longer = width > height ? width : height;
        struct rules rules = remove_both(&level, &upright, longer / THICKNESS_PART < 3 ? 3 : longer / THICKNESS_PART);
        turn(turned_clean, height, width, turned);
        bool any = rules.level || rules.upright;
        for (size_t i = 0; any && i < count; i++) clean[i] &= turned[i];
        if (any && is_plausible(&rules, clean, width, height)) memcpy(mask, clean, count);
    }
    ink_arena_release(arena, mark);
    return st;
}
