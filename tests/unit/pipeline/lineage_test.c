/* SPDX-License-Identifier: MIT */
/* lineage_test.c - classifiers as scikit-learn's exporters write them: what is their picture, their scores, their classes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/convention.h"
#include "pipeline/scorer.h"

#include "../../tools/build_model.h"

enum { PIXELS = 64, CLASSES = 3 };

static struct ink_arena arena;
static struct ink_error err;
static struct ink_session *session;

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)16 << 20);
    err = (struct ink_error){0};
    session = NULL;
    return 0;
}

static int tear_down(void **state)
{
    ink_session_free(session);
    ink_arena_cleanup(&arena);
    return 0;
}

/* x [n,64] -> label [n], scores [n,3] of LinearClassifier: class c has the sum of a third of the pixels. */
static struct message linear_graph(void)
{
    static float coefficients[CLASSES * PIXELS];
    struct message graph = {0}, linear = {0};
    for (int c = 0; c < CLASSES; c++)
        for (int p = 0; p < PIXELS; p++) coefficients[c * PIXELS + p] = p / 22 == c ? 1.0f / 22 : 0;
    add_value(&graph, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){-1, PIXELS});
    add_floats(&linear, "coefficients", CLASSES * PIXELS, coefficients);
    add_floats(&linear, "intercepts", CLASSES, (float[]){0, 0, 0});
    add_ints(&linear, "classlabels_ints", CLASSES, (int64_t[]){7, 4, 1});
    add_node(&graph, "ai.onnx.ml", "LinearClassifier", "x", "label,scores", &linear);
    add_value(&graph, GRAPH_OUTPUT, "label", INK_INT64, 1, (int64_t[]){-1});
    return graph;
}

static ink_status find(const struct message *graph, struct ink_convention *c)
{
    static struct message model;
    struct message import = {0};
    model = model_of(graph, 13);
    put_text(&import, 1, "ai.onnx.ml");
    put_int(&import, 2, 3);
    put_message(&model, 8, &import);
    ink_status st = ink_session_new(view_of(&model), NULL, &session, &err);
    return st ? st : ink_convention_find(session, &ink_settings_none, &arena, c, &err);
}

static void assert_reads(const struct ink_convention *c)
{
    struct ink_scorer scorer;
    float *scores;
    size_t count;
    assert_int_equal(c->classes, CLASSES);
    assert_int_equal(c->label_count, CLASSES);
    assert_string_equal(c->labels[0], "7");
    assert_string_equal(c->labels[2], "1");
    assert_int_equal(ink_scorer_init(&scorer, session, c, &arena, &err), INK_OK);
    for (int p = 22; p < 44; p++) scorer.input[p] = 1;
    assert_int_equal(ink_scorer_run(&scorer, &arena, 0, &scores, &count, &err), INK_OK);
    assert_int_equal(count, CLASSES);
    assert_float_equal(scores[1], 1, 1e-5f);
    assert_float_equal(scores[0], 0, 1e-5f);
}

static void tensor_of_scores(void **state)
{
    struct message graph = linear_graph();
    struct ink_convention c;
    add_value(&graph, GRAPH_OUTPUT, "scores", INK_FLOAT, 2, (int64_t[]){-1, CLASSES});
    if (find(&graph, &c)) fail_msg("%s", err.text);
    assert_reads(&c);
}

/* ... and with inputs that only the loss needs. */
static void zip_map(void **state)
{
    struct message graph = linear_graph(), zip = {0};
    struct ink_convention c;
    add_ints(&zip, "classlabels_int64s", CLASSES, (int64_t[]){7, 4, 1});
    add_value(&graph, GRAPH_INPUT, "truth", INK_INT64, 1, (int64_t[]){-1});
    add_node(&graph, "", "Equal", "label,truth", "right", NULL);
    add_node(&graph, "ai.onnx.ml", "ZipMap", "scores", "zipped", &zip);
    add_value(&graph, GRAPH_OUTPUT, "right", INK_BOOL, 1, (int64_t[]){-1});
    add_value(&graph, GRAPH_OUTPUT, "zipped", INK_DTYPE_NONE, -1, NULL);
    if (find(&graph, &c)) fail_msg("%s", err.text);
    assert_int_equal(c.input, 0);
    assert_reads(&c);
}

static void two_pictures(void **state)
{
    struct message graph = linear_graph();
    struct ink_convention c;
    add_value(&graph, GRAPH_INPUT, "more", INK_FLOAT, 2, (int64_t[]){-1, CLASSES});
    add_node(&graph, "", "Add", "scores,more", "sum", NULL);
    add_value(&graph, GRAPH_OUTPUT, "sum", INK_FLOAT, 2, (int64_t[]){-1, CLASSES});
    assert_int_equal(find(&graph, &c), INK_E_NOT_CLASSIFIER);
    assert_non_null(strstr(err.text, "need 2 of its 2 inputs"));
}

/* A vector machine of three classes without probabilities: three scores, but for pairs. */
static void pairs(void **state)
{
    static const float vectors[CLASSES * PIXELS];
    struct message graph = {0}, svm = {0};
    struct ink_convention c;
    add_value(&graph, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){-1, PIXELS});
    add_ints(&svm, "vectors_per_class", CLASSES, (int64_t[]){1, 1, 1});
    add_ints(&svm, "classlabels_ints", CLASSES, (int64_t[]){0, 1, 2});
    add_floats(&svm, "support_vectors", CLASSES * PIXELS, vectors);
    add_floats(&svm, "coefficients", 6, vectors);
    add_floats(&svm, "rho", 3, vectors);
    add_node(&graph, "ai.onnx.ml", "SVMClassifier", "x", "label,scores", &svm);
    add_value(&graph, GRAPH_OUTPUT, "scores", INK_FLOAT, 2, (int64_t[]){-1, CLASSES});
    assert_int_equal(find(&graph, &c), INK_E_NOT_CLASSIFIER);
    assert_non_null(strstr(err.text, "probability=True"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tensor_of_scores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(zip_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_pictures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pairs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
