/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"

static void check_escape(const char *text, size_t len, size_t cap, const char *want)
{
    char out[64];
    size_t n = ink_text_escape(text, len, out, cap);
    assert_string_equal(out, want);
    assert_int_equal(n, strlen(want));
}

static void escapes(void **state)
{
    check_escape("plain", 5, 64, "plain");
    check_escape("a\nb\tc\\", 6, 64, "a\\nb\\tc\\\\");
    check_escape("\x1b[31m", 5, 64, "\\x1b[31m");
    check_escape("\0", 1, 64, "\\x00");
    check_escape("Zürich", 7, 64, "Zürich");
    check_escape("\xff\xc3", 2, 64, "\\xff\\xc3");          /* not UTF-8 */
    check_escape("\xc2\x85", 2, 64, "\\xc2\\x85");          /* U+0085, next line */
    check_escape("\xe2\x80\xa8", 3, 64, "\\xe2\\x80\\xa8"); /* U+2028 */
    check_escape("12345\n", 6, 7, "12345");                 /* no half escape */
    check_escape("abcü", 5, 5, "abc");                      /* no half character */
    check_escape("abc", 3, 1, "");
}

static void utf8(void **state)
{
    assert_int_equal(ink_text_utf8_length("a", 1), 1);
    assert_int_equal(ink_text_utf8_length("\xc0\xaf", 2), 0);         /* overlong */
    assert_int_equal(ink_text_utf8_length("\xed\xa0\x80", 3), 0);     /* surrogate */
    assert_int_equal(ink_text_utf8_length("\xf4\x90\x80\x80", 4), 0); /* over U+10FFFF */
    assert_int_equal(ink_text_utf8_length("\xf0\x9f\x98\x80", 4), 4);
    assert_int_equal(ink_text_utf8_length("\xf0\x9f\x98\x80", 3), 0);
}

static void numbers(void **state)
{
    uint64_t value = 77;
    assert_true(ink_text_u64(ink_view_text("0"), 10, &value));
    assert_int_equal(value, 0);
    assert_true(ink_text_u64(ink_view_text("18446744073709551615"), UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_false(ink_text_u64(ink_view_text("18446744073709551616"), UINT64_MAX, &value));
    assert_false(ink_text_u64(ink_view_text("11"), 10, &value));
    assert_false(ink_text_u64(ink_view_text(""), 10, &value));
    assert_false(ink_text_u64(ink_view_text("-1"), 10, &value));
    assert_false(ink_text_u64(ink_view_text("1 "), 10, &value));
}

static void endings(void **state)
{
    assert_true(ink_text_ends_nocase("a/B.PNG", ".png"));
    assert_false(ink_text_ends_nocase("png", ".png"));
    assert_false(ink_text_equal_nocase("abc", "ab"));
}

static void errors_are_one_line(void **state)
{
    struct ink_error err = {0};
    assert_int_equal(ink_fail(&err, INK_E_IMAGE, "ends after %d bytes\n", 812), INK_E_IMAGE);
    assert_string_equal(err.text, "ends after 812 bytes\\n");
    assert_int_equal(ink_fail_in(&err, "digit%s", ".png"), INK_E_IMAGE);
    assert_string_equal(err.text, "digit.png: ends after 812 bytes\\n");
    assert_string_equal(ink_status_word(INK_E_NO_INK), "no-ink");
    for (int i = 0; i < 10; i++) ink_fail_in(&err, "%0200d", i);
    assert_true(strlen(err.text) < sizeof err.text);
}

static void iso_dates(void **state)
{
    char text[INK_CLOCK_ISO_LEN + 1];
    ink_clock_iso(1730566311587, text);
    assert_string_equal(text, "2024-11-02T16:51:51.587Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes),
        cmocka_unit_test(utf8),
        cmocka_unit_test(numbers),
        cmocka_unit_test(endings),
        cmocka_unit_test(errors_are_one_line),
        cmocka_unit_test(iso_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
