/* SPDX-License-Identifier: MIT */
#include "image/pieces.h"

#include <stdlib.h>

#include "image/cuts.h"
#include "image/parts.h"
#include "image/rules.h"

static const float TALL = 0.4f;        /* of the line's height: a character, not a dash, a dot or a bit of one */
static const float OFF_LINE = 0.8f;    /* of it, from the line's middle: of another line */
static const float OVERLAP = 0.6f;     /* of the narrower one: two parts that stand in one place are one character */
static const float WIDE = 0.5f;        /* of the height: worth cutting */
static const float SPECK = 0.0025f;    /* of the height squared */
static const float CUT_STROKES = 5.0f; /* a cut goes through so many strokes' widths at most */

/* What makes one place in the line. */
struct group {
    struct ink_box box;
    int parts; /* index + 1 of its first part, chained by `next` */
};

struct line {
    int width, height; /* of the plane */
    struct ink_parts parts;
    int *next; /* [parts.count] index + 1 of the next part of the group, 0 at its end */
    struct group *group;
    int groups;
    int tall;     /* the line's height */
    float middle; /* its middle row */
    float stroke;
};

static int right_of(struct ink_box box)
{
    return box.x + box.width;
}

/* Columns that both have; negative: so many are between them. */
static int overlap(struct ink_box a, struct ink_box b)
{
    int left = a.x > b.x ? a.x : b.x, right = right_of(a) < right_of(b) ? right_of(a) : right_of(b);
    return right - left;
}

static bool is_writing(const struct line *line, const struct ink_part *part)
{
    int edges = ink_part_edges(part, line->width, line->height);
    return edges < 3 && !(edges == 2 && part->box.height < line->height / 2) && !ink_part_is_frame(part, &line->parts);
}

/* Sets tall and middle: medians over the ink of what may be writing. Heights and rows are histograms as long as the plane
 * is high. */
static ink_status measure(struct line *line, struct ink_arena *arena)
{
    size_t rows = 2 * (size_t)line->height + 2, all = 0, below = 0;
    size_t *heights = INK_ARENA_ARRAY(arena, size_t, rows), *middles = INK_ARENA_ARRAY(arena, size_t, rows);
    if (!heights || !middles) return INK_E_OOM;
    for (int i = 0; i < line->parts.count; i++) {
        struct ink_part *part = &line->parts.part[i];
        part->keep = is_writing(line, part);
        if (!part->keep) continue;
        heights[part->box.height] += (size_t)part->area;
        middles[2 * part->box.y + part->box.height] += (size_t)part->area;
        all += (size_t)part->area;
    }
    while (all && (below += heights[line->tall]) * 2 < all) line->tall++;
    int middle = 0;
    for (below = 0; all && (below += middles[middle]) * 2 < all;) middle++;
    line->middle = (float)middle / 2;
    return INK_OK;
}

static void add_part(struct line *line, struct group *group, int part)
{
    line->next[part] = group->parts;
    group->parts = part + 1;
    group->box = ink_box_both(group->box, line->parts.part[part].box);
}

/* Each tall part on the line starts a group. */
static ink_status start_groups(struct line *line)
{
    for (int i = 0; i < line->parts.count; i++) {
        const struct ink_part *part = &line->parts.part[i];
        float off = (float)part->box.y + (float)part->box.height / 2 - line->middle;
        bool on_line = off < OFF_LINE * (float)line->tall && -off < OFF_LINE * (float)line->tall;
        if (!part->keep || !on_line || (float)part->box.height < TALL * (float)line->tall) continue;
        if (line->groups == INK_PIECES_MAX) return INK_E_LIMIT;
        line->group[line->groups++] = (struct group){part->box, i + 1};
    }
    return INK_OK;
}

static int by_place(const void *a, const void *b)
{
    struct ink_box one = ((const struct group *)a)->box, other = ((const struct group *)b)->box;
    return (2 * one.x + one.width) - (2 * other.x + other.width);
}

/* Neighbours that stand in one place become one. */
static void join_groups(struct line *line)
{
    int kept = 0;
    for (int i = 0; i < line->groups; i++) {
        struct group *last = kept ? &line->group[kept - 1] : NULL, *group = &line->group[i];
        int narrower = last && last->box.width < group->box.width ? last->box.width : group->box.width;
        if (!last || (float)overlap(last->box, group->box) < OVERLAP * (float)narrower) {
            line->group[kept++] = *group;
            continue;
        }
        for (int part = group->parts; part;) {
            int after = line->next[part - 1];
            add_part(line, last, part - 1);
            part = after;
        }
    }
    line->groups = kept;
}

/* Bars, gaps and ends of strokes that broke off go to the group that they overlap most. */
static void add_small_parts(struct line *line)
{
    for (int i = 0; i < line->parts.count; i++) {
        const struct ink_part *part = &line->parts.part[i];
        float tall = (float)line->tall;
        if (!part->keep || (float)part->box.height >= TALL * tall || (float)part->area < SPECK * tall * tall) continue;
        struct group *best = NULL;
        int most = 0;
        for (int g = 0; g < line->groups; g++) {
            struct ink_box box = line->group[g].box;
            int columns = overlap(box, part->box);
            bool level = part->box.y + part->box.height > box.y - line->tall / 5 &&
                         part->box.y < box.y + box.height + line->tall / 5;
            /* half of it, at least, stands over or under the group, or half of the group under it */
            int narrower = box.width < part->box.width ? box.width : part->box.width;
            if (!level || columns <= most || columns * 2 <= narrower) continue;
            most = columns;
            best = &line->group[g];
        }
        if (best) add_part(line, best, i);
    }
}

static void mark_group(const struct line *line, const struct group *group, uint16_t *number_of, uint16_t number)
{
    for (int part = group->parts; part; part = line->next[part - 1]) number_of[part] = number;
}

/* The group's ink, cut out. */
static uint8_t *cut_out(const struct line *line, int g, const uint16_t *group_of, struct ink_arena *arena)
{
    struct ink_box box = line->group[g].box;
    uint8_t *ink = INK_ARENA_ARRAY(arena, uint8_t, (size_t)box.width * (size_t)box.height);
    for (int y = 0; ink && y < box.height; y++)
        for (int x = 0; x < box.width; x++)
            ink[y * box.width + x] = group_of[line->parts.label[(box.y + y) * line->width + box.x + x]] == g + 1;
    return ink;
}

/* Of a pixel's four sides, how many are on paper. */
static int paper_sides(const uint8_t *ink, int width, int height, int x, int y)
{
    const uint8_t *at = ink + y * width + x;
    return (x == 0 || !at[-1]) + (x + 1 == width || !at[1]) + (y == 0 || !at[-width]) + (y + 1 == height || !at[width]);
}

/* Labels the group's pixels by the cuts to their left, and measures the pieces. */
static void label_pieces(const struct line *line, int g, const uint8_t *ink, const struct ink_cuts *cuts,
                         struct ink_pieces *pieces)
{
    struct ink_box box = line->group[g].box;
    struct ink_piece *piece = pieces->piece + pieces->count;
    for (int i = 0; i <= cuts->count; i++)
        piece[i] = (struct ink_piece){
            .group = g, .cut = i ? cuts->cut[i - 1].ink : 0, .strokes = i ? cuts->cut[i - 1].strokes : 0};
    for (int y = 0; y < box.height; y++)
        for (int x = 0; x < box.width; x++) {
            if (!ink[y * box.width + x]) continue;
            int number = 0;
            for (int i = 0; i < cuts->count; i++) number += cuts->cut[i].at[y] <= x;
            piece[number].area++;
            piece[number].outline += paper_sides(ink, box.width, box.height, x, y);
            pieces->area++;
            struct ink_box pixel = {box.x + x, box.y + y, 1, 1};
            piece[number].box = piece[number].box.width ? ink_box_both(piece[number].box, pixel) : pixel;
            pieces->label[pixel.y * line->width + pixel.x] = (uint16_t)(pieces->count + number + 1);
        }
    pieces->count += cuts->count + 1;
}

static ink_status cut_groups(const struct line *line, struct ink_arena *arena, struct ink_pieces *pieces)
{
    uint16_t *group_of = INK_ARENA_ARRAY(arena, uint16_t, (size_t)line->parts.count + 1);
    if (!group_of) return INK_E_OOM;
    for (int g = 0; g < line->groups; g++) mark_group(line, &line->group[g], group_of, (uint16_t)(g + 1));
    int most = (int)(CUT_STROKES * line->stroke) + 2;
    for (int g = 0; g < line->groups; g++) {
        struct ink_arena_mark mark = ink_arena_mark(arena);
        struct ink_box box = line->group[g].box;
        struct ink_cuts cuts = {0};
        uint8_t *ink = cut_out(line, g, group_of, arena);
        if (!ink) return INK_E_OOM;
        if ((float)box.width > WIDE * (float)line->tall &&
            ink_cuts_find(ink, box.width, box.height, line->tall, most, arena, &cuts))
            return INK_E_OOM;
        if (pieces->count + cuts.count >= INK_PIECES_MAX) return INK_E_LIMIT;
        label_pieces(line, g, ink, &cuts, pieces);
        ink_arena_release(arena, mark);
    }
    return INK_OK;
}

ink_status ink_pieces_find(const uint8_t *mask, int width, int height, struct ink_arena *arena,
                           struct ink_pieces *pieces)
{
    struct line line = {.width = width, .height = height};
    *pieces = (struct ink_pieces){0};
    pieces->piece = INK_ARENA_ARRAY(arena, struct ink_piece, INK_PIECES_MAX);
    pieces->label = INK_ARENA_ARRAY(arena, uint16_t, (size_t)width * (size_t)height);
    line.group = INK_ARENA_ARRAY(arena, struct group, INK_PIECES_MAX);
    if (!pieces->piece || !pieces->label || !line.group) return INK_E_OOM;
    if (ink_parts_label(mask, width, height, arena, &line.parts)) return INK_E_OOM;
    line.next = INK_ARENA_ARRAY(arena, int, (size_t)line.parts.count + 1);
    if (!line.next || measure(&line, arena)) return INK_E_OOM;
    size_t area;
    line.stroke = ink_mask_stroke(mask, width, height, &area);
    if (start_groups(&line)) return INK_E_LIMIT;
    qsort(line.group, (size_t)line.groups, sizeof *line.group, by_place);
    join_groups(&line);
    add_small_parts(&line);
    pieces->height = line.tall;
    pieces->middle = line.middle;
    pieces->stroke = line.stroke;
    return cut_groups(&line, arena, pieces);
}
