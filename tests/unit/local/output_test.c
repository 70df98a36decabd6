/* SPDX-License-Identifier: MIT */
/* What a process writes, cut into lines, and what is kept of it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "local/output.h"

static char kept_path[] = "/tmp/inkling-output-XXXXXX";
static int kept;
static struct ink_output output;
static struct ink_buffer seen; /* the lines, a '|' behind each */

static int set_up(void **state)
{
    struct ink_error err = {0};
    strcpy(kept_path, "/tmp/inkling-output-XXXXXX");
    kept = mkstemp(kept_path);
    ink_buffer_init(&seen, 16 << 20);
    return ink_output_open(&output, kept, &err);
}

static int tear_down(void **state)
{
    ink_output_close(&output);
    ink_buffer_cleanup(&seen);
    close(kept);
    return unlink(kept_path);
}

static bool on_line(void *self, struct ink_view line)
{
    ink_buffer_append(&seen, line.data, line.len);
    ink_buffer_text(&seen, "|");
    return line.data[0] != '-';
}

static void feed(const char *text)
{
    assert_int_equal(write(output.write_fd, text, strlen(text)), strlen(text));
    ink_output_read(&output, on_line, NULL);
}

static void check_kept(const char *want)
{
    char have[256] = "";
    assert_int_equal(pread(kept, have, sizeof have - 1, 0), strlen(want));
    assert_string_equal(have, want);
}

static void test_lines_in_pieces(void **state)
{
    feed("one\ntw");
    assert_string_equal((char *)seen.data, "one|");
    feed("o\n\n\n-three\nfour");
    assert_string_equal((char *)seen.data, "one|two|-three|");
    feed("\n");
    assert_string_equal((char *)seen.data, "one|two|-three|four|");
    check_kept("one\ntwo\nfour\n");
}

static void test_nothing_to_read(void **state)
{
    ink_output_read(&output, on_line, NULL); /* does not wait */
    assert_int_equal(seen.len, 0);
}

static void test_a_line_without_end(void **state)
{
    char piece[1000];
    memset(piece, 'x', sizeof piece);
    size_t len = 0;
    for (int i = 0; i < 20; i++, len += sizeof piece) {
        assert_int_equal(write(output.write_fd, piece, sizeof piece), sizeof piece);
        ink_output_read(&output, on_line, NULL);
    }
    size_t whole = len / INK_OUTPUT_LINE_MAX;
    assert_int_equal(seen.len, whole * (INK_OUTPUT_LINE_MAX + 1));
    feed("\n");
    assert_int_equal(seen.len, len + whole + 1);
}

static void test_a_log_that_cannot_be_written(void **state)
{
    output.kept_fd = -1;
    feed("one\n");
    assert_string_equal((char *)seen.data, "one|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_to_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_line_without_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_log_that_cannot_be_written, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
