/* SPDX-License-Identifier: MIT */
#include "image/encode.h"
#include "image/photo.h"

/* Three equal channels a pixel become one, in place. */
static void make_grey_if_it_is(struct ink_image *image)
{
    size_t count = (size_t)image->width * (size_t)image->height;
    uint8_t *p = image->pixels;
    for (size_t i = 0; i < count; i++)
        if (p[3 * i] != p[3 * i + 1] || p[3 * i] != p[3 * i + 2]) return;
    for (size_t i = 0; i < count; i++) p[i] = p[3 * i];
    image->channels = 1;
    image->mode = INK_MODE_L;
}

static int scaled(int side, int longer, int max_side)
{
    int size = longer > max_side ? (int)(((int64_t)side * max_side + longer / 2) / longer) : side;
    return size ? size : 1;
}

ink_status ink_thumbnail(const struct ink_image *image, int max_side, struct ink_arena *arena, struct ink_image *out,
                         struct ink_error *err)
{
    int longer = image->width > image->height ? image->width : image->height;
    struct ink_want want = {.width = scaled(image->width, longer, max_side),
                            .height = scaled(image->height, longer, max_side),
                            .channels = 3,
                            .polarity = INK_POLARITY_KEEP};
    float scale;
    *out = (struct ink_image){.width = want.width, .height = want.height, .channels = 3, .mode = INK_MODE_RGB};
    out->pixels = ink_arena_alloc(arena, ink_image_bytes(out), 1);
    struct ink_arena_mark mark = ink_arena_mark(arena);
    ink_status st = out->pixels ? ink_photo_fit(image, &want, INK_FIT_STRETCH, arena, out->pixels, &scale) : INK_E_OOM;
    ink_arena_release(arena, mark);
    if (st) return ink_fail(err, st, "no memory for a small copy of a picture");
    make_grey_if_it_is(out);
    return INK_OK;
}
