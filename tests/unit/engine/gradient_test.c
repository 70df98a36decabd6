/* SPDX-License-Identifier: MIT */
/* Gradient, held against differences: (f(x + h) - f(x - h)) / 2h, all elements of f summed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "engine/session.h"

static void add_names(struct message *attributes, const char *name, const char *a, const char *b)
{
    struct message m = {0};
    put_text(&m, 1, name);
    put_text(&m, 9, a);
    if (b) put_text(&m, 9, b);
    put_int(&m, 20, 8);
    put_message(attributes, NODE_ATTRIBUTE, &m);
}

static void add_name(struct message *attributes, const char *name, const char *value)
{
    struct message m = {0};
    put_text(&m, 1, name);
    put_text(&m, 4, value);
    put_int(&m, 20, 3);
    put_message(attributes, NODE_ATTRIBUTE, &m);
}

/* y = op(a [2,2], b [2]) times itself, or op(a); da, db. */
static struct message model_with_gradient(const char *op, bool binary)
{
    struct message g = {0}, gradient = {0}, import = {0};
    add_value(&g, GRAPH_INPUT, "a", INK_FLOAT, 2, (int64_t[]){2, 2});
    add_value(&g, GRAPH_INPUT, "b", INK_FLOAT, 1, (int64_t[]){2});
    add_node(&g, "", op, binary ? "a,b" : "a", "c", NULL);
    add_node(&g, "", "Mul", "c,c", "y", NULL);
    add_names(&gradient, "xs", "a", "b");
    add_name(&gradient, "y", "y");
    add_node(&g, "ai.onnx.preview.training", "Gradient", "a,b", "da,db", &gradient);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    add_value(&g, GRAPH_OUTPUT, "da", INK_FLOAT, 2, (int64_t[]){2, 2});
    add_value(&g, GRAPH_OUTPUT, "db", INK_FLOAT, 1, (int64_t[]){2});
    struct message m = model_of(&g, 17);
    put_text(&import, 1, "ai.onnx.preview.training");
    put_int(&import, 2, 1);
    put_message(&m, 8, &import);
    return m;
}

static double sum_of(struct ink_session *s, float *a, float *b, struct ink_tensor out[3])
{
    struct ink_tensor in[] = {{INK_FLOAT, {2, {2, 2}}, a}, {INK_FLOAT, {1, {2}}, b}};
    struct ink_error err = {0};
    if (ink_session_run(s, in, 2, out, 0, &err)) fail_msg("%s", err.text);
    double sum = 0;
    for (size_t i = 0; i < ink_tensor_count(&out[0]); i++) sum += ((const float *)out[0].data)[i];
    return sum;
}

static void by_differences(void **state)
{
    static const struct {
        const char *op;
        bool binary;
    } cases[] = {{"Add", true},      {"Sub", true},   {"Mul", true},  {"Div", true},   {"Identity", false},
                 {"Neg", false},     {"Exp", false},  {"Log", false}, {"Sqrt", false}, {"Tanh", false},
                 {"Sigmoid", false}, {"Relu", false}, {"Sin", false}, {"Cos", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m = model_with_gradient(cases[i].op, cases[i].binary);
        struct ink_session *s;
        struct ink_error err = {0};
        struct ink_tensor out[3];
        float values[6] = {0.5f, 1.25f, 2, 0.75f, 1.5f, 0.625f}, slopes[6];
        if (ink_session_new(view_of(&m), NULL, &s, &err)) fail_msg("%s: %s", cases[i].op, err.text);
        sum_of(s, values, values + 4, out);
        memcpy(slopes, out[1].data, 4 * sizeof *slopes);
        memcpy(slopes + 4, out[2].data, 2 * sizeof *slopes);
        for (int k = 0; k < 6; k++) {
            float at = values[k], h = 1.0f / 256;
            values[k] = at + h;
            double above = sum_of(s, values, values + 4, out);
            values[k] = at - h;
            double below = sum_of(s, values, values + 4, out), slope = (above - below) / (2 * (double)h);
            values[k] = at;
            if (!(fabs(slope - slopes[k]) < 2e-2 * (1 + fabs(slope))))
                fail_msg("%s: by value %d it is %g, not %g", cases[i].op, k, slope, (double)slopes[k]);
        }
        ink_session_free(s);
    }
}

static void refused(void **state)
{
    struct message m = model_with_gradient("Erf", false);
    struct ink_session *s;
    struct ink_error err = {0};
    assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_UNSUPPORTED);
    assert_non_null(strstr(err.text, "Erf has no derivative here"));
    ink_session_free(s);
    /* what the pieces are made of is not for files */
    struct message g = {0}, import = {0};
    add_value(&g, GRAPH_INPUT, "a", INK_FLOAT, 1, (int64_t[]){2});
    add_node(&g, "inkling", "SumTo", "a,a", "y", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    m = model_of(&g, 17);
    put_text(&import, 1, "inkling");
    put_int(&import, 2, 1);
    put_message(&m, 8, &import);
    assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_UNSUPPORTED);
    ink_session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_differences), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
