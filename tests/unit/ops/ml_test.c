/* SPDX-License-Identifier: MIT */
/* ai.onnx.ml. The answers were worked out by hand, or come from ONNX Runtime 1.30. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "one_op.h"

#define ML "ai.onnx.ml"

#define one_op_floats(o, name, ...)                                                                                    \
    do {                                                                                                               \
        static const float values_[] = {__VA_ARGS__};                                                                  \
        one_op_attr(o, name, INK_ATTRIBUTE_FLOATS, sizeof values_ / sizeof *values_)->floats = values_;                \
    } while (0)

static void one_op_texts(struct one_op *o, const char *name, size_t count, const char *const *words)
{
    struct ink_view *views = ink_arena_calloc(&o->arena, count, sizeof *views);
    for (size_t i = 0; i < count; i++) views[i] = ink_view_text(words[i]);
    one_op_attr(o, name, INK_ATTRIBUTE_STRINGS, count)->strings = views;
}

static void one_op_tensor(struct one_op *o, const char *name, enum ink_dtype dtype, int64_t count, const void *values)
{
    struct ink_stored_tensor *t = ink_arena_calloc(&o->arena, 1, sizeof *t);
    t->tensor = (struct ink_tensor){dtype, {1, {count}}, (void *)(uintptr_t)values};
    one_op_attr(o, name, INK_ATTRIBUTE_TENSOR, 1)->tensors = t;
}

static void assert_integers(const struct ink_tensor *got, const int64_t *want, size_t n)
{
    assert_int_equal(got->dtype, INK_INT64);
    assert_int_equal(ink_tensor_count(got), n);
    assert_memory_equal(got->data, want, n * sizeof *want);
}

static void features(void **state)
{
    static const float x[] = {1, 2, 3, 4, 5, 6};
    static const int64_t picked[] = {2, 0};
    struct one_op o;
    one_op_init(&o, ML, "ArrayFeatureExtractor", 3);
    one_op_f32(&o, x, 2, 3);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){2}, picked);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){3, 1, 6, 4}, 4);
    one_op_free(&o);

    one_op_init(&o, ML, "ArrayFeatureExtractor", 3);
    one_op_f32(&o, x, 3, 2);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){2}, picked);
    assert_refused(&o, INK_E_MODEL, "no feature 2 of 2");

    one_op_init(&o, ML, "Scaler", 3);
    one_op_floats(&o, "offset", 1, 2, 3);
    one_op_floats(&o, "scale", 2);
    one_op_f32(&o, x, 2, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){0, 0, 0, 6, 6, 6}, 6);
    one_op_free(&o);

    one_op_init(&o, ML, "Normalizer", 3);
    one_op_text(&o, "norm", "L1");
    one_op_f32(&o, x, 2, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){1 / 6.f, 2 / 6.f, 3 / 6.f, 4 / 15.f, 5 / 15.f, 6 / 15.f}, 6);
    one_op_free(&o);

    one_op_init(&o, ML, "Imputer", 3);
    one_op_floats(&o, "imputed_value_floats", 9, 8, 7);
    one_op_float(&o, "replaced_value_float", 5);
    one_op_f32(&o, x, 2, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){1, 2, 3, 4, 8, 6}, 6);
    one_op_free(&o);

    one_op_init(&o, ML, "Imputer", 3);
    one_op_floats(&o, "imputed_value_floats", 9, 8);
    one_op_f32(&o, x, 2, 3);
    assert_refused(&o, INK_E_MODEL, "has 2 values for an input [2,3]");

    one_op_init(&o, ML, "FeatureVectorizer", 3); /* one is cut, one filled */
    one_op_ints(&o, "inputdimensions", 2, 4);
    one_op_f32(&o, x, 1, 3);
    one_op_f32(&o, x, 1, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){1, 2, 1, 2, 3, 0}, 6);
    one_op_free(&o);
}

static void categories(void **state)
{
    static const char *const words[] = {"a", "b", "a"}; /* the last one counts */
    static const float x[] = {2.7f, NAN, -1, 7};
    static const float keys[] = {7, NAN};
    static const int64_t values[] = {70, 99}, unknown[] = {-5};
    struct one_op o;
    one_op_init(&o, ML, "LabelEncoder", 1);
    one_op_texts(&o, "classes_strings", 3, words);
    one_op_in(&o, INK_STRING, 1, (int64_t[]){3},
              (struct ink_view[]){ink_view_text("b"), ink_view_text("a"), ink_view_text("c")});
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_integers(&o.out[0], (int64_t[]){1, 2, -1}, 3);
    one_op_free(&o);

    one_op_init(&o, ML, "LabelEncoder", 4);
    one_op_tensor(&o, "keys_tensor", INK_FLOAT, 2, keys);
    one_op_tensor(&o, "values_tensor", INK_INT64, 2, values);
    one_op_tensor(&o, "default_tensor", INK_INT64, 1, unknown);
    one_op_f32(&o, x, 4);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_integers(&o.out[0], (int64_t[]){-5, 99, -5, 70}, 4);
    one_op_free(&o);

    one_op_init(&o, ML, "LabelEncoder", 4);
    one_op_ints(&o, "keys_int64s", 1, 2);
    one_op_ints(&o, "values_int64s", 1, 2);
    one_op_f32(&o, x, 4);
    assert_refused(&o, INK_E_MODEL, "input is float, its keys are int64");

    one_op_init(&o, ML, "OneHotEncoder", 1);
    one_op_ints(&o, "cats_int64s", 2, -1);
    one_op_f32(&o, x, 4);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){1, 0, 0, 0, 0, 1, 0, 0}, 8);
    one_op_free(&o);

    one_op_init(&o, ML, "OneHotEncoder", 1);
    one_op_ints(&o, "cats_int64s", 2, -1);
    one_op_int(&o, "zeros", 0);
    one_op_f32(&o, x, 4);
    assert_refused(&o, INK_E_MODEL, "unknown category");
}

static void map_in(struct one_op *o, enum ink_dtype keys, enum ink_dtype values, int64_t n, const void *key_data,
                   const void *value_data)
{
    struct ink_tensor *pair = ink_arena_calloc(&o->arena, 2, sizeof *pair);
    pair[0] = (struct ink_tensor){keys, {1, {n}}, (void *)(uintptr_t)key_data};
    pair[1] = (struct ink_tensor){values, {1, {n}}, (void *)(uintptr_t)value_data};
    enum ink_dtype dtype = ink_dtype_wrap(values, keys == INK_STRING ? INK_MAP_STRING : INK_MAP_INT64);
    one_op_in(o, dtype, 1, (int64_t[]){2}, pair);
}

static void maps(void **state)
{
    static const float x[] = {0.5f, 0.25f, 1, 2};
    static const int64_t keys[] = {4, 1}, numbers[] = {40, 10};
    struct one_op o;
    one_op_init(&o, ML, "ZipMap", 1);
    one_op_ints(&o, "classlabels_int64s", 7, 8);
    one_op_f32(&o, x, 2, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_string_equal(ink_dtype_word(o.out[0].dtype), "seq(map(int64,float))");
    const struct ink_tensor *rows = o.out[0].data, *pair = rows[1].data;
    assert_integers(&pair[0], (int64_t[]){7, 8}, 2);
    assert_floats(&pair[1], x + 2, 2);
    one_op_free(&o);

    one_op_init(&o, ML, "ZipMap", 1);
    one_op_ints(&o, "classlabels_int64s", 7, 8, 9);
    one_op_f32(&o, x, 2, 2);
    assert_refused(&o, INK_E_MODEL, "no score for each of 3 classes");

    one_op_init(&o, ML, "CastMap", 1);
    map_in(&o, INK_INT64, INK_FLOAT, 2, keys, x);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){0.25f, 0.5f}, 2);
    one_op_free(&o);

    one_op_init(&o, ML, "CastMap", 1);
    one_op_text(&o, "map_form", "SPARSE");
    one_op_text(&o, "cast_to", "TO_STRING");
    one_op_int(&o, "max_map", 3);
    map_in(&o, INK_INT64, INK_FLOAT, 2, keys, x);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_true(ink_view_is(((const struct ink_view *)o.out[0].data)[0], "0.f"));
    assert_true(ink_view_is(((const struct ink_view *)o.out[0].data)[1], "0.250000"));
    one_op_free(&o);

    one_op_init(&o, ML, "DictVectorizer", 1);
    one_op_ints(&o, "int64_vocabulary", 1, 2, 4);
    map_in(&o, INK_INT64, INK_INT64, 2, keys, numbers);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_integers(&o.out[0], (int64_t[]){10, 0, 40}, 3);
    one_op_free(&o);
}

static void linear(void **state)
{
    static const float x[] = {-2, 3};
    static const char *const words[] = {"no", "yes"};
    struct one_op o;
    one_op_init(&o, ML, "LinearClassifier", 1); /* two classes of one score */
    one_op_floats(&o, "coefficients", 1);
    one_op_floats(&o, "intercepts", 0);
    one_op_text(&o, "post_transform", "LOGISTIC");
    one_op_texts(&o, "classlabels_strings", 2, words);
    one_op_f32(&o, x, 2, 1);
    o.out_count = 2;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_true(ink_view_is(((const struct ink_view *)o.out[0].data)[0], "no"));
    assert_true(ink_view_is(((const struct ink_view *)o.out[0].data)[1], "yes"));
    assert_floats(&o.out[1], (float[]){0.88079708f, 0.11920292f, 0.04742587f, 0.95257413f}, 4);
    one_op_free(&o);

    one_op_init(&o, ML, "LinearClassifier", 1);
    one_op_floats(&o, "coefficients", 1, 0, 0, 1, 1, 1);
    one_op_floats(&o, "intercepts", 0, 1, 0.5f);
    one_op_ints(&o, "classlabels_ints", 7, 8, 9);
    one_op_f32(&o, x, 2);
    o.out_count = 2;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_integers(&o.out[0], (int64_t[]){8}, 1);
    assert_floats(&o.out[1], (float[]){-2, 4, 1.5f}, 3);
    one_op_free(&o);

    one_op_init(&o, ML, "LinearRegressor", 1);
    one_op_floats(&o, "coefficients", 1, 2, 3);
    one_op_f32(&o, x, 1, 2);
    assert_refused(&o, INK_E_MODEL, "3 coefficients for 1 scores of 2 features");
}

static void svm_setup(struct one_op *o, const char *kernel, const float *x)
{
    one_op_init(o, ML, "SVMClassifier", 1);
    one_op_text(o, "kernel_type", kernel);
    one_op_floats(o, "kernel_params", 0.5f, 0, 3);
    one_op_ints(o, "vectors_per_class", 1, 1, 1);
    one_op_floats(o, "support_vectors", 0, 0, 2, 0, 0, 2);
    one_op_floats(o, "coefficients", 1, -1, -1, 1, 1, -1);
    one_op_floats(o, "rho", 0, 0, 0);
    one_op_ints(o, "classlabels_ints", 4, 5, 6);
    one_op_in(o, INK_FLOAT, 2, (int64_t[]){1, 2}, x);
    o->out_count = 2;
}

/* With y[v] = exp(-|x - v|^2 / 2): pairs y0 - y1, y0 - y2, y1 - y2. */
static void svm(void **state)
{
    static const float x[] = {2, 0};
    float y[] = {expf(-2), 1, expf(-4)};
    struct one_op o;
    svm_setup(&o, "RBF", x);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_integers(&o.out[0], (int64_t[]){5}, 1);
    assert_floats(&o.out[1], (float[]){y[0] - y[1], y[0] - y[2], y[1] - y[2]}, 3);
    one_op_free(&o);

    svm_setup(&o, "RBF", x);
    one_op_floats(&o, "prob_a", -1, -1, -1);
    one_op_floats(&o, "prob_b", 0, 0, 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    const float *p = o.out[1].data;
    assert_float_equal(p[0] + p[1] + p[2], 1, 1e-5f);
    assert_true(p[1] > p[0] && p[0] > p[2]);
    one_op_free(&o);

    svm_setup(&o, "RBF", x);
    one_op_floats(&o, "prob_a", -1);
    assert_refused(&o, INK_E_MODEL, "do not fit");
    svm_setup(&o, "COSINE", x);
    assert_refused(&o, INK_E_MODEL, "COSINE");

    one_op_init(&o, ML, "SVMRegressor", 1);
    one_op_text(&o, "kernel_type", "POLY");
    one_op_floats(&o, "kernel_params", 1, 1, 2);
    one_op_floats(&o, "support_vectors", 1, 1, 2, 0);
    one_op_floats(&o, "coefficients", 1, -1);
    one_op_int(&o, "n_supports", 2);
    one_op_floats(&o, "rho", 0.5f);
    one_op_f32(&o, x, 1, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){9 - 25 + 0.5f}, 1);
    one_op_free(&o);
}

/* x0 <= 1 ? leaf 1 : (x1 > 0 ? leaf 3 : leaf 4), twice the first one's votes. */
static void tree_setup(struct one_op *o, const char *name, const char *prefix, const int64_t *when_true)
{
    static const char *const modes[] = {"BRANCH_LEQ", "LEAF", "BRANCH_GT", "LEAF", "LEAF"};
    static const char *const lists[] = {"treeids", "nodeids", "ids", "weights"};
    static const int64_t zeros[3], leaves[] = {1, 3, 4}, targets[] = {0, 1, 2};
    static const float weights[] = {0.5f, 2, -1};
    static char names[4][32];
    one_op_init(o, ML, name, 3);
    one_op_ints(o, "nodes_treeids", 0, 0, 0, 0, 0);
    one_op_ints(o, "nodes_nodeids", 0, 1, 2, 3, 4);
    one_op_ints(o, "nodes_featureids", 0, 0, 1, 0, 0);
    one_op_ints(o, "nodes_falsenodeids", 2, 0, 4, 0, 0);
    one_op_floats(o, "nodes_values", 1, 0, 0, 0, 0);
    one_op_texts(o, "nodes_modes", 5, modes);
    one_op_attr(o, "nodes_truenodeids", INK_ATTRIBUTE_INTS, 5)->ints = when_true;
    for (int i = 0; i < 4; i++) snprintf(names[i], sizeof names[i], "%s_%s", prefix, lists[i]);
    one_op_attr(o, names[0], INK_ATTRIBUTE_INTS, 3)->ints = zeros;
    one_op_attr(o, names[1], INK_ATTRIBUTE_INTS, 3)->ints = leaves;
    one_op_attr(o, names[2], INK_ATTRIBUTE_INTS, 3)->ints = targets;
    one_op_attr(o, names[3], INK_ATTRIBUTE_FLOATS, 3)->floats = weights;
}

static void trees(void **state)
{
    static const float x[] = {1, 5, 2, 1, 2, 0, NAN, NAN};
    static const int64_t good[] = {1, 0, 3, 0, 0}, circle[] = {1, 0, 2, 0, 0}, nowhere[] = {1, 0, 9, 0, 0};
    struct one_op o;
    tree_setup(&o, "TreeEnsembleClassifier", "class", good);
    one_op_ints(&o, "classlabels_int64s", 10, 11, 12);
    one_op_f32(&o, x, 4, 2);
    o.out_count = 2;
    assert_int_equal(one_op_run(&o), INK_OK);
    /* the only class with a vote is the best one, even below 0 */
    assert_integers(&o.out[0], (int64_t[]){10, 11, 12, 12}, 4);
    assert_floats(&o.out[1], (float[]){0.5f, 0, 0, 0, 2, 0, 0, 0, -1, 0, 0, -1}, 12);
    one_op_free(&o);

    tree_setup(&o, "TreeEnsembleRegressor", "target", good);
    one_op_int(&o, "n_targets", 3);
    one_op_floats(&o, "base_values", 1, 2, 3);
    one_op_f32(&o, x, 2, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], (float[]){1.5f, 2, 3, 1, 4, 3}, 6);
    one_op_free(&o);

    tree_setup(&o, "TreeEnsembleRegressor", "target", circle);
    one_op_int(&o, "n_targets", 3);
    one_op_f32(&o, x, 2, 2);
    assert_refused(&o, INK_E_MODEL, "circle");
    tree_setup(&o, "TreeEnsembleRegressor", "target", nowhere);
    one_op_int(&o, "n_targets", 3);
    one_op_f32(&o, x, 2, 2);
    assert_refused(&o, INK_E_MODEL, "no node 9");
    tree_setup(&o, "TreeEnsembleRegressor", "target", good);
    one_op_int(&o, "n_targets", 2);
    one_op_f32(&o, x, 2, 2);
    assert_refused(&o, INK_E_MODEL, "target_ids has 2 of 2");
    tree_setup(&o, "TreeEnsembleRegressor", "target", good);
    one_op_int(&o, "n_targets", 3);
    one_op_f32(&o, x, 4, 1);
    assert_refused(&o, INK_E_MODEL, "feature 1 of 1");
}

/* Is x0 one of 3, 1? Else is it one of 5? */
static void member_trees(void **state)
{
    static const double x[] = {1, 5, 4, NAN}, splits[] = {0, 0}, sets[] = {3, 1, NAN, 5}, weights[] = {10, 20, 30};
    static const uint8_t modes[] = {6, 6};
    for (int64_t second = 0; second < 2; second++) {
        struct one_op o;
        const int64_t when_false[] = {1, second ? 2 : 0}, leaf_when_false[] = {0, second};
        one_op_init(&o, ML, "TreeEnsemble", 5);
        one_op_ints(&o, "nodes_featureids", 0, 0);
        one_op_tensor(&o, "nodes_splits", INK_DOUBLE, 2, splits);
        one_op_tensor(&o, "nodes_modes", INK_UINT8, 2, modes);
        one_op_ints(&o, "nodes_truenodeids", 0, 1);
        one_op_ints(&o, "nodes_trueleafs", 1, 1);
        one_op_attr(&o, "nodes_falsenodeids", INK_ATTRIBUTE_INTS, 2)->ints = when_false;
        one_op_attr(&o, "nodes_falseleafs", INK_ATTRIBUTE_INTS, 2)->ints = leaf_when_false;
        one_op_ints(&o, "tree_roots", 0);
        one_op_ints(&o, "leaf_targetids", 0, 0, 0);
        one_op_tensor(&o, "leaf_weights", INK_DOUBLE, 3, weights);
        one_op_tensor(&o, "membership_values", INK_DOUBLE, 4, sets);
        one_op_in(&o, INK_DOUBLE, 2, (int64_t[]){4, 1}, x);
        if (!second) {
            assert_refused(&o, INK_E_MODEL, "circle");
            continue;
        }
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_memory_equal(o.out[0].data, ((double[]){10, 20, 30, 30}), 4 * sizeof(double));
        one_op_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features),     cmocka_unit_test(categories), cmocka_unit_test(maps),
        cmocka_unit_test(linear),       cmocka_unit_test(svm),        cmocka_unit_test(trees),
        cmocka_unit_test(member_trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
