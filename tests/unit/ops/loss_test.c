/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static const float scores[] = {1, 2, 3, 1, 1, 1}; /* [2, 3] */
static const int32_t classes[] = {2, 0};

static void begin(struct one_op *o, const char *name, const int32_t *target)
{
    static const int64_t two = 2;
    one_op_init(o, "", name, 13);
    one_op_f32(o, scores, 2, 3);
    one_op_in(o, INK_INT32, 1, &two, target);
}

static void of_logarithms(void **state)
{
    static const float weights[] = {0.5f, 1, 2};
    static const struct {
        const char *reduction;
        float want[2];
        size_t count;
    } cases[] = {{"none", {-6, -0.5f}, 2}, {"sum", {-6.5f}, 1}, {"mean", {-6.5f / 2.5f}, 1}};
    for (size_t i = 0; i < 3; i++) {
        struct one_op o;
        begin(&o, "NegativeLogLikelihoodLoss", classes);
        one_op_f32(&o, weights, 3);
        one_op_text(&o, "reduction", cases[i].reduction);
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], cases[i].want, cases[i].count);
        one_op_free(&o);
    }
}

static void of_scores(void **state)
{
    static const float want[] = {0.40760596f, 1.09861229f};
    static const float log_prob[] = {-2.40760596f, -1.40760596f, -0.40760596f,
                                     -1.09861229f, -1.09861229f, -1.09861229f};
    struct one_op o;
    begin(&o, "SoftmaxCrossEntropyLoss", classes);
    one_op_text(&o, "reduction", "none");
    o.out_count = 2;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 2);
    assert_floats(&o.out[1], log_prob, 6);
    one_op_free(&o);
}

/* An ignored class need not exist and counts for nothing, in the mean's divisor too. */
static void ignored_classes(void **state)
{
    static const int32_t target[] = {-7, 0};
    static const float want[] = {-1};
    struct one_op o;
    begin(&o, "NegativeLogLikelihoodLoss", target);
    one_op_int(&o, "ignore_index", -7);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 1);
    one_op_free(&o);
}

static void refused(void **state)
{
    static const int32_t large[] = {0, 3}, negative[] = {-1, 0};
    struct one_op o;
    begin(&o, "NegativeLogLikelihoodLoss", large);
    assert_refused(&o, INK_E_MODEL, "class 3 of 3");
    begin(&o, "SoftmaxCrossEntropyLoss", negative);
    assert_refused(&o, INK_E_MODEL, "class -1");
    begin(&o, "SoftmaxCrossEntropyLoss", classes);
    one_op_text(&o, "reduction", "max");
    assert_refused(&o, INK_E_MODEL, "reduction");
    begin(&o, "SoftmaxCrossEntropyLoss", classes);
    one_op_f32(&o, NULL, 2);
    assert_refused(&o, INK_E_MODEL, "weights [2]");
    one_op_init(&o, "", "SoftmaxCrossEntropyLoss", 13);
    one_op_f32(&o, NULL, 2, 3, 4);
    one_op_in(&o, INK_INT32, 2, (int64_t[]){2, 3}, NULL);
    assert_refused(&o, INK_E_MODEL, "classes [2,3]");
    one_op_init(&o, "", "NegativeLogLikelihoodLoss", 13);
    one_op_f32(&o, NULL, 2);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){2}, NULL);
    assert_refused(&o, INK_E_MODEL, "no classes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_logarithms),
        cmocka_unit_test(of_scores),
        cmocka_unit_test(ignored_classes),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
