/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/log_line.h"

static void lines_for_people(void **state)
{
    static const struct {
        const char *message, *shown;
    } cases[] = {
        {"{\"timestamp\":\"t\",\"level\":\"WARN\",\"message\":\"a\\nb\",\"requestId\":\"r\"}",
         "2024-11-02 16:51:31.587  WARN   a\\nb\n"},
        {"{\"message\":\"no level\"}", "2024-11-02 16:51:31.587  INFO   no level\n"},
        {"{\"time\":\"t\",\"type\":\"platform.report\",\"record\":{\"status\":\"success\",\"metrics\":{\"durationMs\":"
         "7.25,"
         "\"billedDurationMs\":8,\"memorySizeMB\":512,\"maxMemoryUsedMB\":33,\"initDurationMs\":21.04}}}",
         "2024-11-02 16:51:31.587  REPORT 7.2 ms, billed 8 ms, 33 of 512 MB, start 21.0 ms\n"},
        {"{\"type\":\"platform.report\",\"record\":{\"status\":\"error\"}}",
         "2024-11-02 16:51:31.587  REPORT 0.0 ms, billed 0 ms, 0 of 0 MB, error\n"},
        {"Segmentation fault\r\n", "2024-11-02 16:51:31.587         Segmentation fault\n"},
        {"[1,2]", "2024-11-02 16:51:31.587         [1,2]\n"},
        {"\x1b[2J", "2024-11-02 16:51:31.587         \\x1b[2J\n"},
        {"{\"type\":\"platform.start\",\"record\":{}}", ""},
        {"{\"_aws\":{\"Timestamp\":1}}", ""},
        {"START RequestId: 1 Version: $LATEST\n", ""},
        {"REPORT RequestId: 1\tDuration: 1 ms", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_buffer out;
        ink_buffer_init(&out, 10000);
        ink_buffer_text(&out, "");
        ink_log_line(cases[i].message, INT64_C(1730566291587), &out);
        assert_string_equal(out.data ? (const char *)out.data : "", cases[i].shown);
        ink_buffer_cleanup(&out);
    }
}

static void how_far_back(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"90s", 90000},   {"10m", 600000}, {"2h", 7200000},
                {"1d", 86400000}, {"0s", 0},       {"3650d", INT64_C(315360000000)}};
    static const char *const bad[] = {"", "m", "10", "10 m", "-1h", "1w", "3651d", "99999999999999999999d", "1hh"};
    int64_t ms;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(ink_log_since(good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(ink_log_since(bad[i], &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_for_people), cmocka_unit_test(how_far_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
