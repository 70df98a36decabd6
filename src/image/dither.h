/* SPDX-License-Identifier: MIT */
/* dither.h - pictures of black and white dots whose density stands for grey, as fax machines and 1-bit files have them. */
#ifndef INK_IMAGE_DITHER_H
#define INK_IMAGE_DITHER_H

#include "image/image.h"

enum { INK_DITHER_SIDE = 3 }; /* a square of so many pixels a side tells the grey that its dots stand for */

/* Only black and white, and far more edges than writing has. A picture with any grey is told at its first grey pixel. */
bool ink_is_dithered(const struct ink_image *image);

#endif
