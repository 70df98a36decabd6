/* SPDX-License-Identifier: MIT */
#include "image/ink.h"

#include "image/levels.h"
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

static ink_status cut_out(const struct ink_parts *parts, int plane_width, struct ink_arena *arena,
                          struct ink_cutout *cut)
{
    struct ink_box box = cut->box = box_of(parts);
    cut->mask = INK_ARENA_ARRAY(arena, uint8_t, (size_t)(box.width + 2) * (size_t)(box.height + 2));
    if (!cut->mask) return INK_E_OOM;
    for (int y = 0; y < box.height; y++) {
        const uint16_t *label = parts->label + (box.y + y) * plane_width + box.x;
        uint8_t *mask = cut->mask + (y + 1) * (box.width + 2) + 1;
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
static void draw_ink(const struct ink_cutout *cut, const struct ink_page *page, const uint8_t ramp[256], uint8_t *ink)
{
    struct ink_box box = cut->box;
    int rimmed = box.width + 2;
    for (int y = 0; y < box.height; y++) {
        const uint8_t *contrast = page->paper.contrast + (box.y + y) * page->plane.width + box.x;
        const uint8_t *mask = cut->mask + y * rimmed; /* the row above, one to the left */
        for (int x = 0; x < box.width; x++, mask++) {
            unsigned near = 0;
            for (int down = 0; down < 3; down++)
                for (int right = 0; right < 3; right++) near |= mask[down * rimmed + right];
            *ink++ = near ? ramp[contrast[x]] : 0;
        }
    }
}

static int level_of(const struct ink_cutout *cut, const struct ink_page *page)
{
    struct ink_box box = cut->box;
    unsigned histogram[256] = {0};
    for (int y = 0; y < box.height; y++) {
        const uint8_t *contrast = page->paper.contrast + (box.y + y) * page->plane.width + box.x;
        const uint8_t *mask = cut->mask + (y + 1) * (box.width + 2) + 1;
        for (int x = 0; x < box.width; x++) histogram[contrast[x]] += mask[x];
    }
    return ink_levels_median(histogram, 1, 255);
}

ink_status ink_trace_cutout(const struct ink_page *page, const struct ink_cutout *cut, struct ink_arena *arena,
                            struct ink_trace *trace)
{
    size_t area;
    trace->box = cut->box;
    trace->ink = INK_ARENA_ARRAY(arena, uint8_t, (size_t)cut->box.width * (size_t)cut->box.height);
    if (!trace->ink) return INK_E_OOM;
    trace->stroke = ink_mask_stroke(cut->mask, cut->box.width + 2, cut->box.height + 2, &area);
    trace->share = (float)area / ((float)page->plane.width * (float)page->plane.height);
    trace->level = (uint8_t)level_of(cut, page);
    uint8_t ramp[256];
    make_ramp(page->threshold / 2, trace->level, ramp);
    draw_ink(cut, page, ramp, trace->ink);
    return INK_OK;
}

ink_status ink_trace_make(const struct ink_page *page, struct ink_arena *arena, struct ink_trace *trace,
                          struct ink_error *err)
{
    int width = page->plane.width, height = page->plane.height;
    uint8_t *mask;
    struct ink_parts parts;
    struct ink_cutout cut;
    ink_status st = ink_page_mask(page, arena, &mask);
    if (!st) st = ink_parts_label(mask, width, height, arena, &parts);
    if (!st) {
        ink_parts_choose(&parts, width, height);
        st = cut_out(&parts, width, arena, &cut);
    }
    if (!st) st = ink_trace_cutout(page, &cut, arena, trace);
    return st ? ink_fail(err, st, "no memory to find the ink") : INK_OK;
}
