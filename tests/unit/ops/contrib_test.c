/* SPDX-License-Identifier: MIT */
/* com.microsoft: answers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

#define MS "com.microsoft"

static void fused_matmul(void **state)
{
    static const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 1, 2, 1, 0};
    struct one_op o;
    for (int constant = 0; constant < 2; constant++) { /* A' [2,3], B' [3,2], times 2 */
        one_op_init(&o, MS, "FusedMatMul", 1);
        one_op_int(&o, "transA", 1);
        one_op_int(&o, "transB", 1);
        one_op_float(&o, "alpha", 2);
        one_op_f32(&o, a, 3, 2);
        one_op_f32(&o, b, 2, 3);
        o.constant[1] = constant;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], (float[]){12, 10, 16, 16}, 4);
        one_op_free(&o);
    }
    one_op_init(&o, MS, "FusedMatMul", 1);
    one_op_int(&o, "transBatchA", 1);
    one_op_f32(&o, a, 3, 2);
    one_op_f32(&o, b, 2, 3);
    assert_refused(&o, INK_E_UNSUPPORTED, "transBatchA");
}

static void bias_gelu(void **state)
{
    static const float x[] = {0, 1, -1, 3}, bias[] = {1, -1};
    struct one_op o;
    one_op_init(&o, MS, "BiasGelu", 1);
    one_op_f32(&o, x, 2, 2);
    one_op_f32(&o, bias, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){0.84134475f, 0, 0, 1.9544997f}, 4);
    one_op_free(&o);
    one_op_init(&o, MS, "BiasGelu", 1);
    one_op_f32(&o, x, 4, 1);
    one_op_f32(&o, bias, 2);
    assert_refused(&o, INK_E_MODEL, "the bias [2]");
}

/* Sums 1, 3, 5: mean 3 and variance 8/3. */
static void skip_layer_norm(void **state)
{
    static const float x[] = {1, 2, 3}, skip[] = {-1, 0, 1}, gamma[] = {1, 1, 2}, beta[] = {0, 0, 1},
                       bias[] = {1, 1, 1};
    const float unit = 2 / sqrtf(8 / 3.0f);
    struct one_op o;
    one_op_init(&o, MS, "SkipLayerNormalization", 1);
    one_op_f32(&o, x, 1, 1, 3);
    one_op_f32(&o, skip, 1, 3);
    one_op_f32(&o, gamma, 3);
    one_op_f32(&o, beta, 3);
    one_op_f32(&o, bias, 3);
    o.out_count = 4;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){-unit, 0, 2 * unit + 1}, 3);
    assert_floats(&o.out[1], (float[]){3}, 1);
    assert_floats(&o.out[3], (float[]){1, 3, 5}, 3);
    one_op_free(&o);
}

static void bytes_in(struct one_op *o, int64_t n, const uint8_t *values, const float *scale, const uint8_t *zero)
{
    if (values) one_op_in(o, INK_UINT8, 1, &n, values);
    one_op_in(o, INK_FLOAT, 0, NULL, scale);
    one_op_in(o, INK_UINT8, 0, NULL, zero);
}

static void qlinear(void **state)
{
    static const uint8_t a[] = {10, 20, 255}, b[] = {4}, a_zero = 10, b_zero = 2, y_zero = 1;
    static const float half = 0.5f, one = 1;
    struct one_op o;
    one_op_init(&o, MS, "QLinearAdd", 1); /* {0, 5, 122.5} + 2 */
    bytes_in(&o, 3, a, &half, &a_zero);
    bytes_in(&o, 1, b, &one, &b_zero);
    bytes_in(&o, 0, NULL, &half, &y_zero);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, ((uint8_t[]){5, 15, 250}), 3);
    one_op_free(&o);

    one_op_init(&o, MS, "QLinearMul", 1);
    bytes_in(&o, 3, a, &half, &a_zero);
    bytes_in(&o, 1, b, &one, &b_zero);
    bytes_in(&o, 0, NULL, &one, &y_zero);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, ((uint8_t[]){1, 11, 246}), 3);
    one_op_free(&o);

    one_op_init(&o, MS, "QLinearLeakyRelu", 1);
    one_op_float(&o, "alpha", 0.1f);
    bytes_in(&o, 3, (const uint8_t[]){0, 30, 40}, &one, (const uint8_t[]){30});
    bytes_in(&o, 0, NULL, &one, (const uint8_t[]){100});
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, ((uint8_t[]){97, 100, 110}), 3);
    one_op_free(&o);

    one_op_init(&o, MS, "QLinearSigmoid", 1);
    bytes_in(&o, 3, a, (const float[]){1, 1}, &a_zero);
    o.in[1].shape = (struct ink_shape){1, {2}};
    bytes_in(&o, 0, NULL, &one, &y_zero);
    assert_refused(&o, INK_E_MODEL, "a scale or zero point");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fused_matmul),
        cmocka_unit_test(bias_gelu),
        cmocka_unit_test(skip_layer_norm),
        cmocka_unit_test(qlinear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
