/* SPDX-License-Identifier: MIT */
/* Which keys wake the function, and which rules S3 refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "local/trigger.h"
#include "pipeline/keys.h"

#define PUT "s3:ObjectCreated:Put"
#define ALL "s3:ObjectCreated:*"

static void what_overlaps_is_refused(void **state)
{
    static const struct {
        const char *events[2], *prefix[2], *suffix[2];
        bool good;
    } cases[] = {
        {{ALL, ALL}, {"", ""}, {".png", ".jpg"}, true},
        {{ALL, ALL}, {"", ""}, {".png", ".png"}, false},
        {{ALL, ALL}, {"", ""}, {"", ".png"}, false},
        {{ALL, ALL}, {"", ""}, {"g", ".png"}, false},
        {{ALL, ALL}, {"", ""}, {".PNG", ".png"}, true},
        {{ALL, ALL}, {"a/", "b/"}, {"", ""}, true},
        {{ALL, ALL}, {"a/", "a/b/"}, {"", ""}, false},
        {{ALL, ALL}, {"a/", ""}, {".png", ".jpg"}, true},
        {{ALL, PUT}, {"", ""}, {"", ""}, false},
        {{PUT, ALL}, {"", ""}, {"", ""}, false},
        {{PUT, "s3:ObjectCreated:Copy"}, {"", ""}, {"", ""}, true},
        {{PUT, "s3:ObjectCreated:Copy," PUT}, {"", ""}, {"", ""}, false},
        {{ALL, "s3:ObjectRemoved:*"}, {"", ""}, {"", ""}, true},
        {{ALL, "s3:ObjectCreated:Nothing"}, {"a", "b"}, {"", ""}, false},
        {{ALL, ""}, {"a", "b"}, {"", ""}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_store_rule rules[2];
        struct ink_error err = {0};
        for (int k = 0; k < 2; k++)
            rules[k] = (struct ink_store_rule){k ? "b" : "a", "inkling", cases[i].events[k], cases[i].prefix[k],
                                               cases[i].suffix[k]};
        ink_status st = ink_trigger_check(rules, 2, &err);
        if ((st == INK_OK) != cases[i].good) fail_msg("case %zu: %s", i, err.text);
        rules[1].id = "a";
        assert_int_equal(ink_trigger_check(rules, 2, &err), INK_E_ARGUMENT);
    }
}

static struct ink_store_rule rules[INK_TRIGGER_DEFAULT_MAX];
static size_t rule_count;

/* How many of the default rules take the key. */
static size_t takers(const char *key)
{
    size_t count = 0;
    for (size_t i = 0; i < rule_count; i++) count += ink_trigger_matches(&rules[i], "ObjectCreated:Put", key);
    return count;
}

static int take_default_rules(void **state)
{
    rule_count = ink_trigger_default_rules("inkling", rules, INK_TRIGGER_DEFAULT_MAX);
    return 0;
}

static void default_rules_are_rules(void **state)
{
    struct ink_error err = {0};
    assert_int_equal(ink_trigger_check(rules, rule_count, &err), INK_OK);
    static const char *const taken[] = {"digit.png",  "a/X.PNG",      "a.b/photo.jpeg",
                                        "model.onnx", "a/model.json", "x.tif"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) assert_int_equal(takers(taken[i]), 1);
    assert_int_equal(takers("notes.txt"), 0);
    assert_int_equal(takers("png"), 0);
    assert_false(ink_trigger_matches(&rules[0], "ObjectRemoved:Delete", "digit.png"));
}

/* A key of pieces that our names are made of, in any order. */
static void random_key(unsigned *random, char key[200])
{
    static const char *const pieces[] = {"a",          "/",          ".",           "digit",      "model", "results",
                                         "report",     ".png",       ".PNG",        ".json",      ".onnx", ".txt",
                                         ".onnx.data", ".jpg",       "\xc3\xa9",    " ",          "%",     "//",
                                         ".tif",       "model.json", "results.txt", "report.json"};
    int count = 1 + rand_r(random) % 6;
    key[0] = '\0';
    for (int i = 0; i < count; i++) strcat(key, pieces[(size_t)rand_r(random) % (sizeof pieces / sizeof *pieces)]);
}

static void no_answer_wakes_the_function(void **state)
{
    static const char *const endings[] = {"results.txt", "results.json", "report.txt", "report.json"};
    unsigned random = 7, answers = 0;
    for (int i = 0; i < 50000; i++) {
        char key[200], answer[INK_KEY_MAX + 1];
        random_key(&random, key);
        assert_true(takers(key) <= 1);
        for (size_t k = 0; k < 4; k++) {
            if (ink_key_answer(key, endings[k], answer, NULL)) continue;
            answers++;
            if (takers(answer)) fail_msg("%s is answered in %s, which wakes the function", key, answer);
            enum ink_key_kind kind = ink_key_kind(key);
            bool given = k < 2 ? kind == INK_KEY_PICTURE || kind == INK_KEY_FOREIGN : kind == INK_KEY_MODEL;
            if (given && ink_key_kind(answer) != INK_KEY_OURS)
                fail_msg("%s is answered in %s, not known as ours", key, answer);
        }
    }
    assert_true(answers > 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_overlaps_is_refused),
        cmocka_unit_test(default_rules_are_rules),
        cmocka_unit_test(no_answer_wakes_the_function),
    };
    return cmocka_run_group_tests(tests, take_default_rules, NULL);
}
