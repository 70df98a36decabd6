/* SPDX-License-Identifier: MIT */
#include "image/reference.h"

#include <assert.h>

#include "image/hands.h"
#include "image/prepared.h"
#include "image/strokes.h"

/* What a hand does to all of its characters. */
static const struct ink_hand hands[INK_REFERENCE_DIGIT_HANDS] = {
    /* slant, turn, width, pen */
    {0.00f, 0.00f, 0.80f, 2.4f},  /* upright */
    {0.20f, 0.00f, 0.75f, 2.2f},  /* slanted */
    {0.08f, 0.00f, 0.88f, 2.8f},  /* wide */
    {-0.10f, 0.00f, 0.80f, 2.5f}, /* leans back */
    {0.30f, 0.02f, 0.75f, 1.9f},  /* slanted far, fine pen */
    {0.05f, 0.00f, 0.65f, 3.2f},  /* narrow, broad pen */
    {0.12f, -0.06f, 0.90f, 2.1f}, /* rising */
    {0.00f, 0.03f, 0.85f, 3.6f},  /* felt pen */
    {0.25f, 0.00f, 0.85f, 2.6f},  /* slanted, wide */
    {-0.04f, 0.05f, 0.75f, 1.7f}, /* falling, fine pen */
};

/* What haste, a slope or a bad pen do instead. */
static const struct ink_hand strains[INK_REFERENCE_STRAINS] = {
    {0.45f, 0.00f, 0.80f, 2.4f},   /* slanted very far */
    {-0.25f, 0.00f, 0.80f, 2.4f},  /* leans far back */
    {0.10f, 0.30f, 0.80f, 2.4f},   /* falls */
    {0.10f, -0.30f, 0.80f, 2.4f},  /* rises */
    {0.10f, 0.00f, 1.20f, 2.4f},   /* broad */
    {0.10f, 0.00f, 0.50f, 2.4f},   /* squeezed */
    {0.10f, 0.00f, 0.80f, 1.1f},   /* hairline */
    {0.10f, 0.00f, 0.80f, 4.6f},   /* marker */
    {0.35f, 0.20f, 0.70f, 1.5f},   /* slanted, falling, fine */
    {-0.15f, -0.20f, 1.00f, 4.0f}, /* leans back, rising, thick */
};

static_assert(INK_REFERENCE_LETTER_HANDS <= INK_REFERENCE_DIGIT_HANDS, "the first hands write letters too");

struct ink_reference ink_reference_at(int index)
{
    assert(index >= 0 && index < INK_REFERENCE_COUNT);
    if (index < INK_REFERENCE_DIGITS) return (struct ink_reference){(char)('0' + index % 10), index / 10};
    index -= INK_REFERENCE_DIGITS;
    if (index < INK_REFERENCE_CAPITALS) return (struct ink_reference){(char)('A' + index % 26), index / 26};
    index -= INK_REFERENCE_CAPITALS;
    return (struct ink_reference){(char)('a' + index % 26), index / 26};
}

static const char *strokes_of(struct ink_reference reference)
{
    char c = reference.character;
    if (c <= '9') return ink_hands_digits[c - '0'][reference.hand];
    return c <= 'Z' ? ink_hands_capitals[c - 'A'][reference.hand] : ink_hands_small_letters[c - 'a'][reference.hand];
}

static void show(int index, const struct ink_hand *hand, const struct ink_want *want, uint8_t *shown)
{
    assert(want->width >= INK_REFERENCE_MIN_SIDE && want->width <= INK_WANT_MAX_SIDE);
    assert(want->height >= INK_REFERENCE_MIN_SIDE && want->height <= INK_WANT_MAX_SIDE);
    ink_strokes_draw(strokes_of(ink_reference_at(index)), hand, want->width, want->height, shown);
    ink_want_shown(shown, want);
}

void ink_reference_show(int index, const struct ink_want *want, uint8_t *shown)
{
    show(index, &hands[ink_reference_at(index).hand], want, shown);
}

void ink_reference_show_strained(int index, int strain, const struct ink_want *want, uint8_t *shown)
{
    assert(strain >= 0 && strain < INK_REFERENCE_STRAINS);
    show(index, &strains[strain], want, shown);
}
