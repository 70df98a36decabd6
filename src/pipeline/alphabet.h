/* SPDX-License-Identifier: MIT */
/* alphabet.h - which characters a model's classes stand for, by their number or by their labels.
 *
 * Source of the orders: EMNIST (Cohen et al. 2017): "byclass" 62, "balanced" and "bymerge" 47, "letters" 26 numbered from
 * 1; SVHN, where a 0 is class 10. */
#ifndef INK_PIPELINE_ALPHABET_H
#define INK_PIPELINE_ALPHABET_H

#include "base/arena.h"
#include "base/view.h"

struct ink_alphabet {
    const char *word;       /* "digits", for reports */
    const char *characters; /* one a class, '0'..'9', 'A'..'Z', 'a'..'z'; '-': a class that is no character */
};

/* The alphabets that have so many classes, the usual one first; *found gets the first. Returns how many: 0..4. */
int ink_alphabets_of(size_t classes, const struct ink_alphabet **found);

/* The one of that word and so many classes; NULL. */
const struct ink_alphabet *ink_alphabet_named(struct ink_view word, size_t classes);

/* What these labels say: "7", "seven", "Seven", "g". False where fewer than two thirds of them are single characters:
 * then they mean something else. The alphabet's text lives in the arena; false also without memory. */
bool ink_alphabet_of_labels(const char *const *labels, size_t count, struct ink_arena *arena, struct ink_alphabet *out);

/* Whether a model that answers `answered` has read `shown`: the same character, or one that is written the same way (0 and
 * O, s and S, 1 and l); in an alphabet without the other case, the letter's other case. */
bool ink_alphabet_reads(const struct ink_alphabet *alphabet, size_t answered, char shown);

/* Whether any class can stand for this character. */
bool ink_alphabet_has(const struct ink_alphabet *alphabet, char character);

#endif
