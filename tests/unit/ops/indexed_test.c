/* SPDX-License-Identifier: MIT */
/* Indices and counts that a hostile model or picture may bring: refused when the operator runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static int64_t number;

/* A float tensor [3] and one int64 beside it. */
static ink_status run_with(const char *name, int opset, int64_t value, bool updates)
{
    struct one_op o;
    number = value;
    one_op_init(&o, "", name, opset);
    one_op_f32(&o, NULL, 3);
    o.in[1] = (struct ink_tensor){.dtype = INK_INT64, .shape = {.rank = 1, .dims = {1}}, .data = &number};
    o.has[1] = o.constant[1] = true;
    o.in_count = 2;
    if (updates) one_op_f32(&o, NULL, 1);
    ink_status st = one_op_run(&o);
    one_op_free(&o);
    return st;
}

static void indices(void **state)
{
    static const int64_t outside[] = {3, -4, INT64_MAX, INT64_MIN};
    (void)state;
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        assert_int_equal(run_with("GatherElements", 13, outside[i], false), INK_E_MODEL);
        assert_int_equal(run_with("ScatterElements", 18, outside[i], true), INK_E_MODEL);
        assert_int_equal(run_with("TopK", 11, outside[i] == 3 ? 4 : outside[i], false), INK_E_MODEL);
        assert_int_equal(run_with("CumSum", 14, outside[i], false), INK_E_MODEL);
    }
    assert_int_equal(run_with("GatherElements", 13, -3, false), INK_OK);
    assert_int_equal(run_with("ScatterElements", 18, 2, true), INK_OK);
    assert_int_equal(run_with("TopK", 11, 3, false), INK_OK);
    assert_int_equal(run_with("CumSum", 14, -1, false), INK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(indices)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
