/* SPDX-License-Identifier: MIT */
/* shade.h - light and shade on the paper, whatever is written on it.
 *
 * The plane is reduced to cells of INK_SHADE_CELL pixels a side. What is darker than all round it and narrower than a stroke
 * can be is ink and takes the level of the paper round it: a closing (Serra 1982), an opening for bright ink. Shadows are
 * wider and stay, edges and all, and so does a dark table round the page. */
#ifndef INK_IMAGE_SHADE_H
#define INK_IMAGE_SHADE_H

#include "image/grey.h"

enum { INK_SHADE_CELL = 4 };

struct ink_shade {
    int across, down; /* cells */
    uint8_t *level;   /* [down, across] */
    float *blend;     /* [across] scratch */
};

/* The shade lives in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_shade_make(const struct ink_plane *plane, bool ink_is_dark, struct ink_arena *arena,
                                        struct ink_shade *shade);

/* The paper's levels in row y of the plane, `width` of them. Uses the scratch. */
void ink_shade_row(const struct ink_shade *shade, int y, int width, float *row);

/* Its level in the middle of the plane. */
static inline uint8_t ink_shade_middle(const struct ink_shade *shade)
{
    return shade->level[shade->down / 2 * shade->across + shade->across / 2];
}

#endif
