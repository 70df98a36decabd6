/* SPDX-License-Identifier: MIT */
/* paper.h - what the picture would be with nothing written on it, and how far each pixel is from that. */
#ifndef INK_IMAGE_PAPER_H
#define INK_IMAGE_PAPER_H

#include "image/grey.h"

struct ink_paper {
    bool ink_is_dark;
    uint8_t level;     /* the paper's, in the middle of the plane */
    uint8_t *contrast; /* [plane height, width] 0 paper .. 255 as far from it as possible, in the ink's direction */
    float noise;       /* standard deviation of contrast on bare paper */
};

/* Light and shade are followed (shade.h); a small picture and a bold digit's (bold.h) have paper of one level. Contrast is
 * relative to the paper's own brightness there, so that a shadow does not weaken the ink in it (background division). */
INK_NODISCARD ink_status ink_paper_find(const struct ink_plane *plane, struct ink_arena *arena,
                                        struct ink_paper *paper);

#endif
