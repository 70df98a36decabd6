/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/eval_report.h"
#include "cli/html.h"

static struct ink_buffer out;

static int set_up(void **state)
{
    ink_buffer_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    ink_buffer_cleanup(&out);
    return 0;
}

static void text_is(const char *text, const char *expected)
{
    ink_buffer_clear(&out);
    ink_buffer_text(&out, "[");
    ink_html_text(&out, text);
    ink_buffer_text(&out, "]");
    assert_memory_equal(out.data + 1, expected, strlen(expected));
    assert_int_equal(out.len, strlen(expected) + 2);
}

static void hostile_text(void **state)
{
    text_is("", "");
    text_is("7/a b.png", "7/a b.png");
    text_is("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
    text_is("\"><img src=x onerror='a&b'>", "&quot;&gt;&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;");
    text_is("&amp;", "&amp;amp;");
    text_is("a\nb\tc\x1b[31m\x7f", "a\\nb\\tc\\x1b[31m\\x7f");
    text_is("\xff\xc0\xbc\xe2\x80", "\\xff\\xc0\\xbc\\xe2\\x80"); /* an overlong '<' and a cut sequence */
    text_is("sj\xc3\xa4lv \xe4\xb8\x83", "sj\xc3\xa4lv \xe4\xb8\x83");
}

static void long_text_is_cut(void **state)
{
    static char text[10000];
    memset(text, '<', sizeof text - 1);
    ink_html_text(&out, text);
    assert_int_equal(out.len, 4 * 4095);
}

static void a_picture_is_in_its_address(void **state)
{
    ink_html_png(&out, ink_view_text("any bytes"));
    assert_string_equal(out.data, "data:image/png;base64,YW55IGJ5dGVz");
}

/* A whole page of which every text is hostile. */
static void a_page_lets_nothing_through(void **state)
{
    static const char evil[] = "</code><script src=\"http://example.com/'\">\x1b\xff";
    struct ink_labelled picture = {evil, evil, evil};
    struct ink_reading readings[] = {
        {&picture, {{"&<7>", 0.5f}, {evil, 0.25f}}, 2, NULL, 1200, false},
        {&picture, .why = "<b>why</b> 'it' is \"so\"", .took_us = 0},
        {&picture, {{evil, 1}}, 1, NULL, UINT64_MAX, true},
    };
    struct ink_arena arena;
    const char *labels[] = {"7"};
    struct ink_evaluation evaluations[] = {{evil, readings, 3}, {evil, readings, 3, labels, 1}};
    struct ink_summary summaries[2];
    struct ink_exhibits exhibits;
    ink_arena_init(&arena, 16 << 20);
    for (int i = 0; i < 2; i++) assert_int_equal(ink_summarise(&evaluations[i], &arena, &summaries[i]), INK_OK);
    assert_int_equal(ink_exhibits_choose(evaluations, 2, &arena, &exhibits), INK_OK);
    assert_int_equal(exhibits.count, 2);
    ink_eval_html(&(struct ink_eval_report){evil, 3, 2, evaluations, summaries}, &exhibits, 0, &out);
    ink_arena_cleanup(&arena);
    assert_false(out.failed);
    const char *page = (const char *)out.data;
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "src=\"http"));
    assert_null(strstr(page, "<b>why"));
    assert_non_null(strstr(page, "&lt;/code&gt;&lt;script src=&quot;http://example.com/&#39;&quot;&gt;\\x1b\\xff"));
    assert_non_null(strstr(page, "&lt;b&gt;why&lt;/b&gt; &#39;it&#39; is &quot;so&quot;"));
    for (size_t i = 0; i < out.len; i++) assert_true(out.data[i] >= ' ' || out.data[i] == '\n');
}

/* 201 misread pictures: the 200 surest, the most misread first. */
static void exhibits_are_capped_and_sorted(void **state)
{
    enum { COUNT = INK_EXHIBITS_MAX + 3 };
    static struct ink_reading a[COUNT], b[COUNT];
    struct ink_arena arena;
    struct ink_exhibits exhibits;
    for (int i = 0; i < COUNT; i++) {
        a[i] = (struct ink_reading){.guesses = {{"1", (float)i / COUNT}}, .guess_count = 1};
        b[i] = (struct ink_reading){.right = i != 5};
    }
    a[7].right = true; /* by both */
    struct ink_evaluation both[] = {{.readings = a, .count = COUNT}, {.readings = b, .count = COUNT}};
    ink_arena_init(&arena, 16 << 20);
    assert_int_equal(ink_exhibits_choose(both, 2, &arena, &exhibits), INK_OK);
    assert_int_equal(exhibits.count, INK_EXHIBITS_MAX);
    assert_int_equal(exhibits.left_out, 2);
    assert_int_equal(exhibits.items[0].index, 5);
    assert_int_equal(exhibits.items[0].wrong, 2);
    assert_int_equal(exhibits.items[1].index, COUNT - 1);
    assert_int_equal(exhibits.items[INK_EXHIBITS_MAX - 1].index, 2); /* 0 and 1 are left out, 5 and 7 elsewhere */
    ink_arena_cleanup(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hostile_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_text_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_picture_is_in_its_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_lets_nothing_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exhibits_are_capped_and_sorted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
