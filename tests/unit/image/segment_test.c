/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/cuts.h"
#include "image/segment.h"

enum { WIDTH = 700, HEIGHT = 160 };

static struct ink_arena arena;
static struct ink_error err;
static struct ink_segments line;
static uint8_t pixels[WIDTH * HEIGHT];

static const struct ink_image image = {
    .width = WIDTH, .height = HEIGHT, .channels = 1, .orientation = 1, .mode = INK_MODE_L, .pixels = pixels};

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)256 << 20);
    memset(pixels, 235, sizeof pixels);
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

static void fill(int x, int y, int width, int height)
{
    for (int row = y; row < y + height; row++) memset(pixels + row * WIDTH + x, 40, (size_t)width);
}

/* A box of 44 x 70 with strokes of 8. */
static void zero(int x, int y)
{
    fill(x, y, 44, 8);
    fill(x, y + 62, 44, 8);
    fill(x, y, 8, 70);
    fill(x + 36, y, 8, 70);
}

static void one(int x, int y)
{
    fill(x, y, 8, 70);
}

/* 8 high at the top, and the rest apart from it by 4 pixels. */
static void broken_seven(int x, int y)
{
    fill(x, y, 40, 8);
    fill(x + 20, y + 12, 8, 58);
}

static void left_to_right(void **state)
{
    zero(40, 40);
    broken_seven(120, 36);
    one(200, 44);
    zero(250, 38);
    fill(320, 72, 20, 6);   /* a dash */
    fill(400, 20, 3, 3);    /* a speck */
    fill(0, 130, WIDTH, 2); /* a rule */
    assert_int_equal(ink_segment(&image, &ink_want_mnist, NULL, NULL, &arena, &line, &err), INK_OK);
    static const struct ink_box want[] = {{40, 40, 44, 70}, {120, 36, 40, 70}, {200, 44, 8, 70}, {250, 38, 44, 70}};
    assert_int_equal(line.count, 4);
    for (int i = 0; i < 4; i++) assert_memory_equal(&line.segment[i].box, &want[i], sizeof want[i]);
}

/* Each looks to the model as it does alone. */
static void prepared_as_alone(void **state)
{
    zero(300, 40);
    float alone[28 * 28];
    assert_int_equal(ink_prepare(&image, &ink_want_mnist, &arena, alone, NULL, &err), INK_OK);
    one(200, 40);
    assert_int_equal(ink_segment(&image, &ink_want_mnist, NULL, NULL, &arena, &line, &err), INK_OK);
    assert_int_equal(line.count, 2);
    double apart = 0;
    for (int i = 0; i < 28 * 28; i++) {
        double off = (double)(line.segment[1].input[i] - alone[i]);
        apart += off < 0 ? -off : off;
    }
    assert_true(apart / (28 * 28) < 0.02); /* the plane of a line is larger */
}

/* Sure of the ones and zeros above, also where they touch: a single upright stroke, or two and nothing between them. */
static ink_status sure(void *reader, struct ink_segment *segment, struct ink_error *e)
{
    const float *input = segment->input;
    ++*(int *)reader;
    segment->reading = reader;
    int wide_rows = 0, left = 0, middle = 0, right = 0;
    for (int y = 4; y < 24; y++) {
        int in_row = 0;
        for (int x = 0; x < 28; x++) {
            if (input[y * 28 + x] <= 0.5f) continue;
            in_row++;
            if (y < 9 || y > 18) continue;
            left += x < 11;
            middle += x > 11 && x < 16;
            right += x > 16;
        }
        wide_rows += in_row > 4;
    }
    segment->score = wide_rows <= 3 || (left > 8 && right > 8 && middle == 0) ? 0.99f : 0.3f;
    return INK_OK;
}

static void touching_are_split(void **state)
{
    zero(100, 40);
    zero(152, 42);
    fill(140, 80, 16, 6); /* they touch here, */
    one(208, 40);
    fill(190, 60, 20, 6); /* and here */
    int asked = 0;
    assert_int_equal(ink_segment(&image, &ink_want_mnist, sure, &asked, &arena, &line, &err), INK_OK);
    assert_true(asked > 3);
    assert_int_equal(line.count, 3);
    for (int i = 1; i < 3; i++) assert_true(line.segment[i].box.x > line.segment[i - 1].box.x + 40);
    for (int i = 0; i < 3; i++) assert_true(line.segment[i].score > 0.9f);
}

static ink_status refuses(void *reader, struct ink_segment *segment, struct ink_error *e)
{
    return ink_fail(e, INK_E_TIMEOUT, "too late");
}

static void errors(void **state)
{
    assert_int_equal(ink_segment(&image, &ink_want_mnist, NULL, NULL, &arena, &line, &err), INK_E_NO_INK);
    zero(100, 40);
    assert_int_equal(ink_segment(&image, &ink_want_mnist, refuses, NULL, &arena, &line, &err), INK_E_TIMEOUT);
    assert_string_equal(err.text, "too late");
    struct ink_want want = ink_want_mnist;
    want.fit = INK_FIT_SEED;
    assert_int_equal(ink_segment(&image, &want, NULL, NULL, &arena, &line, &err), INK_E_ARGUMENT);
    want = ink_want_mnist;
    want.width = 3;
    assert_int_equal(ink_segment(&image, &want, NULL, NULL, &arena, &line, &err), INK_E_ARGUMENT);
}

/* A path goes round ink where it can, and through the thinnest where it cannot. */
static void cuts_follow_gaps(void **state)
{
    enum { W = 40, H = 30 };
    static uint8_t part[W * H];
    for (int y = 0; y < H; y++) { /* two slanting strokes, joined at the top by two pixels */
        memset(part + y * W + 5 + y / 4, 1, 6);
        memset(part + y * W + 22 + y / 4, 1, 6);
    }
    memset(part + 10, 1, 14);
    memset(part + W + 10, 1, 14);
    struct ink_cuts cuts;
    assert_int_equal(ink_cuts_find(part, W, H, H, 4, &arena, &cuts), INK_OK);
    bool between = false;
    for (int i = 0; i < cuts.count; i++) between |= cuts.cut[i].ink == 2 && abs(cuts.cut[i].middle - 20) < 5;
    assert_true(between);
}

/* Hostile: noise, stripes, single rows; nothing is promised but an answer. */
static void any_picture(void **state)
{
    unsigned random = 7;
    for (int kind = 0; kind < 12; kind++) {
        struct ink_image odd = image;
        odd.width = kind % 3 ? WIDTH >> kind % 5 : 1 + kind * 40;
        odd.height = kind % 2 ? 1 + kind * 12 : 1 + kind;
        for (int i = 0; i < odd.width * odd.height; i++)
            pixels[i] = kind < 6             ? (uint8_t)((random = random * 1103515245u + 12345u) >> 24)
                        : i % (kind * 3) < 5 ? 20
                                             : 230;
        struct ink_arena own;
        ink_arena_init(&own, (size_t)256 << 20);
        int asked = 0;
        ink_status st = ink_segment(&odd, &ink_want_mnist, sure, &asked, &own, &line, &err);
        assert_true(st == INK_OK || st == INK_E_NO_INK);
        ink_arena_cleanup(&own);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(left_to_right), TEST(prepared_as_alone), TEST(touching_are_split),
        TEST(errors),        TEST(cuts_follow_gaps),  TEST(any_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
