/* SPDX-License-Identifier: MIT */
/* photo.h - whole pictures, for models that look at more than a digit: letterbox, crop, stretch. */
#ifndef INK_IMAGE_PHOTO_H
#define INK_IMAGE_PHOTO_H

#include "image/prepare.h"

/* Writes u8 [want's height, width, channels], by the triangle filter, stretched
 * where it shrinks (antialiased bilinear, what vision models are mostly trained with); what is transparent is laid on white, borders are the mean colour
 * of the picture's edge. polarity DARK_INK and KEEP leave the levels alone; BRIGHT_INK inverts a picture whose edge is
 * bright, for one-channel models only. scale: prepared pixels a picture pixel, across. INK_E_OOM. */
INK_NODISCARD ink_status ink_photo_fit(const struct ink_image *image, const struct ink_want *want, enum ink_fit fit,
                                       struct ink_arena *arena, uint8_t *out, float *scale);

#endif
