/* SPDX-License-Identifier: MIT */
/* sequence.h - the order in which reference characters are shown to a model: every character of its alphabets, again and
 * again, each time by another hand and under another strain; few of them are already some of all. */
#ifndef INK_PIPELINE_SEQUENCE_H
#define INK_PIPELINE_SEQUENCE_H

#include "image/prepare.h"
#include "pipeline/alphabet.h"

enum { INK_CHARACTERS_MAX = 62 };

struct ink_sequence {
    char characters[INK_CHARACTERS_MAX + 1];
    int count, stride; /* neighbours in the alphabet come far from each other */
    int rounds;        /* how often each is worth showing: count * rounds references */
};

/* count 0: none of the alphabets has characters. */
void ink_sequence_make(const struct ink_alphabet *alphabets, int alphabet_count, struct ink_sequence *sequence);

/* Which of the characters reference i shows, 0..count - 1. */
int ink_sequence_at(const struct ink_sequence *sequence, int i);

/* Draws reference i, 0.., as ink_reference_show_strained does; returns the character. */
char ink_sequence_draw(const struct ink_sequence *sequence, int i, const struct ink_want *want, uint8_t *shown);

#endif
