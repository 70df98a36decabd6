/* SPDX-License-Identifier: MIT */
/* hands.h - the forms of the reference characters, a text of strokes (strokes.h) for each hand, written down by eye. */
#ifndef INK_IMAGE_HANDS_H
#define INK_IMAGE_HANDS_H

#include "image/reference.h"

extern const char *const ink_hands_digits[10][INK_REFERENCE_DIGIT_HANDS];
extern const char *const ink_hands_capitals[26][INK_REFERENCE_LETTER_HANDS];
extern const char *const ink_hands_small_letters[26][INK_REFERENCE_LETTER_HANDS];

#endif
