/* SPDX-License-Identifier: MIT */
/* decode.h - from the bytes of a file to pixels: PNG, JPEG, WebP, GIF (first frame), BMP.
 *
 *   bytes  ->  u8 pixels [height, width, channels], turned upright (EXIF)
 *
 * The type is told by the content, never by the name. Every byte is hostile: sizes are held against the limits as soon as
 * the header is read, before memory is taken; a file that ends early is an error, not half a picture. */
#ifndef INK_IMAGE_DECODE_H
#define INK_IMAGE_DECODE_H

#include "image/image.h"

struct ink_decode_limits {
    uint32_t max_side;   /* pixels, width and height each */
    uint64_t max_pixels; /* width * height */
    size_t max_bytes;    /* for the pixels and what the decoder needs besides */
};

/* 20,000 px a side, 64 million pixels, 512 MiB. */
extern const struct ink_decode_limits ink_decode_limits_default;

/* Decodes the picture in `bytes`.
 *
 * limits  NULL means the default
 * arena   gets the pixels; its cap holds besides the limits; everything else that was taken is given back
 * out     filled on INK_OK; its pixels live as long as the arena's contents
 *
 * INK_E_IMAGE: empty, unknown, of another type (which is named), damaged, or cut off ("PNG ends after 812 of 17125
 * bytes"). INK_E_LIMIT: over a limit. INK_E_OOM. The caller puts the picture's name in front (ink_fail_in).
 * Thread-safe with one arena a thread. */
INK_NODISCARD ink_status ink_decode(struct ink_view bytes, const struct ink_decode_limits *limits,
                                    struct ink_arena *arena, struct ink_image *out, struct ink_error *err);

/* The type by the first bytes; INK_IMAGE_UNKNOWN for what ink_decode cannot read. */
enum ink_image_format ink_image_sniff(struct ink_view bytes);

#endif
