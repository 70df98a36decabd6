/* SPDX-License-Identifier: MIT */
/* multipart_test.c - the first file of a form, as RFC 2046 and 7578 have it and as browsers write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pipeline/multipart.h"

#define FILE_HEAD "Content-Disposition: form-data; name=\"p\"; filename=\"a;b.png\"\r\nContent-Type: image/png\r\n\r\n"
#define TEXT_PART "Content-Disposition: form-data; name=\"folder\"\r\n\r\nx"
#define TYPE      "multipart/form-data; boundary=b"

static void files(void **state)
{
    static const struct {
        const char *type, *body, *file; /* file NULL: INK_E_FORMAT */
    } cases[] = {
        {TYPE, "--b\r\n" FILE_HEAD "bytes\r\n--b--\r\n", "bytes"},
        {TYPE, "--b\r\n" TEXT_PART "\r\n--b\r\n" FILE_HEAD "by\r\ntes\r\n--b\r\n" FILE_HEAD "2\r\n--b--", "by\r\ntes"},
        {TYPE, "\r\n--b\r\n" FILE_HEAD "bytes\r\n--b--", "bytes"},
        {TYPE, "preamble\r\n--b  \r\n" FILE_HEAD "bytes\r\n--b--", "bytes"},
        {TYPE, "--b\r\n" FILE_HEAD "\r\n--b--", ""},
        {TYPE, "--b\r\nCONTENT-disposition: form-data; Filename=x\r\n\r\n1\r\n--b--", "1"},
        {TYPE, "--b\r\ncontent-disposition: form-data; filename*=UTF-8''x\r\n\r\n1\r\n--b--", "1"},
        {"Multipart/Form-Data; charset=utf-8; Boundary=\"b b\"", "--b b\r\n" FILE_HEAD "1\r\n--b b--", "1"},
        {TYPE, "--b\r\n" TEXT_PART "\r\n--b--\r\n", NULL},
        {TYPE, "--b--\r\n" FILE_HEAD "1\r\n--b--", NULL},
        {TYPE, "--b\r\n" FILE_HEAD "no end", NULL},
        {TYPE, "--b\r\nContent-Disposition: form-data; filename=x\r\n", NULL},
        {TYPE, "--b", NULL},
        {TYPE, "--other\r\n" FILE_HEAD "1\r\n--other--", NULL},
        {TYPE, "", NULL},
        {"multipart/form-data", "--b\r\n" FILE_HEAD "1\r\n--b--", NULL},
        {"multipart/form-data; boundary=", "--\r\n" FILE_HEAD "1\r\n----", NULL},
        {"multipart/form-data; boundary=\"\"", "--\r\n" FILE_HEAD "1\r\n----", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* of exactly this length, so that a sanitizer sees a read behind its end */
        size_t len = strlen(cases[i].body);
        char *body = malloc(len ? len : 1);
        struct ink_view file = {0};
        struct ink_error err = {0};
        memcpy(body, cases[i].body, len);
        assert_true(ink_multipart_is(cases[i].type));
        ink_status st = ink_multipart_file(cases[i].type, ink_view_of(body, len), &file, &err);
        assert_int_equal(st, cases[i].file ? INK_OK : INK_E_FORMAT);
        if (cases[i].file) assert_true(ink_view_is(file, cases[i].file));
        free(body);
    }
}

static void types(void **state)
{
    static const char *const no[] = {"", "image/png", "multipart/form-data2", "multipart/mixed; boundary=b"};
    assert_false(ink_multipart_is(NULL));
    for (size_t i = 0; i < 4; i++) assert_false(ink_multipart_is(no[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(types)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
