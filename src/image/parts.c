/* SPDX-License-Identifier: MIT */
#include "image/parts.h"

#include <math.h>

enum {
    PARTS_MAX = UINT16_MAX - 1,
    ROUNDS_MAX = 8, /* pieces of a stroke that lie behind each other, seen from the digit's largest part */
};

struct flood {
    const uint8_t *mask;
    int width, height;
    int *stack; /* at most every pixel once */
    uint16_t *label;
};

static void widen(struct ink_box *box, int x, int y)
{
    int right = box->x + box->width, bottom = box->y + box->height;
    if (x < box->x) box->x = x;
    if (y < box->y) box->y = y;
    box->width = (x + 1 > right ? x + 1 : right) - box->x;
    box->height = (y + 1 > bottom ? y + 1 : bottom) - box->y;
}

static struct ink_part fill(struct flood *flood, int start, uint16_t number)
{
    int width = flood->width, depth = 0;
    struct ink_part part = {.box = {start % width, start / width, 1, 1}};
    flood->stack[depth++] = start;
    flood->label[start] = number;
    while (depth > 0) {
        int at = flood->stack[--depth], x = at % width, y = at / width;
        part.area++;
        widen(&part.box, x, y);
        for (int ny = y > 0 ? y - 1 : 0; ny <= y + 1 && ny < flood->height; ny++)
            for (int nx = x > 0 ? x - 1 : 0; nx <= x + 1 && nx < width; nx++) {
                int next = ny * width + nx;
                if (!flood->mask[next] || flood->label[next]) continue;
                flood->label[next] = number;
                flood->stack[depth++] = next;
            }
    }
    return part;
}

ink_status ink_parts_label(const uint8_t *mask, int width, int height, struct ink_arena *arena, struct ink_parts *parts)
{
    size_t count = (size_t)width * (size_t)height;
    /* parts do not touch: a quarter of the pixels, and one for odd sides, is the most there can be */
    size_t most = ((size_t)width + 1) / 2 * (((size_t)height + 1) / 2);
    if (most > PARTS_MAX) most = PARTS_MAX;
    struct flood flood = {mask, width, height, INK_ARENA_ARRAY(arena, int, count),
                          INK_ARENA_ARRAY(arena, uint16_t, count)};
    parts->part = INK_ARENA_ARRAY(arena, struct ink_part, most);
    parts->label = flood.label;
    parts->count = 0;
    if (!flood.stack || !flood.label || !parts->part) return INK_E_OOM;
    for (size_t i = 0; i < count; i++) {
        if (!mask[i] || flood.label[i]) continue;
        if ((size_t)parts->count == most) break;
        parts->part[parts->count] = fill(&flood, (int)i, (uint16_t)(parts->count + 1));
        parts->count++;
    }
    return INK_OK;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

int ink_part_edges(const struct ink_part *part, int width, int height)
{
    struct ink_box box = part->box;
    int near_x = width / 100, near_y = height / 100;
    return (box.x <= near_x) + (box.y <= near_y) + (box.x + box.width >= width - near_x) +
           (box.y + box.height >= height - near_y);
}

static bool within(struct ink_box inner, struct ink_box outer)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
           inner.y + inner.height <= outer.y + outer.height;
}

bool ink_part_is_frame(const struct ink_part *part, const struct ink_parts *parts)
{
    for (int i = 0; i < parts->count; i++) {
        const struct ink_part *other = &parts->part[i];
        if (other != part && other->area * 20 > part->area && other->box.height * 4 > part->box.height &&
            within(other->box, part->box))
            return true;
    }
    return false;
}

/* How much a part looks like the digit: its size, less when it hangs on the picture's edges (rules, frames, neighbours),
 * lies far from the middle, or is short (dust beside a digit that fills the picture). */
static double merit(const struct ink_part *part, int width, int height)
{
    static const double by_edges[] = {1, 0.25, 0.05, 0.02, 0.02};
    struct ink_box box = part->box;
    double dx = (box.x + box.width * 0.5) / width - 0.5, dy = (box.y + box.height * 0.5) / height - 0.5;
    double away = dx * dx + dy * dy; /* 0 in the middle, 0.5 in a corner */
    double length = fmax((double)box.width / width, (double)box.height / height) / 0.3;
    double tall = length < 1 ? length * length : 1;
    return part->area * tall * (1 - 1.2 * away) * by_edges[ink_part_edges(part, width, height)];
}

static int gap(int a, int a_len, int b, int b_len)
{
    return larger(0, larger(a, b) - (a < b ? a + a_len : b + b_len));
}

/* Whether the part is written near enough to what is kept, and large enough, to be a piece of the same digit. */
static bool belongs(const struct ink_part *part, const struct ink_part *digit, struct ink_box kept, int width,
                    int height)
{
    bool cut = ink_part_edges(part, width, height) > 0; /* a neighbour's, unless it is very near */
    int reach = larger(kept.width, kept.height) / (cut ? 12 : 4);
    if (within(kept, part->box)) return false; /* round it: a frame */
    bool near = gap(part->box.x, part->box.width, kept.x, kept.width) <= reach &&
                gap(part->box.y, part->box.height, kept.y, kept.height) <= reach;
    int least = cut ? digit->area / 3 : digit->area / 40;
    return near && part->area > least && ink_part_edges(part, width, height) < 2;
}

void ink_parts_choose(struct ink_parts *parts, int width, int height)
{
    struct ink_part *digit = NULL;
    double best = -1;
    for (int i = 0; i < parts->count; i++) {
        double value = merit(&parts->part[i], width, height);
        if (value <= best || ink_part_is_frame(&parts->part[i], parts)) continue;
        best = value;
        digit = &parts->part[i];
    }
    if (!digit) return;
    digit->keep = true;
    struct ink_box kept = digit->box;
    bool grown = true;
    for (int round = 0; grown && round < ROUNDS_MAX; round++) {
        struct ink_box before = kept;
        grown = false;
        for (int i = 0; i < parts->count; i++) {
            struct ink_part *part = &parts->part[i];
            if (part->keep || !belongs(part, digit, before, width, height)) continue;
            part->keep = grown = true;
            kept = ink_box_both(kept, part->box);
        }
    }
}
