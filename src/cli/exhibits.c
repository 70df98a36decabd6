/* SPDX-License-Identifier: MIT */
#include "cli/exhibits.h"

#include <stdlib.h>

#include "cli/opened.h"
#include "cli/print.h"
#include "image/encode.h"

enum { CHARACTERS_ACROSS_MAX = 8 };

/* --- choosing --- */

static int by_interest(const void *a, const void *b)
{
    const struct ink_exhibit *x = a, *y = b;
    if (x->wrong != y->wrong) return x->wrong > y->wrong ? -1 : 1;
    if (x->surest != y->surest) return x->surest > y->surest ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static struct ink_exhibit judge(const struct ink_evaluation *evaluations, size_t models, size_t index)
{
    struct ink_exhibit exhibit = {.index = index};
    for (size_t m = 0; m < models; m++) {
        const struct ink_reading *r = &evaluations[m].readings[index];
        if (r->right) continue;
        exhibit.wrong++;
        if (r->guess_count && r->guesses[0].probability > exhibit.surest) exhibit.surest = r->guesses[0].probability;
    }
    return exhibit;
}

ink_status ink_exhibits_choose(const struct ink_evaluation *evaluations, size_t models, struct ink_arena *arena,
                               struct ink_exhibits *out)
{
    size_t all = 0;
    *out = (struct ink_exhibits){.items = INK_ARENA_ARRAY(arena, struct ink_exhibit, evaluations[0].count)};
    if (!out->items) return INK_E_OOM;
    for (size_t i = 0; i < evaluations[0].count; i++) {
        out->items[all] = judge(evaluations, models, i);
        all += out->items[all].wrong > 0;
    }
    qsort(out->items, all, sizeof *out->items, by_interest);
    out->count = all < INK_EXHIBITS_MAX ? all : INK_EXHIBITS_MAX;
    out->left_out = all - out->count;
    for (size_t i = 0; i < out->count; i++) {
        out->items[i].seen = INK_ARENA_ARRAY(arena, struct ink_view, models);
        if (!out->items[i].seen) return INK_E_OOM;
    }
    return INK_OK;
}

/* --- drawing --- */

/* What drawing needs, whichever model and picture are at hand. */
struct drawer {
    struct ink_arena *kept; /* gets the PNGs */
    struct ink_arena arena; /* of the picture at hand */
    struct ink_buffer file, png;
    struct ink_error *err;
};

static ink_status keep_png(struct drawer *d, const struct ink_image *image, struct ink_view *out)
{
    struct ink_image small;
    ink_buffer_clear(&d->png);
    ink_status st = ink_thumbnail(image, INK_EXHIBIT_SIDE, &d->arena, &small, d->err);
    if (!st) st = ink_png_write(&small, &d->png, d->err);
    uint8_t *copy = st ? NULL : ink_arena_alloc(d->kept, d->png.len, 1);
    if (!st && !copy) st = ink_fail(d->err, INK_E_OOM, "out of memory");
    if (st) return st;
    memcpy(copy, d->png.data, d->png.len);
    *out = ink_view_of(copy, d->png.len);
    return INK_OK;
}

/* What the model was shown: one picture, or its characters from left to right and down, about as many across as down. Nothing
 * (width 0) where it came to nothing. */
static ink_status find_seen(struct drawer *d, const struct ink_answer *answer, struct ink_image *out)
{
    const struct ink_want *want = &answer->want;
    size_t width = (size_t)want->width * (size_t)want->channels, height = (size_t)want->height, across = 1;
    *out = (struct ink_image){.channels = want->channels, .height = want->height, .pixels = answer->found.shown};
    if (answer->prepared && out->pixels) out->width = want->width;
    if (!answer->characters) return INK_OK;
    while (across < CHARACTERS_ACROSS_MAX && across * across < answer->character_count) across++;
    size_t count = answer->character_count < across * across ? answer->character_count : across * across;
    size_t rows = (count + across - 1) / across;
    out->pixels = ink_arena_calloc(&d->arena, width * across, height * rows);
    if (!out->pixels) return ink_fail(d->err, INK_E_OOM, "out of memory");
    out->width = want->width * (int)across;
    out->height = want->height * (int)rows;
    for (size_t i = 0; i < count; i++)
        for (size_t y = 0; y < height; y++)
            memcpy(out->pixels + ((i / across * height + y) * across + i % across) * width,
                   answer->characters[i].seen + y * width, width);
    return INK_OK;
}

/* One picture for one model. What cannot be read was said by its reading already. */
static ink_status draw(struct drawer *d, struct ink_classifier *classifier, const struct ink_labelled *picture,
                       struct ink_exhibit *exhibit, struct ink_view *seen)
{
    struct ink_answer answer = {0};
    struct ink_image shown;
    ink_arena_reset(&d->arena);
    if (ink_opened_picture(picture->path, &d->file, &answer.error)) return INK_OK;
    ink_classifier_read(classifier, picture->shown, ink_buffer_view(&d->file), &d->arena, 0, &answer);
    ink_status st = INK_OK;
    if (answer.decoded && !exhibit->picture.len) st = keep_png(d, &answer.image, &exhibit->picture);
    if (!st) st = find_seen(d, &answer, &shown);
    return !st && shown.width ? keep_png(d, &shown, seen) : st;
}

ink_status ink_exhibits_draw(const struct ink_evaluation *evaluations, size_t models, struct ink_arena *arena,
                             struct ink_exhibits *exhibits, struct ink_error *err)
{
    struct drawer d = {.kept = arena, .err = err};
    ink_status st = INK_OK;
    ink_arena_init(&d.arena, INK_PICTURE_ARENA_BYTES);
    ink_buffer_init(&d.file, INK_PICTURE_BYTES_MAX);
    ink_buffer_init(&d.png, 1 << 20);
    size_t done = 0, all = exhibits->count * models;
    for (size_t m = 0; !st && exhibits->count && m < models; m++) {
        struct ink_opened model;
        st = ink_opened_read(evaluations[m].model, 1, INK_FIT_COUNT, false, &model, err);
        for (size_t i = 0; !st && i < exhibits->count; i++) {
            struct ink_exhibit *exhibit = &exhibits->items[i];
            const struct ink_reading *reading = &evaluations[m].readings[exhibit->index];
            st = draw(&d, model.classifier, reading->picture, exhibit, &exhibit->seen[m]);
            ink_print_progress("eval: drawing", ++done, all);
        }
        ink_opened_cleanup(&model);
    }
    ink_buffer_cleanup(&d.png);
    ink_buffer_cleanup(&d.file);
    ink_arena_cleanup(&d.arena);
    return st;
}
