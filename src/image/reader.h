/* SPDX-License-Identifier: MIT */
/* reader.h - what the five picture readers share; only decode.c and the readers include it.
 *
 * A reader looks at the header, asks ink_reader_frame for room (that is where limits are held), fills reader->pixels
 * top row first, and returns. Turning upright is done behind it. */
#ifndef INK_IMAGE_READER_H
#define INK_IMAGE_READER_H

#include "image/decode.h"

struct ink_reader {
    struct ink_view bytes;
    const struct ink_decode_limits *limits;
    struct ink_arena *arena;
    struct ink_error *err;
    struct ink_image *out;
    int width; /* as stored, before turning */
    int height;
    int orientation;     /* EXIF, 1..8; set before ink_reader_frame */
    uint8_t *pixels;     /* width * height * channels, the reader fills it */
    uint8_t *source;     /* width * height * source_bytes, or NULL */
    size_t source_bytes; /* a pixel, of out->source */
    uint8_t *upright;    /* where turned pixels go; NULL when nothing is to turn */
    uint8_t *upright_source;
    struct ink_arena_mark mark; /* behind what stays */
};

/* Holds width x height against the limits on pixels. */
INK_NODISCARD ink_status ink_reader_holds(struct ink_reader *reader, uint64_t width, uint64_t height);

/* The same, holds the memory against its limit, and takes room for pixels (and source_bytes a pixel besides, may be 0).
 * extra_bytes: what the decoder itself will take, counted against limits->max_bytes. */
INK_NODISCARD ink_status ink_reader_frame(struct ink_reader *reader, uint64_t width, uint64_t height, int channels,
                                          size_t source_bytes, size_t extra_bytes);

/* The type's name in messages: "PNG". */
const char *ink_reader_name(const struct ink_reader *reader);

/* INK_E_IMAGE "PNG ends after 812 of 17125 bytes", or "of at least 17125" when the file may have had more; whole_bytes 0
 * when nothing tells. */
ink_status ink_reader_cut(struct ink_reader *reader, uint64_t whole_bytes, bool exactly);

/* INK_E_IMAGE "GIF ends after 812 bytes, in row 17 of 28". */
ink_status ink_reader_cut_in_row(struct ink_reader *reader, int row);

/* INK_E_IMAGE "PNG is damaged: ..." */
ink_status ink_reader_damaged(struct ink_reader *reader, const char *why);

/* The orientation in an EXIF block (a TIFF header first, "Exif\0\0" in front is allowed); 1 when there is none. */
int ink_exif_orientation(struct ink_view exif);

/* Copies pixels of pixel_bytes from `in` (width x height, turned as `orientation` says) to `out`, upright. They must not
 * overlap. */
void ink_turn_upright(const uint8_t *in, int width, int height, size_t pixel_bytes, int orientation, uint8_t *out);

ink_status ink_png_read(struct ink_reader *reader);
ink_status ink_jpeg_read(struct ink_reader *reader);
ink_status ink_webp_read(struct ink_reader *reader);
ink_status ink_gif_read(struct ink_reader *reader);
ink_status ink_bmp_read(struct ink_reader *reader);

#endif
