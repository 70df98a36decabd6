/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "image/decode.h"
#include "image/encode.h"
#include "pictures.h"

static struct ink_arena arena;
static struct ink_buffer file;
static struct ink_error err;

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)64 << 20);
    ink_buffer_init(&file, 1 << 20);
    err = (struct ink_error){0};
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    ink_buffer_cleanup(&file);
    return 0;
}

static struct ink_image blank(int width, int height, int channels)
{
    struct ink_image image = {.width = width, .height = height, .channels = channels};
    image.pixels = ink_arena_calloc(&arena, ink_image_bytes(&image), 1);
    assert_non_null(image.pixels);
    return image;
}

static void what_is_written_is_read(void **state)
{
    for (int channels = 1; channels <= 4; channels++) {
        struct ink_image image = blank(13, 9, channels), back;
        for (size_t i = 0; i < ink_image_bytes(&image); i++) image.pixels[i] = pattern((int)i, channels, 0);
        ink_buffer_clear(&file);
        ink_buffer_text(&file, "kept");
        assert_int_equal(ink_png_write(&image, &file, &err), INK_OK);
        assert_memory_equal(file.data, "kept", 4);
        assert_int_equal(ink_decode(ink_view_of(file.data + 4, file.len - 4), NULL, &arena, &back, &err), INK_OK);
        assert_int_equal(back.format, INK_IMAGE_PNG);
        assert_int_equal(back.channels, channels);
        assert_memory_equal(back.pixels, image.pixels, ink_image_bytes(&image));
    }
}

static void no_room_leaves_the_buffer_alone(void **state)
{
    struct ink_buffer small;
    struct ink_image image = blank(30, 30, 3);
    ink_buffer_init(&small, 100);
    ink_buffer_text(&small, "kept");
    assert_int_equal(ink_png_write(&image, &small, &err), INK_E_LIMIT);
    assert_int_equal(small.len, 4);
    ink_buffer_cleanup(&small);
}

static void thumbnails_keep_the_shape(void **state)
{
    static const struct {
        int width, height, out_width, out_height;
    } sizes[] = {{400, 100, 100, 25}, {100, 400, 25, 100}, {99, 100, 99, 100},
                 {2000, 1, 100, 1},   {1, 1, 1, 1},        {150, 100, 100, 67}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ink_image image = blank(sizes[i].width, sizes[i].height, 3), small;
        assert_int_equal(ink_thumbnail(&image, 100, &arena, &small, &err), INK_OK);
        assert_int_equal(small.width, sizes[i].out_width);
        assert_int_equal(small.height, sizes[i].out_height);
    }
}

static void thumbnails_are_grey_where_the_picture_is(void **state)
{
    struct ink_image image = blank(8, 8, 3), small;
    for (int i = 0; i < 64; i++)
        for (int c = 0; c < 3; c++) image.pixels[3 * i + c] = (uint8_t)(3 * i);
    assert_int_equal(ink_thumbnail(&image, 8, &arena, &small, &err), INK_OK);
    assert_int_equal(small.channels, 1);
    for (int i = 0; i < 64; i++) assert_int_equal(small.pixels[i], 3 * i);
    image.pixels[100] ^= 255;
    assert_int_equal(ink_thumbnail(&image, 8, &arena, &small, &err), INK_OK);
    assert_int_equal(small.channels, 3);
    assert_memory_equal(small.pixels, image.pixels, 192);
}

static void what_is_transparent_lies_on_white(void **state)
{
    struct ink_image image = blank(4, 1, 4), small;
    memcpy(image.pixels, (uint8_t[16]){0, 0, 0, 0, 10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 128}, 16);
    assert_int_equal(ink_thumbnail(&image, 8, &arena, &small, &err), INK_OK);
    assert_memory_equal(small.pixels, ((uint8_t[12]){255, 255, 255, 255, 255, 255, 10, 20, 30, 127, 127, 127}), 12);
}

static void no_memory_is_said(void **state)
{
    struct ink_image image = blank(400, 400, 3), small;
    struct ink_arena tiny;
    ink_arena_init(&tiny, 64 * 1024);
    assert_int_equal(ink_thumbnail(&image, 100, &tiny, &small, &err), INK_E_OOM);
    assert_int_equal(err.status, INK_E_OOM);
    ink_arena_cleanup(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_room_leaves_the_buffer_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(thumbnails_keep_the_shape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(thumbnails_are_grey_where_the_picture_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_transparent_lies_on_white, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_memory_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
