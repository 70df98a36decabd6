/* SPDX-License-Identifier: MIT */
/* rules.h - printed lines: squared and lined paper, underlines, frames of form cells that the writing touches.
 *
 * A rule is straight, thin, nearly level or upright, and as long as the picture; the sides of a frame are half as long at
 * least, and thinner than the strokes. Its direction is that of the sharpest
 * projection (Postl 1986); it is followed column by column and taken out where it is alone, so that the strokes that cross
 * it stay whole (vertical run lengths: Arvind, Kumar, Ramakrishnan 2007, "Line removal and restoration of handwritten
 * strokes"). */
#ifndef INK_IMAGE_RULES_H
#define INK_IMAGE_RULES_H

#include "base/arena.h"
#include "base/status.h"

/* Takes the rules out of mask [height, width], which is 1 on ink; a mask of which little would be left is not changed.
 * Sides at most 4096; a mask with a side below 48 has no rules. arena is back at its mark. INK_E_OOM. */
INK_NODISCARD ink_status ink_rules_remove(uint8_t *mask, int width, int height, struct ink_arena *arena);

/* Mean width of the strokes of mask [height, width], 1 on ink; its outermost pixels do not count. *area gets the pixels.
 * Twice the area by the length of the outline: a stroke of width w and length l has w * l and 2 * l. */
float ink_mask_stroke(const uint8_t *mask, int width, int height, size_t *area);

#endif
