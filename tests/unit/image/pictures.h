/* SPDX-License-Identifier: MIT */
/* pictures.h - small pictures of every kind, written by the libraries or byte by byte. Tests and fuzz targets use them.
 * A failing writer aborts: that is the test's fault, not the reader's. */
#ifndef PICTURES_H
#define PICTURES_H

#include "base/buffer.h"

/* The value of sample (x, y, channel) in all of them, before depth and loss. */
static inline uint8_t pattern(int x, int y, int channel)
{
    return (uint8_t)(x * 37 + y * 59 + channel * 83);
}

enum jpeg_colors { JPEG_GREY = 1, JPEG_RGB = 3, JPEG_CMYK = 4 };

struct png_kind {
    int width, height;
    int color_type; /* PNG_COLOR_TYPE_... */
    int depth;
    bool interlaced;
    bool transparent; /* a tRNS chunk: sample 0, or palette entry 0 */
    int orientation;  /* 0: no EXIF */
};

struct gif_kind {
    int width, height;           /* of the canvas */
    int left, top, across, down; /* the frame */
    bool interlaced;
    int transparent; /* colour number, -1 none */
};

struct bmp_kind {
    int width, height;
    int bits;
    bool top_down, core_header, rle;
    const uint32_t *masks; /* red, green, blue, alpha; NULL: none */
};

/* Sample of a PNG of that depth: the pattern's high bits. */
unsigned png_sample(int x, int y, int channel, int depth);

void make_png(struct ink_buffer *out, struct png_kind kind);
void make_jpeg(struct ink_buffer *out, int width, int height, enum jpeg_colors colors, bool progressive,
               int orientation);
void make_webp(struct ink_buffer *out, int width, int height, int channels, bool lossless);
/* The same picture at (2, 2) of a canvas 4 larger, as the first frame of an animation, or with EXIF. */
void make_webp_animated(struct ink_buffer *out, int width, int height);
void make_webp_exif(struct ink_buffer *out, int width, int height, int orientation);
void make_gif(struct ink_buffer *out, struct gif_kind kind);
void make_bmp(struct ink_buffer *out, struct bmp_kind kind);

/* Palette entry i of the GIF, BMP and PNG pictures. */
void palette_color(int i, uint8_t rgb[3]);

/* One of each kind, whole and small; false behind the last. `out` is cleared first. */
bool make_sample(size_t index, struct ink_buffer *out);

#endif
