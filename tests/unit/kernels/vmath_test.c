/* SPDX-License-Identifier: MIT */
/* Functions of one and two variables: accuracy against libm in double, at every CPU level; special values; integers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"

static double exact_gelu(double x)
{
    return 0.5 * x * erfc(-x * 0.70710678118654752);
}

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exact_swish(double x)
{
    return x / (1 + exp(-x));
}

static double exact_softplus(double x)
{
    return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

static double exact_elu(double x)
{
    return x < 0 ? expm1(x) : x;
}

/* The distance in units of the last place of `want` as a float; subnormal ones count as the smallest normal one does. */
static double ulps(float got, double want)
{
    if (isnan(want)) return isnan(got) ? 0 : INFINITY;
    if ((float)want == got) return 0;
    if (isinf((float)want) || isnan(got)) return INFINITY;
    int exponent;
    frexp(fabs(want) < 0x1p-126 ? 0x1p-126 : want, &exponent);
    return fabs(got - want) / ldexp(1, exponent - 24);
}

static const struct {
    enum ink_unary function;
    double (*exact)(double);
    float low, high;
    double limit; /* ulps */
} curves[] = {
    {INK_UNARY_EXP, exp, -110, 95, 3},
    {INK_UNARY_LOG, log, 0, 3e38f, 3},
    {INK_UNARY_LOG, log, 0.5f, 2, 3},
    {INK_UNARY_LOG, log, 0, 1e-37f, 3},
    {INK_UNARY_TANH, tanh, -12, 12, 4},
    {INK_UNARY_TANH, tanh, -1e-3f, 1e-3f, 4},
    {INK_UNARY_ERF, erf, -5, 5, 4},
    {INK_UNARY_ERF, erf, -1e-3f, 1e-3f, 4},
    {INK_UNARY_SIGMOID, exact_sigmoid, -100, 100, 4},
    {INK_UNARY_SOFTPLUS, exact_softplus, -100, 100, 4},
    {INK_UNARY_SWISH, exact_swish, -87, 100, 4},
    {INK_UNARY_GELU, exact_gelu, -1, 100, 8},
    {INK_UNARY_GELU, exact_gelu, -9, -1, 128}, /* the rounding of x * x, which exp makes larger */
    {INK_UNARY_ELU, exact_elu, -100, 10, 4},
};

static void try_curves(enum ink_cpu level)
{
    enum { N = 20011 };
    static float x[N], y[N];
    if (!ink_cpu_can(level)) skip();
    for (size_t c = 0; c < sizeof curves / sizeof *curves; c++) {
        for (int i = 0; i < N; i++)
            x[i] = curves[c].low + (float)i * (1.0f / (N - 1)) * (curves[c].high - curves[c].low);
        ink_kernels_at(level)->unary_row(curves[c].function, INK_ELEMENT_F32)(N, x, 1, 1, y);
        for (int i = 0; i < N; i++)
            if (!(ulps(y[i], curves[c].exact(x[i])) <= curves[c].limit))
                fail_msg("%s, curve %zu: f(%.9g) is %.9g, should be %.9g", ink_cpu_word(level), c, (double)x[i],
                         (double)y[i], curves[c].exact(x[i]));
    }
}

static void curves_are_accurate(void **state)
{
    for (int level = INK_CPU_PLAIN; level < INK_CPU_COUNT; level++)
        if (ink_cpu_can((enum ink_cpu)level)) try_curves((enum ink_cpu)level);
}

static void gelu_is_near(void **state)
{
    for (float x = -8; x < 8; x += 0.01f) {
        float y;
        ink_kernels()->unary_row(INK_UNARY_GELU, INK_ELEMENT_F32)(1, &x, 0, 0, &y);
        assert_true(fabs(y - exact_gelu(x)) < 4e-7 * (1 + fabs((double)x)));
    }
}

static void special_values(void **state)
{
    const float x[] = {INFINITY, -INFINITY, NAN, 0.0f, -0.0f, 3e38f, -3e38f, 1e-45f};
    static const enum ink_unary functions[] = {INK_UNARY_EXP, INK_UNARY_LOG,  INK_UNARY_TANH,    INK_UNARY_ERF,
                                               INK_UNARY_ELU, INK_UNARY_SQRT, INK_UNARY_SIGMOID, INK_UNARY_SOFTPLUS};
    double (*const exact[])(double) = {exp, log, tanh, erf, exact_elu, sqrt, exact_sigmoid, exact_softplus};
    for (int level = INK_CPU_PLAIN; level < INK_CPU_COUNT; level++)
        for (size_t f = 0; f < 8; f++) {
            float y[8];
            if (!ink_cpu_can((enum ink_cpu)level)) continue;
            ink_kernels_at((enum ink_cpu)level)->unary_row(functions[f], INK_ELEMENT_F32)(8, x, 1, 1, y);
            for (int i = 0; i < 8; i++)
                if (!(ulps(y[i], exact[f](x[i])) <= 3))
                    fail_msg("%zu(%g) is %g, should be %g", f, (double)x[i], (double)y[i], exact[f](x[i]));
            if (f >= 2 && f <= 5) assert_true(signbit(y[4]));
        }
}

/* Every row with every step, against its plain twin, in place too. */
static void try_binary(ink_binary_fn *plain, ink_binary_fn *row, size_t n)
{
    struct guarded x = guarded_new(2 * n + 2, 5), y = guarded_new(2 * n + 2, 6);
    struct guarded want = guarded_new(2 * n + 2, 7), got = guarded_new(2 * n + 2, 7);
    for (int step = 1; step < 4; step++) {
        plain(n, x.data, step & 1, y.data, step >> 1, want.data);
        row(n, x.data, step & 1, y.data, step >> 1, got.data);
        assert_memory_equal(got.data, want.data, (2 * n + 2) * sizeof(float));
    }
    row(n, x.data, 1, y.data, 1, x.data);
    assert_memory_equal(x.data, want.data, n);
    guarded_free(&x), guarded_free(&y), guarded_free(&want), guarded_free(&got);
}

static void binary_rows_are_like_the_plain_ones(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 33, 100};
    for (int level = INK_CPU_PLAIN; level < INK_CPU_COUNT; level++)
        for (int f = 0; f < INK_BINARY_COUNT; f++)
            for (int e = 0; e < INK_ELEMENT_COUNT; e++) {
                if (!ink_cpu_can((enum ink_cpu)level) || f == INK_BINARY_POW || e == INK_ELEMENT_F64) continue;
                ink_binary_fn *plain = ink_binary_row__plain((enum ink_binary)f, (enum ink_element)e);
                ink_binary_fn *row =
                    ink_kernels_at((enum ink_cpu)level)->binary_row((enum ink_binary)f, (enum ink_element)e);
                assert_int_equal(plain == NULL, row == NULL);
                for (size_t s = 0; plain && s < sizeof sizes / sizeof *sizes; s++) try_binary(plain, row, sizes[s]);
            }
}

static int32_t i32(enum ink_binary function, int32_t x, int32_t y)
{
    int32_t z;
    ink_kernels()->binary_row(function, INK_ELEMENT_I32)(1, &x, 1, &y, 1, &z);
    return z;
}

static void integers_have_defined_results(void **state)
{
    assert_int_equal(i32(INK_BINARY_DIV, -7, 2), -3);
    assert_int_equal(i32(INK_BINARY_DIV, INT32_MIN, -1), INT32_MIN);
    assert_int_equal(i32(INK_BINARY_DIV, 5, 0), 0);
    assert_int_equal(i32(INK_BINARY_MOD, -7, 3), 2);
    assert_int_equal(i32(INK_BINARY_MOD, 7, -3), -2);
    assert_int_equal(i32(INK_BINARY_FMOD, -7, 3), -1);
    assert_int_equal(i32(INK_BINARY_MOD, INT32_MIN, -1), 0);
    assert_int_equal(i32(INK_BINARY_MOD, 7, 0), 0);
    assert_int_equal(i32(INK_BINARY_ADD, INT32_MAX, 1), INT32_MIN);
    assert_int_equal(i32(INK_BINARY_MUL, INT32_MIN, INT32_MIN), 0);
    uint8_t x = 200, y = 9, z;
    ink_kernels()->binary_row(INK_BINARY_SHIFT_LEFT, INK_ELEMENT_U8)(1, &x, 1, &y, 1, &z);
    assert_int_equal(z, 0);
    int64_t base = -3, exponents[] = {0, 3, -1}, power;
    const int64_t powers[] = {1, -27, 0};
    for (int i = 0; i < 3; i++) {
        ink_kernels()->binary_row(INK_BINARY_POW, INK_ELEMENT_I64)(1, &base, 1, &exponents[i], 1, &power);
        assert_int_equal(power, powers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_are_accurate),
        cmocka_unit_test(gelu_is_near),
        cmocka_unit_test(special_values),
        cmocka_unit_test(binary_rows_are_like_the_plain_ones),
        cmocka_unit_test(integers_have_defined_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
