/* SPDX-License-Identifier: MIT */
/* What a damaged or hostile model may say of convolutions, pools and products: refused by name before anything runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static void conv_2d(struct one_op *o)
{
    one_op_init(o, "", "Conv", 11);
    one_op_f32(o, NULL, 1, 4, 8, 8);
    one_op_f32(o, NULL, 6, 4, 3, 3);
}

/* Each row: one list attribute of three values at most, and what is wrong with it. */
static void window_attributes(void **state)
{
    static const struct {
        const char *name;
        int64_t values[6];
        size_t count;
        ink_status status;
        const char *word;
    } cases[] = {
        {"strides", {0, 1}, 2, INK_E_MODEL, "strides"},
        {"strides", {-1, 1}, 2, INK_E_MODEL, "strides"},
        {"strides", {INT64_MAX, 1}, 2, INK_E_MODEL, "strides"},
        {"strides", {INT64_MIN, 1}, 2, INK_E_MODEL, "strides"},
        {"strides", {1, 1, 1, 1}, 4, INK_E_MODEL, "strides"},
        {"strides", {1}, 1, INK_E_MODEL, "1 spatial"},
        {"dilations", {0, 0}, 2, INK_E_MODEL, "dilations"},
        {"dilations", {INT32_MAX, INT32_MAX}, 2, INK_E_MODEL, "larger than the input"},
        {"pads", {-1, 0, 0, 0}, 4, INK_E_MODEL, "pads"},
        {"pads", {0, 0, 0}, 3, INK_E_MODEL, "pads"},
        {"pads", {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX}, 4, INK_E_LIMIT, "2^31"},
        {"pads", {0, INT32_MAX, 0, INT32_MAX}, 4, INK_E_LIMIT, "2^31"},
        {"kernel_shape", {3, 4}, 2, INK_E_MODEL, "kernel_shape"},
        {"kernel_shape", {0, 3}, 2, INK_E_MODEL, "kernel_shape"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one_op o;
        conv_2d(&o);
        one_op_attr(&o, cases[i].name, INK_ATTRIBUTE_INTS, cases[i].count)->ints = cases[i].values;
        assert_refused(&o, cases[i].status, cases[i].word);
    }
}

static void huge_strides_do_no_harm(void **state)
{
    struct one_op o;
    conv_2d(&o);
    one_op_ints(&o, "strides", INT32_MAX, INT32_MAX);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(ink_tensor_count(&o.out[0]), 6);
    one_op_free(&o);

    one_op_init(&o, "", "MaxPool", 12);
    one_op_f32(&o, NULL, 1, 1, 3, 3);
    one_op_ints(&o, "kernel_shape", 1, 1);
    one_op_ints(&o, "strides", INT32_MAX, 2);
    one_op_ints(&o, "dilations", INT32_MAX, INT32_MAX);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(ink_tensor_count(&o.out[0]), 2);
    one_op_free(&o);
}

static void conv_shapes(void **state)
{
    static const int64_t x[][6] = {{1, 4, 8, 8}, {1, 4, 8}, {1, 4, 8, 8, 8, 8}, {1, 4, 0, 8}, {1, 5, 8, 8}};
    static const int x_rank[] = {4, 3, 6, 4, 4};
    static const int64_t w[] = {6, 4, 3, 3};
    for (int i = 1; i < 5; i++) {
        struct one_op o;
        one_op_init(&o, "", "Conv", 1);
        one_op_in(&o, INK_FLOAT, x_rank[i], x[i], NULL);
        one_op_in(&o, INK_FLOAT, 4, w, NULL);
        ink_status st = one_op_run(&o);
        assert_true(st == INK_E_MODEL || st == INK_E_UNSUPPORTED);
        one_op_free(&o);
    }
    for (int64_t group = -1; group < 6; group++) {
        if (group == 1) continue;
        struct one_op o;
        conv_2d(&o);
        one_op_int(&o, "group", group);
        assert_refused(&o, INK_E_MODEL, "group");
    }
    struct one_op o;
    conv_2d(&o);
    one_op_f32(&o, NULL, 5);
    assert_refused(&o, INK_E_MODEL, "bias");
    conv_2d(&o);
    one_op_text(&o, "auto_pad", "SAME");
    assert_refused(&o, INK_E_MODEL, "auto_pad");
    conv_2d(&o);
    one_op_int(&o, "strides", 2);
    assert_refused(&o, INK_E_MODEL, "strides");
}

static void transposed(void **state)
{
    struct one_op o;
#define BEGIN                                                                                                          \
    one_op_init(&o, "", "ConvTranspose", 11);                                                                          \
    one_op_f32(&o, NULL, 1, 4, 5, 5);                                                                                  \
    one_op_f32(&o, NULL, 4, 2, 3, 3)
    BEGIN;
    one_op_ints(&o, "pads", 9, 9, 9, 9);
    assert_refused(&o, INK_E_MODEL, "nothing of the output");
    BEGIN;
    one_op_ints(&o, "output_shape", 0, 0);
    assert_refused(&o, INK_E_MODEL, "output_shape");
    BEGIN;
    one_op_ints(&o, "output_padding", 1, 1, 1);
    assert_refused(&o, INK_E_MODEL, "3 spatial dimensions");
    BEGIN;
    one_op_int(&o, "group", 3);
    assert_refused(&o, INK_E_MODEL, "groups");
    BEGIN;
    one_op_ints(&o, "strides", INT32_MAX, INT32_MAX);
    assert_refused(&o, INK_E_LIMIT, "larger");
    BEGIN;
    one_op_ints(&o, "output_shape", 40, 3); /* larger than the full one, and smaller */
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(ink_tensor_count(&o.out[0]), 2 * 40 * 3);
    one_op_free(&o);
#undef BEGIN
}

static void pools(void **state)
{
    struct one_op o;
#define BEGIN(name)                                                                                                    \
    one_op_init(&o, "", name, 12);                                                                                     \
    one_op_f32(&o, NULL, 1, 2, 4, 4)
    BEGIN("MaxPool");
    assert_refused(&o, INK_E_MODEL, "kernel_shape");
    BEGIN("AveragePool");
    one_op_ints(&o, "kernel_shape", 5, 5);
    assert_refused(&o, INK_E_MODEL, "larger than the input");
    BEGIN("MaxPool");
    one_op_ints(&o, "kernel_shape", INT32_MAX, INT32_MAX);
    one_op_ints(&o, "pads", INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX);
    assert_refused(&o, INK_E_LIMIT, "2^31");
    BEGIN("LpPool");
    one_op_ints(&o, "kernel_shape", 2, 2);
    one_op_int(&o, "p", 0);
    assert_refused(&o, INK_E_MODEL, "p is 0");
#undef BEGIN
}

static void a_window_of_padding_alone(void **state)
{
    static const int8_t x[] = {-5, 7};
    static const int64_t dims[] = {1, 1, 2};
    static const int8_t want[] = {INT8_MIN, -5, 7, INT8_MIN};
    struct one_op o;
    one_op_init(&o, "", "MaxPool", 12);
    one_op_in(&o, INK_INT8, 3, dims, x);
    one_op_ints(&o, "kernel_shape", 1);
    one_op_ints(&o, "pads", 1, 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, want, sizeof want);
    one_op_free(&o);
}

static void products_and_norms(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "MatMul", 13);
    one_op_f32(&o, NULL, 2, 3);
    one_op_f32(&o, NULL, 4, 5);
    assert_refused(&o, INK_E_MODEL, "cannot be multiplied");
    one_op_init(&o, "", "Gemm", 13);
    one_op_f32(&o, NULL, 2, 3);
    one_op_f32(&o, NULL, 3, 5);
    one_op_f32(&o, NULL, 3);
    assert_refused(&o, INK_E_MODEL, "broadcast");
    one_op_init(&o, "", "Softmax", 13);
    one_op_f32(&o, NULL, 2, 3);
    one_op_int(&o, "axis", INT64_MIN);
    assert_refused(&o, INK_E_MODEL, "axis");
    one_op_init(&o, "", "ReduceSum", 11);
    one_op_f32(&o, NULL, 2, 3);
    one_op_ints(&o, "axes", 0, 2);
    assert_refused(&o, INK_E_MODEL, "axis 2");
    one_op_init(&o, "", "GroupNormalization", 21);
    one_op_f32(&o, NULL, 1, 4, 2);
    one_op_f32(&o, NULL, 4);
    one_op_f32(&o, NULL, 4);
    one_op_int(&o, "num_groups", 3);
    assert_refused(&o, INK_E_MODEL, "groups");
    one_op_init(&o, "", "ArgMax", 13);
    one_op_f32(&o, NULL, 2, 0);
    one_op_int(&o, "axis", 1);
    assert_refused(&o, INK_E_MODEL, "no elements");
}

static void memory_runs_out(void **state)
{
    struct one_op o;
    conv_2d(&o);
    ink_arena_cleanup(&o.arena);
    ink_arena_init(&o.arena, 64);
    o.in[0].data = o.in[1].data = &o; /* not read: planning fails before */
    assert_int_equal(one_op_run(&o), INK_E_OOM);
    one_op_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_attributes),
        cmocka_unit_test(huge_strides_do_no_harm),
        cmocka_unit_test(conv_shapes),
        cmocka_unit_test(transposed),
        cmocka_unit_test(pools),
        cmocka_unit_test(a_window_of_padding_alone),
        cmocka_unit_test(products_and_norms),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
