/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/statistics.h"

static void wilson_is(size_t right, size_t count, double low, double high)
{
    double is_low, is_high;
    ink_wilson(right, count, &is_low, &is_high);
    assert_float_equal(is_low, low, 5e-5);
    assert_float_equal(is_high, high, 5e-5);
}

static void wilson(void **state)
{
    /* 9 of 10: ((0.9 + z^2 / 20) -+ z sqrt(0.009 + z^2 / 400)) / (1 + z^2 / 10), z = 1.959964 */
    wilson_is(9, 10, 0.59585, 0.98212);
    /* none and all: the other bound is z^2 / (n + z^2) from the end */
    wilson_is(0, 10, 0, 0.27753);
    wilson_is(10, 10, 0.72247, 1);
    wilson_is(0, 1, 0, 0.79345);
    wilson_is(0, 0, 0, 1);
    wilson_is(950000, 1000000, 0.94957, 0.95043);
}

static void mcnemar(void **state)
{
    assert_float_equal(ink_mcnemar(1, 5), 2 * 7.0 / 64, 1e-9); /* (1 + 6) of 2^6, both sides */
    assert_float_equal(ink_mcnemar(5, 1), 2 * 7.0 / 64, 1e-9);
    assert_float_equal(ink_mcnemar(0, 15), 2.0 / 32768, 1e-9);
    assert_float_equal(ink_mcnemar(2, 8), 2 * 56.0 / 1024, 1e-9); /* 1 + 10 + 45 */
    assert_float_equal(ink_mcnemar(3, 3), 1, 0);                  /* the middle counts on both sides */
    assert_float_equal(ink_mcnemar(0, 0), 1, 0);
    assert_float_equal(ink_mcnemar(0, 1), 1, 1e-9);
    /* C(20400, 10000) is over a double's range; the normal approximation gives 2 (1 - Phi(399 / sqrt(20400))) = 0.0052 */
    assert_float_equal(ink_mcnemar(10000, 10400), 0.0052, 5e-5);
    assert_float_equal(ink_mcnemar(0, 100000), 0, 0);
}

static void quantiles(void **state)
{
    const uint64_t ten[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    assert_int_equal(ink_quantile(ten, 10, 0), 1);
    assert_int_equal(ink_quantile(ten, 10, 0.5), 5);
    assert_int_equal(ink_quantile(ten, 10, 0.51), 6);
    assert_int_equal(ink_quantile(ten, 10, 0.95), 10);
    assert_int_equal(ink_quantile(ten, 10, 1), 10);
    assert_int_equal(ink_quantile(ten, 1, 0.95), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson),
        cmocka_unit_test(mcnemar),
        cmocka_unit_test(quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
