/* SPDX-License-Identifier: MIT */
/* colour.h - ink that differs from its paper in hue: a plane of colour instead of grey. */
#ifndef INK_IMAGE_COLOUR_H
#define INK_IMAGE_COLOUR_H

#include "image/grey.h"

/* Chroma (BT.601's R - Y and B - Y) along the axis on which the picture varies most (its first principal component),
 * the paper's in the middle, 128. plane has its size already. What is transparent has the paper's colour. For
 * pictures of 3 or 4 channels. The plane lives in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_colour_make(const struct ink_image *image, struct ink_arena *arena,
                                         struct ink_plane *plane);

#endif
