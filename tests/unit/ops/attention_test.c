/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

/* Scores are all 0, so that a query's answer is the mean of the values that it sees. */
static const float values[] = {1, 2, 4, 8, 16};

static void begin(struct one_op *o, int opset, int64_t queries)
{
    one_op_init(o, "", "Attention", opset);
    one_op_in(o, INK_FLOAT, 4, (int64_t[]){1, 1, queries, 2}, NULL);
    one_op_f32(o, NULL, 1, 1, 5, 2);
    one_op_f32(o, values, 1, 1, 5, 1);
}

static void windows(void **state)
{
    static const struct {
        int64_t left, right, causal;
        float want[5];
    } cases[] = {
        {-1, -1, 0, {6.2f, 6.2f, 6.2f, 6.2f, 6.2f}},
        {-1, -1, 1, {1, 1.5f, 7.0f / 3, 3.75f, 6.2f}},
        {0, 0, 0, {1, 2, 4, 8, 16}},
        {1, 0, 0, {1, 1.5f, 3, 6, 12}},
        {0, 1, 0, {1.5f, 3, 6, 12, 16}},
        {1, INT64_MAX, 1, {1, 1.5f, 3, 6, 12}},
        {INT64_MAX, 1, 0, {1.5f, 7.0f / 3, 3.75f, 6.2f, 6.2f}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one_op o;
        begin(&o, 25, 5);
        one_op_int(&o, "left_window_size", cases[i].left);
        one_op_int(&o, "right_window_size", cases[i].right);
        one_op_int(&o, "is_causal", cases[i].causal);
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], cases[i].want, 5);
        one_op_free(&o);
    }
}

/* Two keys came before; whether the present ones are wanted changes nothing. */
static void keys_of_before(void **state)
{
    static const float past[] = {32, 64}, want[] = {(float)(32 + 64 + 1) / 3, (float)(32 + 64 + 1 + 2) / 4};
    for (int wanted = 1; wanted <= 3; wanted += 2) {
        struct one_op o;
        begin(&o, 23, 2);
        one_op_left_out(&o);
        one_op_f32(&o, NULL, 1, 1, 2, 2);
        one_op_f32(&o, past, 1, 1, 2, 1);
        one_op_int(&o, "is_causal", 1);
        o.out_count = wanted;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], want, 2);
        if (wanted == 3) assert_floats(&o.out[2], (const float[]){32, 64, 1, 2, 4, 8, 16}, 7);
        one_op_free(&o);
    }
}

/* Of 5 keys 3 count; a query all of whose keys are masked gives 0. */
static void lengths_and_masks(void **state)
{
    static const int64_t length = 3;
    static const uint8_t mask[] = {1, 0, 1, 0, 0, 0};
    static const float want[] = {2.5f, 0};
    struct one_op o;
    begin(&o, 24, 2);
    one_op_in(&o, INK_BOOL, 2, (int64_t[]){2, 3}, mask);
    one_op_left_out(&o);
    one_op_left_out(&o);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){1}, &length);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 2);
    one_op_free(&o);
}

static void with_lengths(struct one_op *o, const int64_t *length)
{
    begin(o, 24, 2);
    for (int i = 0; i < 3; i++) one_op_left_out(o);
    one_op_in(o, INK_INT64, 1, (int64_t[]){1}, length);
}

static void refused(void **state)
{
    static const int64_t too_many = 6, negative = -1;
    struct one_op o;
    with_lengths(&o, &too_many);
    assert_refused(&o, INK_E_MODEL, "nonpad_kv_seqlen has 6");
    with_lengths(&o, &negative);
    assert_refused(&o, INK_E_MODEL, "nonpad_kv_seqlen has -1");
    begin(&o, 23, 2);
    one_op_f32(&o, NULL, 3, 5);
    assert_refused(&o, INK_E_MODEL, "attn_mask [3,5]");
    begin(&o, 23, 2);
    one_op_f32(&o, NULL, 2, 4); /* may be shorter since opset 24 */
    assert_refused(&o, INK_E_MODEL, "attn_mask [2,4]");
    begin(&o, 23, 2);
    one_op_left_out(&o);
    one_op_f32(&o, NULL, 1, 1, 2, 2);
    assert_refused(&o, INK_E_MODEL, "together");
    begin(&o, 23, 2);
    one_op_int(&o, "q_num_heads", 2);
    assert_refused(&o, INK_E_MODEL, "2 heads");
    begin(&o, 23, 2);
    one_op_int(&o, "kv_num_heads", INT64_MIN);
    assert_refused(&o, INK_E_MODEL, "heads");
    begin(&o, 23, 2);
    one_op_int(&o, "qk_matmul_output_mode", 4);
    assert_refused(&o, INK_E_MODEL, "mode is 4");
    begin(&o, 23, 2);
    one_op_int(&o, "softmax_precision", INK_INT8);
    assert_refused(&o, INK_E_MODEL, "softmax_precision");
    begin(&o, 25, 2);
    one_op_int(&o, "left_window_size", -2);
    assert_refused(&o, INK_E_MODEL, "window");
    one_op_init(&o, "", "Attention", 23);
    for (int i = 0; i < 3; i++) one_op_f32(&o, NULL, 1, 4, 6);
    assert_refused(&o, INK_E_MODEL, "has not 0 heads");
    one_op_init(&o, "", "Attention", 23);
    one_op_f32(&o, NULL, 1, 3, 2, 2);
    for (int i = 0; i < 2; i++) one_op_f32(&o, NULL, 1, 2, 2, 2);
    assert_refused(&o, INK_E_MODEL, "3 heads of Q for 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows),
        cmocka_unit_test(keys_of_before),
        cmocka_unit_test(lengths_and_masks),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
