/* SPDX-License-Identifier: MIT */
#include "image/ink.h"

#include <math.h>

#include "image/parts.h"

static const float LOW_PART = 0.55f;

enum {
    LEAST_CONTRAST = 20, /* of 255: less is not visible ink but an uneven sheet */
    NOISE_TIMES = 4,     /* ink stands out this many deviations of the paper's noise */
    SOFT_REACH = 2,      /* plane pixels round the digit's parts where its soft edges are kept */
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

static void count_levels(const uint8_t *pixels, size_t count, unsigned histogram[256])
{
    for (size_t i = 0; i < count; i++) histogram[pixels[i]]++;
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

/* Twice the area by the length of the outline: a stroke of width w and length l has w * l and 2 * l. */
static float stroke_width(const uint8_t *kept, int width, int height)
{
    size_t area = 0, outline = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * (size_t)width + (size_t)x;
            if (!kept[at]) continue;
            area++;
            outline += (x == 0 || !kept[at - 1]) + (x == width - 1 || !kept[at + 1]);
            outline += (y == 0 || !kept[at - (size_t)width]) + (y == height - 1 || !kept[at + (size_t)width]);
        }
    /* a slanting outline is counted in steps: 4 / pi times too long on average */
    return outline ? 2.0f * 1.27f * (float)area / (float)outline : 0;
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

/* 1 within reach of a kept pixel: rows, then columns. */
static void grow(const uint8_t *in, int width, int height, int reach, uint8_t *rows, uint8_t *out)
{
    for (int y = 0; y < height; y++)
        for (int x = 0, since = 2 * reach + 1; x < width + reach; x++) {
            since = x < width && in[y * width + x] ? 0 : since + 1;
            if (x >= reach) rows[y * width + x - reach] = since <= 2 * reach;
        }
    for (int x = 0; x < width; x++)
        for (int y = 0, since = 2 * reach + 1; y < height + reach; y++) {
            since = y < height && rows[y * width + x] ? 0 : since + 1;
            if (y >= reach) out[(y - reach) * width + x] = since <= 2 * reach;
        }
}

/* Contrast becomes ink: nothing at `low`, full at `high`, straight between. */
static void stretch(uint8_t *ink, size_t count, int low, int high)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++) table[i] = (uint8_t)(i <= low ? 0 : i >= high ? 255 : (i - low) * 255 / (high - low));
    for (size_t i = 0; i < count; i++) ink[i] = table[ink[i]];
}

static ink_status keep_digit(struct ink_trace *trace, uint8_t *mask, struct ink_arena *arena)
{
    struct ink_parts parts;
    ink_status st = ink_parts_label(mask, trace->width, trace->height, arena, &parts);
    if (st) return st;
    ink_parts_choose(&parts, trace->width, trace->height);
    trace->box = box_of(&parts);

    size_t count = (size_t)trace->width * (size_t)trace->height, kept = 0;
    unsigned histogram[256] = {0};
    for (size_t i = 0; i < count; i++) {
        mask[i] = parts.label[i] && parts.part[parts.label[i] - 1].keep;
        if (!mask[i]) continue;
        kept++;
        histogram[trace->ink[i]]++;
    }
    trace->level = (uint8_t)median_above(histogram, 0);
    trace->share = (float)kept / (float)count;
    trace->stroke = stroke_width(mask, trace->width, trace->height);
    uint8_t *rows = INK_ARENA_ARRAY(arena, uint8_t, count), *near = INK_ARENA_ARRAY(arena, uint8_t, count);
    if (!rows || !near) return INK_E_OOM;
    grow(mask, trace->width, trace->height, SOFT_REACH, rows, near);
    /* soft edges stay, but no other part, however near */
    for (size_t i = 0; i < count; i++)
        if (!near[i] || (parts.label[i] && !mask[i])) trace->ink[i] = 0;
    return INK_OK;
}

ink_status ink_trace_make(const struct ink_plane *plane, const struct ink_paper *paper, struct ink_arena *arena,
                          struct ink_trace *trace, struct ink_error *err)
{
    size_t count = (size_t)plane->width * (size_t)plane->height;
    unsigned histogram[256] = {0};
    count_levels(paper->contrast, count, histogram);
    int threshold = divide(histogram, count);
    int level = median_above(histogram, threshold);
    float least = NOISE_TIMES * paper->noise;
    if (least < LEAST_CONTRAST) least = LEAST_CONTRAST;
    if ((float)level < least) return ink_fail(err, INK_E_NO_INK, "nothing is written on it");

    *trace = (struct ink_trace){.width = plane->width, .height = plane->height, .ink = paper->contrast};
    /* printed lines may be much darker than the pencil between them: what is half as dark as the best division counts */
    threshold = (int)fmaxf((float)threshold * LOW_PART, least / 2);
    uint8_t *mask = INK_ARENA_ARRAY(arena, uint8_t, count);
    if (!mask) return ink_fail(err, INK_E_OOM, "no memory to find the ink");
    for (size_t i = 0; i < count; i++) mask[i] = paper->contrast[i] > threshold;
    ink_status st = keep_digit(trace, mask, arena);
    if (st) return ink_fail(err, st, "no memory to find the ink");
    stretch(trace->ink, count, threshold / 2, trace->level);
    return INK_OK;
}
