/* SPDX-License-Identifier: MIT */
/* grey.h - a decoded picture as one small grey plane, which is what ink is looked for in. */
#ifndef INK_IMAGE_GREY_H
#define INK_IMAGE_GREY_H

#include "image/image.h"

enum { INK_PLANE_DIGIT_SIDE = 400, INK_PLANE_LINE_SIDE = 1200 } /* enough for one digit, for a line of them */;

/* u8 [height, width], 0 black .. 255 white. */
struct ink_plane {
    int width;
    int height;
    int reduced; /* picture pixels a side of one plane pixel: each is the mean of reduced x reduced */
    uint8_t *pixels;
};

/* Sets width, height and reduced, a whole factor, so that no side is over max_side. */
void ink_plane_size(const struct ink_image *image, int max_side, struct ink_plane *plane);

/* Luma (BT.601); plane has its size already. What is transparent becomes paper:
 * white below dark ink, black below bright ink. The plane lives in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_grey_make(const struct ink_image *image, struct ink_arena *arena, struct ink_plane *plane);

#endif
