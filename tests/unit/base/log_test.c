/* SPDX-License-Identifier: MIT */
/* log_test.c - lines as text and as JSON, which hostile text cannot break out of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/log.h"

static int ends[2], stderr_before;
static char text[16384];

/* What is written from now on goes into a pipe. */
static void capture(void)
{
    fflush(stderr);
    assert_int_equal(pipe(ends), 0);
    stderr_before = dup(STDERR_FILENO);
    assert_true(stderr_before >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    close(ends[1]);
}

static const char *captured(void)
{
    assert_true(dup2(stderr_before, STDERR_FILENO) >= 0); /* the pipe's other end is closed by it */
    close(stderr_before);
    size_t len = 0;
    ssize_t n;
    while ((n = read(ends[0], text + len, sizeof text - 1 - len)) > 0) len += (size_t)n;
    close(ends[0]);
    text[len] = '\0';
    return text;
}

static json_t *one_line(void)
{
    const char *line = captured();
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    return root;
}

static const char *member(const json_t *root, const char *name)
{
    return json_string_value(json_object_get(root, name));
}

static void as_json(void **state)
{
    ink_log_setup(INK_LOG_INFO, true);
    ink_log_request("8476a536-\"e9f4");
    capture();
    ink_log(INK_LOG_WARN, "b/\"k\\\n\x1b[31m\xff\": %d", 7);
    json_t *root = one_line();
    assert_string_equal(member(root, "message"), "b/\"k\\\\\\n\\x1b[31m\\xff\": 7");
    assert_string_equal(member(root, "level"), "WARN");
    assert_string_equal(member(root, "requestId"), "8476a536-\"e9f4");
    assert_int_equal(strlen(member(root, "timestamp")), 24);
    json_decref(root);
    ink_log_request(NULL);
    capture();
    char longest[4000];
    memset(longest, '"', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    ink_log(INK_LOG_ERROR, "%s", longest);
    root = one_line();
    assert_null(json_object_get(root, "requestId")); /* outside of a request there is none */
    json_decref(root);
}

static void as_text(void **state)
{
    ink_log_setup(INK_LOG_INFO, false);
    ink_log_request("r-1");
    capture();
    ink_log(INK_LOG_INFO, "one\ntwo");
    ink_log(INK_LOG_DEBUG, "not told");
    ink_log_verbatim("{\"as\":\"it is\"}");
    const char *lines = captured();
    assert_string_equal(lines + 24, " INFO r-1 one\\ntwo\n{\"as\":\"it is\"}\n");
    ink_log_request(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_json), cmocka_unit_test(as_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
