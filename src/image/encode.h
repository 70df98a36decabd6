/* SPDX-License-Identifier: MIT */
/* encode.h - from pixels to the bytes of a PNG, and smaller pictures of large ones: for reports that show pictures. */
#ifndef INK_IMAGE_ENCODE_H
#define INK_IMAGE_ENCODE_H

#include "base/buffer.h"
#include "image/image.h"

/* Appends image's pixels as an 8-bit PNG of the same channels. INK_E_OOM, INK_E_LIMIT where out's cap is too small; out is
 * then as it was. Thread-safe. */
INK_NODISCARD ink_status ink_png_write(const struct ink_image *image, struct ink_buffer *out, struct ink_error *err);

/* A copy of at most max_side (1..INK_WANT_MAX_SIDE) pixels a side, shape kept, never larger than the picture: grey where
 * all of the result is grey, else RGB; what is transparent is laid on white. Its pixels live in the arena. INK_E_OOM.
 * Thread-safe with one arena a thread. */
INK_NODISCARD ink_status ink_thumbnail(const struct ink_image *image, int max_side, struct ink_arena *arena,
                                       struct ink_image *out, struct ink_error *err);

#endif
