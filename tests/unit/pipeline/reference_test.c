/* SPDX-License-Identifier: MIT */
/* reference_test.c - the reference digits, read by a model that has learned from MNIST. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "image/prepared.h"
#include "image/reference.h"
#include "pipeline/classifier.h"

static struct ink_arena arena;

static struct ink_classifier *classifier;

static int set_up(void **state)
{
    struct ink_classifier_options options = {.fit = INK_FIT_COUNT};
    struct ink_error err = {0};
    struct ink_view model = ink_builtin_model_view();
    ink_arena_init(&arena, (size_t)64 << 20);
    if (model.len && ink_classifier_new(model, (struct ink_view){0}, &options, &classifier, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int tear_down(void **state)
{
    ink_classifier_free(classifier);
    ink_arena_cleanup(&arena);
    return 0;
}

/* strain -1: none */
static bool is_read(int index, int strain)
{
    struct ink_want want = classifier->convention.want;
    struct ink_answer answer = {0};
    uint8_t *shown = INK_ARENA_ARRAY(&arena, uint8_t, ink_want_floats(&want));
    assert_non_null(shown);
    if (strain < 0)
        ink_reference_show(index, &want, shown);
    else
        ink_reference_show_strained(index, strain, &want, shown);
    ink_want_floats_from(shown, &want, false, classifier->scorer.input);
    if (ink_classifier_infer(classifier, &arena, 0, &answer)) fail_msg("%s", answer.error.text);
    struct ink_reference reference = ink_reference_at(index);
    char label = answer.classes[0].label[0];
    if (label != reference.character)
        print_message("%c of hand %d, strain %d, is read as %c\n", reference.character, reference.hand, strain, label);
    ink_arena_reset(&arena);
    return label == reference.character;
}

static void reads_the_digits(void **state)
{
    if (!classifier) {
        print_message("skipped: this build has no model built in\n");
        skip();
    }
    int clean = 0, strained = 0;
    for (int i = 0; i < INK_REFERENCE_DIGITS; i++) {
        clean += is_read(i, -1);
        strained += is_read(i, (i % 10 + i / 10) % INK_REFERENCE_STRAINS);
    }
    if (clean * 100 < INK_REFERENCE_DIGITS * 97) fail_msg("%d of %d are right", clean, INK_REFERENCE_DIGITS);
    if (strained * 100 < INK_REFERENCE_DIGITS * 95)
        fail_msg("%d of %d under strain are right", strained, INK_REFERENCE_DIGITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_the_digits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
