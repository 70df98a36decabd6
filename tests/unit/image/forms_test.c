/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "image/forms.h"

enum { WIDTH = 400, HEIGHT = 120, CELL = 60, LEFT = 40, TOP = 25, CELLS = 5, BOTTOM = TOP + 70 };

static struct ink_arena arena;
static uint8_t mask[WIDTH * HEIGHT];

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)64 << 20);
    memset(mask, 0, sizeof mask);
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

static void fill(int x, int y, int width, int height)
{
    for (int row = y; row < y + height; row++) memset(mask + row * WIDTH + x, 1, (size_t)width);
}

static int ink_in(int x, int y, int width, int height)
{
    int count = 0;
    for (int row = y; row < y + height; row++)
        for (int column = x; column < x + width; column++) count += mask[row * WIDTH + column];
    return count;
}

/* The line under the cells and the strokes between them, 3 wide, which reach up to `top`. */
static void comb(int top)
{
    fill(LEFT, BOTTOM, CELLS * CELL + 3, 3);
    for (int i = 0; i <= CELLS; i++) fill(LEFT + i * CELL, top, 3, BOTTOM - top);
}

/* A slanting stroke of 5, 50 high. */
static void stroke(int x)
{
    for (int y = 0; y < 50; y++) fill(x + y / 4, TOP + 10 + y, 5, 1);
}

static void remove_forms(void)
{
    assert_int_equal(ink_forms_remove(mask, WIDTH, HEIGHT, &arena), INK_OK);
}

static void check_strokes_are_alone(int count)
{
    int ink = ink_in(0, 0, WIDTH, HEIGHT);
    assert_in_range(ink, count * 240, count * 250);
}

static void boxes_are_taken_out(void **state)
{
    comb(TOP);
    fill(LEFT, TOP, CELLS * CELL + 3, 3);
    for (int i = 0; i < CELLS; i++) stroke(LEFT + 20 + i * CELL);
    remove_forms();
    check_strokes_are_alone(CELLS);
}

static void combs_are_taken_out(void **state)
{
    comb(BOTTOM - 20);
    for (int i = 0; i < CELLS; i++) stroke(LEFT + 20 + i * CELL);
    remove_forms();
    check_strokes_are_alone(CELLS);
}

/* What crosses the print keeps its ink on both sides, and where it crosses. */
static void strokes_that_cross_stay(void **state)
{
    comb(TOP);
    fill(LEFT, TOP, CELLS * CELL + 3, 3);
    fill(LEFT + CELL - 20, 50, 40, 6); /* over an upright line */
    fill(LEFT + CELL + 25, 70, 6, 45); /* over the lower one */
    int crossing = 40 * 6 + 6 * 45;
    remove_forms();
    assert_in_range(ink_in(0, 0, WIDTH, HEIGHT), crossing - 30, crossing + 10);
    assert_int_equal(ink_in(LEFT + CELL - 20, 50, 40, 6), 40 * 6);
}

/* Ones on a line differ in length. */
static void ones_on_a_line_stay(void **state)
{
    fill(20, BOTTOM, 360, 3);
    for (int i = 0; i < 5; i++) fill(60 + i * 60, TOP + i * 9, 3, BOTTOM - TOP - i * 9);
    int before = ink_in(0, 0, WIDTH, HEIGHT);
    remove_forms();
    assert_int_equal(ink_in(0, 0, WIDTH, HEIGHT), before);
}

/* Squared paper may be taken for cells, what is written on it may not. */
static void strokes_on_a_grid_stay(void **state)
{
    static uint8_t written[WIDTH * HEIGHT];
    for (int i = 0; i < CELLS; i++) stroke(LEFT + 20 + i * CELL);
    memcpy(written, mask, sizeof mask);
    for (int y = 10; y < HEIGHT; y += 20) fill(0, y, WIDTH, 2);
    for (int x = 15; x < WIDTH; x += 20) fill(x, 0, 2, HEIGHT);
    remove_forms();
    int lost = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++) lost += written[i] && !mask[i];
    assert_in_range(lost, 0, CELLS * 20);
}

static void any_mask(void **state)
{
    unsigned random = 5;
    for (int kind = 0; kind < 20; kind++) {
        int width = kind < 10 ? 1 + kind : 400 - kind, height = kind < 5 ? 1 + kind * 20 : 6 * kind;
        for (int i = 0; i < width * height; i++) {
            random = random * 1103515245u + 12345u;
            mask[i] = random >> 24 < (unsigned)(kind * 13);
        }
        assert_int_equal(ink_forms_remove(mask, width, height, &arena), INK_OK);
    }
    struct ink_arena small;
    ink_arena_init(&small, 1000);
    assert_int_equal(ink_forms_remove(mask, WIDTH, HEIGHT, &small), INK_E_OOM);
    ink_arena_cleanup(&small);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(boxes_are_taken_out), TEST(combs_are_taken_out),    TEST(strokes_that_cross_stay),
        TEST(ones_on_a_line_stay), TEST(strokes_on_a_grid_stay), TEST(any_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
