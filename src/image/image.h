/* SPDX-License-Identifier: MIT */
/* image.h - a decoded picture: u8 pixels [height, width, channels], row-major, no padding, upright.
 *
 * Pixels are always grey, grey + alpha, RGB or RGBA with straight (not premultiplied) alpha, whatever the file had.
 * What the file had is told by `format` and `mode`, because the seed's squeeze depends on it. */
#ifndef INK_IMAGE_IMAGE_H
#define INK_IMAGE_IMAGE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"

/* code, the word used in answers, its name in messages */
#define INK_IMAGE_FORMAT_MAP(X)                                                                                        \
    X(UNKNOWN, "unknown", "an unknown type")                                                                           \
    X(PNG, "png", "PNG")                                                                                               \
    X(JPEG, "jpeg", "JPEG")                                                                                            \
    X(WEBP, "webp", "WebP")                                                                                            \
    X(GIF, "gif", "GIF")                                                                                               \
    X(BMP, "bmp", "BMP")

enum ink_image_format {
#define X(code, word, name) INK_IMAGE_##code,
    INK_IMAGE_FORMAT_MAP(X)
#undef X
        INK_IMAGE_FORMAT_COUNT
};

/* What the file's pixels were, in Pillow's words (Pillow handbook, "Modes"). */
#define INK_IMAGE_MODE_MAP(X)                                                                                          \
    X(1, "1")                                                                                                          \
    X(L, "L")                                                                                                          \
    X(LA, "LA")                                                                                                        \
    X(P, "P")                                                                                                          \
    X(RGB, "RGB")                                                                                                      \
    X(RGBA, "RGBA")                                                                                                    \
    X(I, "I")                                                                                                          \
    X(CMYK, "CMYK")

enum ink_image_mode {
#define X(code, word) INK_MODE_##code,
    INK_IMAGE_MODE_MAP(X)
#undef X
        INK_MODE_COUNT
};

struct ink_image {
    int width; /* after turning upright */
    int height;
    int channels; /* 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA */
    enum ink_image_format format;
    enum ink_image_mode mode;
    int orientation;    /* EXIF's 1..8, as found in the file; `pixels` are turned already */
    uint8_t *pixels;    /* width * height * channels bytes */
    const void *source; /* mode I: uint16_t grey, mode CMYK: 4 bytes a pixel, both upright like `pixels`; else NULL */
};

/* A rectangle of pixels, x and y of its left upper corner. */
struct ink_box {
    int x;
    int y;
    int width;
    int height;
};

/* The smallest box round both. */
static inline struct ink_box ink_box_both(struct ink_box a, struct ink_box b)
{
    int x = a.x < b.x ? a.x : b.x, y = a.y < b.y ? a.y : b.y;
    int right = a.x + a.width > b.x + b.width ? a.x + a.width : b.x + b.width;
    int bottom = a.y + a.height > b.y + b.height ? a.y + a.height : b.y + b.height;
    return (struct ink_box){x, y, right - x, bottom - y};
}

const char *ink_image_format_word(enum ink_image_format format); /* "png" */
const char *ink_image_mode_word(enum ink_image_mode mode);       /* "RGBA" */

/* Bytes of `pixels`. */
static inline size_t ink_image_bytes(const struct ink_image *image)
{
    return (size_t)image->width * (size_t)image->height * (size_t)image->channels;
}

#endif
