/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "aws/date.h"
#include "aws/hash.h"

/* The check values of "123456789": catalogue of parametrised CRC algorithms (reveng); FIPS 180-4 for the hashes. */
static void checksums(void **state)
{
    static const char *const want[INK_CHECKSUM_COUNT] = {
        "ae8b14860a799888", "cbf43926", "e3069283", "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"};
    for (int i = 0; i < INK_CHECKSUM_COUNT; i++) {
        uint8_t value[INK_CHECKSUM_LEN_MAX];
        char hex[2 * INK_CHECKSUM_LEN_MAX + 1];
        ink_checksums[i].of(ink_view_text("123456789"), value);
        ink_hex(value, ink_checksums[i].len, hex);
        assert_string_equal(hex, want[i]);
    }
}

/* Cutting off one byte after the other takes every way through the eight-byte steps; bit by bit is the peer. */
static void crc_of_every_length(void **state)
{
    uint8_t text[67], value[INK_CHECKSUM_LEN_MAX];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)(i * 37 + 11);
    for (size_t len = 0; len <= sizeof text; len++) {
        uint32_t crc = UINT32_MAX;
        for (size_t i = 0; i < len; i++) {
            crc ^= text[i];
            for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        }
        ink_checksums[1].of(ink_view_of(text, len), value);
        crc = ~crc;
        assert_int_equal(value[0], crc >> 24);
        assert_int_equal(value[3], crc & 0xFF);
    }
}

static void check_base64(const char *text, const char *want)
{
    char out[64];
    ink_base64((const uint8_t *)text, strlen(text), out);
    assert_string_equal(out, want);
}

static void texts(void **state)
{
    uint8_t mac[INK_SHA256_LEN], md5[INK_MD5_LEN];
    char hex[2 * INK_SHA256_LEN + 1], key[131];
    check_base64("", "");
    check_base64("f", "Zg==");
    check_base64("fo", "Zm8=");
    check_base64("foobar", "Zm9vYmFy"); /* RFC 4648, 10 */
    ink_md5(ink_view_text("abc"), md5); /* RFC 1321, A.5 */
    ink_hex(md5, sizeof md5, hex);
    assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
    /* RFC 4231, cases 2 and 6 (a key longer than a block) */
    ink_hmac_sha256(ink_view_text("Jefe"), ink_view_text("what do ya want for nothing?"), mac);
    ink_hex(mac, sizeof mac, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    ink_hmac_sha256(ink_view_of(key, sizeof key),
                    ink_view_text("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
    ink_hex(mac, sizeof mac, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void dates(void **state)
{
    int64_t value = 0;
    char text[INK_DATE_BASIC_LEN + 1];
    assert_true(ink_date_basic(ink_view_text("20130524T000000Z"), &value));
    assert_int_equal(value, 1369353600);
    ink_date_basic_text(value, text);
    assert_string_equal(text, "20130524T000000Z");
    assert_true(ink_date_basic(ink_view_text("20000229T235959Z"), &value));
    assert_int_equal(value, 951868799);
    assert_false(ink_date_basic(ink_view_text("20010229T000000Z"), &value));
    assert_false(ink_date_basic(ink_view_text("20130524T240000Z"), &value));
    assert_false(ink_date_basic(ink_view_text("2013052xT000000Z"), &value));
    assert_false(ink_date_basic(ink_view_text(""), &value));
    assert_true(ink_date_http(ink_view_text("Sun, 06 Nov 1994 08:49:37 GMT"), &value)); /* RFC 9110, 5.6.7 */
    assert_int_equal(value, 784111777);
    assert_false(ink_date_http(ink_view_text("Sun, 06 Xyz 1994 08:49:37 GMT"), &value));
    assert_true(ink_date_iso_ms(ink_view_text("2013-05-24T00:00:00.120Z"), &value));
    assert_true(value == INT64_C(1369353600120));
    assert_true(ink_date_iso_ms(ink_view_text("2013-05-24T00:00:00Z"), &value));
    assert_true(value == INT64_C(1369353600000));
    assert_false(ink_date_iso_ms(ink_view_text("2013-05-24T00:00:00.1"), &value));
    assert_false(ink_date_iso_ms(ink_view_text("2013-05-24 00:00:00Z"), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(checksums), cmocka_unit_test(crc_of_every_length),
                                       cmocka_unit_test(texts), cmocka_unit_test(dates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
