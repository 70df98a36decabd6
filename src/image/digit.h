/* SPDX-License-Identifier: MIT */
/* digit.h - the ink of a digit, drawn as MNIST draws it: scaled into a box of 20/28 of the side, centred by mass. */
#ifndef INK_IMAGE_DIGIT_H
#define INK_IMAGE_DIGIT_H

#include "image/ink.h"

enum { INK_DIGIT_MIN_SIDE = 4 };

struct ink_placing {
    float scale;            /* prepared pixels a plane pixel */
    float shift_x, shift_y; /* how far the mass moved the box out of the middle, prepared pixels */
};

/* Whether the picture is such a drawing already: of this size, on clean paper, the ink as large and as centred as MNIST's.
 * Then contrast is the answer, and drawing it anew would only blur it. */
bool ink_digit_is_drawn(const struct ink_plane *plane, const struct ink_paper *paper, const struct ink_trace *trace,
                        int width, int height);

/* Writes u8 [height, width], ink 255 on 0. width and height at least INK_DIGIT_MIN_SIDE. arena is back at its mark. INK_E_OOM. */
INK_NODISCARD ink_status ink_digit_draw(const struct ink_trace *trace, int width, int height, struct ink_arena *arena,
                                        uint8_t *out, struct ink_placing *placing);

#endif
