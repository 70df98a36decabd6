/* SPDX-License-Identifier: MIT */
/* ink.h - what is written in a picture, and where: from the paper's contrast to the parts that make the digit. */
#ifndef INK_IMAGE_INK_H
#define INK_IMAGE_INK_H

#include "image/page.h"

struct ink_trace {
    struct ink_box box; /* round the digit, in plane pixels */
    uint8_t *ink;       /* [box.height, box.width] 0 none .. 255 full ink; 0 on what does not belong to the digit */
    float share;        /* part of the plane that is ink, 0..1 */
    float stroke;       /* mean width of its strokes, plane pixels */
    uint8_t level;      /* median contrast of ink, 1..255 */
};

/* The page's one digit. The trace lives in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_trace_make(const struct ink_page *page, struct ink_arena *arena, struct ink_trace *trace,
                                        struct ink_error *err);

/* A part of the page cut out with a rim of one pixel on each side, so that every pixel has neighbours. */
struct ink_cutout {
    struct ink_box box; /* in the plane, without the rim */
    uint8_t *mask;      /* [box.height + 2, box.width + 2] 1 on ink that counts, else 0 */
};

/* The trace of what is cut out. It lives in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_trace_cutout(const struct ink_page *page, const struct ink_cutout *cut,
                                          struct ink_arena *arena, struct ink_trace *trace);

#endif
