/* SPDX-License-Identifier: MIT */
/* Random numbers: the generator's own, published ones; means and deviations of many; the same for the same seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"
#include "ops/generator.h"

enum { MANY = 10000 };

/* numpy.random.seed(0); numpy.random.uniform(size=3), and the first of seed 5489, which the authors of MT19937 list. */
static void generator(void **state)
{
    static const double of_zero[] = {0.5488135039273248, 0.7151893663724195, 0.6027633760716439};
    struct ink_generator g;
    ink_generator_init(&g, 0);
    for (size_t i = 0; i < 3; i++) assert_true(ink_generator_uniform(&g) == of_zero[i]);
    ink_generator_init(&g, 5489);
    assert_true(ink_generator_uniform(&g) == (double)((3499211612u >> 5) * 67108864.0 + (581869302u >> 6)) * 0x1p-53);
    assert_int_equal(ink_generator_seed(-1), UINT32_MAX);
    assert_true(ink_generator_seed(0.25) != ink_generator_seed(0.5));
}

static void moments(const float *x, size_t n, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)x[i];
        squares += (double)(x[i] * x[i]);
    }
    *mean = sum / (double)n;
    *deviation = sqrt(squares / (double)n - *mean * *mean);
}

static void distributions(void **state)
{
    double mean, deviation;
    struct one_op o;
    one_op_init(&o, "", "RandomNormal", 22);
    one_op_ints(&o, "shape", 100, MANY / 100);
    one_op_float(&o, "mean", 3);
    one_op_float(&o, "scale", 2);
    one_op_float(&o, "seed", 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    moments(o.out[0].data, MANY, &mean, &deviation);
    assert_true(fabs(mean - 3) < 0.1 && fabs(deviation - 2) < 0.1);
    one_op_free(&o);
    one_op_init(&o, "", "RandomUniformLike", 22);
    one_op_in(&o, INK_INT8, 1, (int64_t[]){MANY}, NULL);
    one_op_int(&o, "dtype", INK_FLOAT);
    one_op_float(&o, "low", -2);
    one_op_float(&o, "high", 4);
    assert_int_equal(one_op_run(&o), INK_OK);
    moments(o.out[0].data, MANY, &mean, &deviation);
    assert_true(fabs(mean - 1) < 0.1 && fabs(deviation - 6 / sqrt(12)) < 0.1);
    for (size_t i = 0; i < MANY; i++)
        assert_true(((float *)o.out[0].data)[i] >= -2 && ((float *)o.out[0].data)[i] <= 4);
    one_op_free(&o);
}

static void draws(void **state)
{
    static const float never_always[] = {0, 1}, logs[] = {0, -INFINITY, 1.0986123f}; /* 1 : 0 : 3 */
    size_t found[3] = {0};
    struct one_op o;
    one_op_init(&o, "", "Bernoulli", 15);
    one_op_f32(&o, never_always, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], never_always, 2);
    one_op_free(&o);
    one_op_init(&o, "", "Multinomial", 7);
    one_op_f32(&o, logs, 1, 3);
    one_op_int(&o, "sample_size", MANY);
    one_op_float(&o, "seed", 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    for (size_t i = 0; i < MANY; i++) found[((const int32_t *)o.out[0].data)[i]]++;
    assert_int_equal(found[1], 0);
    assert_in_range(found[0], MANY / 4 - 250, MANY / 4 + 250);
    one_op_free(&o);
}

static void seeds(void **state)
{
    float first[3][8];
    for (int i = 0; i < 3; i++) {
        struct one_op o;
        one_op_init(&o, "", "RandomUniform", 1);
        one_op_ints(&o, "shape", 8);
        if (i < 2) one_op_float(&o, "seed", 42);
        assert_int_equal(one_op_run(&o), INK_OK);
        memcpy(first[i], o.out[0].data, sizeof first[i]);
        one_op_free(&o);
    }
    assert_memory_equal(first[0], first[1], sizeof first[0]);
    assert_memory_not_equal(first[0], first[2], sizeof first[0]);
}

static void refused(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "RandomNormal", 22);
    assert_refused(&o, INK_E_MODEL, "shape is missing");
    one_op_init(&o, "", "RandomNormal", 22);
    one_op_ints(&o, "shape", INT64_MAX, 2);
    assert_refused(&o, INK_E_MODEL, "impossible");
    one_op_init(&o, "", "RandomUniform", 22);
    one_op_ints(&o, "shape", -1);
    assert_refused(&o, INK_E_MODEL, "impossible");
    one_op_init(&o, "", "RandomUniform", 22);
    one_op_ints(&o, "shape", 1);
    one_op_int(&o, "dtype", INK_INT32);
    assert_refused(&o, INK_E_UNSUPPORTED, "int32");
    one_op_init(&o, "", "Multinomial", 7);
    one_op_f32(&o, NULL, 2, 0);
    assert_refused(&o, INK_E_MODEL, "classes");
    one_op_init(&o, "", "Multinomial", 7);
    one_op_f32(&o, NULL, 2, 2);
    one_op_int(&o, "sample_size", 0);
    assert_refused(&o, INK_E_MODEL, "sample_size");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator), cmocka_unit_test(distributions), cmocka_unit_test(draws),
        cmocka_unit_test(seeds),     cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
