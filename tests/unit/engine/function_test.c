/* SPDX-License-Identifier: MIT */
/* Functions of the model's own: what calls compute, and what is refused before anything grows. Tensors are float [2]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "base/clock.h"
#include "engine/session.h"
#include "scarce.h"

static const int64_t two[] = {2};
enum { KIND_INT = 2, KIND_GRAPH = 5, KIND_INTS = 7 };

/* A model whose graph is x -> y, with one call of own.`op` unless `inputs` is NULL. */
static struct message graph_that_calls(const char *op, const char *inputs, const struct message *attributes)
{
    struct message g = {0};
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, two);
    add_value(&g, GRAPH_OUTPUT, "y", INK_DTYPE_NONE, -1, NULL);
    if (inputs) add_node(&g, "own", op, inputs, "y", attributes);
    return g;
}

static struct ink_session *session_of(const struct message *m)
{
    struct ink_session *s;
    struct ink_error err = {0};
    if (ink_session_new(view_of(m), NULL, &s, &err)) fail_msg("%s", err.text);
    return s;
}

/* x = {1, -3} gives these two floats. */
static void gives(const struct message *m, float first, float second)
{
    _Alignas(16) float x[2] = {1, -3};
    struct ink_tensor in = {.dtype = INK_FLOAT, .shape = {.rank = 1, .dims = {2}}, .data = x}, out;
    struct ink_error err = {0};
    struct ink_session *s = session_of(m);
    if (ink_session_run(s, &in, 1, &out, 0, &err)) fail_msg("%s", err.text);
    assert_int_equal(out.dtype, INK_FLOAT);
    assert_int_equal(ink_tensor_count(&out), 2);
    const float *y = out.data;
    if (y[0] != first || y[1] != second) fail_msg("%g %g", (double)y[0], (double)y[1]);
    ink_session_free(s);
}

/* Refused with `count` problems, one of which says `text`. */
static void refuses(const struct message *m, ink_status status, int count, const char *text)
{
    struct ink_session *s;
    struct ink_error err = {0};
    assert_int_equal(ink_session_new(view_of(m), NULL, &s, &err), status);
    const struct ink_problems *problems = ink_session_problems(s);
    bool said = false;
    for (int i = 0; i < problems->count; i++) said |= strstr(problems->items[i].text, text) != NULL;
    if (!said) fail_msg("\"%s\" is not said, but: %s", text, err.text);
    assert_int_equal(problems->count, count);
    ink_session_free(s);
}

/* F(a, b) = (a - b) * -1, with a name inside that the graph has too. */
static struct message minus(void)
{
    struct message f = function_of("F", "a,b", "r", 17);
    function_node(&f, "", "Sub", "a,b", "x", NULL);
    function_node(&f, "", "Neg", "x", "r", NULL);
    return f;
}

/* --- what calls compute --- */

/* Each call has values of its own, also where the file has neither its nodes nor the function's in order. */
static void scopes_are_apart(void **state)
{
    struct message g = graph_that_calls("F", "t,x", NULL), f = function_of("F", "a,b", "r", 17), m;
    add_node(&g, "own", "F", "x,u", "t", NULL);
    add_node(&g, "", "Abs", "x", "u", NULL);
    function_node(&f, "", "Neg", "x", "r", NULL);
    function_node(&f, "", "Sub", "a,b", "x", NULL);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 1, -9); /* u = |x|, t = u - x, y = x - t */
}

static void nested(void **state)
{
    struct message g = graph_that_calls("Outer", "x", NULL), f = minus(), outer = function_of("Outer", "a", "b", 17), m;
    function_node(&outer, "own", "F", "r,a", "b", NULL);
    function_node(&outer, "own", "F", "a,n", "r", NULL);
    function_node(&outer, "", "Neg", "a", "n", NULL);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &outer);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 3, -9); /* r = -x - x, b = x - r */
}

/* own.Cast(a, kind = 7) casts twice: to that kind, and back to float. */
static struct message cast(bool with_default)
{
    struct message f = function_of("Cast", "a", "b", 17), to = {0}, back = {0}, standard = {0};
    add_reference(&to, "to", KIND_INT, "kind");
    add_int(&back, "to", INK_FLOAT);
    function_node(&f, "", "Cast", "a", "c", &to);
    function_node(&f, "", "Cast", "c", "b", &back);
    add_int(&standard, "kind", INK_BOOL);
    standard.bytes[0] = FUNCTION_DEFAULT << 3 | 2;
    if (with_default) put_raw(&f, standard.bytes, standard.len);
    return f;
}

static void attributes_by_reference(void **state)
{
    struct message kind = {0}, pass = {0}, m, f = cast(true), g;
    add_int(&kind, "kind", INK_INT32);
    g = graph_that_calls("Cast", "x", &kind);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 1, -3);
    g = graph_that_calls("Cast", "x", NULL); /* the function's default, to bool */
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 1, 1);

    struct message outer = function_of("Outer", "a", "b", 17); /* handed on, under another name */
    add_reference(&pass, "kind", KIND_INT, "k");
    function_node(&outer, "own", "Cast", "a", "b", &pass);
    struct message k = {0};
    add_int(&k, "k", INK_INT32);
    g = graph_that_calls("Outer", "x", &k);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &outer);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 1, -3);
    g = graph_that_calls("Outer", "x", NULL); /* nobody says `k`, so the inner default holds */
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &outer);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 1, 1);
}

static void attributes_that_nobody_gives(void **state)
{
    struct message g = graph_that_calls("Cast", "x", NULL), f = cast(false), m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "to"); /* the operator misses it */

    struct message sum = function_of("Sum", "a", "b", 11), keep = {0}; /* here the operator has a default */
    add_reference(&keep, "keepdims", KIND_INT, "keep");
    function_node(&sum, "", "ReduceSum", "a", "s", &keep);
    function_node(&sum, "", "Add", "a,s", "b", NULL);
    g = graph_that_calls("Sum", "x", NULL);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &sum);
    gives(&m, -1, -5);
}

/* A function's operators mean what it imports, whatever the model does: up to opset 12 `axes` was an attribute. */
static void own_opset(void **state)
{
    for (int64_t opset = 0; opset < 18; opset += 6) {
        struct message f = function_of("Top", "a", "b", opset), one = {0}, m, g = graph_that_calls("Top", "x", NULL);
        add_ints(&one, "axes", 1, (int64_t[]){0});
        function_node(&f, "", "Unsqueeze", "a", "u", &one);
        function_node(&f, "", "Squeeze", "u", "b", &one);
        m = model_of(&g, opset ? 17 : 11); /* 0: no imports, so the model's */
        put_message(&m, MODEL_FUNCTION, &f);
        gives(&m, 1, -3);
    }
    struct message f = function_of("Top", "a", "b", 99), g = graph_that_calls("Top", "x", NULL), m = model_of(&g, 17);
    function_node(&f, "", "Neg", "a", "b", NULL);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_UNSUPPORTED, 1, "opset 99");
}

static void overloads(void **state)
{
    struct message g = graph_that_calls("F", NULL, NULL), f = function_of("F", "a", "b", 17), m, which = {0};
    put_text(&which, 8, "second"); /* NodeProto.overload */
    add_node(&g, "own", "F", "x", "t", NULL);
    add_node(&g, "own", "F", "t", "y", &which);
    m = model_of(&g, 17);
    function_node(&f, "", "Neg", "a", "b", NULL);
    put_message(&m, MODEL_FUNCTION, &f);
    f = function_of("F", "a", "b", 17);
    put_text(&f, FUNCTION_OVERLOAD, "second");
    function_node(&f, "", "Abs", "a", "b", NULL);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 1, 3);
}

/* What the model defines goes before the operator of that name. */
static void instead_of_an_operator(void **state)
{
    struct message g = graph_that_calls("F", NULL, NULL), f = {0}, import = {0}, m;
    add_node(&g, "", "Relu", "x", "y", NULL);
    put_int(&import, 2, 17);
    put_text(&f, 1, "Relu");
    put_names(&f, 4, "a");
    put_names(&f, 5, "b");
    put_message(&f, FUNCTION_OPSET, &import);
    function_node(&f, "", "Neg", "a", "b", NULL);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, -1, 3);
}

/* Outputs that are inputs, or the same value twice. */
static void outputs_without_a_node(void **state)
{
    struct message g = graph_that_calls("F", NULL, NULL), f = function_of("F", "a", "a,n,n", 17), m;
    add_node(&g, "own", "F", "x", "p,q,r", NULL); /* x, -x, -x */
    add_node(&g, "", "Sum", "p,q,q,r", "y", NULL);
    function_node(&f, "", "Neg", "a", "n", NULL);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, -2, 6);
}

/* An input left out is left out inside; an output that nobody wants is still there for the function itself. */
static void arguments_left_out(void **state)
{
    static const char *const inputs[] = {"x,,c", "x,b,c"};
    for (int i = 0; i < 2; i++) {
        struct message g = graph_that_calls("F", NULL, NULL), f = function_of("F", "a,low,high", "side,b", 17), m;
        float minimum = -1, maximum = 0.5f;
        add_initializer(&g, "b", INK_FLOAT, 0, NULL, &minimum, sizeof minimum);
        add_initializer(&g, "c", INK_FLOAT, 0, NULL, &maximum, sizeof maximum);
        add_node(&g, "own", "F", inputs[i], ",y", NULL);
        function_node(&f, "", "Clip", "a,low,high", "side", NULL);
        function_node(&f, "", "Neg", "side", "b", NULL);
        m = model_of(&g, 17);
        put_message(&m, MODEL_FUNCTION, &f);
        gives(&m, -0.5f, i ? 1 : 3);
    }
    struct message g = graph_that_calls("F", "x", NULL), f = function_of("F", "a,low", "b", 17), m;
    function_node(&f, "", "Clip", "a,low", "b", NULL); /* fewer than there are: the last ones are left out */
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    gives(&m, 1, -3);
}

/* --- what is refused --- */

static void recursion(void **state)
{
    struct message g = graph_that_calls("A", "x", NULL), m = model_of(&g, 17);
    struct message a = function_of("A", "p", "q", 17), b = function_of("B", "p", "q", 17);
    function_node(&a, "own", "B", "p", "q", NULL);
    function_node(&b, "own", "A", "p", "q", NULL);
    put_message(&m, MODEL_FUNCTION, &a);
    put_message(&m, MODEL_FUNCTION, &b);
    refuses(&m, INK_E_MODEL, 1, "function B: node 0 calls A, which is then called by itself");
}

static void wrong_number_of_arguments(void **state)
{
    struct message g = graph_that_calls("F", "x,x,x", NULL), f = minus(), m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "node 0 calls F with 3 inputs and 1 outputs; it has 2 and 1");
    g = graph_that_calls("F", NULL, NULL);
    add_node(&g, "own", "F", "x,x", "y,z", NULL);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "with 2 inputs and 2 outputs");
    g = graph_that_calls("F", "x", NULL); /* too few, and the operator inside needs it */
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "node 0 (Sub node_x): input 1 may not be left out");
}

static void names_that_do_not_fit(void **state)
{
    static const struct {
        const char *inputs, *outputs, *node_inputs, *node_outputs, *text;
    } cases[] = {
        {"a", "b", "x", "b", "function F: node 0 (Neg) wants x, which nothing makes"}, /* of the caller's scope */
        {"a", "b,z", "a", "b", "function F: output z is made by nothing"},
        {"a,a", "b", "a", "b", "function F: input a is there twice"},
        {"a", "a", "a", "a", "function F: node 0 (Neg) makes a, which is there already"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message g = graph_that_calls("F", "x", NULL), f, m = model_of(&g, 17);
        f = function_of("F", cases[i].inputs, cases[i].outputs, 17);
        function_node(&f, "", "Neg", cases[i].node_inputs, cases[i].node_outputs, NULL);
        put_message(&m, MODEL_FUNCTION, &f);
        refuses(&m, INK_E_MODEL, 1, cases[i].text);
    }
    struct message g = graph_that_calls("F", "x,x", NULL), f = minus(), m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "function F is there twice");
}

static void attributes_that_do_not_fit(void **state)
{
    struct message kinds = {0}, f = cast(true), g, m;
    add_ints(&kinds, "kind", 1, (int64_t[]){INK_INT32});
    g = graph_that_calls("Cast", "x", &kinds);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "attribute kind of function Cast is not of the kind that its Cast wants");

    struct message outside = {0}; /* a reference where there is no function around */
    add_reference(&outside, "to", KIND_INT, "kind");
    g = graph_that_calls("F", NULL, NULL);
    add_node(&g, "", "Cast", "x", "y", &outside);
    m = model_of(&g, 17);
    refuses(&m, INK_E_MODEL, 1, "but the node is in none");

    struct message body = {0}, given = {0}, then = {0};
    put_text(&body, 1, "body");
    put_int(&body, 20, KIND_GRAPH);
    put_message(&body, 6, &(struct message){0});
    put_message(&given, NODE_ATTRIBUTE, &body);
    add_reference(&then, "then_branch", KIND_GRAPH, "body");
    f = function_of("F", "a", "b", 17);
    function_node(&f, "", "If", "a", "b", &then);
    g = graph_that_calls("F", "x", &given);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_UNSUPPORTED, 1, "attribute body of function F is a graph");

    struct message empty = {0}; /* a default that is a reference itself */
    add_reference(&empty, "kind", KIND_INT, "kind");
    empty.bytes[0] = FUNCTION_DEFAULT << 3 | 2;
    f = cast(false);
    put_raw(&f, empty.bytes, empty.len);
    g = graph_that_calls("Cast", "x", NULL);
    m = model_of(&g, 17);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "function Cast: attribute kind has no value as its default");
}

/* Functions F1, F2, ...: each calls the one before `calls` times in a row; F0 is one Neg. Where they are `empty`, nothing
 * is done with what they are given. */
static void add_chain(struct message *m, int length, int calls, bool empty)
{
    char name[16], before[16];
    for (int i = 0; i < length; i++) {
        snprintf(name, sizeof name, "F%d", i);
        snprintf(before, sizeof before, "F%d", i - 1);
        struct message f = function_of(name, "a", empty ? "a" : "b", 17);
        if (i == 0 && !empty) function_node(&f, "", "Neg", "a", "b", NULL);
        for (int k = 0; i && k < calls; k++) {
            char from[8], to[8];
            snprintf(from, sizeof from, k && !empty ? "v%d" : "a", k);
            snprintf(to, sizeof to, k + 1 < calls ? "v%d" : "b", k + 1);
            function_node(&f, "own", before, from, empty ? "" : to, NULL);
        }
        put_message(m, MODEL_FUNCTION, &f);
    }
}

static struct message chain(int length, int calls, bool empty)
{
    char name[16];
    snprintf(name, sizeof name, "F%d", length - 1);
    struct message g = graph_that_calls(name, "x", NULL), m = model_of(&g, 17);
    add_chain(&m, length, calls, empty);
    return m;
}

static void depth(void **state)
{
    struct message m = chain(64, 1, false);
    gives(&m, -1, 3);
    m = chain(65, 1, false);
    refuses(&m, INK_E_MODEL, 1, "calls are more than 64 deep");
    m = chain(120, 1, false);
    refuses(&m, INK_E_MODEL, 1, "calls are more than 64 deep");
}

/* 64 is the limit also for a function that was met before, at less depth. */
static void depth_of_known_functions(void **state)
{
    struct message g = graph_that_calls("F63", "x", NULL), f = function_of("Last", "a", "b", 17), m;
    add_node(&g, "own", "Last", "x", "z", NULL);
    m = model_of(&g, 17);
    add_chain(&m, 64, 1, false);
    function_node(&f, "own", "F63", "a", "b", NULL);
    put_message(&m, MODEL_FUNCTION, &f);
    refuses(&m, INK_E_MODEL, 1, "function Last: node 0 calls F63: calls are more than 64 deep");
}

static void growth(void **state)
{
    uint64_t start = ink_clock_us();
    struct message m = chain(11, 2, false); /* 1024 */
    gives(&m, 1, -3);
    m = chain(20, 2, false); /* 2^19 */
    refuses(&m, INK_E_UNSUPPORTED, 1, "grow to more than 262144 nodes");
    m = chain(60, 3, false);
    refuses(&m, INK_E_UNSUPPORTED, 1, "grow to more than 262144 nodes");
    m = chain(60, 3, true); /* 3^59 calls, and not a single node */
    refuses(&m, INK_E_UNSUPPORTED, 1, "grow to more than 262144 nodes");
    assert_true(ink_clock_us() - start < 5000000);
}

/* --- damage and want of memory --- */

static ink_status load_and_run(const struct message *m, size_t cap)
{
    _Alignas(16) float x[2] = {1.5f, -3};
    struct ink_tensor in = {.dtype = INK_FLOAT, .shape = {.rank = 1, .dims = {2}}, .data = x}, out[2];
    struct ink_error err = {0};
    struct ink_session *s;
    ink_status st = ink_session_new(view_of(m), &(struct ink_session_options){.memory_cap_bytes = cap}, &s, &err);
    if (!st && ink_session_input_count(s) == 1 && ink_session_output_count(s) == 2)
        st = ink_session_run(s, &in, 1, out, 0, &err);
    if (!st && ((float *)out[0].data)[1] != -3) st = INK_E_MODEL;
    if (!st && ((float *)out[1].data)[0] != -1) st = INK_E_MODEL;
    ink_session_free(s);
    return st;
}

static void nth_allocation_fails(void **state)
{
    struct message m = model_with_functions();
    every_allocation_fails(load_and_run, &m);
}

static void every_cap(void **state)
{
    struct message m = model_with_functions();
    ink_status st = INK_E_OOM;
    for (size_t cap = 100; cap < 300000; cap += 100) {
        st = load_and_run(&m, cap);
        if (st && st != INK_E_OOM) fail_msg("cap %zu: %s", cap, ink_status_word(st));
    }
    assert_int_equal(st, INK_OK);
}

/* Whatever a changed bit makes of it: loaded, or refused with a reason. */
static void every_bit_changed(void **state)
{
    struct message m = model_with_functions();
    for (size_t i = 0; i < 8 * m.len; i++) {
        struct ink_session *s;
        struct ink_error err = {0};
        m.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        ink_status st =
            ink_session_new(view_of(&m), &(struct ink_session_options){.memory_cap_bytes = 1 << 20}, &s, &err);
        if (st && !err.text[0]) fail_msg("bit %zu: %s without a reason", i, ink_status_word(st));
        ink_session_free(s);
        m.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scopes_are_apart),
        cmocka_unit_test(nested),
        cmocka_unit_test(attributes_by_reference),
        cmocka_unit_test(attributes_that_nobody_gives),
        cmocka_unit_test(own_opset),
        cmocka_unit_test(overloads),
        cmocka_unit_test(instead_of_an_operator),
        cmocka_unit_test(outputs_without_a_node),
        cmocka_unit_test(arguments_left_out),
        cmocka_unit_test(recursion),
        cmocka_unit_test(wrong_number_of_arguments),
        cmocka_unit_test(names_that_do_not_fit),
        cmocka_unit_test(attributes_that_do_not_fit),
        cmocka_unit_test(depth),
        cmocka_unit_test(depth_of_known_functions),
        cmocka_unit_test(growth),
        cmocka_unit_test(nth_allocation_fails),
        cmocka_unit_test(every_cap),
        cmocka_unit_test(every_bit_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
