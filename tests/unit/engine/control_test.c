/* SPDX-License-Identifier: MIT */
/* Bodies: what If, Loop, Scan and SequenceMap make of them, what they may take from outside, and what stops them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "base/clock.h"
#include "engine/session.h"

static const int64_t two[] = {2};

static struct ink_session *session_of(const struct message *m)
{
    struct ink_session *s;
    struct ink_error err = {0};
    if (ink_session_new(view_of(m), NULL, &s, &err)) fail_msg("%s", err.text);
    return s;
}

static void refuses(const struct message *m, ink_status status, const char *word)
{
    struct ink_session *s;
    struct ink_error err = {0};
    assert_int_equal(ink_session_new(view_of(m), NULL, &s, &err), status);
    if (!strstr(err.text, word)) fail_msg("\"%s\" is not in: %s", word, err.text);
    ink_session_free(s);
}

static struct ink_tensor tensor(enum ink_dtype dtype, int rank, int64_t dim, const void *data)
{
    return (struct ink_tensor){dtype, {rank, {dim}}, (void *)(uintptr_t)data};
}

static void run(struct ink_session *s, const struct ink_tensor *in, int count, struct ink_tensor *out)
{
    struct ink_error err = {0};
    if (ink_session_run(s, in, count, out, 0, &err)) fail_msg("%s", err.text);
}

static void assert_values(const struct ink_tensor *t, size_t count, const float *values)
{
    assert_int_equal(ink_tensor_count(t), count);
    for (size_t i = 0; i < count; i++)
        if (((const float *)t->data)[i] != values[i])
            fail_msg("element %zu is %g, not %g", i, (double)((const float *)t->data)[i], (double)values[i]);
}

/* --- what comes out --- */

static void loop_in_if(void **state)
{
    static const float grown[] = {3, 3, 5, 4, 7, 5, 9, 6, 11, 7};
    struct message m = model_with_bodies();
    struct ink_session *s = session_of(&m);
    struct ink_tensor out[2];
    bool c = true;
    float x[] = {1, 2};
    struct ink_tensor in[] = {tensor(INK_FLOAT, 1, 2, x), tensor(INK_BOOL, 0, 0, &c)};
    for (int again = 0; again < 2; again++) { /* nothing is left from the run before */
        run(s, in, 2, out);
        assert_values(&out[0], 2, grown + 8);
        assert_values(&out[1], 10, grown);
        assert_int_equal(out[1].shape.dims[0], 5);
    }
    c = false;
    run(s, in, 2, out);
    assert_values(&out[0], 2, x);
    assert_values(&out[1], 2, x);
    assert_int_equal(out[1].shape.rank, 2);
    c = true;
    x[0] = -1.5f; /* does not get there in six */
    run(s, in, 2, out);
    assert_int_equal(out[1].shape.dims[0], 6);
    ink_session_free(s);
}

/* A graph x [2] -> y with this node; its inputs may be x and the weights trips, yes. */
static struct message model_around(const char *op, const char *inputs, const char *outputs,
                                   const struct message *attributes, int64_t trips, int64_t opset)
{
    static const bool yes = true;
    struct message g = {0};
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, two);
    add_initializer(&g, "trips", INK_INT64, 0, NULL, &trips, sizeof trips);
    add_initializer(&g, "yes", INK_BOOL, 0, NULL, &yes, sizeof yes);
    add_node(&g, "", op, inputs, outputs, attributes);
    add_value(&g, GRAPH_OUTPUT, "y", INK_DTYPE_NONE, -1, NULL);
    return model_of(&g, opset);
}

/* (i, go, a) -> (go, a + a): a body of Loop; `op` and its arguments instead of Add a,a. */
static struct message doubling(const char *op, const char *inputs)
{
    struct message body = {0}, attributes = {0};
    add_value(&body, GRAPH_INPUT, "i", INK_INT64, 0, NULL);
    add_value(&body, GRAPH_INPUT, "go", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_INPUT, "a", INK_DTYPE_NONE, -1, NULL);
    if (!strcmp(op, "Concat")) add_int(&attributes, "axis", 0);
    add_node(&body, "", op, inputs, "b", &attributes);
    add_value(&body, GRAPH_OUTPUT, "go", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_OUTPUT, "b", INK_DTYPE_NONE, -1, NULL);
    struct message loop = {0};
    add_graph(&loop, "body", &body);
    return loop;
}

static void trips(void **state)
{
    const float x[] = {1, -3};
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    for (int64_t n = -1; n <= 3; n++) {
        struct message loop = doubling("Add", "a,a");
        struct message m = model_around("Loop", "trips,,x", "y", &loop, n, 17);
        struct ink_session *s = session_of(&m);
        assert_int_equal(ink_session_output(s, 0)->shape.rank, 1); /* known before it runs */
        float want = n < 0 ? 1 : (float)(1 << n), wanted[] = {want, -3 * want};
        run(s, &in, 1, &out);
        assert_values(&out, 2, wanted);
        ink_session_free(s);
    }
}

/* A state whose shape changes from run to run: [2] -> [16]. */
static void state_that_grows(void **state)
{
    const float x[] = {1, 2};
    struct message loop = doubling("Concat", "a,a"), m = model_around("Loop", "trips,yes,x", "y", &loop, 3, 17);
    struct ink_session *s = session_of(&m);
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    run(s, &in, 1, &out);
    assert_int_equal(out.shape.dims[0], 16);
    for (int i = 0; i < 16; i++) assert_true(((const float *)out.data)[i] == x[i % 2]);
    ink_session_free(s);
}

/* A sequence of the iterations, made by the body: 0, 1, 2. */
static void sequence_as_state(void **state)
{
    struct message loop = doubling("SequenceInsert", "a,i"), g = {0}, empty = {0};
    const int64_t three = 3;
    add_int(&empty, "dtype", INK_INT64);
    add_initializer(&g, "trips", INK_INT64, 0, NULL, &three, sizeof three);
    add_node(&g, "", "SequenceEmpty", "", "s", &empty);
    add_node(&g, "", "Loop", "trips,,s", "y", &loop);
    add_value(&g, GRAPH_OUTPUT, "y", INK_SEQUENCE | INK_INT64, -1, NULL);
    struct message m = model_of(&g, 17);
    struct ink_session *s = session_of(&m);
    struct ink_figures figures;
    ink_session_figures(s, &figures);
    assert_int_equal(figures.steps, 0); /* nothing in it changes: it has run already */
    struct ink_tensor out;
    run(s, NULL, 0, &out);
    assert_int_equal(out.shape.dims[0], 3);
    for (int i = 0; i < 3; i++) {
        const struct ink_tensor *element = (const struct ink_tensor *)out.data + i;
        assert_int_equal(*(const int64_t *)element->data, i);
    }
    ink_session_free(s);
}

/* x [2] along axis 0 from behind: running sums, stacked backwards: {x0 + x1, x1}; and the sum. Opset 8 has a batch, here of one. */
static void scan(void **state)
{
    struct message body = {0}, scan = {0}, g = {0};
    const float zero = 0, x[] = {1, 10};
    add_value(&body, GRAPH_INPUT, "sum", INK_FLOAT, 0, NULL);
    add_value(&body, GRAPH_INPUT, "each", INK_FLOAT, 0, NULL);
    add_node(&body, "", "Add", "sum,each", "more", NULL);
    add_value(&body, GRAPH_OUTPUT, "more", INK_FLOAT, 0, NULL);
    add_value(&body, GRAPH_OUTPUT, "more", INK_FLOAT, 0, NULL);
    add_graph(&scan, "body", &body);
    add_int(&scan, "num_scan_inputs", 1);
    add_ints(&scan, "scan_input_directions", 1, (int64_t[]){1});
    add_ints(&scan, "scan_output_directions", 1, (int64_t[]){1});
    add_ints(&scan, "scan_input_axes", 1, (int64_t[]){-1});
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, two);
    add_initializer(&g, "zero", INK_FLOAT, 0, NULL, &zero, sizeof zero);
    add_node(&g, "", "Scan", "zero,x", "y,rows", &scan);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    add_value(&g, GRAPH_OUTPUT, "rows", INK_FLOAT, -1, NULL);
    struct message m = model_of(&g, 17);
    struct ink_session *s = session_of(&m);
    assert_int_equal(ink_session_output(s, 1)->shape.dims[0], 2);
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out[2];
    run(s, &in, 1, out);
    assert_values(&out[0], 1, (float[]){11});
    assert_values(&out[1], 2, (float[]){11, 10});
    ink_session_free(s);

    struct message old = {0}, h = {0};
    const int64_t lengths[] = {1, 2};
    add_graph(&old, "body", &body);
    add_int(&old, "num_scan_inputs", 1);
    add_value(&h, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){2, 2});
    add_initializer(&h, "zeros", INK_FLOAT, 1, two, (float[]){0, 0}, 2 * sizeof zero);
    add_initializer(&h, "lengths", INK_INT64, 1, two, lengths, sizeof lengths);
    add_node(&h, "", "Scan", "lengths,zeros,x", "y,rows", &old);
    add_value(&h, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    add_value(&h, GRAPH_OUTPUT, "rows", INK_FLOAT, -1, NULL);
    m = model_of(&h, 8);
    s = session_of(&m);
    const float batch[] = {1, 10, 2, 20};
    in = (struct ink_tensor){INK_FLOAT, {2, {2, 2}}, (void *)(uintptr_t)batch};
    run(s, &in, 1, out);
    assert_values(&out[0], 2, (float[]){1, 22});
    assert_values(&out[1], 4, (float[]){1, 0, 2, 22});
    assert_int_equal(out[1].shape.rank, 2);
    ink_session_free(s);
}

static void sequence_map(void **state)
{
    struct message body = {0}, map = {0}, g = {0};
    add_value(&body, GRAPH_INPUT, "e", INK_FLOAT, -1, NULL);
    add_value(&body, GRAPH_INPUT, "t", INK_FLOAT, -1, NULL);
    add_node(&body, "", "Add", "e,t", "sum", NULL);
    add_value(&body, GRAPH_OUTPUT, "sum", INK_FLOAT, -1, NULL);
    add_graph(&map, "body", &body);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, two);
    add_node(&g, "", "SplitToSequence", "x", "s", NULL);
    add_node(&g, "", "SequenceMap", "s,x", "y", &map);
    add_value(&g, GRAPH_OUTPUT, "y", INK_SEQUENCE | INK_FLOAT, -1, NULL);
    struct message m = model_of(&g, 17);
    struct ink_session *s = session_of(&m);
    const float x[] = {1, 10};
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    run(s, &in, 1, &out);
    assert_int_equal(out.shape.dims[0], 2);
    assert_values((const struct ink_tensor *)out.data, 2, (float[]){2, 11});
    assert_values((const struct ink_tensor *)out.data + 1, 2, (float[]){11, 20});
    ink_session_free(s);
}

/* --- in functions --- */

/* own.F(a, k) = k times: a * 2 through a Loop whose body casts to the type that the call names, and takes `twice` from F. */
static void body_in_function(void **state)
{
    struct message f = function_of("F", "a,k", "b", 17), body = {0}, loop = {0}, to = {0}, g = {0}, call = {0};
    add_value(&body, GRAPH_INPUT, "i", INK_INT64, 0, NULL);
    add_value(&body, GRAPH_INPUT, "go", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_INPUT, "s", INK_DTYPE_NONE, -1, NULL);
    add_reference(&to, "to", 2, "kind");
    add_node(&body, "", "Cast", "twice", "factor", &to);
    add_node(&body, "", "Mul", "s,factor", "t", NULL);
    add_value(&body, GRAPH_OUTPUT, "go", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_OUTPUT, "t", INK_DTYPE_NONE, -1, NULL);
    add_graph(&loop, "body", &body);
    function_node(&f, "", "Add", "one,one", "twice", NULL);
    struct message one = {0};
    add_int(&one, "value_int", 1);
    function_node(&f, "", "Constant", "", "one", &one);
    function_node(&f, "", "Loop", "k,,a", "b", &loop);
    const int64_t three = 3;
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, two);
    add_initializer(&g, "n", INK_INT64, 0, NULL, &three, sizeof three);
    add_int(&call, "kind", INK_FLOAT);
    add_node(&g, "own", "F", "x,n", "y", &call);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    struct message m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    struct ink_session *s = session_of(&m);
    const float x[] = {1, -3};
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    run(s, &in, 1, &out);
    assert_values(&out, 2, (float[]){8, -24});
    ink_session_free(s);
}

/* own.R(a): a branch of an If calls R again. */
static void recursion_through_a_body(void **state)
{
    struct message f = function_of("R", "a", "b", 17), branch = {0}, branches = {0}, g = {0}, yes = {0};
    add_node(&branch, "own", "R", "a", "c", NULL);
    add_value(&branch, GRAPH_OUTPUT, "c", INK_DTYPE_NONE, -1, NULL);
    add_graph(&branches, "then_branch", &branch);
    add_graph(&branches, "else_branch", &branch);
    add_int(&yes, "value_int", 1);
    function_node(&f, "", "Constant", "", "i", &yes);
    function_node(&f, "", "If", "i", "b", &branches);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, two);
    add_node(&g, "own", "R", "x", "y", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", INK_DTYPE_NONE, -1, NULL);
    struct message m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, "called by itself");
}

/* --- what is refused, and what stops --- */

static void says_where(void **state)
{
    struct message loop = doubling("NoSuchOperator", "a"), m = model_around("Loop", "trips,,x", "y", &loop, 3, 17);
    refuses(&m, INK_E_UNSUPPORTED, "body of node 0 (Loop): node 0 (node_b): operator NoSuchOperator is not supported");
    loop = doubling("Add", "a,nobody");
    m = model_around("Loop", "trips,,x", "y", &loop, 3, 17);
    refuses(&m, INK_E_MODEL, "node 0 (Loop) wants nobody, which nothing makes");
    loop = doubling("Greater", "a,a");
    m = model_around("Loop", "trips,,x", "y", &loop, 3, 17);
    refuses(&m, INK_E_MODEL, "state 0 is float, and bool behind the body");
    loop = doubling("Add", "a,a");
    m = model_around("Loop", "trips,", "y", &loop, 3, 17);
    refuses(&m, INK_E_MODEL, "body has 3 inputs, and is given 2");
    m = model_around("If", "yes", "y", NULL, 3, 17);
    refuses(&m, INK_E_MODEL, "attribute else_branch, a graph, is missing");
}

/* 2^63 - 1 times: until the limit, or the time that there is; a body without a node too. */
static void never_ends(void **state)
{
    const float x[] = {0, 0};
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    struct ink_error err = {0};
    struct message loop = doubling("Add", "a,a"), m = model_around("Loop", "trips,,x", "y", &loop, INT64_MAX, 17);
    struct ink_session *s = session_of(&m);
    assert_int_equal(ink_session_run(s, &in, 1, &out, ink_clock_us() + 20000, &err), INK_E_TIMEOUT);
    assert_int_equal(ink_session_run(s, &in, 1, &out, 0, &err), INK_E_LIMIT);
    assert_non_null(strstr(err.text, "1048576 times"));
    ink_session_free(s);

    struct message body = {0}, empty = {0}; /* all of it constant: loading does not wait for it */
    add_value(&body, GRAPH_INPUT, "i", INK_INT64, 0, NULL);
    add_value(&body, GRAPH_INPUT, "go", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_INPUT, "a", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_OUTPUT, "go", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_OUTPUT, "a", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_OUTPUT, "i", INK_INT64, 0, NULL);
    add_graph(&empty, "body", &body);
    m = model_around("Loop", "trips,,yes", "y", &empty, INT64_MAX, 17);
    uint64_t start = ink_clock_us();
    s = session_of(&m);
    assert_true(ink_clock_us() - start < 1000000);
    assert_int_equal(ink_session_run(s, &in, 1, &out, ink_clock_us() + 20000, &err), INK_E_TIMEOUT);
    ink_session_free(s);

    m = model_around("Loop", "trips,,yes", ",y", &empty, INT64_MAX, 17); /* a row each time */
    assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_OOM);
    assert_null(s);
}

static void grows_too_large(void **state)
{
    const float x[] = {1, 2};
    struct message loop = doubling("Concat", "a,a"), m = model_around("Loop", "trips,,x", "y", &loop, 60, 17);
    struct ink_session_options options = {.memory_cap_bytes = 4 << 20};
    struct ink_session *s;
    struct ink_error err = {0};
    struct ink_figures figures;
    assert_int_equal(ink_session_new(view_of(&m), &options, &s, &err), INK_OK);
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    assert_int_equal(ink_session_run(s, &in, 1, &out, 0, &err), INK_E_OOM);
    assert_non_null(strstr(err.text, "limit 4 MB"));
    ink_session_figures(s, &figures);
    assert_true(figures.held_bytes <= options.memory_cap_bytes);
    ink_session_free(s);
}

/* What a branch takes from outside is what the file means, however the graph outside works on it. */
static void takes_what_passes_change(void **state)
{
    struct message branch = {0}, branches = {0}, g = {0};
    const float w[] = {2, -3}, x[] = {1, 2, 3, 4};
    add_node(&branch, "", "Neg", "c", "d", NULL);
    add_value(&branch, GRAPH_OUTPUT, "d", INK_FLOAT, -1, NULL);
    add_graph(&branches, "then_branch", &branch);
    add_graph(&branches, "else_branch", &branch);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){1, 1, 2, 2});
    add_value(&g, GRAPH_INPUT, "yes", INK_BOOL, 0, NULL);
    add_initializer(&g, "w", INK_FLOAT, 4, (int64_t[]){2, 1, 1, 1}, w, sizeof w);
    add_node(&g, "", "Conv", "x,w", "b", NULL);
    add_node(&g, "", "Identity", "b", "c", NULL);
    add_node(&g, "", "If", "yes", "y", &branches);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    struct message m = model_of(&g, 17);
    struct ink_session *s = session_of(&m);
    bool yes = true;
    struct ink_tensor in[] = {{INK_FLOAT, {4, {1, 1, 2, 2}}, (void *)(uintptr_t)x}, tensor(INK_BOOL, 0, 0, &yes)}, out;
    run(s, in, 2, &out);
    assert_values(&out, 8, (float[]){-2, -4, -6, -8, 3, 6, 9, 12});
    ink_session_free(s);
}

/* A branch that would fail is not taken: no reason to refuse the model. */
static void fails_only_where_it_runs(void **state)
{
    struct message good = {0}, bad = {0}, branches = {0}, g = {0};
    const float three[] = {1, 2, 3}, x[] = {5, 7};
    add_node(&good, "", "Neg", "x", "a", NULL);
    add_value(&good, GRAPH_OUTPUT, "a", INK_FLOAT, -1, NULL);
    add_initializer(&bad, "w", INK_FLOAT, 1, (int64_t[]){3}, three, sizeof three);
    add_node(&bad, "", "Add", "x,w", "b", NULL);
    add_value(&bad, GRAPH_OUTPUT, "b", INK_FLOAT, -1, NULL);
    add_graph(&branches, "then_branch", &good);
    add_graph(&branches, "else_branch", &bad);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, two);
    add_value(&g, GRAPH_INPUT, "c", INK_BOOL, 0, NULL);
    add_node(&g, "", "If", "c", "y", &branches);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    struct message m = model_of(&g, 17);
    struct ink_session *s = session_of(&m);
    bool c = true;
    struct ink_tensor in[] = {tensor(INK_FLOAT, 1, 2, x), tensor(INK_BOOL, 0, 0, &c)}, out;
    struct ink_error err = {0};
    run(s, in, 2, &out);
    assert_values(&out, 2, (float[]){-5, -7});
    c = false;
    assert_int_equal(ink_session_run(s, in, 2, &out, 0, &err), INK_E_MODEL);
    assert_non_null(strstr(err.text, "else_branch of node 0 (If): node node_b (Add-14): shapes"));
    c = true;
    run(s, in, 2, &out); /* and goes on */
    ink_session_free(s);
}

/* If in If in If: the deepest takes x from the outermost. */
static struct message nest(int depth, const char *out)
{
    struct message inner = {0};
    char name[16];
    snprintf(name, sizeof name, "%s%d", out, depth);
    if (depth == 0) {
        add_node(&inner, "", "Neg", "x", name, NULL);
    } else {
        struct message branches = {0}, below = nest(depth - 1, out);
        add_graph(&branches, "then_branch", &below);
        add_graph(&branches, "else_branch", &below);
        add_node(&inner, "", "If", "yes", name, &branches);
    }
    add_value(&inner, GRAPH_OUTPUT, name, INK_DTYPE_NONE, -1, NULL);
    return inner;
}

static void nests(void **state)
{
    struct message branches = {0}, inner = nest(3, "v");
    add_graph(&branches, "then_branch", &inner);
    add_graph(&branches, "else_branch", &inner);
    struct message m = model_around("If", "yes", "y", &branches, 0, 17);
    struct ink_session *s = session_of(&m);
    const float x[] = {1, -3};
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    run(s, &in, 1, &out);
    assert_values(&out, 2, (float[]){-1, 3});
    assert_int_equal(ink_session_output(s, 0)->shape.rank, 1);
    ink_session_free(s);
}

/* Two levels down a number is drawn: no run is like the one before, though every input is constant. */
static void draws_again(void **state)
{
    struct message inner = {0}, outer = {0}, deepest = {0}, branches = {0}, shape = {0};
    add_ints(&shape, "shape", 1, (int64_t[]){4});
    add_node(&deepest, "", "RandomUniform", "", "r", &shape);
    add_value(&deepest, GRAPH_OUTPUT, "r", INK_FLOAT, -1, NULL);
    add_graph(&branches, "then_branch", &deepest);
    add_graph(&branches, "else_branch", &deepest);
    add_node(&inner, "", "If", "yes", "i", &branches);
    add_value(&inner, GRAPH_OUTPUT, "i", INK_FLOAT, -1, NULL);
    add_graph(&outer, "then_branch", &inner);
    add_graph(&outer, "else_branch", &inner);
    struct message m = model_around("If", "yes", "y", &outer, 0, 17);
    struct ink_session *s = session_of(&m);
    const float x[] = {1, 2};
    float before[4];
    struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
    run(s, &in, 1, &out);
    memcpy(before, out.data, sizeof before);
    run(s, &in, 1, &out);
    assert_memory_not_equal(out.data, before, sizeof before);
    ink_session_free(s);
}

/* Thirty of them, each in the then_branch of the one before; and more than a file may have. */
static void deep_nests(void **state)
{
    static struct message inner, other, branches;
    const float x[] = {1, -3};
    struct ink_session *s;
    struct ink_error err = {0};
    inner = other = (struct message){0};
    add_node(&inner, "", "Neg", "x", "v", NULL);
    add_value(&inner, GRAPH_OUTPUT, "v", INK_DTYPE_NONE, -1, NULL);
    add_value(&other, GRAPH_OUTPUT, "x", INK_DTYPE_NONE, -1, NULL);
    for (int depth = 1; depth <= 34; depth++) {
        char name[16];
        snprintf(name, sizeof name, "v%d", depth);
        branches = (struct message){0};
        add_graph(&branches, "then_branch", &inner);
        add_graph(&branches, "else_branch", &other);
        struct message m = model_around("If", "yes", "y", &branches, 0, 17);
        if (depth == 30) {
            struct ink_tensor in = tensor(INK_FLOAT, 1, 2, x), out;
            s = session_of(&m);
            run(s, &in, 1, &out);
            assert_values(&out, 2, (float[]){-1, 3});
            ink_session_free(s);
        } else if (depth == 34) {
            assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_MODEL);
            assert_non_null(strstr(err.text, "nested more than 32 deep"));
        }
        inner = (struct message){0};
        add_node(&inner, "", "If", "yes", name, &branches);
        add_value(&inner, GRAPH_OUTPUT, name, INK_DTYPE_NONE, -1, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loop_in_if),
        cmocka_unit_test(trips),
        cmocka_unit_test(state_that_grows),
        cmocka_unit_test(sequence_as_state),
        cmocka_unit_test(scan),
        cmocka_unit_test(sequence_map),
        cmocka_unit_test(body_in_function),
        cmocka_unit_test(recursion_through_a_body),
        cmocka_unit_test(says_where),
        cmocka_unit_test(never_ends),
        cmocka_unit_test(grows_too_large),
        cmocka_unit_test(takes_what_passes_change),
        cmocka_unit_test(fails_only_where_it_runs),
        cmocka_unit_test(nests),
        cmocka_unit_test(deep_nests),
        cmocka_unit_test(draws_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
