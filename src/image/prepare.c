/* SPDX-License-Identifier: MIT */
/* Which fit, and from the fitted picture to the model's floats. */
#include "image/prepare.h"

#include "image/digit.h"
#include "image/photo.h"
#include "image/prepared.h"
#include "image/seed.h"

enum { DIGIT_MAX_SIDE = 64, DIGIT_MIN_SIDE = INK_DIGIT_MIN_SIDE };

ink_status ink_want_check(const struct ink_want *want, struct ink_error *err)
{
    bool ok = want->width >= 1 && want->width <= INK_WANT_MAX_SIDE && want->height >= 1 &&
              want->height <= INK_WANT_MAX_SIDE && (want->channels == 1 || want->channels == 3) &&
              (unsigned)want->layout < INK_LAYOUT_COUNT && (unsigned)want->polarity < INK_POLARITY_COUNT &&
              (unsigned)want->fit < INK_FIT_COUNT;
    for (int i = 0; ok && i < want->channels; i++) ok = want->std[i] != 0;
    if (!ok)
        return ink_fail(err, INK_E_ARGUMENT, "a picture cannot be prepared as %dx%d pixels of %d channels", want->width,
                        want->height, want->channels);
    return INK_OK;
}

static enum ink_fit choose(const struct ink_want *want)
{
    if (want->fit != INK_FIT_AUTO) return want->fit;
    bool small = want->width <= DIGIT_MAX_SIDE && want->height <= DIGIT_MAX_SIDE && want->width >= DIGIT_MIN_SIDE &&
                 want->height >= DIGIT_MIN_SIDE;
    return want->channels == 1 && small ? INK_FIT_DIGIT : INK_FIT_LETTERBOX;
}

struct ink_box ink_box_in_picture(struct ink_box box, int reduced, const struct ink_image *image)
{
    struct ink_box out = {box.x * reduced, box.y * reduced, box.width * reduced, box.height * reduced};
    if (out.x + out.width > image->width) out.width = image->width - out.x;
    if (out.y + out.height > image->height) out.height = image->height - out.y;
    return out;
}

void ink_prepared_paper(const struct ink_page *page, int contrast, struct ink_prepared *found)
{
    const struct ink_paper *paper = &page->paper;
    int room = paper->ink_is_dark ? paper->level : 255 - paper->level;
    int away = (room < 64 ? 64 : room) * contrast / 255;
    int level = paper->ink_is_dark ? paper->level - away : paper->level + away;
    found->ink_is_dark = paper->ink_is_dark;
    found->paper = paper->level;
    found->ink_level = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

/* Writes grey, ink 255 on 0. */
static ink_status fit_digit(const struct ink_image *image, const struct ink_want *want, struct ink_arena *arena,
                            uint8_t *grey, struct ink_prepared *found, struct ink_error *err)
{
    struct ink_page page;
    struct ink_trace trace;
    struct ink_placing placing;
    ink_status st = ink_page_make(image, INK_PLANE_DIGIT_SIDE, arena, &page, err);
    if (!st) st = ink_trace_make(&page, arena, &trace, err);
    if (st) return st;
    const struct ink_paper *paper = &page.paper;
    if (ink_digit_is_drawn(&page.plane, paper, &trace, want->width, want->height)) {
        memcpy(grey, paper->contrast, (size_t)want->width * (size_t)want->height);
        placing = (struct ink_placing){.scale = 1};
    } else {
        st = ink_digit_draw(&trace, want->width, want->height, arena, grey, &placing);
        if (st) return ink_fail(err, st, "no memory to scale the digit");
    }

    found->ink = ink_box_in_picture(trace.box, page.plane.reduced, image);
    ink_prepared_paper(&page, trace.level, found);
    found->ink_share = trace.share;
    found->scale = placing.scale / (float)page.plane.reduced;
    found->shift_x = placing.shift_x;
    found->shift_y = placing.shift_y;
    return INK_OK;
}

static void invert(uint8_t *pixels, size_t count)
{
    for (size_t i = 0; i < count; i++) pixels[i] = (uint8_t)(255 - pixels[i]);
}

/* Grey becomes three equal channels, in place from the back. */
static void triple(uint8_t *pixels, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        uint8_t grey = pixels[i];
        pixels[3 * i] = pixels[3 * i + 1] = pixels[3 * i + 2] = grey;
    }
}

void ink_want_shown(uint8_t *shown, const struct ink_want *want)
{
    size_t count = (size_t)want->width * (size_t)want->height;
    if (want->polarity == INK_POLARITY_DARK_INK) invert(shown, count);
    if (want->channels == 3) triple(shown, count);
}

/* Fills shown, u8 [height, width, channels]. */
static ink_status fit_any(const struct ink_image *image, const struct ink_want *want, struct ink_arena *arena,
                          uint8_t *shown, struct ink_prepared *found, struct ink_error *err)
{
    size_t count = (size_t)want->width * (size_t)want->height;
    found->ink = (struct ink_box){0, 0, image->width, image->height};
    ink_status st;
    if (found->fit == INK_FIT_DIGIT) {
        st = fit_digit(image, want, arena, shown, found, err);
    } else if (found->fit == INK_FIT_SEED) {
        found->scale = (float)want->width / (float)image->width;
        st = ink_seed_squeeze(image, want->width, want->height, arena, shown, err);
    } else {
        st = ink_photo_fit(image, want, found->fit, arena, shown, &found->scale);
        if (st) return ink_fail(err, st, "no memory to resize a picture of %dx%d pixels", image->width, image->height);
    }
    if (st) return st;
    if (found->fit == INK_FIT_DIGIT) ink_want_shown(shown, want);
    if (found->fit == INK_FIT_SEED && want->channels == 3) triple(shown, count);
    return INK_OK;
}

/* Where value (x, y, c) goes. */
static size_t place_of(const struct ink_want *want, int x, int y, int c)
{
    size_t width = (size_t)want->width, height = (size_t)want->height, channels = (size_t)want->channels;
    size_t row = (size_t)(want->transposed ? x : y), column = (size_t)(want->transposed ? y : x);
    size_t pixel = row * (want->transposed ? height : width) + column;
    size_t channel = (size_t)(want->bgr ? want->channels - 1 - c : c);
    return want->layout == INK_LAYOUT_NHWC ? pixel * channels + channel : channel * width * height + pixel;
}

void ink_want_floats_from(const uint8_t *shown, const struct ink_want *want, bool as_seed, float *out)
{
    for (int y = 0; y < want->height; y++)
        for (int x = 0; x < want->width; x++)
            for (int c = 0; c < want->channels; c++) {
                float pixel = (float)*shown++;
                out[place_of(want, x, y, c)] =
                    as_seed ? pixel / 256.0f : (pixel * want->scale - want->mean[c]) / want->std[c];
            }
}

ink_status ink_prepare(const struct ink_image *image, const struct ink_want *want, struct ink_arena *arena, float *out,
                       struct ink_prepared *found, struct ink_error *err)
{
    ink_status st = ink_want_check(want, err);
    if (st) return st;
    struct ink_arena_mark all = ink_arena_mark(arena);
    struct ink_prepared result = {.fit = choose(want)};
    result.shown = INK_ARENA_ARRAY(arena, uint8_t, ink_want_floats(want));
    if (!result.shown) return ink_fail(err, INK_E_OOM, "no memory to prepare the picture");

    struct ink_arena_mark kept = ink_arena_mark(arena);
    st = fit_any(image, want, arena, result.shown, &result, err);
    if (!st) ink_want_floats_from(result.shown, want, result.fit == INK_FIT_SEED, out);
    if (st || !found) {
        ink_arena_release(arena, all);
        return st;
    }
    ink_arena_release(arena, kept);
    *found = result;
    return INK_OK;
}
