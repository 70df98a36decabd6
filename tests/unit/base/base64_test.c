/* SPDX-License-Identifier: MIT */
/* base64_test.c - RFC 4648's own vectors, every byte, and what is no base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base64.h"

static void rfc_4648(void **state)
{
    static const struct {
        const char *text, *bytes;
    } vectors[] = {{"", ""},
                   {"Zg==", "f"},
                   {"Zm8=", "fo"},
                   {"Zm9v", "foo"},
                   {"Zm9vYg==", "foob"},
                   {"Zm9vYmE=", "fooba"},
                   {"Zm9vYmFy", "foobar"},
                   {"+/+/", "\xfb\xff\xbf"}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        /* of exactly the room that is asked for, so that a sanitizer sees a byte too many */
        uint8_t *out = malloc(ink_base64_room(strlen(vectors[i].text)) + 1);
        size_t len = 99;
        assert_true(ink_base64_decode(ink_view_text(vectors[i].text), out, &len));
        assert_int_equal(len, strlen(vectors[i].bytes));
        assert_memory_equal(out, vectors[i].bytes, len);
        free(out);
    }
}

static void no_base64(void **state)
{
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zg= ", "=Zg=", "Z===", "====", "Zm9v\n", "Zm-v", "Zg==Zm9v", "Zm\xc3\xa9"};
    uint8_t out[8];
    size_t len;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ink_base64_decode(ink_view_text(bad[i]), out, &len));
    assert_false(ink_base64_decode(ink_view_of("Zm\0v", 4), out, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rfc_4648), cmocka_unit_test(no_base64)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
