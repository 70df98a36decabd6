/* SPDX-License-Identifier: MIT */
/* Convolution, products and their kin: what the backend tests of ONNX do not have, which is old versions, fused rows and
 * other types. Numbers small enough to check by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernels/convert.h"
#include "one_op.h"

static const float up[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static void fused_conv(void **state)
{
    static const float w[] = {1, -1}, bias[] = {1, -1}, add[] = {-3, 0, 1, 9, -1, 0, 0, 0};
    static const float want[] = {0, 3, 5, 6, 0, 0, 0, 0}; /* min(max(x + 1 + add, 0), 6), then with -x - 1 */
    struct one_op o;
    one_op_init(&o, "inkling", "Conv", 1);
    one_op_f32(&o, up, 1, 1, 2, 2);
    one_op_f32(&o, w, 2, 1, 1, 1);
    one_op_f32(&o, bias, 2);
    one_op_f32(&o, add, 1, 2, 2, 2);
    one_op_text(&o, "activation", "Clip");
    static const float limits[] = {0, 6};
    one_op_attr(&o, "activation_params", INK_ATTRIBUTE_FLOATS, 2)->floats = limits;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 8);
    one_op_free(&o);
}

static void activations(void **state)
{
    static const struct {
        const char *word;
        size_t params;
        float param[2], want[3]; /* of -1, 0, 2 */
    } cases[] = {
        {"", 0, {0}, {-1, 0, 2}},
        {"Relu", 0, {0}, {0, 0, 2}},
        {"LeakyRelu", 1, {0.5f}, {-0.5f, 0, 2}},
        {"HardSigmoid", 2, {0.25f, 0.5f}, {0.25f, 0.5f, 1}},
        {"HardSwish", 0, {0}, {-1.0f / 3, 0, 5.0f / 3}},
        {"Sigmoid", 0, {0}, {0.26894142f, 0.5f, 0.88079708f}},
        {"Swish", 0, {0}, {-0.26894142f, 0, 1.76159416f}},
        {"Tanh", 0, {0}, {-0.76159416f, 0, 0.96402758f}},
        {"Gelu", 0, {0}, {-0.15865525f, 0, 1.95449974f}},
    };
    static const float x[] = {1}, w[] = {-1, 0, 2};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one_op o;
        one_op_init(&o, "inkling", "Gemm", 1);
        one_op_f32(&o, x, 1, 1);
        one_op_f32(&o, w, 1, 3);
        one_op_text(&o, "activation", cases[i].word);
        if (cases[i].params)
            one_op_attr(&o, "activation_params", INK_ATTRIBUTE_FLOATS, cases[i].params)->floats = cases[i].param;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], cases[i].want, 3);
        one_op_free(&o);
    }
    struct one_op o;
    one_op_init(&o, "inkling", "Gemm", 1);
    one_op_f32(&o, x, 1, 1);
    one_op_f32(&o, w, 1, 3);
    one_op_text(&o, "activation", "Clip"); /* without its limits */
    assert_refused(&o, INK_E_MODEL, "Clip");
}

/* C of every shape that broadcasts, constant weights or not, with and without what is added. */
static void fused_gemm(void **state)
{
    static const float b[] = {1, 0, 0, 1}, c[] = {10, 20, 30, 40, 50, 60}, add[] = {100, 0, 0, 0, 0, 100};
    static const int64_t c_dims[][2] = {{1, 1}, {1, 2}, {3, 1}, {3, 2}};
    for (int form = 0; form < 16; form++) {
        const int64_t *dims = c_dims[form & 3];
        float want[6];
        struct one_op o;
        one_op_init(&o, "inkling", "Gemm", 1);
        one_op_f32(&o, up, 3, 2);
        one_op_f32(&o, b, 2, 2);
        one_op_in(&o, INK_FLOAT, 2, dims, c);
        if (form & 4) one_op_f32(&o, add, 3, 2);
        o.constant[1] = form & 8;
        one_op_float(&o, "alpha", 2);
        one_op_float(&o, "beta", form & 8 ? 1 : 0.5f);
        for (size_t i = 0; i < 3; i++)
            for (size_t j = 0; j < 2; j++) {
                float from_c = c[(dims[0] == 1 ? 0 : i) * (size_t)dims[1] + (dims[1] == 1 ? 0 : j)];
                want[i * 2 + j] = 2 * up[i * 2 + j] + (form & 8 ? 1 : 0.5f) * from_c + (form & 4 ? add[i * 2 + j] : 0);
            }
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], want, 6);
        one_op_free(&o);
    }
}

static void gemm_of_more_dimensions(void **state)
{
    static const float b[] = {1, 1};
    static const float want[] = {3, 7, 11, 15, 19, 23};
    struct one_op o;
    one_op_init(&o, "inkling", "Gemm", 1);
    one_op_f32(&o, up, 2, 3, 2);
    one_op_f32(&o, b, 2, 1);
    o.constant[1] = true;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(o.out[0].shape.rank, 3);
    assert_floats(&o.out[0], want, 6);
    one_op_free(&o);
}

static void softmax_before_and_since_13(void **state)
{
    static const float x[] = {0, 0, 0, 0};
    static const float flat[] = {0.25f, 0.25f, 0.25f, 0.25f}, by_axis[] = {0.5f, 0.5f, 0.5f, 0.5f};
    for (int opset = 1; opset <= 13; opset += 12) {
        struct one_op o;
        one_op_init(&o, "", "Softmax", opset);
        one_op_f32(&o, x, 1, 2, 2);
        one_op_int(&o, "axis", 1);
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], opset == 1 ? flat : by_axis, 4);
        one_op_free(&o);
    }
}

static void softmax_keeps_small_differences(void **state)
{
    static const float x[] = {1000, 1001}, want[] = {0.26894142f, 0.73105858f};
    struct one_op o;
    one_op_init(&o, "", "Softmax", 13);
    one_op_f32(&o, x, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 2);
    one_op_free(&o);
}

static void old_batch_norm(void **state)
{
    static const float scale[] = {2, 1}, bias[] = {0, 1}, mean[] = {1, 0}, var[] = {4, 1};
    static const float want[] = {0, 1, 4, 5};
    for (int opset = 1; opset <= 9; opset++) {
        struct one_op o;
        one_op_init(&o, "", "BatchNormalization", opset);
        one_op_f32(&o, up, 1, 2, 2);
        one_op_f32(&o, scale, 2);
        one_op_f32(&o, bias, 2);
        one_op_f32(&o, mean, 2);
        one_op_f32(&o, var, 2);
        one_op_float(&o, "epsilon", 0);
        if (opset < 7) one_op_int(&o, "is_test", 1);
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], want, 4);
        one_op_free(&o);
    }
}

static void whole_numbers(void **state)
{
    static const int64_t big = INT64_C(1) << 60, dims[] = {1, 2}, turned[] = {2, 1};
    static const int64_t a[] = {1, 3}, b[] = {INT64_C(1) << 60, 5};
    struct one_op o;
    one_op_init(&o, "", "MatMul", 9);
    one_op_in(&o, INK_INT64, 2, dims, a);
    one_op_in(&o, INK_INT64, 2, turned, b);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_true(*(const int64_t *)o.out[0].data == big + 15);
    one_op_free(&o);

    one_op_init(&o, "", "ReduceMax", 13);
    one_op_in(&o, INK_INT64, 2, turned, b);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_true(*(const int64_t *)o.out[0].data == big);
    one_op_free(&o);

    one_op_init(&o, "", "Gemm", 11);
    one_op_in(&o, INK_INT64, 2, dims, a);
    one_op_in(&o, INK_INT64, 2, turned, b);
    one_op_float(&o, "alpha", 0.5f);
    assert_refused(&o, INK_E_UNSUPPORTED, "whole numbers");
}

static void half_floats(void **state)
{
    uint16_t x[4], w[1];
    static const int64_t x_dims[] = {1, 1, 2, 2}, w_dims[] = {1, 1, 1, 1};
    for (int i = 0; i < 4; i++) x[i] = ink_f32_to_f16(up[i]);
    w[0] = ink_f32_to_f16(0.5f);
    for (int constant = 0; constant < 2; constant++) {
        struct one_op o;
        one_op_init(&o, "", "Conv", 11);
        one_op_in(&o, INK_FLOAT16, 4, x_dims, x);
        one_op_in(&o, INK_FLOAT16, 4, w_dims, w);
        o.constant[1] = constant;
        assert_int_equal(one_op_run(&o), INK_OK);
        for (int i = 0; i < 4; i++) assert_true(ink_f16_to_f32(((const uint16_t *)o.out[0].data)[i]) == up[i] / 2);
        one_op_free(&o);
    }
}

static void indices_by_column(void **state)
{
    static const int64_t want[][2] = {{2, 3}, {1, 3}}; /* by row, by column: of [[1, 2], [3, 4]] along the rows */
    for (int by_column = 0; by_column < 2; by_column++) {
        struct one_op o;
        one_op_init(&o, "", "MaxPool", 8);
        one_op_f32(&o, up, 1, 1, 2, 2);
        one_op_ints(&o, "kernel_shape", 2, 1);
        one_op_int(&o, "storage_order", by_column);
        o.out_count = 2;
        o.out[1].dtype = INK_INT64;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_memory_equal(o.out[1].data, want[by_column], sizeof want[0]);
        one_op_free(&o);
    }
}

static void nothing_reduced(void **state)
{
    static const int64_t none[] = {0};
    static const float x[] = {-1, 2}, want[] = {1, 2};
    struct one_op o;
    one_op_init(&o, "", "ReduceL1", 18);
    one_op_f32(&o, x, 2);
    one_op_in(&o, INK_INT64, 1, none, NULL);
    one_op_int(&o, "noop_with_empty_axes", 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 2);
    one_op_free(&o);
}

/* Sizes of 0: no picture in the batch, nothing to sum up. */
static void empty_tensors(void **state)
{
    static const float zeros[6] = {0};
    struct one_op o;
    one_op_init(&o, "", "MatMul", 13);
    one_op_f32(&o, NULL, 2, 0);
    one_op_f32(&o, NULL, 0, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], zeros, 6);
    one_op_free(&o);
    static const char *const names[] = {"Conv", "MaxPool", "AveragePool", "GlobalMaxPool", "Softmax", "LRN"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        one_op_init(&o, "", names[i], 13);
        one_op_f32(&o, NULL, 0, 2, 4, 4);
        if (i == 0) one_op_f32(&o, NULL, 3, 2, 2, 2);
        if (i == 1 || i == 2) one_op_ints(&o, "kernel_shape", 2, 2);
        if (i == 5) one_op_int(&o, "size", 3);
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_int_equal(ink_tensor_count(&o.out[0]), 0);
        one_op_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fused_conv),
        cmocka_unit_test(activations),
        cmocka_unit_test(fused_gemm),
        cmocka_unit_test(gemm_of_more_dimensions),
        cmocka_unit_test(softmax_before_and_since_13),
        cmocka_unit_test(softmax_keeps_small_differences),
        cmocka_unit_test(old_batch_norm),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(half_floats),
        cmocka_unit_test(indices_by_column),
        cmocka_unit_test(nothing_reduced),
        cmocka_unit_test(empty_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
