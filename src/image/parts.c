/* SPDX-License-Identifier: MIT */
#include "image/parts.h"

#include <math.h>

enum { ROUNDS_MAX = 8 }; /* pieces of a stroke that lie behind each other, seen from the digit's largest part */

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
