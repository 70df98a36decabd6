/* SPDX-License-Identifier: MIT */
/* line_test.c - rows of digits with the built-in model: what is read, and what is said when nothing can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "pipeline/line.h"

enum { WIDTH = 1000, HEIGHT = 60, PITCH = 3 };

static struct ink_classifier *classifier;
static struct ink_arena arena;
static struct ink_answer answer;
static uint8_t pixels[WIDTH * HEIGHT];

static const struct ink_image drawn = {
    .width = WIDTH, .height = HEIGHT, .channels = 1, .orientation = 1, .mode = INK_MODE_L, .pixels = pixels};

static ink_status load(const char *settings)
{
    struct ink_classifier_options options = {.fit = INK_FIT_COUNT};
    return ink_classifier_new(ink_builtin_model_view(), ink_view_text(settings), &options, &classifier, NULL);
}

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)256 << 20);
    memset(pixels, 240, sizeof pixels);
    answer = (struct ink_answer){.image = drawn};
    return load("{\"segment\": true, \"top\": 3}") == INK_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    ink_classifier_free(classifier);
    ink_arena_cleanup(&arena);
    return 0;
}

static void read_file(const char *name)
{
    char path[4096];
    struct ink_buffer file;
    struct ink_error err = {0};
    const char *root = getenv("INK_SOURCE");
    snprintf(path, sizeof path, "%s/tests/%s", root ? root : ".", name);
    ink_buffer_init(&file, 16 << 20);
    if (ink_file_read(path, &file, &err)) fail_msg("%s", err.text);
    ink_classifier_read(classifier, name, ink_buffer_view(&file), &arena, 0, &answer);
    ink_buffer_cleanup(&file);
}

/* `count` upright strokes, PITCH apart: characters as dense as can be. */
static void draw_strokes(int count)
{
    for (int i = 0; i < count; i++)
        for (int y = 20; y < 40; y++) pixels[y * WIDTH + 20 + i * PITCH] = 20;
}

static void rows(void **state)
{
    static const char *const digits[] = {"8341032750", "52974", "1907264", "603582", "84093", "2470915", "306218"};
    static const char *const names[] = {"rows/8341032750_photo.jpg", "rows/52974_marker.png", "rows/1907264_lined.jpg",
                                        "rows/603582_squared.png",   "rows/84093_chalk.jpg",  "rows/2470915_form.png",
                                        "rows/306218_touching.png"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        read_file(names[i]);
        assert_int_equal(answer.error.status, INK_OK);
        assert_string_equal(answer.text, digits[i]);
        assert_int_equal(answer.character_count, strlen(digits[i]));
        assert_null(answer.classes);
        float least = 1;
        for (size_t c = 0; c < answer.character_count; c++) {
            const struct ink_character *one = &answer.characters[c];
            assert_int_equal(one->classes[0].index, digits[i][c] - '0');
            if (c) assert_true(one->box.x > answer.characters[c - 1].box.x);
            assert_true(one->box.x + one->box.width <= answer.image.width);
            if (one->classes[0].probability < least) least = one->classes[0].probability;
        }
        assert_true(answer.probability == least);
        assert_int_equal(answer.shown, 3);
    }
}

static void one_character(void **state)
{
    read_file("pictures/7_marker.png");
    assert_string_equal(answer.text, "7");
    assert_int_equal(answer.character_count, 1);
    struct ink_box alone = answer.characters[0].box;
    assert_true(alone.width > 80 && alone.height > 150);
}

static void nothing_written(void **state)
{
    assert_int_equal(ink_line_read(classifier, &arena, 0, &answer), INK_E_NO_INK);
    assert_null(answer.characters);
}

static void many_characters(void **state)
{
    draw_strokes(200);
    assert_int_equal(ink_line_read(classifier, &arena, 0, &answer), INK_OK);
    assert_int_equal(answer.character_count, 200);
    draw_strokes(300);
    answer = (struct ink_answer){.image = drawn};
    assert_int_equal(ink_line_read(classifier, &arena, 0, &answer), INK_E_LIMIT);
    assert_non_null(strstr(answer.error.text, "256"));
    assert_null(answer.characters);
}

static void time_is_over(void **state)
{
    draw_strokes(10);
    assert_int_equal(ink_line_read(classifier, &arena, ink_clock_us() - 1, &answer), INK_E_TIMEOUT);
    assert_null(answer.characters);
}

static void no_memory(void **state)
{
    draw_strokes(10);
    for (size_t cap = 1 << 12; cap <= (size_t)64 << 20; cap += cap / 4) {
        struct ink_arena small;
        ink_arena_init(&small, cap);
        answer = (struct ink_answer){.image = drawn};
        ink_status st = ink_line_read(classifier, &small, 0, &answer);
        assert_true(st == INK_OK || st == INK_E_OOM);
        if (st) assert_int_equal(answer.error.status, st);
        ink_arena_cleanup(&small);
    }
    assert_int_equal(answer.error.status, INK_OK);
}

static void other_fits_are_refused(void **state)
{
    ink_classifier_free(classifier);
    assert_int_equal(load("{\"segment\": true, \"fit\": \"seed\"}"), INK_E_MODEL);
    assert_non_null(strstr(classifier->error.text, "segment"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows),         TEST(one_character), TEST(nothing_written),        TEST(many_characters),
        TEST(time_is_over), TEST(no_memory),     TEST(other_fits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
