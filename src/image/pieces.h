/* SPDX-License-Identifier: MIT */
/* pieces.h - a line of writing cut into pieces: each is a character or a part of one, never more than one (if all goes well).
 *
 * What is not connected is apart already. Wide connected parts are cut where a path from top to bottom crosses little ink
 * (shortest-path segmentation: Wang, Jean 1994, "Segmentation of merged characters by neural networks and shortest-path";
 * its forerunner is the drop that falls along contours: Congedo et al. 1995). More cuts are made than there are
 * characters; who reads them knows which were right. */
#ifndef INK_IMAGE_PIECES_H
#define INK_IMAGE_PIECES_H

#include "image/page.h"

struct ink_piece {
    struct ink_box box; /* plane pixels */
    int area;           /* pixels */
    int outline;        /* sides of pixels on paper; cuts do not count */
    int group;          /* pieces of one group were connected, or belong together otherwise */
    int cut;            /* ink pixels that the cut to its left went through; 0 for a group's first piece */
    int strokes;        /* strokes that it went through */
};

struct ink_pieces {
    int count;
    struct ink_piece *piece; /* [count] left to right */
    uint16_t *label;         /* [plane height, width] 0 none, else 1 + index of its piece */
    int height;              /* of the line: the median of its parts' heights, weighted by ink */
    float middle;            /* its middle row */
    float stroke;            /* mean width of strokes */
    size_t area;             /* pixels in pieces */
};

enum { INK_PIECES_MAX = 2048 };

/* mask as ink_page_mask makes it. One line of writing: what stands highest in ink. Specks, frames and what other lines and
 * the picture's edges leave are in no piece; count may be 0. All lives in the arena. INK_E_OOM, INK_E_LIMIT for more than
 * INK_PIECES_MAX. */
INK_NODISCARD ink_status ink_pieces_find(const uint8_t *mask, int width, int height, struct ink_arena *arena,
                                         struct ink_pieces *pieces);

#endif
