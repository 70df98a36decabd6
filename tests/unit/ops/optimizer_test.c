/* SPDX-License-Identifier: MIT */
/* One step of each optimizer, by hand; two tensors at once; and lists that do not go together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static const float x[] = {1, -2}, g[] = {0.5f, 1}, v[] = {2, 4}, h[] = {1, 4}, rate = 0.1f;

static void begin(struct one_op *o, const char *name, const int64_t *steps)
{
    one_op_init(o, "ai.onnx.preview.training", name, 1);
    one_op_in(o, INK_FLOAT, 0, NULL, &rate);
    one_op_in(o, INK_INT64, 0, NULL, steps);
}

static void momentum(void **state)
{
    static const int64_t none = 0, two = 2;
    for (int nesterov = 0; nesterov < 2; nesterov++) {
        struct one_op o;
        float v_new[2], x_new[2];
        begin(&o, "Momentum", nesterov ? &two : &none);
        one_op_f32(&o, x, 2);
        one_op_f32(&o, g, 2);
        one_op_f32(&o, v, 2);
        one_op_float(&o, "alpha", 0.5f);
        one_op_float(&o, "beta", 0.25f); /* 1 at the first step */
        one_op_float(&o, "norm_coefficient", 0.125f);
        one_op_text(&o, "mode", nesterov ? "nesterov" : "standard");
        o.out_count = 2;
        for (size_t i = 0; i < 2; i++) {
            float gradient = 0.125f * x[i] + g[i];
            v_new[i] = 0.5f * v[i] + (nesterov ? 0.25f : 1) * gradient;
            x_new[i] = x[i] - rate * (nesterov ? gradient + 0.5f * v_new[i] : v_new[i]);
        }
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], x_new, 2);
        assert_floats(&o.out[1], v_new, 2);
        one_op_free(&o);
    }
}

/* Two tensors of one number each: values, gradients, states, in this order. */
static void adagrad_of_two(void **state)
{
    static const int64_t steps = 3;
    struct one_op o;
    float want[4];
    begin(&o, "Adagrad", &steps);
    for (size_t i = 0; i < 2; i++) one_op_in(&o, INK_FLOAT, 1, (int64_t[]){1}, &x[i]);
    for (size_t i = 0; i < 2; i++) one_op_in(&o, INK_FLOAT, 1, (int64_t[]){1}, &g[i]);
    for (size_t i = 0; i < 2; i++) one_op_in(&o, INK_FLOAT, 1, (int64_t[]){1}, &h[i]);
    one_op_float(&o, "decay_factor", 1);
    one_op_float(&o, "epsilon", 0.5f);
    o.out_count = 4;
    for (size_t i = 0; i < 2; i++) {
        want[2 + i] = h[i] + g[i] * g[i];
        want[i] = x[i] - rate / 4 * g[i] / (sqrtf(want[2 + i]) + 0.5f);
    }
    assert_int_equal(one_op_run(&o), INK_OK);
    for (size_t i = 0; i < 4; i++) assert_floats(&o.out[i], &want[i], 1);
    one_op_free(&o);
}

static void adam(void **state)
{
    static const int64_t steps = 1;
    struct one_op o;
    float x_new[2], v_new[2], h_new[2];
    begin(&o, "Adam", &steps);
    one_op_f32(&o, x, 2);
    one_op_f32(&o, g, 2);
    one_op_f32(&o, v, 2);
    one_op_f32(&o, h, 2);
    one_op_float(&o, "alpha", 0.5f);
    one_op_float(&o, "beta", 0.75f);
    one_op_float(&o, "norm_coefficient_post", 0.5f);
    o.out_count = 3;
    for (size_t i = 0; i < 2; i++) {
        v_new[i] = 0.5f * v[i] + 0.5f * g[i];
        h_new[i] = 0.75f * h[i] + 0.25f * g[i] * g[i];
        x_new[i] =
            0.5f * (x[i] - rate * 0.5f / 0.5f * v_new[i] / sqrtf(h_new[i])); /* sqrt(1 - beta) = 1 - alpha = 1/2 */
    }
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], x_new, 2);
    assert_floats(&o.out[1], v_new, 2);
    assert_floats(&o.out[2], h_new, 2);
    one_op_free(&o);
}

static void refused(void **state)
{
    static const int64_t steps = 1;
    struct one_op o;
    begin(&o, "Adam", &steps);
    for (int i = 0; i < 3; i++) one_op_f32(&o, x, 2);
    assert_refused(&o, INK_E_MODEL, "5 inputs");
    begin(&o, "Adagrad", &steps);
    assert_refused(&o, INK_E_MODEL, "2 inputs");
    begin(&o, "Adagrad", &steps);
    for (int i = 0; i < 3; i++) one_op_f32(&o, x, 2);
    o.out_count = 3;
    assert_refused(&o, INK_E_MODEL, "3 outputs");
    begin(&o, "Adagrad", &steps);
    one_op_f32(&o, x, 2);
    one_op_f32(&o, x, 1, 2);
    one_op_f32(&o, x, 2);
    assert_refused(&o, INK_E_MODEL, "shape");
    begin(&o, "Momentum", &steps);
    for (int i = 0; i < 3; i++) one_op_f32(&o, x, 2);
    one_op_text(&o, "mode", "slow");
    assert_refused(&o, INK_E_MODEL, "slow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(momentum),
        cmocka_unit_test(adagrad_of_two),
        cmocka_unit_test(adam),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
