/* SPDX-License-Identifier: MIT */
/* The six kinds of Netpbm, each a picture of 2x2 or so; what is cut, and what lies about its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "image/pnm.h"

static void kinds(void **state)
{
    static const struct {
        const char *file;
        size_t len;
        int width, height, channels;
        uint8_t pixels[12];
    } cases[] = {
        {"P1\n# a comment\n3 2\n101 0 1 0\n", 0, 3, 2, 1, {0, 255, 0, 255, 0, 255}},
        {"P2 2 2 15 0 15 # end\n 7 1\n", 0, 2, 2, 1, {0, 255, 119, 17}},
        {"P3\n1 2\n255\n1 2 3 4 5 6", 0, 1, 2, 3, {1, 2, 3, 4, 5, 6}},
        {"P4\n9 1\n\xaa\x80", 0, 9, 1, 1, {0, 255, 0, 255, 0, 255, 0, 255, 0}},
        {"P5 2 1 255 \x07\xff", 0, 2, 1, 1, {7, 255}},
        {"P5 1 2 65535\n\x80\x00\xff\xff", 16, 1, 2, 1, {128, 255}},
        {"P6\n1 1\n255\n\x01\x02\x03", 0, 1, 1, 3, {1, 2, 3}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_arena arena;
        struct ink_image image;
        struct ink_error err = {0};
        size_t len = cases[i].len ? cases[i].len + 1 : strlen(cases[i].file);
        ink_arena_init(&arena, 1 << 20);
        assert_true(ink_is_pnm(ink_view_of(cases[i].file, len)));
        if (ink_pnm_decode(ink_view_of(cases[i].file, len), NULL, &arena, &image, &err)) fail_msg("%s", err.text);
        assert_int_equal(image.width, cases[i].width);
        assert_int_equal(image.height, cases[i].height);
        assert_int_equal(image.channels, cases[i].channels);
        assert_memory_equal(image.pixels, cases[i].pixels, (size_t)(image.width * image.height * image.channels));
        for (size_t cut = 0; cut + 2 < len; cut++) { /* without its last two bytes, and less */
            struct ink_error why = {0};
            if (cases[i].file[1] > '3' &&
                ink_pnm_decode(ink_view_of(cases[i].file, cut), NULL, &arena, &image, &why) != INK_E_IMAGE)
                fail_msg("%s: whole after %zu bytes", cases[i].file, cut);
        }
        ink_arena_cleanup(&arena);
    }
}

static void refused(void **state)
{
    static const struct {
        const char *file;
        ink_status status;
    } cases[] = {
        {"P7\nWIDTH 1", INK_E_IMAGE},     {"P5", INK_E_IMAGE},
        {"P5 2 2", INK_E_IMAGE},          {"P5 0 2 255 ", INK_E_IMAGE},
        {"P5 2 2 0 ab", INK_E_IMAGE},     {"P5 2 2 70000 ab", INK_E_IMAGE},
        {"P5 99999 1 255 ", INK_E_LIMIT}, {"P6 9999999999999 2 255 ", INK_E_LIMIT},
        {"P2 1 1 255 x", INK_E_IMAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_arena arena;
        struct ink_image image;
        struct ink_error err = {0};
        ink_arena_init(&arena, 1 << 20);
        if (ink_pnm_decode(ink_view_text(cases[i].file), NULL, &arena, &image, &err) != cases[i].status)
            fail_msg("%s", cases[i].file);
        ink_arena_cleanup(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
