/* SPDX-License-Identifier: MIT */
/* seed.h - the squeeze of the pipeline that inkling replaces, bit for bit: Pillow's Image.resize((w, h), BICUBIC) in the
 * picture's own mode, then convert("L"). */
#ifndef INK_IMAGE_SEED_H
#define INK_IMAGE_SEED_H

#include "image/image.h"

/* Writes width * height grey bytes. The picture as stored is squeezed, not as turned upright: Pillow does not turn.
 * arena is back at its old mark on return. INK_E_OOM. */
INK_NODISCARD ink_status ink_seed_squeeze(const struct ink_image *image, int width, int height, struct ink_arena *arena,
                                          uint8_t *grey, struct ink_error *err);

#endif
