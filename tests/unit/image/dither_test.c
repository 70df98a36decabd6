/* SPDX-License-Identifier: MIT */
/* dither_test.c - grey paper and dark ink, both told by the density of dots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "image/dither.h"
#include "image/reference.h"

enum { SIDE = 320, SEVEN = 7 };

static struct ink_arena arena;
static uint8_t pixels[SIDE * SIDE];
static const struct ink_image image = {.width = SIDE, .height = SIDE, .channels = 1, .pixels = pixels};

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

/* A reference 7 as large as the picture, ink and paper of these levels. */
static void draw(int ink, int paper)
{
    struct ink_want want = ink_want_mnist;
    want.width = want.height = SIDE;
    ink_reference_show(SEVEN, &want, pixels);
    for (int i = 0; i < SIDE * SIDE; i++) pixels[i] = (uint8_t)(paper + (ink - paper) * pixels[i] / 255);
}

/* Each pixel becomes white with the probability that its level tells (Park, Miller 1988). */
static void dither(void)
{
    uint64_t random = 1;
    for (int i = 0; i < SIDE * SIDE; i++) {
        random = random * 48271 % 2147483647;
        pixels[i] = random % 255 < pixels[i] ? 255 : 0;
    }
}

static void prepare(uint8_t shown[28 * 28], struct ink_prepared *found)
{
    float input[28 * 28];
    struct ink_error err = {0};
    if (ink_prepare(&image, &ink_want_mnist, &arena, input, found, &err)) fail_msg("%s", err.text);
    memcpy(shown, found->shown, 28 * 28);
}

static void dots_are_grey(void **state)
{
    uint8_t plain[28 * 28], dotted[28 * 28];
    struct ink_prepared found;
    draw(30, 200);
    assert_false(ink_is_dithered(&image));
    prepare(plain, &found);
    dither();
    assert_true(ink_is_dithered(&image));
    prepare(dotted, &found);
    assert_true(found.ink_is_dark);
    int away = 0;
    for (int i = 0; i < 28 * 28; i++) away += plain[i] > dotted[i] ? plain[i] - dotted[i] : dotted[i] - plain[i];
    if (away > 12 * 28 * 28) fail_msg("%d levels a pixel from the same without dots", away / (28 * 28));
}

static void clean_black_on_white_has_no_dots(void **state)
{
    draw(0, 255);
    for (int i = 0; i < SIDE * SIDE; i++) pixels[i] = pixels[i] > 127 ? 255 : 0;
    assert_false(ink_is_dithered(&image));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(dots_are_grey), TEST(clean_black_on_white_has_no_dots)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
