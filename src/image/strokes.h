/* SPDX-License-Identifier: MIT */
/* strokes.h - a character written with a round pen, at any size, placed as MNIST places its digits.
 *
 *   text of control points, a hand  ->  u8 [height, width], ink 255 on 0
 *
 * The text is a list of strokes. A stroke is its kind and its points, each two digits of x (to the right) and two of y
 * (down) in a box of 100 x 100:
 *
 *   "-1590 5005 8590 -2860 7260"     '-': straight lines through the points; this is an A
 *   "~8515 4500 1050 4599 8585"      '~': a smooth curve through them (Catmull and Rom 1974); this is a C
 *   "~2002 2002 2099"                a point that is written twice in a curve is a corner
 *   "-5005"                          a single point is a dot
 *
 * How large the whole is in its box and where makes no difference. */
#ifndef INK_IMAGE_STROKES_H
#define INK_IMAGE_STROKES_H

#include <stdint.h>

enum { INK_STROKES_MAX_POINTS = 64 }; /* control points of one character */

/* How somebody writes: what is the same in all their characters. */
struct ink_hand {
    float slant; /* how far the top leans to the right, parts of the height: -0.5..0.5 */
    float turn;  /* of the whole character, clockwise, radians: -0.5..0.5 */
    float width; /* of the character, parts of what the points say: 0.3..2 */
    float pen;   /* width of the pen, pixels of MNIST's 28: 0.5..6 */
};

/* Draws: the inked box fits into 20/28 of width and height, shape kept; its centre of mass is in the middle of the
 * sheet, as far as the sheet's edges let it. width and height 8..4096. strokes must be well formed (asserted).
 * Thread-safe; the same call gives the same pixels. */
void ink_strokes_draw(const char *strokes, const struct ink_hand *hand, int width, int height, uint8_t *ink);

#endif
