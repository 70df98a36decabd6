/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ops/table.h"

static void rows_are_sorted(void **state)
{
    for (size_t i = 1; ink_op_row(i); i++) {
        const struct ink_op *a = ink_op_row(i - 1), *b = ink_op_row(i);
        int order = strcmp(a->domain, b->domain);
        if (!order) order = strcmp(a->name, b->name);
        if (!order) order = a->since - b->since;
        if (order >= 0) fail_msg("%s-%d stands before %s-%d", a->name, a->since, b->name, b->since);
    }
}

/* One argument: a letter, then perhaps ? or *. */
static const char *argument(const struct ink_op *op, const char *s)
{
    if (!*s || !strchr("TUVWinbfsa", *s)) fail_msg("%s-%d: signature \"%s\"", op->name, op->since, op->signature);
    if (*s >= 'T' && *s <= 'W' && !op->types[*s - 'T']) fail_msg("%s-%d: no types for %c", op->name, op->since, *s);
    s++;
    if (*s == '*' && s[1] && s[1] != '>') fail_msg("%s-%d: * not last", op->name, op->since);
    return *s == '?' || *s == '*' ? s + 1 : s;
}

static void rows_are_whole(void **state)
{
    for (size_t i = 0; ink_op_row(i); i++) {
        const struct ink_op *op = ink_op_row(i);
        const char *s = op->signature;
        while (*s != '>') s = argument(op, s);
        for (s++; *s;) s = argument(op, s);
        assert_non_null(op->run);
        if (!op->shape && !(op->flags & INK_OP_SIZES)) fail_msg("%s-%d: no shape function", op->name, op->since);
        for (int t = 0; t < INK_OP_TYPES; t++)
            if (op->types[t] & ~(INK_TYPES_ALL | INK_TYPES_CONTAINER))
                fail_msg("%s-%d: unknown types", op->name, op->since);
    }
}

static void finds_the_version(void **state)
{
    bool known;
    const struct ink_op *op = ink_op_find(ink_view_text(""), ink_view_text("Identity"), 17, &known);
    assert_non_null(op);
    assert_string_equal(op->name, "Identity");
    assert_null(ink_op_find(ink_view_text(""), ink_view_text("Identity"), 0, &known));
    assert_true(known);
    assert_null(ink_op_find(ink_view_text(""), ink_view_text("Identit"), 17, &known));
    assert_false(known);
    assert_null(ink_op_find(ink_view_text("com.example"), ink_view_text("Identity"), 17, &known));
    assert_false(known);
    for (size_t i = 0; (op = ink_op_row(i)); i++)
        assert_ptr_equal(ink_op_find(ink_view_text(op->domain), ink_view_text(op->name), op->since, &known), op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted),
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(finds_the_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
