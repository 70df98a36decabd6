/* SPDX-License-Identifier: MIT */
/* Passes: fewer steps, the same numbers. Each model runs with passes and without. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "engine/session.h"

enum { CHANNELS = 4, SIDE = 5, FLOATS_MAX = 2 * CHANNELS * SIDE * SIDE };

/* Numbers that are neither all positive nor whole. */
static void fill(float *data, int count, int seed)
{
    for (int i = 0; i < count; i++) data[i] = (float)((i * 37 + seed * 11) % 41 - 20) / 8;
}

static void add_weight(struct message *g, const char *name, int rank, const int64_t *dims, int seed, bool positive)
{
    float data[512];
    int count = 1;
    for (int i = 0; i < rank; i++) count *= (int)dims[i];
    fill(data, count, seed);
    for (int i = 0; positive && i < count; i++) data[i] = fabsf(data[i]) + 0.5f;
    add_initializer(g, name, INK_FLOAT, rank, dims, data, (size_t)count * sizeof *data);
}

/* Runs the model and copies its only output; returns how many steps it took. */
static int run(const struct message *m, bool no_passes, const struct ink_tensor *x, float *out, size_t *count)
{
    struct ink_session *s;
    struct ink_error err = {0};
    struct ink_figures figures;
    struct ink_tensor y;
    struct ink_session_options options = {.no_passes = no_passes};
    if (ink_session_new(view_of(m), &options, &s, &err)) fail_msg("%s", err.text);
    for (int again = 0; again < 2; again++)
        if (ink_session_run(s, x, 1, &y, 0, &err)) fail_msg("%s", err.text);
    *count = ink_tensor_count(&y);
    assert_true(*count <= FLOATS_MAX);
    memcpy(out, y.data, ink_tensor_bytes(&y));
    ink_session_figures(s, &figures);
    ink_session_free(s);
    return figures.steps;
}

static void agree(struct message *g, int64_t opset, int rank, const int64_t *dims, int steps)
{
    float in[FLOATS_MAX], with[FLOATS_MAX], without[FLOATS_MAX];
    struct ink_tensor x = {INK_FLOAT, {.rank = rank}, in};
    size_t count, same;
    memcpy(x.shape.dims, dims, (size_t)rank * sizeof *dims);
    fill(in, (int)ink_tensor_count(&x), 3);
    add_value(g, GRAPH_INPUT, "x", INK_FLOAT, rank, dims);
    add_value(g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    struct message m = model_of(g, opset);
    run(&m, true, &x, without, &count);
    assert_int_equal(run(&m, false, &x, with, &same), steps);
    assert_int_equal(count, same);
    for (size_t i = 0; i < count; i++)
        if (fabsf(with[i] - without[i]) > 1e-4f * (1 + fabsf(without[i])))
            fail_msg("element %zu: %g with passes, %g without", i, (double)with[i], (double)without[i]);
}

static void add_text(struct message *attributes, const char *name, const char *text)
{
    struct message a = {0};
    put_text(&a, 1, name);
    put_text(&a, 4, text);
    put_int(&a, 20, INK_ATTRIBUTE_STRING);
    put_message(attributes, NODE_ATTRIBUTE, &a);
}

static void add_float(struct message *attributes, const char *name, float value)
{
    struct message a = {0};
    put_text(&a, 1, name);
    put_varint(&a, 2 << 3 | 5);
    put_raw(&a, &value, sizeof value);
    put_int(&a, 20, INK_ATTRIBUTE_FLOAT);
    put_message(attributes, NODE_ATTRIBUTE, &a);
}

static const int64_t image[] = {2, 2, SIDE, SIDE}, kernel[] = {CHANNELS, 2, 3, 3}, channels[] = {CHANNELS};

static void add_conv_and_norm(struct message *g, bool bias, const char *out)
{
    struct message pads = {0};
    add_ints(&pads, "pads", 4, (int64_t[]){1, 1, 1, 1});
    add_weight(g, "w", 4, kernel, 1, false);
    add_weight(g, "b", 1, channels, 2, false);
    add_weight(g, "scale", 1, channels, 3, false);
    add_weight(g, "shift", 1, channels, 4, false);
    add_weight(g, "mean", 1, channels, 5, false);
    add_weight(g, "variance", 1, channels, 6, true);
    add_node(g, "", "Conv", bias ? "x,w,b" : "x,w", "c", &pads);
    add_node(g, "", "BatchNormalization", "c,scale,shift,mean,variance", out, NULL);
}

static void batch_norm_is_folded(void **state)
{
    for (int bias = 0; bias < 2; bias++) {
        struct message g = {0};
        add_conv_and_norm(&g, bias, "y");
        agree(&g, 15, 4, image, 1);
    }
}

/* The product is wanted by somebody else too: it must stay as it is. */
static void shared_product_stays(void **state)
{
    struct message g = {0};
    add_conv_and_norm(&g, false, "y");
    add_value(&g, GRAPH_OUTPUT, "c", INK_FLOAT, -1, NULL);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 4, image);
    struct message m = model_of(&g, 15);
    struct ink_session *s;
    struct ink_error err = {0};
    struct ink_figures figures;
    assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_OK);
    ink_session_figures(s, &figures);
    assert_int_equal(figures.steps, 2);
    ink_session_free(s);
}

static void identities_go(void **state)
{
    struct message g = {0};
    add_node(&g, "", "Identity", "x", "a", NULL);
    add_node(&g, "", "Identity", "a", "b", NULL);
    add_node(&g, "", "GlobalAveragePool", "b", "c", NULL);
    add_node(&g, "", "Identity", "c", "d", NULL);
    add_node(&g, "", "GlobalMaxPool", "d", "y", NULL);
    agree(&g, 17, 4, image, 2);
}

static void constants_are_folded(void **state)
{
    struct message g = {0};
    add_weight(&g, "w", 4, kernel, 1, false);
    add_weight(&g, "k", 4, (int64_t[]){CHANNELS, CHANNELS, 1, 1}, 2, false);
    add_weight(&g, "v", 4, (int64_t[]){CHANNELS, 2, 3, 3}, 5, false);
    add_node(&g, "", "Conv", "v,w", "u", NULL); /* [4,4,1,1] */
    add_node(&g, "", "Identity", "u", "t", NULL);
    add_node(&g, "", "Conv", "x,w", "c", NULL);
    add_node(&g, "", "Conv", "c,t", "y", NULL);
    agree(&g, 17, 4, image, 2);
}

static void activations_are_fused(void **state)
{
    static const char *const words[] = {"Relu", "LeakyRelu", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct message g = {0};
        add_conv_and_norm(&g, true, "n");
        add_node(&g, "", words[i], "n", "y", NULL);
        agree(&g, 15, 4, image, 1);
    }
}

/* Newer ones; with attributes that a product does not know they stay. */
static void newer_activations_are_fused(void **state)
{
    static const struct {
        const char *word;
        bool unusual;
    } rows[] = {{"Gelu"}, {"Swish"}, {"Gelu", true}, {"Swish", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct message g = {0}, attributes = {0};
        if (rows[i].unusual && !strcmp(rows[i].word, "Gelu")) add_text(&attributes, "approximate", "tanh");
        if (rows[i].unusual && !strcmp(rows[i].word, "Swish")) add_float(&attributes, "alpha", 1.5f);
        add_conv_and_norm(&g, true, "n");
        add_node(&g, "", rows[i].word, "n", "y", &attributes);
        agree(&g, 24, 4, image, rows[i].unusual ? 2 : 1);
    }
}

static void clips_are_fused(void **state)
{
    for (int which = 0; which < 4; which++) {
        struct message g = {0};
        add_conv_and_norm(&g, true, "n");
        add_initializer(&g, "low", INK_FLOAT, 0, NULL, &(float){-0.5f}, 4);
        add_initializer(&g, "high", INK_FLOAT, 0, NULL, &(float){1.5f}, 4);
        const char *const inputs[] = {"n,low,high", "n,,high", "n,low", "n"};
        add_node(&g, "", "Clip", inputs[which], "y", NULL);
        agree(&g, 15, 4, image, 1);
    }
}

static void sums_are_fused(void **state)
{
    static const int64_t ranks[] = {3, 2, 6};
    for (int rank = 1; rank <= 3; rank++) {
        for (int side = 0; side < 2; side++) {
            struct message g = {0};
            add_weight(&g, "w", 2, (int64_t[]){6, CHANNELS}, 1, false);
            add_weight(&g, "b", 1, channels, 2, false);
            add_node(&g, "", "MatMul", "x,w", "p", NULL);
            add_node(&g, "", "Add", side ? "p,b" : "b,p", "y", NULL);
            agree(&g, 17, rank, ranks + 3 - rank, 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_norm_is_folded),
        cmocka_unit_test(shared_product_stays),
        cmocka_unit_test(identities_go),
        cmocka_unit_test(constants_are_folded),
        cmocka_unit_test(activations_are_fused),
        cmocka_unit_test(clips_are_fused),
        cmocka_unit_test(newer_activations_are_fused),
        cmocka_unit_test(sums_are_fused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
