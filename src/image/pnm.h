/* SPDX-License-Identifier: MIT */
/* pnm.h - Netpbm's pictures: bitmaps, grey and colour, as text or bytes (P1 to P6; netpbm.sourceforge.net/doc/pnm.html).
 *
 * Nobody photographs in them, so ink_decode does not look for them; a model may. */
#ifndef INK_IMAGE_PNM_H
#define INK_IMAGE_PNM_H

#include "image/decode.h"

/* Whether the bytes begin as one. */
bool ink_is_pnm(struct ink_view bytes);

/* The first picture: 1 channel for bitmaps and grey, 3 for colour; samples are scaled to 0..255. Errors as of ink_decode. */
INK_NODISCARD ink_status ink_pnm_decode(struct ink_view bytes, const struct ink_decode_limits *limits,
                                        struct ink_arena *arena, struct ink_image *out, struct ink_error *err);

#endif
