/* SPDX-License-Identifier: MIT */
/* What may be said on the command line of `inkling serve`, and what may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "local/serve_options.h"

static struct ink_serve_options options;
static struct ink_error err;

/* The words of `line` as arguments. */
static ink_status read_line(const char *line)
{
    static char copy[512];
    char *argv[32] = {(char[]){"serve"}}, *rest = copy;
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word; argc < 31 && (word = strtok_r(rest, " ", &rest));) argv[argc++] = word;
    err = (struct ink_error){0};
    return ink_serve_options_read(argc, argv, &options, &err);
}

static int own_environment(void **state)
{
    unsetenv("INKLING_ACCESS_KEY_ID");
    unsetenv("INKLING_SECRET_ACCESS_KEY");
    setenv("XDG_DATA_HOME", "/somewhere", 1);
    return 0;
}

static void defaults(void **state)
{
    assert_int_equal(read_line(""), INK_OK);
    assert_string_equal(options.dir, "/somewhere/inkling");
    assert_string_equal(options.address, "127.0.0.1");
    assert_int_equal(options.port, 9000);
    assert_string_equal(options.bucket, "handwriting");
    assert_string_equal(options.access_key, "inkling");
    assert_true(options.loopback && options.workers >= 1 && !options.verbose);
    assert_non_null(strstr(options.function, "/bootstrap"));
}

static void what_is_said_counts(void **state)
{
    assert_int_equal(read_line("--dir /d --listen [::1]:0 --bucket=b -v --workers 3 --timeout=9 --memory 64 "
                               "--retry-waits 1,22,333"),
                     INK_OK);
    assert_string_equal(options.dir, "/d");
    assert_string_equal(options.address, "::1");
    assert_string_equal(options.bucket, "b");
    assert_true(options.loopback && options.verbose && options.port == 0);
    assert_true(options.workers == 3 && options.timeout_s == 9 && options.memory_mb == 64);
    assert_true(options.queue.retries == 3 && options.queue.retry_wait_ms[2] == 333);
    assert_int_equal(read_line("--listen localhost:1"), INK_OK);
    assert_string_equal(options.address, "127.0.0.1");
}

static void what_is_wrong_is_refused(void **state)
{
    static const char *const lines[] = {
        "--nothing",
        "--dir",
        "--dir=",
        "--listen 9000",
        "--listen 1.2.3.4:65536",
        "--listen name:80",
        "--workers 0",
        "--workers 65",
        "--workers x",
        "--timeout 901",
        "--memory 15",
        "--memory -1",
        "--retry-waits",
        "--retry-waits a",
        "--retry-waits 1,,2",
        "stray",
        "--retry-waits 1,1,1,1,1,1,1,1,1",
        "--listen [::1:80",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (read_line(lines[i]) != INK_E_ARGUMENT) fail_msg("%s was not refused", lines[i]);
        assert_true(err.text[0] != '\0');
    }
    assert_int_equal(read_line("--function /no/such/program"), INK_E_NOT_FOUND);
}

static void others_need_a_key_of_their_own(void **state)
{
    assert_int_equal(read_line("--listen 0.0.0.0:80"), INK_E_DENIED);
    assert_int_equal(read_line("--listen [::]:80"), INK_E_DENIED);
    setenv("INKLING_ACCESS_KEY_ID", "me", 1);
    assert_int_equal(read_line(""), INK_E_ARGUMENT); /* one of two */
    setenv("INKLING_SECRET_ACCESS_KEY", "long enough", 1);
    assert_int_equal(read_line("--listen 0.0.0.0:80"), INK_OK);
    assert_string_equal(options.access_key, "me");
    assert_false(options.loopback);
    setenv("INKLING_SECRET_ACCESS_KEY", "short", 1);
    assert_int_equal(read_line(""), INK_E_ARGUMENT);
    setenv("INKLING_SECRET_ACCESS_KEY", "inkling-local", 1);
    assert_int_equal(read_line("--listen 0.0.0.0:80"), INK_E_DENIED);
}

static void keys_from_a_file(void **state)
{
    char path[] = "/tmp/inkling-keys-XXXXXX", line[64];
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, " id\r\n a-secret-of-some-length \n", 31) == 31);
    close(fd);
    snprintf(line, sizeof line, "--keys %s", path);
    assert_int_equal(read_line(line), INK_OK);
    assert_string_equal(options.access_key, "id");
    assert_string_equal(options.secret, "a-secret-of-some-length");
    assert_int_equal(truncate(path, 4), 0);
    assert_int_equal(read_line(line), INK_E_ARGUMENT);
    unlink(path);
    assert_int_equal(read_line(line), INK_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults, own_environment),
        cmocka_unit_test_setup(what_is_said_counts, own_environment),
        cmocka_unit_test_setup(what_is_wrong_is_refused, own_environment),
        cmocka_unit_test_setup(others_need_a_key_of_their_own, own_environment),
        cmocka_unit_test_setup(keys_from_a_file, own_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
