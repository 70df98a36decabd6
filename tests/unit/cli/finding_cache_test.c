/* SPDX-License-Identifier: MIT */
/* What is kept between commands comes back as it was, and nothing else is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/finding_cache.h"

static char home[] = "/tmp/inkling-cache-XXXXXX";
static struct ink_folder folder;

static struct ink_finding a_finding(void)
{
    return (struct ink_finding){.shown = 50,
                                .right = 49,
                                .next = 12,
                                .sure = true,
                                .range = &ink_ranges[2],
                                .polarity = INK_POLARITY_DARK_INK,
                                .transposed = true,
                                .alphabet = ink_alphabet_named(ink_view_text("digits"), 10)};
}

static struct ink_finding_cache cache_of(const char *model, const char *settings)
{
    return (struct ink_finding_cache){
        .model = ink_view_text(model), .settings = ink_view_text(settings), .folder = &folder};
}

static bool finds(struct ink_finding_cache *cache, struct ink_finding *out)
{
    struct ink_kept_findings kept = ink_finding_cache_of(cache);
    return kept.find(kept.arg, out);
}

/* Asks, as a classifier does, then tells. */
static void keep(const char *model, const char *settings, const struct ink_finding *finding)
{
    struct ink_finding_cache cache = cache_of(model, settings);
    struct ink_kept_findings kept = ink_finding_cache_of(&cache);
    struct ink_finding other;
    assert_false(kept.find(kept.arg, &other));
    kept.keep(kept.arg, finding);
}

static int set_up(void **state)
{
    strcpy(home + strlen(home) - 6, "XXXXXX");
    assert_non_null(mkdtemp(home));
    setenv("XDG_CACHE_HOME", home, 1);
    folder = (struct ink_folder){0};
    return 0;
}

static int tear_down(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", home);
    return system(command);
}

static void comes_back(void **state)
{
    struct ink_finding finding = a_finding(), found;
    struct ink_finding_cache same = cache_of("model", ""), other = cache_of("model", "{}"),
                             another = cache_of("mode", "l");
    keep("model", "", &finding);
    assert_true(finds(&same, &found));
    assert_int_equal(found.shown, 50);
    assert_int_equal(found.right, 49);
    assert_int_equal(found.next, 12);
    assert_true(found.sure && found.transposed);
    assert_ptr_equal(found.range, finding.range);
    assert_ptr_equal(found.alphabet, finding.alphabet);
    assert_int_equal(found.polarity, INK_POLARITY_DARK_INK);
    assert_false(finds(&other, &found));
    assert_false(finds(&another, &found));
    struct stat info;
    assert_int_equal(stat(same.path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

/* One that reads nothing is as good to know, without a range or an alphabet. */
static void comes_back_unsure(void **state)
{
    struct ink_finding finding = {.shown = 10, .right = 1, .next = -1}, found = {0};
    struct ink_finding_cache same = cache_of("model", "{}");
    keep("model", "{}", &finding);
    assert_true(finds(&same, &found));
    assert_false(found.sure);
    assert_null(found.range);
    assert_null(found.alphabet);
}

/* Every cut, and every byte changed: what is found then is none, or one of those that there are. */
static void damaged(void **state)
{
    struct ink_finding finding = a_finding(), found;
    struct ink_finding_cache cache = cache_of("model", "");
    char text[1024];
    keep("model", "", &finding);
    assert_true(finds(&cache, &found));
    FILE *file = fopen(cache.path, "r");
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_in_range(len, 200, sizeof text - 1);
    for (size_t i = 0; i < 2 * len; i++) {
        char kept = text[i % len];
        if (i >= len) text[i % len] ^= 1;
        file = fopen(cache.path, "w");
        fwrite(text, 1, i < len ? i : len, file);
        fclose(file);
        text[i % len] = kept;
        found = (struct ink_finding){0};
        if (!finds(&cache, &found)) continue;
        assert_true(i >= len);
        assert_in_range(found.right, 0, found.shown);
    }
}

/* Weights in another file: the model's bytes do not say what it is. */
static void weights_beside(void **state)
{
    struct ink_finding finding = a_finding(), found;
    struct ink_finding_cache cache = cache_of("model", "");
    keep("model", "", &finding);
    folder.count = 1;
    assert_false(finds(&cache, &found));
    assert_string_equal(cache.path, "");
}

static void nowhere_to_keep(void **state)
{
    struct ink_finding finding = a_finding();
    setenv("XDG_CACHE_HOME", "/dev/null", 1);
    keep("model", "", &finding);
    keep("model", "", &finding); /* and it is not found */
    setenv("XDG_CACHE_HOME", "relative", 1);
    unsetenv("HOME");
    keep("model", "", &finding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comes_back_unsure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(weights_beside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nowhere_to_keep, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
