/* SPDX-License-Identifier: MIT */
/* cuts.h - paths from top to bottom of a connected part, through little of its ink. */
#ifndef INK_IMAGE_CUTS_H
#define INK_IMAGE_CUTS_H

#include "image/image.h"

enum { INK_CUTS_MAX = 48 };

struct ink_cut {
    int ink;     /* pixels of the part on the path */
    int strokes; /* that it goes through: runs of such pixels */
    int middle;  /* mean column, from the part's left edge */
    int *at;     /* [height] the first column right of the path, from the part's left edge */
};

struct ink_cuts {
    int count;
    struct ink_cut cut[INK_CUTS_MAX]; /* left to right */
};

/* part   u8 [height, width], 1 on its ink
 * line   height of the line of writing, which says how near to each other cuts may be
 * most   pixels of ink that a cut may go through
 * The paths live in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_cuts_find(const uint8_t *part, int width, int height, int line, int most,
                                       struct ink_arena *arena, struct ink_cuts *cuts);

#endif
