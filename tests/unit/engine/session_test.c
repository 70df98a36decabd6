/* SPDX-License-Identifier: MIT */
/* Sessions: what is refused and how it is said, that runs are right whatever the passes do, that memory is bounded. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "engine/session.h"
#include "scarce.h"

static ink_status load(const struct message *m, const struct ink_session_options *options, struct ink_session **s,
                       struct ink_error *err)
{
    *err = (struct ink_error){0};
    return ink_session_new(view_of(m), options, s, err);
}

/* Loading fails with this status, and `text` is in one of the problems. */
static void refuses(const struct message *m, ink_status status, const char *text)
{
    struct ink_session *s;
    struct ink_error err;
    assert_int_equal(load(m, NULL, &s, &err), status);
    bool said = strstr(err.text, text) != NULL;
    const struct ink_problems *problems = s ? ink_session_problems(s) : NULL;
    for (int i = 0; problems && i < problems->count; i++) said |= strstr(problems->items[i].text, text) != NULL;
    if (!said) fail_msg("\"%s\" is not said, but: %s", text, err.text);
    if (s) { /* it can be described, and does not run */
        struct ink_tensor none[8] = {0};
        assert_int_not_equal(ink_session_run(s, none, ink_session_input_count(s), none, 0, &err), INK_OK);
        assert_int_not_equal(ink_session_bind_declared(s, 1, &err), INK_OK);
    }
    ink_session_free(s);
}

static const int64_t two[] = {2}, four[] = {1, 4};

static struct message graph_with_input(void)
{
    struct message g = {0};
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 2, four);
    return g;
}

static void finish(struct message *g, struct message *m)
{
    add_value(g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    *m = model_of(g, 17);
}

/* --- what is refused --- */

static void declared_type_is_wrong(void **state)
{
    struct message g = graph_with_input(), m;
    add_node(&g, "", "Relu", "x", "a", NULL);
    add_node(&g, "", "Relu", "a", "y", NULL);
    add_value(&g, GRAPH_VALUE_INFO, "a", INK_INT64, 2, four);
    finish(&g, &m);
    refuses(&m, INK_E_MODEL, "output a is float, but the file declares int64");
}

/* Two that do not fit are named; the third only follows from them. */
static void all_shapes_that_do_not_fit(void **state)
{
    struct message g = graph_with_input(), m;
    struct ink_session *s;
    struct ink_error err = {0};
    float w[3] = {1, 2, 3};
    add_initializer(&g, "w", INK_FLOAT, 1, (int64_t[]){3}, w, sizeof w);
    add_node(&g, "", "Add", "x,w", "a", NULL);
    add_node(&g, "", "Mul", "x,w", "b", NULL);
    add_node(&g, "", "Add", "a,b", "y", NULL);
    finish(&g, &m);
    assert_int_equal(load(&m, NULL, &s, &err), INK_E_MODEL);
    assert_int_equal(ink_session_problems(s)->count, 2);
    assert_int_equal(ink_session_problems(s)->items[0].position, 0);
    assert_int_equal(ink_session_problems(s)->items[1].position, 1);
    ink_session_free(s);
}

static void cycle(void **state)
{
    struct message g = graph_with_input(), m;
    add_node(&g, "", "Conv", "x,b", "a", NULL);
    add_node(&g, "", "Identity", "a", "b", NULL);
    add_node(&g, "", "Identity", "x", "y", NULL);
    finish(&g, &m);
    refuses(&m, INK_E_MODEL, "cycle");
}

static void missing_input(void **state)
{
    struct message g = graph_with_input(), m;
    add_node(&g, "", "Identity", "nobody", "y", NULL);
    finish(&g, &m);
    refuses(&m, INK_E_MODEL, "nobody");
    struct message h = graph_with_input();
    finish(&h, &m);
    refuses(&m, INK_E_MODEL, "output y");
}

static void left_out_output(void **state)
{
    struct message g = graph_with_input(), m;
    add_node(&g, "", "LayerNormalization", "x,x", ",mean", NULL);
    add_node(&g, "", "Identity", "mean", "y", NULL);
    finish(&g, &m);
    refuses(&m, INK_E_MODEL, "output 0 may not be left out");
}

static void made_twice(void **state)
{
    struct message g = graph_with_input(), m;
    add_node(&g, "", "Identity", "x", "y", NULL);
    add_node(&g, "", "Identity", "x", "y", NULL);
    finish(&g, &m);
    refuses(&m, INK_E_MODEL, "y, which is there already");
}

static void unknown_operators(void **state)
{
    struct message g = graph_with_input(), m;
    add_node(&g, "", "Frobnicate", "x", "a", NULL);
    add_node(&g, "com.example", "Mystery", "a", "b", NULL);
    add_node(&g, "", "Identity", "b", "c", NULL);
    add_node(&g, "inkling", "Conv", "c,c", "y", NULL); /* there, but not for files */
    finish(&g, &m);
    refuses(&m, INK_E_UNSUPPORTED, "Frobnicate");
    refuses(&m, INK_E_UNSUPPORTED, "com.example.Mystery");
    refuses(&m, INK_E_UNSUPPORTED, "inkling.Conv");
    struct ink_session *s;
    struct ink_error err;
    assert_int_equal(load(&m, NULL, &s, &err), INK_E_UNSUPPORTED);
    assert_int_equal(ink_session_problems(s)->count, 3); /* and nothing that only follows from them */
    assert_int_equal(ink_session_problems(s)->items[0].position, 0);
    assert_true(ink_view_is(ink_session_problems(s)->items[1].op, "Mystery"));
    assert_int_equal(ink_session_input_count(s), 1);
    ink_session_free(s);
}

static void wrong_type_and_shape(void **state)
{
    struct message g = {0}, m;
    add_value(&g, GRAPH_INPUT, "x", INK_STRING, 4, (int64_t[]){1, 1, 4, 4});
    add_node(&g, "", "GlobalAveragePool", "x", "y", NULL);
    finish(&g, &m);
    refuses(&m, INK_E_UNSUPPORTED, "string");

    static const float w[9] = {0};
    struct message h = {0};
    add_value(&h, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){1, 2, 4, 4});
    add_initializer(&h, "w", INK_FLOAT, 4, (int64_t[]){1, 1, 3, 3}, w, sizeof w);
    add_node(&h, "", "Conv", "x,w", "y", NULL);
    finish(&h, &m);
    refuses(&m, INK_E_MODEL, "node_y");

    struct message i = {0};
    add_value(&i, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){1, 1, 4, 4});
    add_node(&i, "", "Conv", "x", "y", NULL);
    finish(&i, &m);
    refuses(&m, INK_E_MODEL, "missing");
}

static void newer_opset(void **state)
{
    struct message g = graph_with_input();
    add_node(&g, "", "Identity", "x", "y", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    struct message m = model_of(&g, 999);
    refuses(&m, INK_E_UNSUPPORTED, "opset 999");
}

/* 800 million floats that a header of a few bytes asks for: as a weight, as an input, as what a node would make. */
static void three_gigabytes(void **state)
{
    uint64_t start = ink_clock_us();
    struct ink_session_options options = {.memory_cap_bytes = 64 << 20};
    struct ink_session *s;
    struct ink_error err;
    struct message weight = {0}, m;
    add_initializer(&weight, "w", INK_FLOAT, 1, (int64_t[]){800000000}, "", 0);
    add_node(&weight, "", "Identity", "w", "y", NULL);
    finish(&weight, &m);
    refuses(&m, INK_E_MODEL, "w");

    struct message big = {0};
    add_value(&big, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){1, 1, 30000, 30000});
    add_initializer(&big, "w", INK_FLOAT, 4, (int64_t[]){1, 1, 1, 1}, &(float){1}, 4);
    add_node(&big, "", "Conv", "x,w", "y", NULL);
    finish(&big, &m);
    assert_int_equal(load(&m, &options, &s, &err), INK_E_OOM);
    assert_null(s);
    assert_non_null(strstr(err.text, "node_y"));

    struct message huge = {0};
    add_value(&huge, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){INT64_MAX, INT64_MAX, INT64_MAX, 2});
    add_node(&huge, "", "GlobalAveragePool", "x", "y", NULL);
    finish(&huge, &m);
    assert_int_not_equal(load(&m, &options, &s, &err), INK_OK);
    ink_session_free(s);
    assert_true(ink_clock_us() - start < 1000000);
}

/* --- what runs --- */

enum { PIXELS = 36, BATCH_MAX = 3, SCORES = 8 };

static struct ink_tensor picture(float *data, int64_t batch)
{
    for (int i = 0; i < PIXELS * batch; i++) data[i] = (float)(i * 7 % 11) - 4;
    return (struct ink_tensor){INK_FLOAT, {4, {batch, 1, 6, 6}}, data};
}

/* What small_model is to compute, in three loops. */
static void expect_scores(const float *x, int64_t batch, const struct ink_tensor *y)
{
    static const float weight[2][9] = {{1, 0, -1, 2, 0, -2, 1, 0, -1}, {1, 2, 1, 0, 0, 0, -1, -2, -1}};
    assert_int_equal(y->shape.rank, 4);
    assert_int_equal(y->shape.dims[0], batch);
    for (int64_t i = 0; i < batch * SCORES; i++) {
        int64_t n = i / SCORES, c = i / 4 % 2, row = i / 2 % 2 * 2, column = i % 2 * 2;
        float best = -INFINITY;
        for (int64_t at = 0; at < 4; at++) {
            float sum = c ? -0.5f : 0.5f;
            for (int64_t k = 0; k < 9; k++)
                sum += weight[c][k] * x[n * PIXELS + (row + at / 2 + k / 3) * 6 + column + at % 2 + k % 3];
            best = sum > best ? sum : best;
        }
        if (fabsf(best - ((const float *)y->data)[i]) > 1e-4f)
            fail_msg("score %d is %g, not %g", (int)i, (double)((const float *)y->data)[i], (double)best);
    }
}

static void runs_and_plans_again(void **state)
{
    struct message m = small_model();
    struct ink_error err;
    float data[PIXELS * BATCH_MAX];
    for (int no_passes = 0; no_passes < 2; no_passes++) {
        struct ink_session_options options = {.no_passes = no_passes, .memory_cap_bytes = 1 << 20};
        struct ink_session *s;
        struct ink_figures figures;
        struct ink_tensor y[2];
        assert_int_equal(load(&m, &options, &s, &err), INK_OK);
        assert_int_equal(ink_session_input_count(s), 1); /* not w, which has a value */
        assert_int_equal(ink_session_output_count(s), 2);
        assert_int_equal(ink_session_output(s, 1)->dtype, INK_FLOAT); /* undeclared, inferred */
        ink_session_figures(s, &figures);
        assert_false(figures.planned);
        assert_int_equal(figures.parameters, 20);
        assert_int_equal(ink_session_bind_declared(s, 1, &err), INK_OK);
        ink_session_figures(s, &figures);
        assert_true(figures.planned);
        assert_true(figures.multiply_adds >= 2 * 16 * 9);
        for (int64_t batch = 1; batch <= BATCH_MAX; batch++) {
            struct ink_tensor x = picture(data, batch);
            assert_int_equal(ink_session_run(s, &x, 1, y, 0, &err), INK_OK);
            expect_scores(data, batch, &y[0]);
            assert_int_equal(y[1].shape.dims[2], 4);
        }
        ink_session_free(s);
    }
}

static void runs_allocate_nothing(void **state)
{
    struct message m = small_model();
    struct ink_session *s;
    struct ink_error err;
    struct ink_tensor y[2];
    float data[PIXELS];
    struct ink_tensor x = picture(data, 1);
    assert_int_equal(load(&m, NULL, &s, &err), INK_OK);
    assert_int_equal(ink_session_run(s, &x, 1, y, 0, &err), INK_OK);
    ink_alloc_fail_at(0);
    assert_int_equal(ink_session_run(s, &x, 1, y, 0, &err), INK_OK);
    assert_int_equal(ink_alloc_fail_at(0), 0);
    ink_session_free(s);
}

static void wrong_arguments(void **state)
{
    struct message m = small_model();
    struct ink_session *s;
    struct ink_error err;
    struct ink_tensor y[2];
    float data[PIXELS];
    struct ink_tensor good = picture(data, 1), bad;
    assert_int_equal(load(&m, NULL, &s, &err), INK_OK);
    assert_int_equal(ink_session_run(s, &good, 0, y, 0, &err), INK_E_ARGUMENT);
    bad = good, bad.dtype = INK_DOUBLE;
    assert_int_equal(ink_session_run(s, &bad, 1, y, 0, &err), INK_E_ARGUMENT);
    bad = good, bad.shape.dims[3] = 7;
    assert_int_equal(ink_session_run(s, &bad, 1, y, 0, &err), INK_E_ARGUMENT);
    assert_non_null(strstr(err.text, "input x"));
    bad = good, bad.data = NULL;
    assert_int_equal(ink_session_run(s, &bad, 1, y, 0, &err), INK_E_ARGUMENT);
    const struct ink_shape shapes[] = {
        {4, {-3, 1, 6, 6}}, {4, {1, 2, 6, 6}}, {3, {1, 6, 6}}, {4, {INT64_MAX, 1, 6, 6}}};
    for (int i = 0; i < 4; i++) assert_int_equal(ink_session_bind(s, &shapes[i], 1, &err), INK_E_ARGUMENT);
    assert_int_equal(ink_session_run(s, &good, 1, y, 1, &err), INK_E_TIMEOUT);
    assert_int_equal(ink_session_run(s, &good, 1, y, 0, &err), INK_OK); /* none of it did harm */
    expect_scores(data, 1, &y[0]);
    ink_session_free(s);
}

/* Outputs that are inputs, weights, or there twice. */
static void odd_outputs(void **state)
{
    struct message g = graph_with_input();
    static const float w[2] = {3, 5};
    add_initializer(&g, "w", INK_FLOAT, 1, two, w, sizeof w);
    add_node(&g, "", "Identity", "x", "a", NULL);
    add_node(&g, "", "Identity", "a", "y", NULL);
    const char *names[] = {"x", "w", "y", "y"};
    for (int i = 0; i < 4; i++) add_value(&g, GRAPH_OUTPUT, names[i], INK_FLOAT, -1, NULL);
    struct message m = model_of(&g, 17);
    float data[4] = {1, 2, 3, 4};
    struct ink_tensor x = {INK_FLOAT, {2, {1, 4}}, data}, out[4];
    for (int no_passes = 0; no_passes < 2; no_passes++) {
        struct ink_session *s;
        struct ink_error err;
        assert_int_equal(load(&m, &(struct ink_session_options){.no_passes = no_passes}, &s, &err), INK_OK);
        for (int again = 0; again < 2; again++) {
            data[0] = (float)again;
            assert_int_equal(ink_session_run(s, &x, 1, out, 0, &err), INK_OK);
            assert_memory_equal(out[0].data, data, sizeof data);
            assert_memory_equal(out[1].data, w, sizeof w);
            assert_memory_equal(out[2].data, data, sizeof data);
            assert_memory_equal(out[3].data, data, sizeof data);
        }
        ink_session_free(s);
    }
}

/* A chain of a hundred products takes a few places in the block, not a hundred. */
static void memory_is_shared_over_time(void **state)
{
    struct message g = {0};
    char from[16] = "x", to[16];
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){1, 1, 32, 32});
    add_initializer(&g, "w", INK_FLOAT, 4, (int64_t[]){1, 1, 1, 1}, &(float){1}, 4);
    for (int i = 0; i < 100; i++) {
        snprintf(to, sizeof to, i < 99 ? "v%d" : "y", i);
        char inputs[32];
        snprintf(inputs, sizeof inputs, "%s,w", from);
        add_node(&g, "", "Conv", inputs, to, NULL);
        strcpy(from, to);
    }
    struct message m;
    finish(&g, &m);
    struct ink_session *s;
    struct ink_error err;
    struct ink_figures figures;
    assert_int_equal(load(&m, NULL, &s, &err), INK_OK);
    ink_session_figures(s, &figures);
    assert_true(figures.planned);
    assert_int_equal(figures.steps, 102); /* and a Transpose at each end */
    assert_true(figures.activation_bytes < 32 * 32 * 4 * 8);
    static float data[1024];
    data[1023] = 42;
    struct ink_tensor x = {INK_FLOAT, {4, {1, 1, 32, 32}}, data}, y;
    assert_int_equal(ink_session_run(s, &x, 1, &y, 0, &err), INK_OK);
    assert_memory_equal(y.data, data, sizeof data);
    ink_session_free(s);
}

/* --- when memory runs out --- */

static ink_status load_and_run(const struct message *m, size_t cap)
{
    struct ink_session *s;
    struct ink_error err = {0};
    float data[PIXELS];
    struct ink_tensor x = picture(data, 1), y[2];
    ink_status st = ink_session_new(view_of(m), &(struct ink_session_options){.memory_cap_bytes = cap}, &s, &err);
    if (!st) st = ink_session_run(s, &x, 1, y, 0, &err);
    if (!st) expect_scores(data, 1, &y[0]);
    ink_session_free(s);
    return st;
}

static void nth_allocation_fails(void **state)
{
    struct message m = small_model();
    every_allocation_fails(load_and_run, &m);
}

static void every_cap(void **state)
{
    struct message m = small_model();
    bool ran = false;
    for (size_t cap = 100; cap < 300000; cap += 100 + cap / 16) {
        ink_status st = load_and_run(&m, cap);
        if (st && st != INK_E_OOM) fail_msg("cap %zu: %s", cap, ink_status_word(st));
        if (ran && st) fail_msg("cap %zu is too small, but less was enough", cap);
        ran |= !st;
    }
    assert_true(ran);
}

/* The operator counts its work by its input, which no memory could hold; its output is small. */
static void input_beyond_memory(void **state)
{
    static const char *const words[] = {"ReduceL1", "Size"};
    for (int i = 0; i < 2; i++) {
        struct message g = {0};
        struct ink_session *s = NULL;
        struct ink_error err = {0};
        add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){INT64_MAX, 4});
        add_node(&g, "", words[i], "x", "y", NULL);
        add_value(&g, GRAPH_OUTPUT, "y", INK_DTYPE_NONE, -1, NULL);
        struct message m = model_of(&g, 13);
        assert_int_not_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_OK);
        assert_non_null(strstr(err.text, "larger than memory"));
        ink_session_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycle),
        cmocka_unit_test(missing_input),
        cmocka_unit_test(left_out_output),
        cmocka_unit_test(made_twice),
        cmocka_unit_test(unknown_operators),
        cmocka_unit_test(wrong_type_and_shape),
        cmocka_unit_test(newer_opset),
        cmocka_unit_test(three_gigabytes),
        cmocka_unit_test(runs_and_plans_again),
        cmocka_unit_test(runs_allocate_nothing),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(odd_outputs),
        cmocka_unit_test(input_beyond_memory),
        cmocka_unit_test(declared_type_is_wrong),
        cmocka_unit_test(all_shapes_that_do_not_fit),
        cmocka_unit_test(memory_is_shared_over_time),
        cmocka_unit_test(nth_allocation_fails),
        cmocka_unit_test(every_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
