/* SPDX-License-Identifier: MIT */
/* probe_test.c - models that want their pictures in every way there is, and whether that is found out.
 *
 * The models are made here: the mean of each reference digit as a template, and the class of the nearest one. What they
 * want is folded into weights and biases, as training would have done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "image/prepared.h"
#include "image/reference.h"
#include "pipeline/classifier.h"
#include "pipeline/known.h"
#include "pipeline/report.h"

#include "../../tools/build_model.h"

enum { SIDE = 12, PIXELS = SIDE * SIDE, CLASSES = 10 };

static struct ink_arena arena;
static struct ink_error err;

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)64 << 20);
    err = (struct ink_error){0};
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

/* Bright ink 0..1: the mean of all strained references of each digit. */
static void make_templates(float templates[CLASSES][PIXELS])
{
    struct ink_want want = ink_want_mnist;
    uint8_t shown[PIXELS];
    want.width = want.height = SIDE;
    memset(templates, 0, sizeof(float[CLASSES][PIXELS]));
    for (int i = 0; i < INK_REFERENCE_DIGITS; i++)
        for (int strain = 0; strain < INK_REFERENCE_STRAINS; strain++) {
            ink_reference_show_strained(i, strain, &want, shown);
            for (int k = 0; k < PIXELS; k++)
                templates[i % 10][k] += (float)shown[k] / 255 / (INK_REFERENCE_STRAINS * INK_REFERENCE_DIGIT_HANDS);
        }
}

/* A model [1, 144] -> [1, 10] for pictures in this convention. order: which class stands for digit d. */
static struct message make_model(const struct ink_range *range, bool dark, bool transposed, const int order[CLASSES])
{
    static float templates[CLASSES][PIXELS];
    float weights[PIXELS][CLASSES], biases[CLASSES];
    make_templates(templates);
    /* x = (255 v * scale - mean) / std, or of 1 - v: v = x * gain + offset */
    float gain = range->std[0] / (255 * range->scale), offset = range->mean[0] / (255 * range->scale);
    if (dark) {
        gain = -gain;
        offset = 1 - offset;
    }
    for (int d = 0; d < CLASSES; d++) {
        double bias = 0;
        for (int k = 0; k < PIXELS; k++) {
            float t = templates[d][k];
            int at = transposed ? k % SIDE * SIDE + k / SIDE : k;
            weights[at][order[d]] = 20 * t * gain;
            bias += 20 * (double)(t * offset) - 10 * (double)(t * t);
        }
        biases[order[d]] = (float)bias;
    }
    struct message graph = {0};
    add_value(&graph, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){1, PIXELS});
    add_initializer(&graph, "w", INK_FLOAT, 2, (int64_t[]){PIXELS, CLASSES}, weights, sizeof weights);
    add_initializer(&graph, "b", INK_FLOAT, 1, (int64_t[]){CLASSES}, biases, sizeof biases);
    add_node(&graph, "", "Gemm", "x,w,b", "y", NULL);
    add_value(&graph, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){1, CLASSES});
    return model_of(&graph, 13);
}

static const int in_order[CLASSES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
static const char *const range_words[] = {"0..1", "mean 0.1307, std 0.3081", "-1..1", "0..255", "-0.5..0.5"};

static struct ink_classifier *load(const struct message *model, const char *settings, const struct ink_finding *known)
{
    struct ink_classifier_options options = {.fit = INK_FIT_COUNT, .known = known};
    struct ink_classifier *classifier;
    if (ink_classifier_new(view_of(model), ink_view_text(settings), &options, &classifier, &err))
        fail_msg("%s", err.text);
    return classifier;
}

static void finds_every_convention(void **state)
{
    for (size_t r = 0; r < sizeof range_words / sizeof *range_words; r++)
        for (int way = 0; way < 4; way++) {
            bool dark = way & 1, transposed = way & 2;
            const struct ink_range *range = ink_range_named(ink_view_text(range_words[r]));
            struct message model = make_model(range, dark, transposed, in_order);
            struct ink_classifier *c = load(&model, "", NULL);
            if (!c->finding.sure || c->finding.range != range || c->convention.want.transposed != transposed ||
                (c->convention.want.polarity == INK_POLARITY_DARK_INK) != dark)
                fail_msg("%s %d %d: taken as %s %d %d, %d of %d", range->word, dark, transposed,
                         c->finding.range ? c->finding.range->word : "-", c->finding.polarity, c->finding.transposed,
                         c->finding.right, c->finding.shown);
            assert_true(c->convention.want.scale == range->scale);
            ink_classifier_free(c);
        }
}

/* Classes may count from 1, with 0 at the end. */
static void finds_the_order_of_classes(void **state)
{
    static const int zero_last[CLASSES] = {9, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    struct message model = make_model(ink_range_named(ink_view_text("0..1")), false, false, zero_last);
    struct ink_classifier *c = load(&model, "", NULL);
    assert_int_equal(c->convention.label_count, CLASSES);
    assert_string_equal(c->convention.labels[0], "1");
    assert_string_equal(c->convention.labels[9], "0");
    ink_classifier_free(c);
}

/* What settings say is not doubted, even where it is wrong. */
static void settings_count_first(void **state)
{
    struct message model = make_model(ink_range_named(ink_view_text("-1..1")), true, false, in_order);
    struct ink_classifier *c = load(&model, "{\"polarity\": \"bright-ink\"}", NULL);
    assert_int_equal(c->convention.want.polarity, INK_POLARITY_BRIGHT_INK);
    ink_classifier_free(c);
    c = load(&model,
             "{\"polarity\": \"dark-ink\", \"scale\": 0.5, \"transpose\": false, "
             "\"labels\": [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\"]}",
             NULL);
    assert_int_equal(c->finding.shown, 0);
    assert_true(c->convention.want.scale == 0.5f);
    ink_classifier_free(c);
}

/* One that reads nothing keeps what is usual, and is told so. */
static void says_when_nothing_fits(void **state)
{
    struct message graph = {0};
    float weights[PIXELS * CLASSES] = {0}, biases[CLASSES] = {1};
    add_value(&graph, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){1, PIXELS});
    add_initializer(&graph, "w", INK_FLOAT, 2, (int64_t[]){PIXELS, CLASSES}, weights, sizeof weights);
    add_initializer(&graph, "b", INK_FLOAT, 1, (int64_t[]){CLASSES}, biases, sizeof biases);
    add_node(&graph, "", "Gemm", "x,w,b", "y", NULL);
    add_value(&graph, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){1, CLASSES});
    struct message model = model_of(&graph, 13);
    struct ink_classifier *c = load(&model, "", NULL);
    assert_true(c->finding.shown > 0);
    assert_false(c->finding.sure);
    assert_int_equal(c->convention.want.polarity, INK_POLARITY_BRIGHT_INK);
    struct ink_report_subject subject = {.model_key = "model.onnx"};
    struct ink_buffer text;
    ink_buffer_init(&text, 1 << 20);
    ink_report_text(c, &subject, &text);
    assert_int_equal(ink_buffer_text(&text, ""), INK_OK);
    assert_non_null(memmem(text.data, text.len, "in none of the ways", 19));
    ink_buffer_cleanup(&text);
    ink_classifier_free(c);
}

/* A report says what was found; read again it saves the finding, while it fits. */
static void reports_are_used(void **state)
{
    struct message model = make_model(ink_range_named(ink_view_text("0..255")), true, true, in_order);
    struct ink_classifier *c = load(&model, "", NULL);
    struct ink_report_subject subject = {.model_key = "model.onnx", .model_etag = "\"e\""};
    struct ink_buffer report;
    struct ink_finding known;
    ink_buffer_init(&report, 1 << 20);
    assert_int_equal(ink_report_json(c, &subject, &report, &err), INK_OK);
    struct ink_view json = ink_buffer_view(&report);
    assert_false(ink_known_read(json, "\"other\"", "", &known));
    assert_false(ink_known_read(json, "\"e\"", "\"settings\"", &known));
    assert_true(ink_known_read(json, "\"e\"", "", &known));
    assert_int_equal(known.right, c->finding.right);
    known.right = 7; /* to see that nothing is found out again */
    struct ink_classifier *again = load(&model, "", &known);
    assert_int_equal(again->finding.right, 7);
    assert_memory_equal(&again->convention.want.scale, &c->convention.want.scale, sizeof(float));
    assert_true(again->convention.want.transposed);
    assert_int_equal(again->convention.want.polarity, INK_POLARITY_DARK_INK);
    ink_classifier_free(again);
    ink_classifier_free(c);
    for (size_t len = 0; len < json.len; len += 7) /* cut anywhere: no report, or none that fits */
        assert_false(ink_known_read(ink_view_of(json.data, len), "\"e\"", "", &known));
    ink_buffer_cleanup(&report);
}

static void hostile_reports(void **state)
{
#define REPORT(references) "{\"model\": {\"etag\": \"e\"}, \"references\": " references "}"
#define FOUND(range, polarity, rest)                                                                                   \
    REPORT("{\"finder\": 1, \"shown\": 100, \"right\": 9, \"next\": -1, \"sure\": true, \"range\": " range             \
           ", \"polarity\": " polarity ", \"transposed\": false, \"alphabet\": null" rest "}")
    struct ink_finding known;
    assert_true(ink_known_read(ink_view_text(FOUND("\"0..1\"", "\"dark-ink\"", "")), "e", "", &known));
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{",
        REPORT("null"),
        REPORT("[]"),
        REPORT("{\"finder\": 2}"),
        FOUND("\"0..7\"", "\"dark-ink\"", ""),
        FOUND("3", "\"dark-ink\"", ""),
        FOUND("null", "\"sideways\"", ""),
        FOUND("null", "null", ""),
        FOUND("null", "\"dark-ink\"", ", \"shown\": 5"),
        REPORT("{\"finder\": 1, \"shown\": 1e9, \"right\": 9, \"next\": -1, \"sure\": true, \"range\": null, "
               "\"polarity\": \"dark-ink\", \"transposed\": false, \"alphabet\": null}"),
        REPORT("{\"finder\": 1, \"shown\": 10, \"right\": 11, \"next\": -1, \"sure\": true, \"range\": null, "
               "\"polarity\": \"dark-ink\", \"transposed\": false, \"alphabet\": \"digits\"}"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (ink_known_read(ink_view_text(bad[i]), "e", "", &known)) fail_msg("taken: %s", bad[i]);
}

static void alphabets(void **state)
{
    const struct ink_alphabet *found;
    assert_int_equal(ink_alphabets_of(1000, &found), 0);
    assert_int_equal(ink_alphabets_of(10, &found), 2);
    assert_string_equal(found->characters, "0123456789");
    assert_true(ink_alphabet_reads(found, 7, '7'));
    assert_false(ink_alphabet_reads(found, 7, '1'));
    assert_int_equal(ink_alphabets_of(47, &found), 1);
    assert_true(ink_alphabet_reads(found, 10 + 'C' - 'A', 'c'));
    assert_true(ink_alphabet_reads(found, 0, 'O'));
    assert_false(ink_alphabet_reads(found, 47, 'a'));
    struct ink_alphabet said;
    assert_true(ink_alphabet_of_labels((const char *[]){"zero", "Seven", "x"}, 3, &arena, &said));
    assert_string_equal(said.characters, "07x");
    assert_false(ink_alphabet_of_labels((const char *[]){"cat", "dog", "x"}, 3, &arena, &said));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(finds_every_convention),
                                       TEST(finds_the_order_of_classes),
                                       TEST(settings_count_first),
                                       TEST(says_when_nothing_fits),
                                       TEST(reports_are_used),
                                       TEST(hostile_reports),
                                       TEST(alphabets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
