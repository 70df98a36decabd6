/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/parts.h"

enum { SIDE_MAX = 700, COUNT_MAX = SIDE_MAX * SIDE_MAX };

static struct ink_arena arena;
static uint8_t mask[COUNT_MAX];

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

static struct ink_parts label(int width, int height)
{
    struct ink_parts parts;
    assert_int_equal(ink_parts_label(mask, width, height, &arena, &parts), INK_OK);
    return parts;
}

/* The definition: a part is what one gets to over neighbouring pixels, with its pixels counted one by one. */
static struct ink_part flood(int width, int height, int start, uint16_t *expected, uint16_t number)
{
    static int stack[COUNT_MAX];
    int depth = 0;
    struct ink_part part = {.box = {start % width, start / width, 1, 1}};
    stack[depth++] = start;
    expected[start] = number;
    while (depth) {
        int at = stack[--depth], x = at % width, y = at / width;
        part.area++;
        part.box = ink_box_both(part.box, (struct ink_box){x, y, 1, 1});
        for (int ny = y - 1; ny <= y + 1; ny++)
            for (int nx = x - 1; nx <= x + 1; nx++) {
                if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
                int next = ny * width + nx;
                if (!mask[next] || expected[next]) continue;
                expected[next] = number;
                stack[depth++] = next;
            }
    }
    return part;
}

static void check(int width, int height)
{
    static uint16_t expected[COUNT_MAX];
    struct ink_parts parts = label(width, height);
    memset(expected, 0, (size_t)width * (size_t)height * sizeof *expected);
    int count = 0;
    for (int i = 0; i < width * height; i++) {
        if (!mask[i] || expected[i]) continue;
        struct ink_part part = flood(width, height, i, expected, (uint16_t)(count + 1));
        assert_true(count < parts.count);
        assert_memory_equal(&parts.part[count].box, &part.box, sizeof part.box);
        assert_int_equal(parts.part[count].area, part.area);
        count++;
    }
    assert_int_equal(parts.count, count);
    assert_memory_equal(parts.label, expected, (size_t)width * (size_t)height * sizeof *expected);
    ink_arena_reset(&arena);
}

/* Masks of all densities: from specks over mazes to holes. */
static void by_definition(void **state)
{
    static const int sizes[][2] = {{1, 1}, {1, 40}, {40, 1}, {2, 2}, {33, 17}, {120, 90}};
    unsigned random = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (unsigned density = 0; density <= 16; density++) {
            int width = sizes[s][0], height = sizes[s][1];
            for (int i = 0; i < width * height; i++)
                mask[i] = ((random = random * 1103515245u + 12345u) >> 16) % 16 < density;
            check(width, height);
        }
}

/* Numbers that meet late and again and again: combs, a spiral. */
static void parts_that_meet_late(void **state)
{
    int width = 61, height = 40;
    for (int teeth_up = 0; teeth_up < 2; teeth_up++) {
        for (int i = 0; i < width * height; i++)
            mask[i] = i % width % 2 == 0 || i / width == (teeth_up ? height - 1 : 0);
        check(width, height);
    }
    memset(mask, 0, sizeof mask);
    int x = 0, y = 0, length = 60, dx = 1, dy = 0;
    for (; length > 0; length -= 3) {
        for (int i = 0; i < length; i++, x += dx, y += dy) mask[y * 61 + x] = 1;
        int turned = dx;
        dx = -dy, dy = turned;
    }
    check(61, 61);
}

/* More specks than there are numbers: the first ones are kept. */
static void dust(void **state)
{
    for (int i = 0; i < COUNT_MAX; i++) mask[i] = i % SIDE_MAX % 2 == 0 && i / SIDE_MAX % 2 == 0;
    struct ink_parts parts = label(SIDE_MAX, SIDE_MAX);
    assert_int_equal(parts.count, 65534);
    assert_int_equal(parts.label[COUNT_MAX - SIDE_MAX - 2], 0);
    ink_arena_reset(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_definition),
        TEST(parts_that_meet_late),
        TEST(dust),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
