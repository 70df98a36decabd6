/* SPDX-License-Identifier: MIT */
/* Regular expressions as RE2 has them, each with texts that match as a whole and texts that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ops/regex.h"

static bool matches(const char *pattern, struct ink_view text)
{
    struct ink_arena arena;
    const struct ink_regex *regex;
    struct ink_error err = {0};
    ink_arena_init(&arena, 16 << 20);
    if (ink_regex_compile(ink_view_text(pattern), &arena, &regex, &err)) fail_msg("%s: %s", pattern, err.text);
    void *scratch = malloc(ink_regex_scratch_bytes(regex));
    bool good = ink_regex_full_match(regex, text, scratch);
    free(scratch);
    ink_arena_cleanup(&arena);
    return good;
}

static void whole_texts(void **state)
{
    static const struct {
        const char *pattern, *good, *bad; /* texts parted by commas; NULL: none */
    } cases[] = {
        {"", "", "a"},
        {"abc", "abc", "ab,abcd,xabc,ABC,"},
        {"a|bc|", "a,bc,", "b,c,abc"},
        {"a*b+c?", "b,aabbb,abc,bc", "a,ac,abcc"},
        {"(ab)*c", "c,abc,ababc", "ac,bc,aabc"},
        {"(a*)*b", "b,aaab", "a,ba"},
        {"(a|b)*abb", "abb,aabb,babaabb", "ab,abba"},
        {"a{3}", "aaa", "aa,aaaa"},
        {"a{2,}", "aa,aaaaa", "a,"},
        {"a{1,3}", "a,aa,aaa", "aaaa,"},
        {"a{0}b", "b", "ab"},
        {"(a{2}){2}", "aaaa", "aa,aaa"},
        {"a{x}{", "a{x}{", "a"},
        {"a+?b*?c??", "a,aab,abc", "b"},
        {".", "a,\xc3\xa4,\xe2\x82\xac,\xf0\x9f\x98\x80", "\n,ab,\xc3,\xff,\xed\xa0\x80,\xc0\x80"},
        {"(?s).", "\n", ""},
        {"[abc]x", "ax,cx", "dx"},
        {"[^abc]", "d,\n,\xc3\xa4", "a,\xff"},
        {"[a-cx-z]", "b,y", "d"},
        {"[]a]", "],a", "b"},
        {"[^]a]", "b", "],a"},
        {"[a-]", "a,-", "b"},
        {"[\\]\\-\\n]", "],-,\n", "\\"},
        {"[\xc3\xa0-\xc3\xbf]", "\xc3\xa4", "a,\xc4\x80"},
        {"\\d\\D\\w\\W\\s\\S", "1a_- x", "aa_- x,1a_-xx"},
        {"[\\d-]", "5,-", "a"},
        {"[^\\d\\s]", "a", "5, "},
        {"[[:alpha:]][[:^digit:]]", "ax", "1x,a1"},
        {"[[:ascii:]]", "\x7f", "\xc2\x80"},
        {"\\x41\\x{20AC}\\101",
         "A\xe2\x82\xac"
         "A",
         "A\xe2\x82\xac"},
        {"\\.\\*\\\\\\Qa.b*\\Ec", ".*\\a.b*c", "xx"},
        {"\\Q+\\E+", "+,++", ""},
        {"(?i)aB[k-l]", "Ab\xe2\x84\xaa,ABL", "acK"},
        {"(?i:a)b", "Ab,ab", "aB"},
        {"a(?i)b(?-i)c", "aBc,abc", "ABc,aBC"},
        {"(?i)[^a]", "b", "a,A"},
        {"^a$", "a", "a\n"},
        {"(?m)a$\n^b", "a\nb", "ab"},
        {"a$b|a^b", NULL, "ab,a,"},
        {"\\Aa\\z", "a", "b"},
        {"\\bab\\b", "ab", ""},
        {"a\\b.\\Bc?", "a.", "ab,a.c"},
        {"(?P<name>a)(?<other>b)(?:c)", "abc", "ab"},
        {"(\\W|^)[\\w.\\-]{0,25}@(yahoo|gmail)\\.com(\\W|$)", "account@gmail.com", "account@hotmail.com,@gmail.comx"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int good = 1; good >= 0; good--) {
            const char *list = good ? cases[i].good : cases[i].bad;
            for (const char *end; list; list = end ? end + 1 : NULL) {
                end = strchr(list, ',');
                struct ink_view text = ink_view_of(list, end ? (size_t)(end - list) : strlen(list));
                if (matches(cases[i].pattern, text) != good)
                    fail_msg("%s and \"%.*s\"", cases[i].pattern, INK_VIEW_ARGS(text));
            }
        }
    assert_true(matches("a\\x00b", ink_view_of("a\0b", 3)));
}

static void refused(void **state)
{
    static const struct {
        const char *pattern;
        ink_status status;
        const char *word;
    } cases[] = {
        {"(a", INK_E_MODEL, "byte 2: a ( without"},
        {"a)", INK_E_MODEL, "byte 1: a ) without"},
        {"[a", INK_E_MODEL, "["},
        {"[", INK_E_MODEL, "["},
        {"[b-a]", INK_E_MODEL, "range"},
        {"[[:nope:]]", INK_E_MODEL, "no such class"},
        {"*a", INK_E_MODEL, "nothing is there"},
        {"a**", INK_E_MODEL, "repetition"},
        {"a{2}{3}", INK_E_MODEL, "repetition"},
        {"a{1001}", INK_E_MODEL, "repetition"},
        {"a{3,2}", INK_E_MODEL, "repetition"},
        {"\\", INK_E_MODEL, "backslash"},
        {"\\1", INK_E_MODEL, "back references"},
        {"\\y", INK_E_MODEL, "escape"},
        {"\\x4", INK_E_MODEL, "\\x"},
        {"\\x{110000}", INK_E_MODEL, "\\x"},
        {"(?=a)", INK_E_MODEL, "group"},
        {"(?P>a)", INK_E_MODEL, "group"},
        {"\xff", INK_E_MODEL, "UTF-8"},
        {"\\pL", INK_E_UNSUPPORTED, "Unicode"},
        {"\\C", INK_E_UNSUPPORTED, "\\C"},
        {"(?i)\xc3\xa4", INK_E_UNSUPPORTED, "ASCII"},
        {"(a{1000}){1000}", INK_E_LIMIT, "repetitions"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_arena arena;
        const struct ink_regex *regex;
        struct ink_error err = {0};
        ink_arena_init(&arena, 16 << 20);
        ink_status st = ink_regex_compile(ink_view_text(cases[i].pattern), &arena, &regex, &err);
        if (st != cases[i].status || !strstr(err.text, cases[i].word)) fail_msg("%s: %s", cases[i].pattern, err.text);
        ink_arena_cleanup(&arena);
    }
}

/* Where a search that goes back takes 2^30 steps, or 5,000 deep groups a stack. */
static void hostile(void **state)
{
    char text[31], deep[10001];
    memset(text, 'a', 30);
    uint64_t start = ink_clock_us();
    assert_false(matches("(a|a)*(a|a)*(a*)*b", ink_view_of(text, 30)));
    assert_true(matches("(a?){30}a{30}", ink_view_of(text, 30)));
    assert_true(ink_clock_us() - start < 1000000);
    memset(deep, '(', 5000);
    memset(deep + 5000, ')', 5000);
    deep[10000] = '\0';
    struct ink_arena arena;
    const struct ink_regex *regex;
    struct ink_error err = {0};
    ink_arena_init(&arena, 16 << 20);
    assert_int_equal(ink_regex_compile(ink_view_text(deep), &arena, &regex, &err), INK_E_LIMIT);
    ink_arena_cleanup(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_texts),
        cmocka_unit_test(refused),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
