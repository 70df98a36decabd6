/* SPDX-License-Identifier: MIT */
#include "image/cuts.h"

#include <stdlib.h>

enum {
    STRAIGHT = 10,     /* cost of a step down, */
    SLANTED = 14,      /* of a step aside, */
    THROUGH_INK = 150, /* and more when it is in ink */
    APART_PART = 20,   /* cuts are this part of the line's height from each other and from both ends */
    STEP_PART = 16,    /* a path is looked for in every such part of the height */
    WINDOW_PART = 7,   /* and leaves its column by this part, */
    NARROW_PART = 30,  /* or only by this */
};

struct window {
    const uint8_t *part;
    int width, height; /* of the part */
    int left, columns; /* of the window */
    int *cost;         /* [2, columns] this row and the one above */
    int8_t *from;      /* [height, columns] -1, 0, 1: the step that led there */
};

static void step_down(const struct window *w, int y)
{
    const int *above = w->cost + (y + 1) % 2 * w->columns;
    int *here = w->cost + y % 2 * w->columns;
    int8_t *from = w->from + y * w->columns;
    for (int x = 0; x < w->columns; x++) {
        int through = THROUGH_INK * w->part[y * w->width + w->left + x];
        int aside = through * (SLANTED - STRAIGHT) / STRAIGHT; /* a slanted step in ink is longer, too */
        int best = y ? above[x] + STRAIGHT : 0;
        from[x] = 0;
        for (int side = -1; y && side <= 1; side += 2) {
            if (x + side < 0 || x + side >= w->columns || above[x + side] + SLANTED + aside >= best) continue;
            best = above[x + side] + SLANTED + aside;
            from[x] = (int8_t)side;
        }
        here[x] = best + through;
    }
}

/* The cheapest path in the window; cut->at is filled. */
static void find_path(const struct window *w, struct ink_cut *cut)
{
    for (int y = 0; y < w->height; y++) step_down(w, y);
    const int *last = w->cost + (w->height - 1) % 2 * w->columns;
    int x = w->columns / 2;
    for (int i = 0; i < w->columns; i++)
        if (last[i] < last[x]) x = i;
    bool in_ink = false;
    cut->ink = cut->strokes = 0;
    int64_t sum = 0;
    for (int y = w->height - 1; y >= 0; y--) {
        cut->at[y] = w->left + x;
        sum += cut->at[y];
        bool ink = w->part[y * w->width + w->left + x] != 0;
        cut->ink += ink;
        cut->strokes += ink && !in_ink;
        in_ink = ink;
        x += w->from[y * w->columns + x];
    }
    cut->middle = (int)(sum / w->height);
}

/* Keeps a cut unless a better one is near; of more than INK_CUTS_MAX the worst goes. */
static void keep(struct ink_cuts *cuts, const struct ink_cut *cut, int apart)
{
    int kept = 0;
    for (int i = 0; i < cuts->count; i++)
        if (abs(cuts->cut[i].middle - cut->middle) < apart && cuts->cut[i].ink <= cut->ink) return;
    for (int i = 0; i < cuts->count; i++)
        if (abs(cuts->cut[i].middle - cut->middle) >= apart) cuts->cut[kept++] = cuts->cut[i];
    cuts->count = kept;
    if (kept == INK_CUTS_MAX) {
        int worst = 0;
        for (int i = 1; i < kept; i++)
            if (cuts->cut[i].ink > cuts->cut[worst].ink) worst = i;
        if (cuts->cut[worst].ink > cut->ink) cuts->cut[worst] = *cut;
    } else {
        cuts->cut[cuts->count++] = *cut;
    }
}

static int by_middle(const void *a, const void *b)
{
    return ((const struct ink_cut *)a)->middle - ((const struct ink_cut *)b)->middle;
}

static int at_least(int value, int least)
{
    return value < least ? least : value;
}

/* Looks for paths that leave their column by `reach`, one after the other. */
static ink_status find_all(struct window *w, int reach, int apart, int step, int most, struct ink_arena *arena,
                           struct ink_cuts *cuts)
{
    for (int middle = apart; middle < w->width - apart; middle += step) {
        struct ink_cut cut = {.at = INK_ARENA_ARRAY(arena, int, (size_t)w->height)};
        if (!cut.at) return INK_E_OOM;
        w->left = at_least(middle - reach, 0);
        w->columns = (middle + reach + 1 > w->width ? w->width : middle + reach + 1) - w->left;
        find_path(w, &cut);
        bool inside = cut.middle >= apart && cut.middle <= w->width - apart;
        if (inside && cut.ink <= most) keep(cuts, &cut, apart);
    }
    return INK_OK;
}

/* Wide windows find the way round slanting strokes. Narrow ones find the way between two strokes that stand side by side and
 * touch for long, which costs more ink than a detour through a loop beside them. */
ink_status ink_cuts_find(const uint8_t *part, int width, int height, int line, int most, struct ink_arena *arena,
                         struct ink_cuts *cuts)
{
    int apart = at_least(line / APART_PART, 2), step = at_least(line / STEP_PART, 1);
    int wide = at_least(line / WINDOW_PART, 1), narrow = at_least(line / NARROW_PART, 1);
    struct window w = {.part = part, .width = width, .height = height};
    cuts->count = 0;
    w.cost = INK_ARENA_ARRAY(arena, int, 2 * (2 * (size_t)wide + 1));
    w.from = INK_ARENA_ARRAY(arena, int8_t, (size_t)height * (2 * (size_t)wide + 1));
    if (!w.cost || !w.from) return INK_E_OOM;
    ink_status st = find_all(&w, wide, apart, step, most, arena, cuts);
    if (!st) st = find_all(&w, narrow, apart, step, most, arena, cuts);
    qsort(cuts->cut, (size_t)cuts->count, sizeof *cuts->cut, by_middle);
    return st;
}
