/* SPDX-License-Identifier: MIT */
#include "pipeline/sequence.h"

#include <ctype.h>

#include "image/reference.h"

enum {
    DIGIT_TIMES = 30, /* each digit: by each hand, under three strains */
    LETTER_TIMES = 4, /* each character where there are letters */
};

static int greatest_common(int a, int b)
{
    return b ? greatest_common(b, a % b) : a;
}

void ink_sequence_make(const struct ink_alphabet *alphabets, int alphabet_count, struct ink_sequence *s)
{
    *s = (struct ink_sequence){.stride = 7, .rounds = DIGIT_TIMES};
    for (int i = 0; i < INK_CHARACTERS_MAX; i++) {
        char c = (char)(i < 10 ? '0' + i : i < 36 ? 'A' + i - 10 : 'a' + i - 36);
        bool wanted = false;
        for (int a = 0; a < alphabet_count; a++) wanted |= ink_alphabet_has(&alphabets[a], c);
        if (!wanted) continue;
        s->characters[s->count++] = c;
        if (i >= 10) s->rounds = LETTER_TIMES;
    }
    while (s->count && greatest_common(s->stride, s->count) != 1) s->stride++;
}

int ink_sequence_at(const struct ink_sequence *s, int i)
{
    return i % s->count * s->stride % s->count;
}

char ink_sequence_draw(const struct ink_sequence *s, int i, const struct ink_want *want, uint8_t *shown)
{
    int at = ink_sequence_at(s, i), round = i / s->count;
    char c = s->characters[at];
    int hands = isdigit((unsigned char)c) ? INK_REFERENCE_DIGIT_HANDS : INK_REFERENCE_LETTER_HANDS;
    int hand = (round + at) % hands;
    int index = isdigit((unsigned char)c)   ? hand * 10 + (c - '0')
                : isupper((unsigned char)c) ? INK_REFERENCE_DIGITS + hand * 26 + (c - 'A')
                                            : INK_REFERENCE_DIGITS + INK_REFERENCE_CAPITALS + hand * 26 + (c - 'a');
    ink_reference_show_strained(index, (at + hand + round / hands) % INK_REFERENCE_STRAINS, want, shown);
    return c;
}
