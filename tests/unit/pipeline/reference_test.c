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

static char read_reference(struct ink_classifier *classifier, int index)
{
    struct ink_want want = classifier->convention.want;
    struct ink_answer answer = {0};
    uint8_t *shown = INK_ARENA_ARRAY(&arena, uint8_t, ink_want_floats(&want));
    assert_non_null(shown);
    ink_reference_show(index, &want, shown);
    ink_want_floats_from(shown, &want, false, classifier->input);
    if (ink_classifier_infer(classifier, &arena, 0, &answer)) fail_msg("%s", answer.error.text);
    char label = answer.classes[0].label[0];
    ink_arena_reset(&arena);
    return label;
}

static void the_built_in_model_reads_the_digits(void **state)
{
    struct ink_classifier_options options = {.fit = INK_FIT_COUNT};
    struct ink_classifier *classifier;
    struct ink_error err = {0};
    struct ink_view model = ink_builtin_model_view();
    if (!model.len) {
        print_message("skipped: this build has no model built in\n");
        skip();
    }
    if (ink_classifier_new(model, (struct ink_view){0}, &options, &classifier, &err)) fail_msg("%s", err.text);
    ink_arena_init(&arena, (size_t)64 << 20);
    int right = 0;
    for (int i = 0; i < INK_REFERENCE_DIGITS; i++) {
        struct ink_reference reference = ink_reference_at(i);
        char label = read_reference(classifier, i);
        right += label == reference.character;
        if (label != reference.character)
            print_message("%c of hand %d is read as %c\n", reference.character, reference.hand, label);
    }
    ink_arena_cleanup(&arena);
    ink_classifier_free(classifier);
    if (right * 100 < INK_REFERENCE_DIGITS * 97) fail_msg("%d of %d are right", right, INK_REFERENCE_DIGITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_model_reads_the_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
