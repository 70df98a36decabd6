/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/zip.h"

static struct ink_buffer zip, content;
static struct ink_error err;

static int set_up(void **state)
{
    ink_buffer_init(&zip, 1 << 20);
    ink_buffer_init(&content, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    ink_buffer_cleanup(&zip);
    ink_buffer_cleanup(&content);
    return 0;
}

static void write_zip(size_t zeros_len)
{
    static const uint8_t zeros[300000];
    struct ink_zip_writer w;
    uint64_t zipped;
    ink_buffer_clear(&zip);
    assert_int_equal(ink_zip_begin(&w, &zip, &err), INK_OK);
    assert_int_equal(ink_zip_add(&w, "bootstrap", 0755, ink_view_text("#!/bin/sh\n"), &zipped, &err), INK_OK);
    assert_int_equal(ink_zip_add(&w, "lib/zeros", 0644, ink_view_of(zeros, zeros_len), &zipped, &err), INK_OK);
    assert_in_range(zipped, 1, 1000);
    assert_int_equal(ink_zip_finish(&w, &err), INK_OK);
}

static void comes_back(void **state)
{
    struct ink_zip_reader r;
    struct ink_zip_entry e;
    bool more;
    write_zip(300000);
    assert_int_equal(ink_zip_reader_open(&r, ink_buffer_view(&zip), &err), INK_OK);

    assert_int_equal(ink_zip_next(&r, &e, &more, &err), INK_OK);
    assert_true(more && e.unix_mode && !e.encrypted && !e.name_cut);
    assert_string_equal(e.name, "bootstrap");
    assert_int_equal(e.mode, 0100755);
    assert_int_equal(ink_zip_content(&r, &e, &content, &err), INK_OK);
    assert_true(ink_view_is(ink_buffer_view(&content), "#!/bin/sh\n"));

    ink_buffer_clear(&content);
    assert_int_equal(ink_zip_next(&r, &e, &more, &err), INK_OK);
    assert_true(more);
    assert_int_equal(e.mode, 0100644);
    assert_int_equal(ink_zip_content(&r, &e, &content, &err), INK_OK);
    assert_int_equal(content.len, 300000);

    assert_int_equal(ink_zip_next(&r, &e, &more, &err), INK_OK);
    assert_false(more);
    ink_zip_reader_close(&r);
}

static void same_bytes(void **state)
{
    write_zip(1000);
    struct ink_buffer first = zip;
    ink_buffer_init(&zip, 1 << 20);
    write_zip(1000);
    assert_true(ink_view_equal(ink_buffer_view(&first), ink_buffer_view(&zip)));
    ink_buffer_cleanup(&first);
}

/* What unpacks to more than the cap ends there, whatever its header says. */
static void bombs_end_at_the_cap(void **state)
{
    struct ink_zip_reader r;
    struct ink_zip_entry e;
    bool more;
    write_zip(300000);
    ink_buffer_clear(&content);
    content.cap_bytes = 100000;
    assert_int_equal(ink_zip_reader_open(&r, ink_buffer_view(&zip), &err), INK_OK);
    assert_int_equal(ink_zip_next(&r, &e, &more, &err), INK_OK);
    assert_int_equal(ink_zip_next(&r, &e, &more, &err), INK_OK);
    assert_int_equal(ink_zip_content(&r, &e, &content, &err), INK_E_LIMIT);
    assert_in_range(content.len, 0, 100000);
    ink_zip_reader_close(&r);
    content.cap_bytes = 1 << 20;
}

static void out_of_room(void **state)
{
    struct ink_zip_writer w;
    uint64_t zipped;
    struct ink_buffer small;
    ink_buffer_init(&small, 40);
    assert_int_equal(ink_zip_begin(&w, &small, &err), INK_OK);
    assert_int_not_equal(ink_zip_add(&w, "bootstrap", 0755, ink_view_text("1234567890"), &zipped, &err), INK_OK);
    assert_int_not_equal(ink_zip_finish(&w, &err), INK_OK);
    ink_buffer_cleanup(&small);
}

/* A changed byte anywhere in the content or its headers: an error or the same content, never another content. */
static void damage_is_noticed(void **state)
{
    write_zip(1000);
    for (size_t i = 0; i < zip.len; i++) {
        struct ink_zip_reader r;
        struct ink_zip_entry e;
        bool more = true;
        zip.data[i] ^= 0x55;
        ink_status st = ink_zip_reader_open(&r, ink_buffer_view(&zip), &err);
        while (!st && !(st = ink_zip_next(&r, &e, &more, &err)) && more) {
            ink_buffer_clear(&content);
            if (ink_zip_content(&r, &e, &content, &err)) continue;
            assert_true(content.len == 10 || content.len == 1000);
            if (content.len == 10) assert_memory_equal(content.data, "#!/bin/sh\n", 10);
        }
        ink_zip_reader_close(&r);
        zip.data[i] ^= 0x55;
    }
}

static void no_zips(void **state)
{
    struct ink_zip_reader r;
    struct ink_zip_entry e;
    bool more = true;
    static const uint8_t empty[23] = "\0PK\5\6"; /* a zip without files, with something before it */
    assert_int_equal(ink_zip_reader_open(&r, ink_view_of(NULL, 0), &err), INK_E_FORMAT);
    ink_zip_reader_close(&r);
    assert_int_equal(ink_zip_reader_open(&r, ink_view_text("PK\3\4 and so on"), &err), INK_E_FORMAT);
    ink_zip_reader_close(&r);
    assert_int_equal(ink_zip_reader_open(&r, ink_view_of(empty, sizeof empty), &err), INK_OK);
    assert_int_equal(ink_zip_next(&r, &e, &more, &err), INK_OK);
    assert_false(more);
    ink_zip_reader_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),  cmocka_unit_test(same_bytes),        cmocka_unit_test(bombs_end_at_the_cap),
        cmocka_unit_test(out_of_room), cmocka_unit_test(damage_is_noticed), cmocka_unit_test(no_zips),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
