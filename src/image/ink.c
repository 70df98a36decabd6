/* SPDX-License-Identifier: MIT */
#include "image/ink.h"

#include "image/parts.h"
#include "image/rules.h"

static struct ink_box box_of(const struct ink_parts *parts)
{
    int left = INT32_MAX, top = INT32_MAX, right = 0, bottom = 0;
    for (int i = 0; i < parts->count; i++) {
        if (!parts->part[i].keep) continue;
        struct ink_box box = parts->part[i].box;
        if (box.x < left) left = box.x;
        if (box.y < top) top = box.y;
        if (box.x + box.width > right) right = box.x + box.width;
        if (box.y + box.height > bottom) bottom = box.y + box.height;
    }
    return (struct ink_box){left, top, right - left, bottom - top};
}

/* The parts of the digit, 1 on 0, cut out of the plane with a rim of one pixel: so that every pixel has neighbours. */
struct cutout {
    int width, height; /* with the rim */
    uint8_t *mask;
};

static ink_status cut_out(const struct ink_parts *parts, struct ink_box box, int plane_width, struct ink_arena *arena,
                          struct cutout *cut)
{
    cut->width = box.width + 2;
    cut->height = box.height + 2;
    cut->mask = INK_ARENA_ARRAY(arena, uint8_t, (size_t)cut->width * (size_t)cut->height);
    if (!cut->mask) return INK_E_OOM;
    for (int y = 0; y < box.height; y++) {
        const uint16_t *label = parts->label + (box.y + y) * plane_width + box.x;
        uint8_t *mask = cut->mask + (y + 1) * cut->width + 1;
        for (int x = 0; x < box.width; x++) mask[x] = label[x] && parts->part[label[x] - 1].keep;
    }
    return INK_OK;
}

/* Nothing at `low`, full ink at `high`, straight between. */
static void make_ramp(int low, int high, uint8_t ramp[256])
{
    for (int i = 0; i < 256; i++) ramp[i] = (uint8_t)(i <= low ? 0 : i >= high ? 255 : (i - low) * 255 / (high - low));
}

/* Contrast on the digit and on its soft edges, one pixel round it, becomes ink; everything else 0. */
static void draw_ink(const struct cutout *cut, const struct ink_paper *paper, int plane_width, const uint8_t ramp[256],
                     struct ink_trace *trace)
{
    for (int y = 0; y < trace->box.height; y++) {
        const uint8_t *contrast = paper->contrast + (trace->box.y + y) * plane_width + trace->box.x;
        const uint8_t *mask = cut->mask + y * cut->width; /* the row above, one to the left */
        uint8_t *out = trace->ink + y * trace->box.width;
        for (int x = 0; x < trace->box.width; x++, mask++) {
            unsigned near = 0;
            for (int down = 0; down < 3; down++)
                for (int right = 0; right < 3; right++) near |= mask[down * cut->width + right];
            out[x] = near ? ramp[contrast[x]] : 0;
        }
    }
}

static int level_of(const struct cutout *cut, const struct ink_paper *paper, int plane_width, struct ink_box box)
{
    unsigned histogram[256] = {0};
    for (int y = 0; y < box.height; y++) {
        const uint8_t *contrast = paper->contrast + (box.y + y) * plane_width + box.x;
        const uint8_t *mask = cut->mask + (y + 1) * cut->width + 1;
        for (int x = 0; x < box.width; x++) histogram[contrast[x]] += mask[x];
    }
    return ink_median_above(histogram, 0);
}

static ink_status trace_digit(const struct ink_plane *plane, const struct ink_paper *paper, const uint8_t *mask,
                              int threshold, struct ink_arena *arena, struct ink_trace *trace)
{
    struct ink_parts parts;
    struct cutout cut;
    ink_status st = ink_parts_label(mask, plane->width, plane->height, arena, &parts);
    if (st) return st;
    ink_parts_choose(&parts, plane->width, plane->height);
    trace->box = box_of(&parts);
    trace->ink = INK_ARENA_ARRAY(arena, uint8_t, (size_t)trace->box.width * (size_t)trace->box.height);
    st = cut_out(&parts, trace->box, plane->width, arena, &cut);
    if (st || !trace->ink) return INK_E_OOM;

    size_t area;
    trace->stroke = ink_mask_stroke(cut.mask, cut.width, cut.height, &area);
    trace->share = (float)area / ((float)plane->width * (float)plane->height);
    trace->level = (uint8_t)level_of(&cut, paper, plane->width, trace->box);
    uint8_t ramp[256];
    make_ramp(threshold / 2, trace->level, ramp);
    draw_ink(&cut, paper, plane->width, ramp, trace);
    return INK_OK;
}

ink_status ink_trace_make(const struct ink_page *page, struct ink_arena *arena, struct ink_trace *trace,
                          struct ink_error *err)
{
    uint8_t *mask;
    ink_status st = ink_page_mask(page, arena, &mask);
    if (!st) st = trace_digit(&page->plane, &page->paper, mask, page->threshold, arena, trace);
    return st ? ink_fail(err, st, "no memory to find the ink") : INK_OK;
}
