/* SPDX-License-Identifier: MIT */
#include "image/ink.h"

#include <math.h>

#include "image/parts.h"
#include "image/rules.h"

static const float LOW_PART = 0.55f;

enum {
    LEAST_CONTRAST = 20, /* of 255: less is not visible ink but an uneven sheet */
    NOISE_TIMES = 4,     /* ink stands out this many deviations of the paper's noise */
};

/* Otsu 1979: the threshold that best divides a histogram in two. */
static int divide(const unsigned histogram[256], size_t count)
{
    double sum = 0, low_sum = 0, low_count = 0, best = -1;
    int threshold = 0;
    for (int i = 0; i < 256; i++) sum += (double)i * histogram[i];
    for (int i = 0; i < 255; i++) {
        low_count += histogram[i];
        low_sum += (double)i * histogram[i];
        double high_count = (double)count - low_count;
        if (low_count == 0 || high_count == 0) continue;
        double apart = low_sum / low_count - (sum - low_sum) / high_count;
        double between = low_count * high_count * apart * apart;
        if (between <= best) continue;
        best = between;
        threshold = i;
    }
    return threshold;
}

/* The median of levels above the threshold; 0 when there are none. */
static int median_above(const unsigned histogram[256], int threshold)
{
    size_t all = 0, below = 0;
    for (int i = threshold + 1; i < 256; i++) all += histogram[i];
    if (all == 0) return 0;
    int level = threshold + 1;
    while (level < 255 && (below += histogram[level]) * 2 < all) level++;
    return level;
}

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
    return median_above(histogram, 0);
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

ink_status ink_trace_make(const struct ink_plane *plane, const struct ink_paper *paper, struct ink_arena *arena,
                          struct ink_trace *trace, struct ink_error *err)
{
    size_t count = (size_t)plane->width * (size_t)plane->height;
    unsigned histogram[256] = {0};
    for (size_t i = 0; i < count; i++) histogram[paper->contrast[i]]++;
    int threshold = divide(histogram, count);
    float least = NOISE_TIMES * paper->noise;
    if (least < LEAST_CONTRAST) least = LEAST_CONTRAST;
    if ((float)median_above(histogram, threshold) < least)
        return ink_fail(err, INK_E_NO_INK, "nothing is written on it");

    /* printed lines may be much darker than the pencil between them: half as dark as the best division still counts */
    threshold = (int)fmaxf((float)threshold * LOW_PART, least / 2);
    uint8_t *mask = INK_ARENA_ARRAY(arena, uint8_t, count);
    if (!mask) return ink_fail(err, INK_E_OOM, "no memory to find the ink");
    for (size_t i = 0; i < count; i++) mask[i] = paper->contrast[i] > threshold;
    ink_status st = ink_rules_remove(mask, plane->width, plane->height, arena);
    if (!st) st = trace_digit(plane, paper, mask, threshold, arena, trace);
    return st ? ink_fail(err, st, "no memory to find the ink") : INK_OK;
}
