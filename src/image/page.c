/* SPDX-License-Identifier: MIT */
#include "image/page.h"

#include <math.h>

#include "image/colour.h"
#include "image/dither.h"
#include "image/levels.h"
#include "image/rules.h"

static const float LOW_PART = 0.55f;

enum {
    LEAST_CONTRAST = 20, /* of 255: less is not visible ink but an uneven sheet */
    NOISE_TIMES = 4,     /* ink stands out this many deviations of the paper's noise */
    WEAK = 64,           /* of 255: below, colour may tell more than grey */
};

/* Sets threshold and level. */
static void measure(struct ink_page *page)
{
    size_t count = (size_t)page->plane.width * (size_t)page->plane.height;
    unsigned histogram[256] = {0};
    for (size_t i = 0; i < count; i++) histogram[page->paper.contrast[i]]++;
    int threshold = ink_levels_divide(histogram, count, NULL);
    float least = fmaxf(NOISE_TIMES * page->paper.noise, LEAST_CONTRAST);
    int level = ink_levels_median(histogram, threshold + 1, 255);
    page->level = (float)level < least ? 0 : level;
    /* printed lines may be much darker than the pencil between them: half as dark as the best division still counts */
    page->threshold = (int)fmaxf((float)threshold * LOW_PART, least / 2);
}

/* The same page in colour takes its place where ink stands out more in it. */
static ink_status try_colour(const struct ink_image *image, struct ink_arena *arena, struct ink_page *page)
{
    struct ink_page colour = {.plane = page->plane};
    ink_status st = ink_colour_make(image, arena, &colour.plane);
    if (!st) st = ink_paper_find(&colour.plane, arena, &colour.paper);
    if (st) return st;
    measure(&colour);
    if (colour.level <= page->level) return INK_OK;
    colour.paper.level = page->paper.level;
    *page = colour;
    return INK_OK;
}

/* The longest side of a plane small enough that dots become grey. */
static int without_dots(const struct ink_image *image, int max_side)
{
    int longer = image->width > image->height ? image->width : image->height;
    return longer / INK_DITHER_SIDE < max_side ? longer / INK_DITHER_SIDE : max_side;
}

ink_status ink_page_make(const struct ink_image *image, int max_side, struct ink_arena *arena, struct ink_page *page,
                         struct ink_error *err)
{
    ink_plane_size(image, ink_is_dithered(image) ? without_dots(image, max_side) : max_side, &page->plane);
    ink_status st = ink_grey_make(image, arena, &page->plane);
    if (!st) st = ink_paper_find(&page->plane, arena, &page->paper);
    if (!st) measure(page);
    if (!st && page->level < WEAK && image->channels >= 3) st = try_colour(image, arena, page);
    if (st) return ink_fail(err, st, "no memory to find the ink");
    if (page->level == 0) return ink_fail(err, INK_E_NO_INK, "nothing is written on it");
    return INK_OK;
}

ink_status ink_page_mask(const struct ink_page *page, struct ink_arena *arena, uint8_t **mask)
{
    size_t count = (size_t)page->plane.width * (size_t)page->plane.height;
    *mask = INK_ARENA_ARRAY(arena, uint8_t, count);
    if (!*mask) return INK_E_OOM;
    for (size_t i = 0; i < count; i++) (*mask)[i] = page->paper.contrast[i] > page->threshold;
    return ink_rules_remove(*mask, page->plane.width, page->plane.height, arena);
}
