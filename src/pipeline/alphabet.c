/* SPDX-License-Identifier: MIT */
#include "pipeline/alphabet.h"

#include <ctype.h>

#include "base/text.h"

#define DIGITS   "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL    "abcdefghijklmnopqrstuvwxyz"

/* Those with equally many classes stand together, the usual one first. */
static const struct ink_alphabet table[] = {
    {"digits", DIGITS},
    {"digits, 0 last", "1234567890"},
    {"none, digits", "-" DIGITS},
    {"digits, none", DIGITS "-"},
    {"capitals", CAPITALS},
    {"small letters", SMALL},
    {"none, capitals", "-" CAPITALS},
    {"capitals, none", CAPITALS "-"},
    {"digits, capitals", DIGITS CAPITALS},
    {"capitals, digits", CAPITALS DIGITS},
    {"digits, capitals, small letters unlike them", DIGITS CAPITALS "abdefghnqrt"},
    {"capitals, small letters", CAPITALS SMALL},
    {"small letters, capitals", SMALL CAPITALS},
    {"digits, capitals, small letters", DIGITS CAPITALS SMALL},
    {"digits, small letters, capitals", DIGITS SMALL CAPITALS},
    {"capitals, small letters, digits", CAPITALS SMALL DIGITS},
    {"small letters, capitals, digits", SMALL CAPITALS DIGITS},
};
enum { TABLE_LEN = sizeof table / sizeof *table };

int ink_alphabets_of(size_t classes, const struct ink_alphabet **found)
{
    int count = 0;
    for (int i = 0; i < TABLE_LEN; i++) {
        if (strlen(table[i].characters) != classes) continue;
        if (count++ == 0) *found = &table[i];
    }
    return count;
}

const struct ink_alphabet *ink_alphabet_named(struct ink_view word, size_t classes)
{
    for (int i = 0; i < TABLE_LEN; i++)
        if (ink_view_is(word, table[i].word) && strlen(table[i].characters) == classes) return &table[i];
    return NULL;
}

static char character_of(const char *label)
{
    static const char *const numbers[] = {"zero", "one", "two",   "three", "four",
                                          "five", "six", "seven", "eight", "nine"};
    if (isalnum((unsigned char)label[0]) && !label[1]) return label[0];
    for (int i = 0; i < 10; i++)
        if (ink_text_equal_nocase(label, numbers[i])) return (char)('0' + i);
    return '-';
}

bool ink_alphabet_of_labels(const char *const *labels, size_t count, struct ink_arena *arena, struct ink_alphabet *out)
{
    char *characters = INK_ARENA_ARRAY(arena, char, count + 1);
    if (!characters) return false;
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        characters[i] = character_of(labels[i]);
        known += characters[i] != '-';
    }
    *out = (struct ink_alphabet){"labels", characters};
    return known >= 2 && known * 3 >= count * 2;
}

/* Characters that are one in handwriting have one form: the small letter, 0 for o, 1 for l and i. */
static char form_of(char c)
{
    if (strchr("CKMOPSUVWXYZ", c)) c = (char)tolower(c);
    return c == 'o' ? '0' : c == 'l' || c == 'I' ? '1' : c;
}

static char other_case(char c)
{
    return (char)(isupper((unsigned char)c) ? tolower(c) : toupper(c));
}

bool ink_alphabet_has(const struct ink_alphabet *alphabet, char character)
{
    return character != '\0' && strchr(alphabet->characters, character) != NULL;
}

bool ink_alphabet_reads(const struct ink_alphabet *alphabet, size_t answered, char shown)
{
    char c = answered < strlen(alphabet->characters) ? alphabet->characters[answered] : '-';
    if (c == '-') return false;
    if (form_of(c) == form_of(shown)) return true;
    return !ink_alphabet_has(alphabet, shown) && other_case(c) == shown;
}
