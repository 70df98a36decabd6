/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "local/chunked.h"

/* What the decoder said, as text: data as it is, "[sig]" at a chunk's end, "{name=value}" for a trailer. */
struct heard {
    struct ink_buffer data;
    struct ink_buffer marks;
};

static ink_status on_data(void *self, struct ink_view bytes, struct ink_error *err)
{
    struct heard *heard = self;
    return ink_buffer_append(&heard->data, bytes.data, bytes.len);
}

static ink_status on_chunk(void *self, struct ink_view signature, struct ink_error *err)
{
    struct heard *heard = self;
    return ink_buffer_printf(&heard->marks, "[%.*s]", INK_VIEW_ARGS(signature));
}

static ink_status on_trailer(void *self, struct ink_view name, struct ink_view value, struct ink_error *err)
{
    struct heard *heard = self;
    return ink_buffer_printf(&heard->marks, "{%.*s=%.*s}", INK_VIEW_ARGS(name), INK_VIEW_ARGS(value));
}

/* Feeds body in pieces of `step` bytes. */
static ink_status decode(const char *body, size_t step, struct heard *heard, bool *done)
{
    struct ink_chunked decoder;
    const struct ink_chunked_sink sink = {heard, on_data, on_chunk, on_trailer};
    ink_status st = INK_OK;
    ink_chunked_init(&decoder, &sink);
    for (size_t at = 0, len = strlen(body); at < len && !st; at += step)
        st = ink_chunked_feed(&decoder, ink_view_of(body + at, len - at < step ? len - at : step), NULL);
    *done = !st && ink_chunked_done(&decoder);
    return st;
}

static void check(const char *body, ink_status want, bool want_done, const char *data, const char *marks)
{
    for (size_t step = 1; step < strlen(body) + 2; step++) {
        struct heard heard;
        bool done;
        ink_buffer_init(&heard.data, 1 << 20);
        ink_buffer_init(&heard.marks, 1 << 20);
        assert_int_equal(ink_buffer_text(&heard.data, "") | ink_buffer_text(&heard.marks, ""), INK_OK);
        assert_int_equal(decode(body, step, &heard, &done), want);
        assert_int_equal(done, want_done);
        if (data) assert_string_equal((char *)heard.data.data, data);
        if (marks) assert_string_equal((char *)heard.marks.data, marks);
        ink_buffer_cleanup(&heard.data);
        ink_buffer_cleanup(&heard.marks);
    }
}

static void whole_bodies(void **state)
{
    check("5\r\nhello\r\n0\r\n\r\n", INK_OK, true, "hello", "[][]");
    check("0\r\n\r\n", INK_OK, true, "", "[]");
    check("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", INK_OK, true, "hello",
          "[][]{x-amz-checksum-crc32=NhCmhg==}");
    check("A;chunk-signature=ab12\r\n0123456789\r\n1;chunk-signature=cd\r\n!\r\n0;chunk-signature=ef\r\n\r\n", INK_OK,
          true, "0123456789!", "[ab12][cd][ef]");
    check("2;a=b;chunk-signature=ab;c\r\n\r\n\r\n0\r\na: b \r\nc:d\r\n\r\n", INK_OK, true, "\r\n", "[ab][]{a=b}{c=d}");
}

static void cut_bodies(void **state)
{
    check("5\r\nhel", INK_OK, false, "hel", "");
    check("5\r\nhello\r\n", INK_OK, false, "hello", "[]");
    check("5\r\nhello\r\n0\r\n", INK_OK, false, "hello", "[][]");
    check("5\r\nhello\r\n0\r\na:b\r\n", INK_OK, false, "hello", NULL);
}

static void bad_bodies(void **state)
{
    static const char *const bad[] = {
        "x\r\n",
        "\r\n",
        "5 \r\nhello\r\n",
        "-1\r\n",
        "5\nhello\r\n",
        "5\r\nhello!\r\n",
        "5\r\nhello\n",
        "fffffffffffffffff\r\n",
        "5\r\nhello\r\n0\r\n\r\nmore",
        "0\r\nno colon\r\n",
        "0\r\n:no name\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check(bad[i], INK_E_FORMAT, false, NULL, NULL);
    char long_signature[300];
    snprintf(long_signature, sizeof long_signature, "1;chunk-signature=%0200d\r\n", 1);
    check(long_signature, INK_E_FORMAT, false, NULL, NULL);
}

static void lines_without_end(void **state)
{
    char body[3000];
    struct heard heard;
    bool done;
    ink_buffer_init(&heard.data, 100);
    ink_buffer_init(&heard.marks, 10000);
    memset(body, '0', sizeof body);
    body[sizeof body - 1] = '\0';
    assert_int_equal(decode(body, 7, &heard, &done), INK_E_LIMIT);
    strcpy(body, "0\r\n");
    for (int i = 0; i < INK_CHUNKED_TRAILERS_MAX + 1; i++) strcat(body, "a:b\r\n");
    assert_int_equal(decode(body, 7, &heard, &done), INK_E_LIMIT);
    ink_buffer_cleanup(&heard.marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_bodies),
        cmocka_unit_test(cut_bodies),
        cmocka_unit_test(bad_bodies),
        cmocka_unit_test(lines_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
