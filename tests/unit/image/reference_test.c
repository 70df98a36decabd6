/* SPDX-License-Identifier: MIT */
/* reference_test.c - strokes as ink, and the reference characters as MNIST's digits are: in their box, centred by mass. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/reference.h"
#include "image/strokes.h"

enum { SIDE_MAX = 224 };

static uint8_t shown[SIDE_MAX * SIDE_MAX * 3], again[SIDE_MAX * SIDE_MAX * 3];

static struct ink_want wants(int width, int height, int channels, enum ink_polarity polarity)
{
    struct ink_want want = ink_want_mnist;
    want.width = width;
    want.height = height;
    want.channels = channels;
    want.polarity = polarity;
    return want;
}

/* What is on a sheet, in pixels. The box counts a column or row as much as its darkest pixel is dark beside the sheet's
 * darkest. */
struct found {
    double mass, x, y; /* of all the ink, 1 a full pixel, and its middle */
    double width, height;
};

static double covered_length(const double *most, int count)
{
    double length = 0, darkest = 0;
    for (int i = 0; i < count; i++) {
        length += most[i];
        darkest = fmax(darkest, most[i]);
    }
    return length / darkest;
}

static struct found look(const uint8_t *ink, int width, int height)
{
    struct found found = {0};
    double columns[SIDE_MAX] = {0}, rows[SIDE_MAX] = {0}; /* the darkest pixel of each */
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double value = ink[y * width + x] / 255.0;
            found.mass += value;
            found.x += value * (x + 0.5);
            found.y += value * (y + 0.5);
            columns[x] = fmax(columns[x], value);
            rows[y] = fmax(rows[y], value);
        }
    found.x /= found.mass;
    found.y /= found.mass;
    found.width = covered_length(columns, width);
    found.height = covered_length(rows, height);
    return found;
}

static const struct ink_hand plain = {.width = 1, .pen = 2.8f};

/* --- strokes ------------------------------------------------------------------------------------------------------- */

static void is_near(const char *what, double is, double should, double most_apart)
{
    if (fabs(is - should) > most_apart) fail_msg("%s is %.3f and should be %.3f", what, is, should);
}

/* Straight lines and points have the area that the pen leaves, down to a pen finer than a pixel. */
static void ink_is_what_the_pen_covers(void **state)
{
    static const struct {
        int side;
        float pen;
    } cases[] = {{224, 2.8f}, {224, 0.5f}, {28, 2.8f}, {28, 1}, {28, 0.5f}, {8, 2.4f}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int side = cases[i].side;
        struct ink_hand hand = {.width = 1, .pen = cases[i].pen};
        double pen = hand.pen * side / 28, ends = acos(-1) / 4 * pen * pen, box = side * 20 / 28.0;
        ink_strokes_draw("-5000 5099", &hand, side, side, shown);
        struct found line = look(shown, side, side);
        is_near("a line's ink", line.mass, pen * (box - pen) + ends, 0.05 * pen * box + 0.2);
        is_near("a line's middle, across", line.x, side / 2.0, 0.01);
        is_near("a line's middle, down", line.y, side / 2.0, 0.01);
        if (pen < 2) continue;
        ink_strokes_draw("-5000", &hand, side, side, shown);
        is_near("a dot's ink", look(shown, side, side).mass, ends, 0.05 * ends + 0.2);
    }
}

static double apart(const uint8_t *a, const uint8_t *b, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++) sum += abs(a[i] - b[i]);
    return sum / count;
}

static void a_point_written_twice_is_a_corner(void **state)
{
    ink_strokes_draw("-2000 2099 9999", &plain, 64, 64, shown);
    ink_strokes_draw("~2000 2099 2099 9999", &plain, 64, 64, again);
    is_near("levels between corner and lines", apart(shown, again, 64 * 64), 0, 0.5);
    ink_strokes_draw("~2000 2099 9999", &plain, 64, 64, again);
    assert_true(apart(shown, again, 64 * 64) > 5);
}

/* The middle of the ink in the rows from `top` on, in parts of the side. */
static double middle_of_rows(int top, int rows)
{
    return look(shown + top * 64, 64, rows).x / 64;
}

static void hands_slant_turn_and_stretch(void **state)
{
    static const char box[] = "-0000 0099 9999 9900 0000", line[] = "-5000 5099";
    ink_strokes_draw(line, &(struct ink_hand){.width = 1, .pen = 2, .slant = 0.3f}, 64, 64, shown);
    assert_true(middle_of_rows(10, 12) > 0.55 && middle_of_rows(42, 12) < 0.45);
    ink_strokes_draw(line, &(struct ink_hand){.width = 1, .pen = 2, .turn = 0.3f}, 64, 64, shown);
    assert_true(middle_of_rows(10, 12) > 0.55 && middle_of_rows(42, 12) < 0.45);
    ink_strokes_draw(box, &(struct ink_hand){.width = 0.5f, .pen = 2}, 64, 64, shown);
    struct found narrow = look(shown, 64, 64);
    is_near("the height of a narrow box", narrow.height, 64 * 20 / 28.0, 0.1);
    double pen = 2 * 64 / 28.0;
    is_near("its width", narrow.width - pen, (narrow.height - pen) / 2, 0.1);
}

/* --- the reference characters -------------------------------------------------------------------------------------- */

/* Pixels from the first to the last of `count` lines, `step` apart, that have ink in any of their `pixels`. */
static int inked(const uint8_t *ink, int count, int step, int pixels, int apart)
{
    int first = count, last = -1;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < pixels; j++) {
            if (!ink[i * step + j * apart]) continue;
            if (i < first) first = i;
            last = i;
        }
    return last - first + 1;
}

/* The inked box touches a pixel more than it is long where it starts within one, and half covers another. */
static void is_in_place(int index, const uint8_t *ink, int width, int height)
{
    struct ink_reference reference = ink_reference_at(index);
    struct found found = look(ink, width, height);
    double unit = (width < height ? width : height) / 28.0, most_off = fmax(0.5, 0.5 * unit);
    double over_x = inked(ink, width, 1, height, width) - width * 20 / 28.0;
    double over_y = inked(ink, height, width, width, 1) - height * 20 / 28.0, over = fmax(over_x, over_y);
    double off_x = found.x - width / 2.0, off_y = found.y - height / 2.0;
    if (found.mass < 15 * unit * unit || over < -1 || over > 2 || hypot(off_x, off_y) > most_off)
        fail_msg("%c of hand %d on %dx%d: %.1f of ink, %.2f pixels over its box, %.2f, %.2f off the middle",
                 reference.character, reference.hand, width, height, found.mass, over, off_x, off_y);
}

static void every_character_fills_its_box(void **state)
{
    static const int sides[][2] = {{8, 8}, {28, 28}, {32, 32}, {64, 64}, {224, 224}, {40, 28}, {28, 32}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (int index = 0; index < INK_REFERENCE_COUNT; index++) {
            struct ink_want want = wants(sides[i][0], sides[i][1], 1, INK_POLARITY_BRIGHT_INK);
            ink_reference_show(index, &want, shown);
            is_in_place(index, shown, want.width, want.height);
        }
}

static void hands_differ(void **state)
{
    struct ink_want want = wants(28, 28, 1, INK_POLARITY_BRIGHT_INK);
    for (int i = 0; i < INK_REFERENCE_COUNT; i++)
        for (int j = 0; j < i; j++) {
            struct ink_reference one = ink_reference_at(i), other = ink_reference_at(j);
            if (one.character != other.character) continue;
            ink_reference_show(i, &want, shown);
            ink_reference_show(j, &want, again);
            if (apart(shown, again, 28 * 28) < 2)
                fail_msg("%c of hands %d and %d look the same", one.character, one.hand, other.hand);
        }
}

/* A whole number of hands has each character as often as the others. */
static void each_hand_writes_all_its_characters_in_turn(void **state)
{
    static const struct {
        int from, hands;
        char first, last;
    } sets[] = {{0, INK_REFERENCE_DIGIT_HANDS, '0', '9'},
                {INK_REFERENCE_DIGITS, INK_REFERENCE_LETTER_HANDS, 'A', 'Z'},
                {INK_REFERENCE_DIGITS + INK_REFERENCE_CAPITALS, INK_REFERENCE_LETTER_HANDS, 'a', 'z'}};
    int index = 0;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        assert_int_equal(index, sets[i].from);
        for (int hand = 0; hand < sets[i].hands; hand++)
            for (char c = sets[i].first; c <= sets[i].last; c++, index++) {
                assert_int_equal(ink_reference_at(index).character, c);
                assert_int_equal(ink_reference_at(index).hand, hand);
            }
    }
    assert_int_equal(index, INK_REFERENCE_COUNT);
}

/* Strains change the writing, each in its own way (though a mere line can only lean); it stays in its box. */
static void strains_differ(void **state)
{
    static uint8_t strained[INK_REFERENCE_STRAINS][28 * 28];
    double differ[INK_REFERENCE_STRAINS][INK_REFERENCE_STRAINS] = {0};
    struct ink_want want = wants(28, 28, 1, INK_POLARITY_BRIGHT_INK);
    for (int index = 0; index < INK_REFERENCE_COUNT; index++)
        for (int i = 0; i < INK_REFERENCE_STRAINS; i++) {
            ink_reference_show_strained(index, i, &want, strained[i]);
            is_in_place(index, strained[i], 28, 28);
            for (int j = 0; j < i; j++) differ[i][j] += apart(strained[i], strained[j], 28 * 28) / INK_REFERENCE_COUNT;
        }
    for (int i = 0; i < INK_REFERENCE_STRAINS; i++)
        for (int j = 0; j < i; j++)
            if (differ[i][j] < 10) fail_msg("strains %d and %d are %.1f levels apart", i, j, differ[i][j]);
}

static void shown_as_the_model_wants_it(void **state)
{
    static uint8_t grey[28 * 28];
    struct ink_want want = wants(28, 28, 1, INK_POLARITY_BRIGHT_INK);
    struct ink_want dark = wants(28, 28, 3, INK_POLARITY_DARK_INK);
    for (int index = 0; index < INK_REFERENCE_COUNT; index++) {
        memset(shown, 0x55, sizeof shown);
        memset(again, 0xaa, sizeof again);
        ink_reference_show(index, &want, shown);
        ink_reference_show(index, &want, again);
        assert_memory_equal(shown, again, 28 * 28);
        assert_int_equal(shown[28 * 28], 0x55);

        memcpy(grey, shown, sizeof grey);
        ink_reference_show(index, &dark, shown);
        for (int i = 0; i < 28 * 28 * 3; i++) assert_int_equal(shown[i], 255 - grey[i / 3]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ink_is_what_the_pen_covers),
        cmocka_unit_test(a_point_written_twice_is_a_corner),
        cmocka_unit_test(hands_slant_turn_and_stretch),
        cmocka_unit_test(every_character_fills_its_box),
        cmocka_unit_test(hands_differ),
        cmocka_unit_test(each_hand_writes_all_its_characters_in_turn),
        cmocka_unit_test(strains_differ),
        cmocka_unit_test(shown_as_the_model_wants_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
