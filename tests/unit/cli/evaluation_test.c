/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/evaluation.h"

enum { READINGS_MAX = 300 };

/* One picture's story: answer NULL: it could not be read. */
struct row {
    const char *label, *answer;
    float probability;
    uint64_t took_us;
};

static struct ink_arena arena;
static struct ink_labelled pictures[READINGS_MAX];
static struct ink_reading readings[READINGS_MAX];

static struct ink_evaluation evaluation_of(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pictures[i] = (struct ink_labelled){"path", "shown", rows[i].label};
        readings[i] = (struct ink_reading){.picture = &pictures[i], .took_us = rows[i].took_us, .why = "why"};
        if (!rows[i].answer) continue;
        readings[i].guesses[readings[i].guess_count++] = (struct ink_guess){rows[i].answer, rows[i].probability};
        readings[i].right = !strcmp(rows[i].answer, rows[i].label);
    }
    return (struct ink_evaluation){.model = "model", .readings = readings, .count = count};
}

static struct ink_summary summary_of(const struct row *rows, size_t count)
{
    struct ink_summary s;
    struct ink_evaluation e = evaluation_of(rows, count);
    assert_int_equal(ink_summarise(&e, &arena, &s), INK_OK);
    return s;
}

static int set_up(void **state)
{
    ink_arena_init(&arena, 64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

static const struct row eight[] = {
    {"1", "1", 0.95f, 400}, {"1", "7", 0.85f, 100}, {"1", "7", 0.55f, 900},   {"1", NULL, 0, 700},
    {"7", "7", 0.85f, 100}, {"7", "1", 1.00f, 100}, {"10", "10", 0.05f, 300}, {"a", "10", 0.40f, 100},
};

static void counts(void **state)
{
    struct ink_summary s = summary_of(eight, 8);
    assert_int_equal(s.right, 3);
    assert_int_equal(s.unread, 1);
    assert_float_equal(s.accuracy, 3.0 / 8, 1e-12);
    assert_true(s.low < 3.0 / 8 && s.high > 3.0 / 8);

    static const struct ink_class_figures classes[] = {
        {"1", 4, 1, 1, 2}, {"7", 2, 1, 0, 3}, {"10", 1, 1, 0, 2}, {"a", 1, 0, 0, 0}};
    assert_int_equal(s.class_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(s.classes[i].label, classes[i].label);
        assert_int_equal(s.classes[i].pictures, classes[i].pictures);
        assert_int_equal(s.classes[i].right, classes[i].right);
        assert_int_equal(s.classes[i].unread, classes[i].unread);
        assert_int_equal(s.classes[i].answers, classes[i].answers);
    }
    assert_ptr_equal(ink_class_named(&s, "10"), &s.classes[2]);
    assert_null(ink_class_named(&s, "010"));

    static const size_t confusion[4][5] = {{1, 2, 0, 0, 1}, {1, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}};
    assert_memory_equal(s.confusion, confusion, sizeof confusion);
}

static void mistakes(void **state)
{
    struct ink_summary s = summary_of(eight, 8);
    assert_int_equal(s.mistake_count, 3); /* the unread one is none */
    assert_string_equal(s.mistakes[0].shown, "1");
    assert_string_equal(s.mistakes[0].answer, "7");
    assert_int_equal(s.mistakes[0].count, 2);
    assert_string_equal(s.mistakes[1].shown, "7"); /* then by label */
    assert_string_equal(s.mistakes[2].shown, "a");
}

static void calibration(void **state)
{
    struct ink_summary s = summary_of(eight, 8);
    /* bins: 0: 0.05 right; 4: 0.40 wrong; 5: 0.55 wrong; 8: 0.85 twice, one right; 9: 0.95 right, 1.00 wrong */
    static const size_t in_bin[INK_CALIBRATION_BINS] = {[0] = 1, [4] = 1, [5] = 1, [8] = 2, [9] = 2};
    for (int i = 0; i < INK_CALIBRATION_BINS; i++) assert_int_equal(s.bins[i].count, in_bin[i]);
    assert_int_equal(s.bins[9].right, 1);
    assert_float_equal(s.bins[9].probability, 0.975, 1e-6);
    /* |1 - 0.05| + |0 - 0.40| + |0 - 0.55| + |1 - 1.70| + |1 - 1.95|, over seven */
    assert_float_equal(s.calibration_error, (0.95 + 0.40 + 0.55 + 0.70 + 0.95) / 7, 1e-6);
    assert_float_equal(s.mean_probability, (0.95 + 0.85 + 0.55 + 0.85 + 1 + 0.05 + 0.40) / 7, 1e-6);
}

static void times(void **state)
{
    struct ink_summary s = summary_of(eight, 8); /* 100 100 100 100 300 400 700 900 */
    assert_int_equal(s.median_us, 100);
    assert_int_equal(s.p95_us, 900);
    assert_int_equal(s.slowest_count, INK_SLOWEST_MAX);
    static const size_t order[] = {2, 3, 0, 6, 1}; /* of those that took the same the first */
    for (size_t i = 0; i < INK_SLOWEST_MAX; i++) assert_ptr_equal(s.slowest[i], &readings[order[i]]);
}

static void nothing_read(void **state)
{
    struct ink_summary s = summary_of((struct row[]){{"1", NULL, 0, 0}}, 1);
    assert_int_equal(s.right, 0);
    assert_int_equal(s.unread, 1);
    assert_int_equal(s.mistake_count, 0);
    assert_float_equal(s.calibration_error, 0, 0);
    assert_float_equal(s.mean_probability, 0, 0);
    assert_int_equal(s.slowest_count, 1);
    assert_int_equal(s.confusion[1], 1);
}

static void more_labels_than_a_matrix_takes(void **state)
{
    static char labels[INK_CONFUSION_MAX + 1][8];
    static struct row rows[INK_CONFUSION_MAX + 1];
    for (int i = 0; i <= INK_CONFUSION_MAX; i++) {
        snprintf(labels[i], sizeof labels[i], "%d", INK_CONFUSION_MAX - i);
        rows[i] = (struct row){labels[i], labels[i], 1, 1};
    }
    struct ink_summary s = summary_of(rows, INK_CONFUSION_MAX);
    assert_int_equal(s.class_count, INK_CONFUSION_MAX);
    assert_non_null(s.confusion);
    s = summary_of(rows, INK_CONFUSION_MAX + 1);
    assert_null(s.confusion);
    assert_int_equal(s.class_count, INK_CONFUSION_MAX + 1);
    assert_string_equal(s.classes[0].label, "0");
}

static void probabilities_out_of_range_are_cut(void **state)
{
    struct ink_summary s = summary_of((struct row[]){{"1", "1", 1.5f, 0}, {"1", "1", -1, 0}, {"1", "1", NAN, 0}}, 3);
    assert_int_equal(s.bins[9].count, 1);
    assert_int_equal(s.bins[0].count, 2);
    assert_float_equal(s.mean_probability, 1.0 / 3, 1e-12);
}

static void label_order(void **state)
{
    static const char *const sorted[] = {"07", "7", "8", "10", "18446744073709551615", "", "1a", "A", "a"};
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        for (size_t j = 0; j < sizeof sorted / sizeof *sorted; j++) {
            int order = ink_label_order(sorted[i], sorted[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
}

static void labels_that_the_model_does_not_have(void **state)
{
    static const char *labels[] = {"1", "7", "10"};
    struct ink_summary s;
    struct ink_evaluation e = evaluation_of(eight, 8);
    assert_int_equal(ink_summarise(&e, &arena, &s), INK_OK);
    assert_int_equal(s.foreign, 0); /* its labels are not known */
    e.labels = labels;
    e.label_count = 3;
    assert_int_equal(ink_summarise(&e, &arena, &s), INK_OK);
    assert_int_equal(s.foreign, 1);
    for (size_t i = 0; i < s.class_count; i++) assert_int_equal(s.classes[i].foreign, !strcmp(s.classes[i].label, "a"));
}

static void comparison(void **state)
{
    struct ink_reading a[7] = {0}, b[7] = {0};
    static const bool reads_a[7] = {1, 1, 1, 1, 0, 0, 0}, reads_b[7] = {1, 0, 0, 0, 1, 0, 0};
    for (int i = 0; i < 7; i++) {
        a[i].right = reads_a[i];
        b[i].right = reads_b[i];
    }
    struct ink_evaluation first = {.readings = a, .count = 7}, second = {.readings = b, .count = 7};
    struct ink_comparison c = ink_compare(&first, &second);
    assert_int_equal(c.both, 1);
    assert_int_equal(c.first_only, 3);
    assert_int_equal(c.second_only, 1);
    assert_int_equal(c.neither, 2);
    assert_float_equal(c.p_value, 2 * 5.0 / 16, 1e-9);
}

static void no_memory_is_said(void **state)
{
    struct ink_summary s;
    struct ink_arena tiny;
    struct ink_evaluation e = evaluation_of(eight, 8);
    ink_arena_init(&tiny, 100);
    assert_int_equal(ink_summarise(&e, &tiny, &s), INK_E_OOM);
    ink_arena_cleanup(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mistakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calibration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_labels_than_a_matrix_takes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(probabilities_out_of_range_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(label_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(labels_that_the_model_does_not_have, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comparison, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_memory_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
