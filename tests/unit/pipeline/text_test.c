/* SPDX-License-Identifier: MIT */
/* text_test.c - what people and programs see: names of keys, results.txt, settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/text.h"
#include "pipeline/keys.h"
#include "pipeline/results.h"

static void keys_and_their_answers(void **state)
{
    static const struct {
        const char *key;
        enum ink_key_kind kind;
        const char *answer; /* NULL: none */
    } cases[] = {
        {"digit.png", INK_KEY_PICTURE, "results.txt"},
        {"a/b/digit.png", INK_KEY_PICTURE, "a/b/results.txt"},
        {"x.png", INK_KEY_PICTURE, "x.results.txt"},
        {"a/x.jpg", INK_KEY_PICTURE, "a/x.jpg.results.txt"},
        {"x.JPG", INK_KEY_PICTURE, "x.JPG.results.txt"},
        {"x.jpeg", INK_KEY_PICTURE, "x.jpeg.results.txt"},
        {"x.WEBP", INK_KEY_PICTURE, "x.WEBP.results.txt"},
        {"x.gif", INK_KEY_PICTURE, "x.gif.results.txt"},
        {"x.bmp", INK_KEY_PICTURE, "x.bmp.results.txt"},
        {"x.heic", INK_KEY_FOREIGN, "x.heic.results.txt"},
        {"x.tif", INK_KEY_FOREIGN, "x.tif.results.txt"},
        {"results.txt", INK_KEY_OURS, NULL},
        {"a/results.json", INK_KEY_OURS, NULL},
        {"x.results.txt", INK_KEY_OURS, NULL},
        {"model.report.json", INK_KEY_OURS, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char answer[INK_KEY_MAX + 1];
        if (ink_key_kind(cases[i].key) != cases[i].kind)
            fail_msg("%s is %s", cases[i].key, ink_key_word(ink_key_kind(cases[i].key)));
        if (!cases[i].answer) continue;
        assert_int_equal(ink_key_answer(cases[i].key, "results.txt", answer, NULL), INK_OK);
        assert_string_equal(answer, cases[i].answer);
        assert_int_equal(ink_key_kind(answer), INK_KEY_OURS); /* or the function would wake itself */
    }
    assert_int_equal(ink_key_kind("a/model.onnx"), INK_KEY_MODEL);
    assert_int_equal(ink_key_kind("a/model.json"), INK_KEY_SETTINGS);
    assert_int_equal(ink_key_kind("a/model.onnx.data"), INK_KEY_WEIGHTS);
}

static void the_nearest_folders(void **state)
{
    size_t lens[INK_FOLDERS_MAX];
    assert_int_equal(ink_key_folders("x.png", lens), 1);
    assert_int_equal(lens[0], 0);
    assert_int_equal(ink_key_folders("a/b/x.png", lens), 3);
    assert_int_equal(lens[0], 4);
    assert_int_equal(lens[1], 2);
    assert_int_equal(lens[2], 0);
    assert_int_equal(ink_key_folders("1/2/3/4/5/6/7/8/9/x.png", lens), 8);
    assert_int_equal(lens[0], 18);
    assert_int_equal(lens[7], 0);
}

static void results_are_the_seeds_format(void **state)
{
    struct ink_buffer text;
    ink_buffer_init(&text, 4096);
    struct ink_class classes[] = {{"1", 1, 0.573457f}, {"a\nb\x1b", 5, 0.25f}, {"6", 6, 1e-9f}};
    struct ink_answer answer = {.classes = classes, .class_count = 3, .shown = 3};
    ink_results_text(&answer, &text);
    assert_string_equal((char *)text.data, "class=1 ; probability=0.573457 \nclass=a\\nb\\x1b ; probability=0.250000 \n"
                                           "class=6 ; probability=0.000000 \n");
    ink_buffer_clear(&text);
    answer = (struct ink_answer){0};
    ink_fail(&answer.error, INK_E_IMAGE, "digit.png: PNG ends after %d of %d bytes", 812, 17125);
    ink_results_text(&answer, &text);
    assert_string_equal((char *)text.data, "error=bad-image ; message=digit.png: PNG ends after 812 of 17125 bytes \n");
    ink_buffer_cleanup(&text);
}

static void several_characters(void **state)
{
    struct ink_buffer text;
    struct ink_error err = {0};
    ink_buffer_init(&text, 1 << 16);
    struct ink_class first[] = {{"4", 4, 0.75f}, {"9", 9, 0.25f}}, second[] = {{"\n", 1, 1}, {"7", 7, 0}};
    struct ink_character characters[] = {{{3, 4, 20, 30}, first, NULL}, {{25, 5, 6, 28}, second, NULL}};
    struct ink_answer answer = {.characters = characters,
                                .character_count = 2,
                                .text = "4\n",
                                .probability = 0.75f,
                                .class_count = 2,
                                .shown = 2};
    ink_results_text(&answer, &text);
    assert_string_equal((char *)text.data,
                        "text=4\\n \nclass=4 ; probability=0.750000 \nclass=\\n ; probability=1.000000 \n");
    ink_buffer_clear(&text);
    assert_int_equal(ink_results_json(&answer, &(struct ink_subject){.picture_key = "a.png"}, &text, &err), INK_OK);
    json_t *root = json_loads((char *)text.data, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(root, "text")), "4\n");
    assert_int_equal(json_array_size(json_object_get(root, "classes")), 0);
    const json_t *all = json_object_get(root, "characters"), *one = json_array_get(all, 1);
    assert_int_equal(json_array_size(all), 2);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(one, "box"), 0)), 25);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(one, "box"), 3)), 28);
    const json_t *best = json_array_get(json_object_get(json_array_get(all, 0), "classes"), 0);
    assert_string_equal(json_string_value(json_object_get(best, "label")), "4");
    assert_true(json_real_value(json_object_get(best, "probability")) == 0.75);
    json_decref(root);
    ink_buffer_cleanup(&text);
}

static void statuses_that_are_answers(void **state)
{
    assert_string_equal(ink_answer_code(INK_E_NO_INK), "no-ink");
    assert_string_equal(ink_answer_code(INK_E_UNSUPPORTED), "unsupported-model");
    assert_string_equal(ink_answer_code(INK_E_NOT_CLASSIFIER), "not-a-classifier");
    assert_string_equal(ink_answer_code(INK_E_TIMEOUT), "too-slow");
    assert_null(ink_answer_code(INK_E_NETWORK));
    assert_null(ink_answer_code(INK_E_DENIED));
    assert_null(ink_answer_code(INK_E_REMOTE));
}

static void settings(void **state)
{
    struct ink_arena arena;
    struct ink_settings s = ink_settings_none;
    struct ink_error err = {0};
    ink_arena_init(&arena, 1 << 20);
    const char *good =
        "{\"labels\": [\"no\", \"yes\"], \"size\": [28, 32], \"layout\": \"nhwc\", \"scale\": 0.5, \"mean\": 0.1307, "
        "\"std\": [1, 2, 3], \"polarity\": \"dark-ink\", \"fit\": \"seed\", \"transpose\": true, \"segment\": true, "
        "\"top\": 3}";
    assert_int_equal(ink_settings_read(ink_view_text(good), &arena, &s, &err), INK_OK);
    assert_int_equal(s.label_count, 2);
    assert_string_equal(s.labels[1], "yes");
    assert_int_equal(s.width, 28);
    assert_int_equal(s.height, 32);
    assert_int_equal(s.layout, INK_LAYOUT_NHWC);
    assert_int_equal(s.std_count, 3);
    assert_int_equal(s.fit, INK_FIT_SEED);
    assert_int_equal(s.transpose, 1);
    assert_true(s.segment);
    assert_int_equal(s.top, 3);
    static const char *const bad[] = {"",
                                      "[]",
                                      "{",
                                      "{\"labels\": 3}",
                                      "{\"labels\": []}",
                                      "{\"size\": 0}",
                                      "{\"size\": 100000}",
                                      "{\"std\": 0}",
                                      "{\"layout\": \"wide\"}",
                                      "{\"fit\": 1}",
                                      "{\"top\": 11}",
                                      "{\"transpose\": 1}",
                                      "{\"segment\": \"yes\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (ink_settings_read(ink_view_text(bad[i]), &arena, &s, &err) != INK_E_MODEL) fail_msg("taken: %s", bad[i]);
    ink_arena_cleanup(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_their_answers),       cmocka_unit_test(the_nearest_folders),
        cmocka_unit_test(results_are_the_seeds_format), cmocka_unit_test(several_characters),
        cmocka_unit_test(statuses_that_are_answers),    cmocka_unit_test(settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
