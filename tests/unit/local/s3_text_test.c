/* SPDX-License-Identifier: MIT */
/* The text forms of S3: checksums, escapes, dates, targets, conditions, ranges, XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "aws/sigv4.h"
#include "local/condition.h"
#include "local/encode.h"
#include "local/sums.h"
#include "local/uri.h"
#include "local/xml.h"

static struct ink_arena arena;

static int open_arena(void **state)
{
    ink_arena_init(&arena, 16 << 20);
    return 0;
}

static int close_arena(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

/* --- checksums ------------------------------------------------------------------------------------------------------ */

static const char *sum_of(enum ink_sum_kind kind, const char *text, size_t len, size_t step)
{
    static char base64[INK_SUM_TEXT_MAX + 1];
    uint8_t bytes[INK_SUM_BYTES_MAX];
    struct ink_sum sum;
    assert_true(ink_sum_init(&sum, kind));
    for (size_t at = 0; at < len; at += step)
        ink_sum_update(&sum, ink_view_of(text + at, len - at < step ? len - at : step));
    ink_sum_finish(&sum, bytes);
    ink_base64(bytes, ink_sum_len(kind), base64);
    return base64;
}

/* The check values of the CRC catalogue for "123456789": cbf43926, e3069283, ae8b14860a799888; the hashes by sha*sum. */
static void sums(void **state)
{
    static const char *const want[] = {"y/Q5Jg==", "4waSgw==", "rosUhgp5mIg=", "98O8HYCOBHMq32eZZczDTKeuNEE=",
                                       "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="};
    for (int kind = 0; kind < INK_SUM_NONE; kind++)
        for (size_t step = 1; step < 11; step++)
            assert_string_equal(sum_of((enum ink_sum_kind)kind, "123456789", 9, step), want[kind]);
    assert_int_equal(ink_sum_find("crc32c"), INK_SUM_CRC32C);
    assert_int_equal(ink_sum_find("X-Amz-Checksum-SHA256"), INK_SUM_SHA256);
    assert_int_equal(ink_sum_find("md5"), INK_SUM_NONE);
}

static void combined_sums(void **state)
{
    char text[1000];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(i * 7 + i / 3);
    for (int kind = 0; kind <= INK_SUM_CRC64NVME; kind++)
        for (size_t cut = 0; cut <= sizeof text; cut += 37) {
            enum ink_sum_kind k = (enum ink_sum_kind)kind;
            uint8_t first[8], second[8], whole[8];
            assert_true(ink_base64_exactly(sum_of(k, text, cut, 1000), first, ink_sum_len(k)));
            assert_true(ink_base64_exactly(sum_of(k, text + cut, sizeof text - cut, 1000), second, ink_sum_len(k)));
            assert_true(ink_base64_exactly(sum_of(k, text, sizeof text, 1000), whole, ink_sum_len(k)));
            ink_sum_combine(k, first, second, sizeof text - cut);
            assert_memory_equal(first, whole, ink_sum_len(k));
        }
}

/* --- escapes and dates ---------------------------------------------------------------------------------------------- */

static void base64(void **state)
{
    uint8_t out[4];
    assert_true(ink_base64_exactly("aGVsbA==", out, 4));
    assert_memory_equal(out, "hell", 4);
    assert_false(ink_base64_exactly("aGVsbA=", out, 4));
    assert_false(ink_base64_exactly("aGVsbGE=", out, 4));
    assert_false(ink_base64_exactly("aGVs-A==", out, 4));
    assert_false(ink_base64_exactly("=GVsbA==", out, 4));
}

static void percent(void **state)
{
    const char *plain;
    assert_int_equal(ink_percent_decode(&arena, ink_view_text("a%20b+c%2B%e4%b8%83"), false, &plain), INK_OK);
    assert_string_equal(plain, "a b+c+七");
    assert_int_equal(ink_percent_decode(&arena, ink_view_text("a+b"), true, &plain), INK_OK);
    assert_string_equal(plain, "a b");
    static const char *const bad[] = {"%", "%2", "%zz", "a%00b"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(ink_percent_decode(&arena, ink_view_text(bad[i]), false, &plain), INK_E_FORMAT);
    struct ink_buffer out;
    ink_buffer_init(&out, 1000);
    ink_percent_encode(&out, "a b/c+d%é\x01*");
    assert_string_equal((char *)out.data, "a+b/c%2Bd%25%C3%A9%01*");
    ink_buffer_cleanup(&out);
}

static void dates(void **state)
{
    char text[INK_HTTP_DATE_LEN + 1];
    int64_t ms;
    ink_http_date(784111777999, text);
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z", "1994-11-06T08:49:37.5Z"};
    for (size_t i = 0; i < 5; i++) {
        assert_true(ink_date_parse(same[i], &ms));
        assert_true(ms == 784111777000);
    }
    assert_false(ink_date_parse("yesterday", &ms));
    assert_false(ink_date_parse("", &ms));
    assert_false(ink_date_parse("Sun, 06 Nov 1994 08:49:37 GMT+1", &ms));
}

/* --- targets -------------------------------------------------------------------------------------------------------- */

static void check_place(const char *target, const char *host, const char *bucket, const char *key)
{
    struct ink_uri uri;
    struct ink_uri_place place;
    assert_int_equal(ink_uri_parse(target, &arena, &uri), INK_OK);
    assert_true(ink_uri_place(&uri, host, &arena, &place));
    if (bucket)
        assert_string_equal(place.bucket, bucket);
    else
        assert_null(place.bucket);
    if (key)
        assert_string_equal(place.key, key);
    else
        assert_null(place.key);
}

static void places(void **state)
{
    check_place("/", "localhost:9000", NULL, NULL);
    check_place("/b", "127.0.0.1", "b", NULL);
    check_place("/b/?uploads", "127.0.0.1", "b", NULL);
    check_place("/b/a//b/../c", "127.0.0.1", "b", "a//b/../c");
    check_place("/b//x", "[::1]:80", "b", "/x");
    check_place("/b/%2e%2E%25%2F+", "h", "b", "..%/+");
    check_place("/k?x", "b.localhost:9000", "b", "k");
    check_place("/", "b.c.LOCALHOST", "b.c", NULL);
    check_place("/b/k", ".localhost", "b", "k");
    check_place("http://h:1/b/k?q", "h:1", "b", "k");
}

static void queries(void **state)
{
    struct ink_uri uri;
    assert_int_equal(ink_uri_parse("/b?uploads&prefix=a+b%2B&&empty=&x=1=2#f", &arena, &uri), INK_OK);
    assert_int_equal(uri.count, 4);
    assert_string_equal(ink_uri_param(&uri, "uploads"), "");
    assert_string_equal(ink_uri_param(&uri, "prefix"), "a b+");
    assert_string_equal(ink_uri_param(&uri, "x"), "1=2");
    assert_null(ink_uri_param(&uri, "Prefix"));
    assert_true(ink_view_is(uri.raw_query, "uploads&prefix=a+b%2B&&empty=&x=1=2"));
    assert_int_equal(ink_uri_parse("/b?%zz", &arena, &uri), INK_E_FORMAT);
    assert_int_equal(ink_uri_parse("*", &arena, &uri), INK_E_FORMAT);
    char many[2000] = "/?";
    for (int i = 0; i < 300; i++) strcat(many, "a&");
    assert_int_equal(ink_uri_parse(many, &arena, &uri), INK_E_LIMIT);
}

/* --- conditions and ranges ------------------------------------------------------------------------------------------ */

static void conditions(void **state)
{
    const char *old = "Sun, 06 Nov 1994 08:49:37 GMT";
    const int64_t ms = 784111777500, now = ms + 100000;
    const struct {
        struct ink_condition condition;
        enum ink_condition_result want;
    } cases[] = {
        {{0}, INK_CONDITION_HOLDS},
        {{.match = "\"e\""}, INK_CONDITION_HOLDS},
        {{.match = "e"}, INK_CONDITION_HOLDS},
        {{.match = "\"x\", \"e\""}, INK_CONDITION_HOLDS},
        {{.match = "*"}, INK_CONDITION_HOLDS},
        {{.match = "\"x\""}, INK_CONDITION_NO_MATCH},
        {{.match = "\"ee\""}, INK_CONDITION_NO_MATCH},
        {{.match = ""}, INK_CONDITION_NO_MATCH},
        {{.none_match = "W/\"e\""}, INK_CONDITION_SAME},
        {{.none_match = "\"x\""}, INK_CONDITION_HOLDS},
        {{.modified_since = old}, INK_CONDITION_NOT_MODIFIED},
        {{.modified_since = "Sun, 06 Nov 1994 08:49:36 GMT"}, INK_CONDITION_HOLDS},
        {{.modified_since = "Sun, 06 Nov 2094 08:49:36 GMT"}, INK_CONDITION_HOLDS}, /* the future: ignored */
        {{.modified_since = "nonsense"}, INK_CONDITION_HOLDS},
        {{.unmodified_since = old}, INK_CONDITION_HOLDS},
        {{.unmodified_since = "Sun, 06 Nov 1994 08:49:36 GMT"}, INK_CONDITION_MODIFIED},
        {{.match = "e", .unmodified_since = "Sun, 06 Nov 1994 08:49:36 GMT"}, INK_CONDITION_HOLDS},
        {{.none_match = "x", .modified_since = old}, INK_CONDITION_HOLDS},
        {{.match = "e", .none_match = "e"}, INK_CONDITION_SAME},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(ink_condition_check(&cases[i].condition, "e", ms, now), cases[i].want);
}

/* As the real S3 answered for ten bytes when it was asked. */
static void ranges(void **state)
{
    static const struct {
        const char *header;
        enum ink_range_result want;
        uint64_t first, last;
    } cases[] = {
        {NULL, INK_RANGE_ALL, 0, 0},
        {"bytes=0-8", INK_RANGE_PART, 0, 8},
        {"bytes=1-1", INK_RANGE_PART, 1, 1},
        {"bytes=1-0", INK_RANGE_ALL, 0, 0},
        {"bytes=1-", INK_RANGE_PART, 1, 9},
        {"bytes=-1-", INK_RANGE_ALL, 0, 0},
        {"bytes=-2", INK_RANGE_PART, 8, 9},
        {"bytes=-15", INK_RANGE_PART, 0, 9},
        {"bytes=0-100", INK_RANGE_PART, 0, 9},
        {"bytes=0--1", INK_RANGE_ALL, 0, 0},
        {"bytes=0-1,3-4,7-9", INK_RANGE_ALL, 0, 0},
        {"0-8", INK_RANGE_ALL, 0, 0},
        {"bytes=-", INK_RANGE_ALL, 0, 0},
        {"bytes=-0", INK_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=100-200", INK_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=10-", INK_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=99999999999999999999-", INK_RANGE_ALL, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t first = 0, last = 0;
        assert_int_equal(ink_range_parse(cases[i].header, 10, &first, &last), cases[i].want);
        assert_int_equal(first, cases[i].first);
        assert_int_equal(last, cases[i].last);
    }
    uint64_t first, last;
    assert_int_equal(ink_range_parse("bytes=0-", 0, &first, &last), INK_RANGE_UNSATISFIABLE);
    assert_int_equal(ink_range_parse("bytes=-5", 0, &first, &last), INK_RANGE_UNSATISFIABLE);
}

/* --- XML ------------------------------------------------------------------------------------------------------------ */

static void xml_trees(void **state)
{
    const struct ink_xml_node *root;
    struct ink_view text =
        ink_view_text("<?xml version='1.0'?><s:A xmlns:s='u'><B>x&amp;&#34;y</B><C/><B> z </B></s:A>");
    assert_int_equal(ink_xml_parse(text, &arena, &root, NULL), INK_OK);
    assert_string_equal(root->name, "A");
    const struct ink_xml_node *b = ink_xml_child(root, "B");
    assert_string_equal(b->text, "x&\"y");
    assert_string_equal(ink_xml_next(b)->text, " z ");
    assert_null(ink_xml_next(ink_xml_next(b)));
    assert_string_equal(ink_xml_child_text(root, "C"), "");
    assert_null(ink_xml_child_text(root, "D"));
    assert_null(ink_xml_child(NULL, "D"));
}

static void bad_xml(void **state)
{
    const struct ink_xml_node *root;
    static const char *const bad[] = {"",
                                      "x",
                                      "<a>",
                                      "<a></b>",
                                      "<a/><b/>",
                                      "<a>&unknown;</a>",
                                      "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                                      "<!DOCTYPE a><a/>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ink_xml_parse(ink_view_text(bad[i]), &arena, &root, NULL), INK_E_FORMAT);
    char deep[INK_XML_DEPTH_MAX * 3 + 10] = "";
    for (int i = 0; i < INK_XML_DEPTH_MAX + 1; i++) strcat(deep, "<a>");
    assert_int_equal(ink_xml_parse(ink_view_text(deep), &arena, &root, NULL), INK_E_LIMIT);
}

static void written_xml(void **state)
{
    struct ink_buffer out;
    ink_buffer_init(&out, 1000);
    ink_xml_text(&out, "K", "a<b>&\"\x01\r");
    ink_xml_text(&out, "N", NULL);
    ink_xml_number(&out, "M", UINT64_MAX);
    assert_string_equal((char *)out.data, "<K>a&lt;b&gt;&amp;&quot;&#x1;&#xd;</K><M>18446744073709551615</M>");
    ink_buffer_cleanup(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums),      cmocka_unit_test(combined_sums), cmocka_unit_test(base64),
        cmocka_unit_test(percent),   cmocka_unit_test(dates),         cmocka_unit_test(places),
        cmocka_unit_test(queries),   cmocka_unit_test(conditions),    cmocka_unit_test(ranges),
        cmocka_unit_test(xml_trees), cmocka_unit_test(bad_xml),       cmocka_unit_test(written_xml),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
