/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"
#include "ops/case.h"

enum { WORDS_MAX = 8 };

/* An input [n] of strings. */
static void words_in(struct one_op *o, int64_t n, const char *const *words)
{
    struct ink_view *views = ink_arena_calloc(&o->arena, WORDS_MAX, sizeof *views);
    for (int64_t i = 0; i < n; i++) views[i] = ink_view_text(words[i]);
    one_op_in(o, INK_STRING, 1, &n, views);
}

static void assert_words(const struct ink_tensor *t, size_t n, const char *const *want)
{
    assert_int_equal(ink_tensor_count(t), n);
    for (size_t i = 0; i < n; i++) {
        struct ink_view got = ((const struct ink_view *)t->data)[i];
        if (!ink_view_is(got, want[i])) fail_msg("\"%.*s\" is not \"%s\"", INK_VIEW_ARGS(got), want[i]);
    }
}

static void cases(void **state)
{
    static const struct {
        const char *small, *capital;
    } pairs[] = {
        {"abcz09", "ABCZ09"}, {"äöüñø÷×", "ÄÖÜÑØ÷×"}, {"łżāſ", "ŁŻĀſ"},
        {"αβγω", "ΑΒΓΩ"},     {"жюёџґ", "ЖЮЁЏҐ"},     {"ḁợ", "ḀỢ"},
    };
    char out[64];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct ink_view small = ink_view_text(pairs[i].small), capital = ink_view_text(pairs[i].capital);
        ink_case_change(small, true, out);
        assert_memory_equal(out, capital.data, capital.len);
        ink_case_change(capital, false, out);
        assert_memory_equal(out, small.data, small.len);
        assert_true(ink_case_equal(small, capital));
    }
    /* bytes that are no UTF-8 stay, cut off or alone */
    ink_case_change(ink_view_of("\xE4q\xC3", 3), true, out);
    assert_memory_equal(out, "\xE4Q\xC3", 3);
    assert_false(ink_case_equal(ink_view_of("\xE4", 1), ink_view_of("\xC4", 1)));
}

static void concat(void **state)
{
    static const char *const a[] = {"a", "", "c"}, *const b[] = {"x"}, *const want[] = {"ax", "x", "cx"};
    struct one_op o;
    one_op_init(&o, "", "StringConcat", 20);
    words_in(&o, 3, a);
    words_in(&o, 1, b);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_words(&o.out[0], 3, want);
    one_op_free(&o);
    one_op_init(&o, "", "StringConcat", 20);
    words_in(&o, 3, a);
    words_in(&o, 2, a);
    assert_refused(&o, INK_E_MODEL, "broadcast");
}

static void split(void **state)
{
    static const struct {
        const char *delimiter;
        int64_t most;
        const char *text, *want[4];
        size_t count;
    } forms[] = {
        {"", -1, " a  b\tc ", {"a", "b", "c"}, 3},
        {"", 1, "  a  b c ", {"a", "b c "}, 2},
        {"", 0, " a b ", {"a b "}, 1},
        {"", -1, "  ", {NULL}, 0},
        {",", -1, ",a,,", {"", "a", "", ""}, 4},
        {",", 1, "a,b,c", {"a", "b,c"}, 2},
        {"--", -1, "a---b", {"a", "-b"}, 2},
        {",", -1, "", {""}, 1},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct one_op o;
        one_op_init(&o, "", "StringSplit", 20);
        words_in(&o, 1, &forms[i].text);
        one_op_text(&o, "delimiter", forms[i].delimiter);
        if (forms[i].most >= 0) one_op_int(&o, "maxsplit", forms[i].most);
        o.out_count = 2;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_words(&o.out[0], forms[i].count, forms[i].want);
        assert_int_equal(*(const int64_t *)o.out[1].data, forms[i].count);
        one_op_free(&o);
    }
}

static void normalizer(void **state)
{
    static const char *const x[] = {"The", "", "Ärger", "the"}, *const exact[] = {"THE", "", "ÄRGER"};
    static const char *const any[] = {"", "ärger"}, *const none[] = {""};
    static const struct ink_view stop[] = {{(const uint8_t *)"the", 3}};
    struct one_op o;
    for (int exactly = 0; exactly < 2; exactly++) {
        one_op_init(&o, "", "StringNormalizer", 10);
        words_in(&o, 4, x);
        one_op_attr(&o, "stopwords", INK_ATTRIBUTE_STRINGS, 1)->strings = stop;
        one_op_int(&o, "is_case_sensitive", exactly);
        one_op_text(&o, "case_change_action", exactly ? "UPPER" : "LOWER");
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_words(&o.out[0], exactly ? 3 : 2, exactly ? exact : any);
        one_op_free(&o);
    }
    one_op_init(&o, "", "StringNormalizer", 10);
    words_in(&o, 1, x);
    one_op_attr(&o, "stopwords", INK_ATTRIBUTE_STRINGS, 1)->strings = stop;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_words(&o.out[0], 1, none);
    one_op_free(&o);
    one_op_init(&o, "", "StringNormalizer", 10);
    one_op_in(&o, INK_STRING, 2, (int64_t[]){2, 0}, NULL);
    assert_refused(&o, INK_E_MODEL, "[2,0]");
    one_op_init(&o, "", "StringNormalizer", 10);
    words_in(&o, 1, x);
    one_op_text(&o, "case_change_action", "TITLE");
    assert_refused(&o, INK_E_MODEL, "TITLE");
}

/* --- TfIdfVectorizer: 1-grams 5, 7; 2-grams (5, 7), (7, 5) --- */

static const int64_t row[] = {5, 7, 9, 5};

static void grams_begin(struct one_op *o, const char *mode, int64_t longest, int64_t skipped)
{
    one_op_init(o, "", "TfIdfVectorizer", 9);
    one_op_in(o, INK_INT64, 1, (int64_t[]){4}, row);
    one_op_text(o, "mode", mode);
    one_op_int(o, "min_gram_length", 1);
    one_op_int(o, "max_gram_length", longest);
    one_op_int(o, "max_skip_count", skipped);
}

#define GRAMS_LISTS(o)                                                                                                 \
    one_op_ints(o, "pool_int64s", 7, 5, 5, 7, 7, 5);                                                                   \
    one_op_ints(o, "ngram_counts", 0, 2);                                                                              \
    one_op_ints(o, "ngram_indexes", 0, 1, 2, 4)

static void grams(void **state)
{
    static const float weights[] = {2, 3, 4, 5};
    static const struct {
        const char *mode;
        int64_t longest, skipped;
        float want[5];
    } forms[] = {
        {"TF", 1, 0, {1, 2, 0, 0, 0}},         {"TF", 2, 0, {1, 2, 1, 0, 0}},  {"TF", 2, 1, {1, 2, 1, 0, 1}},
        {"TF", 2, INT64_MAX, {1, 2, 1, 0, 1}}, {"IDF", 2, 1, {2, 3, 4, 0, 5}}, {"TFIDF", 2, 0, {2, 6, 4, 0, 0}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct one_op o;
        grams_begin(&o, forms[i].mode, forms[i].longest, forms[i].skipped);
        GRAMS_LISTS(&o);
        one_op_attr(&o, "weights", INK_ATTRIBUTE_FLOATS, 4)->floats = weights;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], forms[i].want, 5);
        one_op_free(&o);
    }
}

static void grams_refused(void **state)
{
    struct one_op o;
    grams_begin(&o, "DF", 2, 0);
    GRAMS_LISTS(&o);
    assert_refused(&o, INK_E_MODEL, "mode");
    grams_begin(&o, "TF", 3, 0); /* ngram_counts has two lengths */
    GRAMS_LISTS(&o);
    assert_refused(&o, INK_E_MODEL, "n-grams of 1 to 3");
    grams_begin(&o, "TF", 2, -1);
    GRAMS_LISTS(&o);
    assert_refused(&o, INK_E_MODEL, "-1 skipped");
    grams_begin(&o, "TF", 1, 0);
    assert_refused(&o, INK_E_MODEL, "pool_int64s");
#define WRONG(word, pool_end, starts_second, place)                                                                    \
    grams_begin(&o, "TF", 2, 0);                                                                                       \
    one_op_ints(&o, "pool_int64s", 7, 5, pool_end);                                                                    \
    one_op_ints(&o, "ngram_counts", 0, starts_second);                                                                 \
    one_op_ints(&o, "ngram_indexes", 0, 1, place);                                                                     \
    assert_refused(&o, INK_E_MODEL, word)
    WRONG("no list of 2-grams", 5, 2, 2);
    WRONG("no list of 1-grams", 5, -1, 2);
    WRONG("no list of 1-grams", 5, INT64_MAX, 2);
    WRONG("ngram_indexes has -1", 5, 2, -1);
    WRONG("ngram_indexes has", 5, 2, INT64_MAX);
#undef WRONG
    grams_begin(&o, "TF", 1, 0);
    one_op_ints(&o, "pool_int64s", 7, 5);
    one_op_ints(&o, "ngram_counts", 0);
    one_op_ints(&o, "ngram_indexes", 0);
    assert_refused(&o, INK_E_MODEL, "more n-grams than the 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),      cmocka_unit_test(concat), cmocka_unit_test(split),
        cmocka_unit_test(normalizer), cmocka_unit_test(grams),  cmocka_unit_test(grams_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
