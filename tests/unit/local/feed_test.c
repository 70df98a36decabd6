/* SPDX-License-Identifier: MIT */
/* The feed: readers at their own places, one that comes back, one that falls behind, one that never reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "local/feed.h"

static struct ink_feed *feed;

static int set_up(void **state)
{
    feed = ink_feed_new("b00t");
    return feed ? 0 : -1;
}

static int tear_down(void **state)
{
    ink_feed_free(feed);
    return 0;
}

static void tell(int n)
{
    ink_feed_tell(feed, "number", json_pack("{s:i}", "n", n));
}

/* All that there is to read now, in pieces of `step` bytes; NUL-terminated. */
static const char *read_all(struct ink_feed_reader *reader, size_t step)
{
    static char text[INK_FEED_BYTES_MAX];
    size_t len = 0;
    for (ssize_t got; (got = ink_feed_read(reader, text + len, step)) > 0;) len += (size_t)got;
    text[len] = '\0';
    return text;
}

static void test_each_reader_gets_all(void **state)
{
    struct ink_feed_reader *a = ink_feed_open(feed, NULL), *b = ink_feed_open(feed, NULL);
    tell(1);
    tell(2);
    static const char want[] = "event: hello\ndata: {\"boot\":\"b00t\",\"resumed\":false}\n\n"
                               "id: b00t-2\nevent: number\ndata: {\"n\":1}\n\n"
                               "id: b00t-3\nevent: number\ndata: {\"n\":2}\n\n";
    assert_string_equal(read_all(a, 7), want);
    assert_string_equal(read_all(b, 4096), want);
    ink_feed_close(a);
    ink_feed_close(b);
}

static void test_one_that_comes_back_goes_on(void **state)
{
    struct ink_feed_reader *reader = ink_feed_open(feed, NULL);
    tell(1);
    read_all(reader, 4096);
    ink_feed_close(reader);
    tell(2);
    reader = ink_feed_open(feed, "b00t-2");
    assert_string_equal(read_all(reader, 4096), "event: hello\ndata: {\"boot\":\"b00t\",\"resumed\":true}\n\n"
                                                "id: b00t-3\nevent: number\ndata: {\"n\":2}\n\n");
    ink_feed_close(reader);
}

static void test_ids_that_are_not_ours_start_anew(void **state)
{
    static const char *const ids[] = {"other-2", "b00t-", "b00t-x", "b00t-99", "b00t-18446744073709551615", "b00t", ""};
    struct ink_feed_reader *first = ink_feed_open(feed, NULL);
    tell(1);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct ink_feed_reader *reader = ink_feed_open(feed, ids[i]);
        char text[200] = "";
        assert_true(ink_feed_read(reader, text, sizeof text - 1) > 0);
        assert_non_null(strstr(text, "\"resumed\":false"));
        ink_feed_close(reader);
    }
    ink_feed_close(first);
}

static void test_who_falls_behind_is_told_so(void **state)
{
    struct ink_feed_reader *reader = ink_feed_open(feed, NULL);
    read_all(reader, 4096);
    for (int i = 0; i < INK_FEED_MESSAGES + 5; i++) tell(i);
    const char *text = read_all(reader, 4096);
    assert_string_equal(text, "event: hello\ndata: {\"boot\":\"b00t\",\"resumed\":false}\n\n");
    tell(-1);
    assert_non_null(strstr(read_all(reader, 4096), "{\"n\":-1}"));
    ink_feed_close(reader);
}

/* A message that is half sent is sent to its end, even when the ring has gone on. */
static void test_no_message_is_cut(void **state)
{
    struct ink_feed_reader *reader = ink_feed_open(feed, NULL);
    char text[400] = "";
    tell(1);
    read_all(reader, 4096);
    tell(2);
    ssize_t len = ink_feed_read(reader, text, 10);
    assert_int_equal(len, 10);
    for (int i = 0; i < 2 * INK_FEED_MESSAGES; i++) tell(i);
    while (!strstr(text, "hello")) {
        ssize_t more = ink_feed_read(reader, text + len, 10);
        assert_true(more > 0 && len + more < (ssize_t)sizeof text - 10);
        len += more;
    }
    static const char want[] = "id: b00t-3\nevent: number\ndata: {\"n\":2}\n\nevent: hello";
    assert_memory_equal(text, want, sizeof want - 1);
    ink_feed_close(reader);
}

static void test_what_is_kept_has_a_cap(void **state)
{
    struct ink_feed_reader *reader = ink_feed_open(feed, NULL);
    char *large = ink_malloc(INK_FEED_MESSAGE_MAX);
    memset(large, 'x', INK_FEED_MESSAGE_MAX - 200);
    large[INK_FEED_MESSAGE_MAX - 200] = '\0';
    read_all(reader, 4096);
    for (int i = 0; i < INK_FEED_MESSAGES; i++) ink_feed_tell(feed, "large", json_pack("{s:s}", "x", large));
    assert_non_null(strstr(read_all(reader, 65536), "\"resumed\":false"));
    /* a message over the cap is not told: everybody starts anew */
    memset(large, 'x', INK_FEED_MESSAGE_MAX - 1);
    large[INK_FEED_MESSAGE_MAX - 1] = '\0';
    ink_feed_tell(feed, "large", json_pack("{s:s}", "x", large));
    assert_string_equal(read_all(reader, 4096), "event: hello\ndata: {\"boot\":\"b00t\",\"resumed\":false}\n\n");
    ink_free(large);
    ink_feed_close(reader);
}

static void test_nobody_listens(void **state)
{
    assert_false(ink_feed_heard(feed));
    tell(1);
    struct ink_feed_reader *reader = ink_feed_open(feed, "b00t-1");
    assert_non_null(strstr(read_all(reader, 4096), "\"resumed\":false"));
    assert_true(ink_feed_heard(feed));
    ink_feed_close(reader);
}

static void test_readers_are_counted_and_let_go(void **state)
{
    struct ink_feed_reader *readers[INK_FEED_READERS_MAX];
    char text[100];
    for (int i = 0; i < INK_FEED_READERS_MAX; i++) assert_non_null(readers[i] = ink_feed_open(feed, NULL));
    assert_null(ink_feed_open(feed, NULL));
    ink_feed_close(readers[0]);
    assert_non_null(readers[0] = ink_feed_open(feed, NULL));
    for (int i = 0; i < INK_FEED_READERS_MAX; i++) assert_true(ink_feed_read(readers[i], text, sizeof text) > 0);
    ink_feed_stop(feed);
    for (int i = 0; i < INK_FEED_READERS_MAX; i++) {
        assert_int_equal(ink_feed_read(readers[i], text, sizeof text), -1);
        ink_feed_close(readers[i]);
    }
    assert_null(ink_feed_open(feed, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_reader_gets_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_comes_back_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ids_that_are_not_ours_start_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_falls_behind_is_told_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_message_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_kept_has_a_cap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_listens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_readers_are_counted_and_let_go, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
