/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command.h"

static const struct ink_command command = {
    .name = "try",
    .arguments = "MODEL IMAGE...",
    .options = {{"json", NULL, ""}, {"threads", "N", ""}},
    .least = 1,
    .most = 3,
};

static struct ink_args args;
static bool help;
static struct ink_error err;

#define READ(...)                                                                                                      \
    ({                                                                                                                 \
        static char *line[] = {__VA_ARGS__};                                                                           \
        err = (struct ink_error){0};                                                                                   \
        ink_args_read(&command, sizeof line / sizeof line[0], line, &args, &help, &err);                               \
    })

static void options_stand_anywhere(void **state)
{
    assert_int_equal(READ("a", "--threads", "4", "b", "--json", "c"), INK_OK);
    assert_int_equal(args.count, 3);
    assert_string_equal(args.rest[0], "a");
    assert_string_equal(args.rest[1], "b");
    assert_string_equal(args.rest[2], "c");
    assert_string_equal(ink_args_value(&args, "threads"), "4");
    assert_true(ink_args_switch(&args, "json"));
}

static void values_and_ends(void **state)
{
    assert_int_equal(READ("--threads=", "--", "--json", "-"), INK_OK);
    assert_string_equal(ink_args_value(&args, "threads"), "");
    assert_false(ink_args_switch(&args, "json"));
    assert_int_equal(args.count, 2);
    assert_string_equal(args.rest[0], "--json");
    assert_string_equal(args.rest[1], "-");
    assert_null(ink_args_value(&args, "other"));
}

static void wrong_lines(void **state)
{
    assert_int_equal(READ("a", "--nope"), INK_E_ARGUMENT);
    assert_string_equal(err.text, "there is no option --nope");
    assert_int_equal(READ("a", "--threads"), INK_E_ARGUMENT);
    assert_int_equal(READ("a", "--json=1"), INK_E_ARGUMENT);
    assert_int_equal(READ("a", "-j"), INK_E_ARGUMENT);
    assert_int_equal(READ("--json"), INK_E_ARGUMENT);
    assert_string_equal(err.text, "it wants MODEL IMAGE...");
    assert_int_equal(READ("a", "b", "c", "d"), INK_E_ARGUMENT);
}

static void help_wins(void **state)
{
    assert_int_equal(READ("--help", "--nope"), INK_OK);
    assert_true(help);
}

static void numbers(void **state)
{
    long n;
    assert_int_equal(READ("a", "--threads", "8"), INK_OK);
    assert_true(ink_args_number(&args, "threads", 1, 8, 1, &n));
    assert_int_equal(n, 8);
    assert_false(ink_args_number(&args, "threads", 1, 7, 1, &n));
    assert_int_equal(READ("a", "--threads", "8x"), INK_OK);
    assert_false(ink_args_number(&args, "threads", 1, 8, 1, &n));
    assert_int_equal(READ("a"), INK_OK);
    assert_true(ink_args_number(&args, "threads", 1, 8, 3, &n));
    assert_int_equal(n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(values_and_ends),
        cmocka_unit_test(wrong_lines),
        cmocka_unit_test(help_wins),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
