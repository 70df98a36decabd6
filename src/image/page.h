/* SPDX-License-Identifier: MIT */
/* page.h - a decoded picture as paper with something written on it: where ink is, and where it is not. */
#ifndef INK_IMAGE_PAGE_H
#define INK_IMAGE_PAGE_H

#include "image/paper.h"

struct ink_page {
    struct ink_plane plane; /* grey, or colour where ink stands out more in that */
    struct ink_paper paper;
    int threshold; /* contrast over it is ink */
    int level;     /* median contrast of what stands out, 1..255 */
};

/* The picture is reduced so that no side of its plane is over max_side. INK_E_NO_INK when nothing stands out from the paper, INK_E_OOM. All lives in the arena. */
INK_NODISCARD ink_status ink_page_make(const struct ink_image *image, int max_side, struct ink_arena *arena,
                                       struct ink_page *page, struct ink_error *err);

/* u8 [height, width] of the plane: 1 on ink that is no rule, else 0. It lives in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_page_mask(const struct ink_page *page, struct ink_arena *arena, uint8_t **mask);

#endif
