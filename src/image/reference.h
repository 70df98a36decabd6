/* SPDX-License-Identifier: MIT */
/* reference.h - the built-in reference characters: digits and letters in several hands, to find out with them what a
 * model of handwriting wants to be shown, and how well it reads.
 *
 *   index of a character, what the model wants  ->  `shown`, as in struct ink_prepared
 *
 * They are drawn as MNIST's digits are: ink in 20/28 of the side, the centre of mass in the middle. It is clean writing:
 * a digit classifier reads nearly all of it, also one that reads 89 % of MNIST, and often in a wrong range too. What tells
 * models and ranges apart is the same writing under strain, which models read about as well as MNIST's test set
 * (docs/decisions.md). From `shown` ink_want_floats_from (prepared.h) makes the input:
 *
 *   for (int i = 0; i < INK_REFERENCE_DIGITS; i++) {
 *       ink_reference_show(i, &want, shown);                   // size, channels, polarity
 *       ink_want_floats_from(shown, &want, false, input);      // layout, order, transposing, range
 *       ... run; right if the best class is ink_reference_at(i).character
 *   }
 *
 * The list starts with the digits, then come the capitals, then the small letters. In each of these a hand writes all
 * its characters before the next one starts: 0..9 in hand 0, 0..9 in hand 1 and so on, so any whole number of hands is
 * a balanced set. */
#ifndef INK_IMAGE_REFERENCE_H
#define INK_IMAGE_REFERENCE_H

#include "image/prepare.h"

enum {
    INK_REFERENCE_DIGIT_HANDS = 10,
    INK_REFERENCE_LETTER_HANDS = 4,
    INK_REFERENCE_DIGITS = 10 * INK_REFERENCE_DIGIT_HANDS,
    INK_REFERENCE_CAPITALS = 26 * INK_REFERENCE_LETTER_HANDS,
    INK_REFERENCE_SMALL_LETTERS = 26 * INK_REFERENCE_LETTER_HANDS,
    INK_REFERENCE_COUNT = INK_REFERENCE_DIGITS + INK_REFERENCE_CAPITALS + INK_REFERENCE_SMALL_LETTERS,
    INK_REFERENCE_STRAINS = 10,
    INK_REFERENCE_MIN_SIDE = 8,
};

struct ink_reference {
    char character; /* '0'..'9', 'A'..'Z', 'a'..'z' */
    int hand;       /* who wrote it, 0.. */
};

/* index 0..INK_REFERENCE_COUNT - 1. */
struct ink_reference ink_reference_at(int index);

/* Writes what the model is to see, u8 [height, width, want's channels]: ink as want's polarity says, KEEP is bright ink.
 *
 * want   sides INK_REFERENCE_MIN_SIDE..INK_WANT_MAX_SIDE (asserted); its fit makes no difference
 * shown  the caller's, ink_want_floats(want) bytes
 *
 * Some 25 microseconds for 28x28. Thread-safe; the same call gives the same bytes. */
void ink_reference_show(int index, const struct ink_want *want, uint8_t *shown);

/* The same, the forms of its hand written under a strain, 0..INK_REFERENCE_STRAINS - 1: far slanted, turned, squeezed,
 * with too fine or too thick a pen. With (index % 10 + index / 10) % INK_REFERENCE_STRAINS each digit comes once under
 * each strain, and each hand as well. */
void ink_reference_show_strained(int index, int strain, const struct ink_want *want, uint8_t *shown);

#endif
