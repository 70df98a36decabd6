/* SPDX-License-Identifier: MIT */
#include "image/linemask.h"

#include <math.h>
#include <string.h>

#include "image/forms.h"
#include "image/rules.h"

static const float FAINT_PART = 0.5f;       /* of the threshold */
static const float FAINT_NOISE_TIMES = 3;   /* deviations of the paper's noise */
static const float RULES_SHARE = 0.95f;     /* of a rule's pixels lie below what is taken as its contrast */
static const float RULES_FAINT_PART = 0.7f; /* of the ink's contrast */

static size_t pixels_of(const struct ink_page *page)
{
    return (size_t)page->plane.width * (size_t)page->plane.height;
}

/* Contrast below which RULES_SHARE of what was taken out of a mask lies; 0 when nothing was. */
static int contrast_between(const struct ink_page *page, const uint8_t *mask, const uint8_t *clean)
{
    size_t all = 0, below = 0;
    unsigned histogram[256] = {0};
    for (size_t i = 0; i < pixels_of(page); i++) {
        unsigned taken = mask[i] & ~clean[i] & 1u;
        histogram[page->paper.contrast[i]] += taken;
        all += taken;
    }
    int level = 0;
    while (level < 255 && (float)(below += histogram[level]) < RULES_SHARE * (float)all) level++;
    return all ? level : 0;
}

static void mark_over(const struct ink_page *page, int level, uint8_t *mask)
{
    for (size_t i = 0; i < pixels_of(page); i++) mask[i] = page->paper.contrast[i] > level;
}

/* Rules are looked for with all that is faint, or they would fall to pieces before they are found. Where they are fainter
 * than the ink, a threshold over them divides the two better than taking them out, which thins what they cross. */
ink_status ink_linemask_make(const struct ink_page *page, struct ink_arena *arena, uint8_t **out)
{
    uint8_t *mask = *out = INK_ARENA_ARRAY(arena, uint8_t, pixels_of(page));
    uint8_t *clean = INK_ARENA_ARRAY(arena, uint8_t, pixels_of(page));
    if (!mask || !clean) return INK_E_OOM;
    mark_over(page, (int)fmaxf((float)page->threshold * FAINT_PART, FAINT_NOISE_TIMES * page->paper.noise), mask);
    memcpy(clean, mask, pixels_of(page));
    ink_status st = ink_forms_remove(clean, page->plane.width, page->plane.height, arena);
    if (!st) st = ink_rules_remove(clean, page->plane.width, page->plane.height, arena);
    int rules = contrast_between(page, mask, clean);
    if (rules > 0 && (float)rules < RULES_FAINT_PART * (float)page->level) {
        mark_over(page, rules > page->threshold ? rules : page->threshold, mask);
        return st;
    }
    mark_over(page, page->threshold, mask);
    for (size_t i = 0; i < pixels_of(page); i++) mask[i] &= clean[i];
    return st;
}
