/* SPDX-License-Identifier: MIT */
/* Passes: fewer steps, the same numbers. Each model runs with passes and without. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "engine/session.h"

enum { CHANNELS = 4, SIDE = 5, FLOATS_MAX = 600 };

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

enum { TURNS = 2 }; /* a convolution works in NHWC, between two Transposes */

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
        agree(&g, 15, 4, image, 1 + TURNS);
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
    assert_int_equal(figures.steps, 2 + TURNS);
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
    agree(&g, 17, 4, image, 2 + TURNS);
}

static void activations_are_fused(void **state)
{
    static const char *const words[] = {"Relu", "LeakyRelu", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct message g = {0};
        add_conv_and_norm(&g, true, "n");
        add_node(&g, "", words[i], "n", "y", NULL);
        agree(&g, 15, 4, image, 1 + TURNS);
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
        agree(&g, 24, 4, image, (rows[i].unusual ? 2 : 1) + TURNS);
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
        agree(&g, 15, 4, image, 1 + TURNS);
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

static void add_number(struct message *g, const char *name, float value)
{
    add_initializer(g, name, INK_FLOAT, 0, NULL, &value, sizeof value);
}

static const int64_t rows_of_ten[] = {3, 10};

static void gates_are_found(void **state)
{
    static const char *const words[] = {"Sigmoid", "HardSigmoid", "HardSigmoid"};
    for (int i = 0; i < 3; i++)
        for (int side = 0; side < 2; side++) {
            struct message g = {0}, attributes = {0};
            if (i == 2) add_float(&attributes, "alpha", 1.0f / 6);
            add_node(&g, "", "Neg", "x", "a", NULL);
            add_node(&g, "", words[i], "a", "s", &attributes);
            add_node(&g, "", "Mul", side ? "a,s" : "s,a", "y", NULL);
            agree(&g, 17, 2, rows_of_ten, i == 1 ? 3 : 2); /* another slope is no HardSwish */
        }
}

static void gelus_are_found(void **state)
{
    for (int form = 0; form < 8; form++) {
        bool divides = form & 1, half_first = form & 2, other_half = form & 4;
        struct message g = {0};
        add_number(&g, "root", divides ? 1.41421356f : 0.70710678f);
        add_number(&g, "one", 1);
        add_number(&g, "half", other_half ? 0.51f : 0.5f);
        add_node(&g, "", "Neg", "x", "a", NULL);
        add_node(&g, "", divides ? "Div" : "Mul", "a,root", "b", NULL);
        add_node(&g, "", "Erf", "b", "c", NULL);
        add_node(&g, "", "Add", "c,one", "d", NULL);
        add_node(&g, "", "Mul", half_first ? "a,half" : "a,d", "e", NULL);
        add_node(&g, "", "Mul", half_first ? "e,d" : "e,half", "y", NULL);
        agree(&g, 17, 2, rows_of_ten, other_half ? 6 : 2);
    }
}

/* In all the ways that it is written; and not where somebody else sees what lies between. */
static void layer_norms_are_found(void **state)
{
    for (int form = 0; form < 8; form++) {
        bool squares = form & 1, bias_first = form & 2, seen = form & 4;
        struct message g = {0}, axes = {0};
        add_ints(&axes, "axes", 1, (int64_t[]){-1});
        add_number(&g, "two", 2);
        add_number(&g, "epsilon", 1e-5f);
        add_weight(&g, "scale", 1, rows_of_ten + 1, 1, false);
        add_weight(&g, "bias", 1, rows_of_ten + 1, 2, false);
        add_node(&g, "", "Neg", "x", "a", NULL);
        add_node(&g, "", "ReduceMean", "a", "mean", &axes);
        add_node(&g, "", "Sub", "a,mean", "d", NULL);
        add_node(&g, "", squares ? "Mul" : "Pow", squares ? "d,d" : "d,two", "q", NULL);
        add_node(&g, "", "ReduceMean", "q", "variance", &axes);
        add_node(&g, "", "Add", "variance,epsilon", "e", NULL);
        add_node(&g, "", "Sqrt", "e", "root", NULL);
        add_node(&g, "", "Div", "d,root", "n", NULL);
        add_node(&g, "", "Mul", "n,scale", "m", NULL);
        add_node(&g, "", "Add", bias_first ? "bias,m" : "m,bias", seen ? "z" : "y", NULL);
        if (seen) add_node(&g, "", "Sub", "z,n", "y", NULL);
        agree(&g, 13, 2, rows_of_ten, seen ? 11 : 2);
    }
}

/* The sum of a product and another value of its shape, made before it or after it. */
static void residuals_are_fused(void **state)
{
    for (int side = 0; side < 2; side++) {
        struct message g = {0};
        add_weight(&g, "w", 2, (int64_t[]){10, 10}, 1, false);
        add_weight(&g, "b", 1, rows_of_ten + 1, 2, false);
        add_node(&g, "", "Neg", "x", "a", NULL);
        add_node(&g, "", "Gemm", "a,w,b", "p", NULL);
        add_node(&g, "", "Exp", "x", "e", NULL);
        add_node(&g, "", "Add", side ? "p,a" : "e,p", "s", NULL);
        add_node(&g, "", "Relu", "s", "r", NULL);
        add_node(&g, "", "Mul", "r,e", "y", NULL);
        agree(&g, 13, 2, rows_of_ten, side ? 4 : 6); /* e is not there yet when the product is made */
    }
}

/* A convolution of `from` with a window of 3 (or of 1), from `in` channels to CHANNELS. */
static void add_conv(struct message *g, const char *from, int64_t in, int64_t window, const char *out)
{
    struct message pads = {0};
    char weight[16], inputs[32];
    snprintf(weight, sizeof weight, "w_%s", out);
    snprintf(inputs, sizeof inputs, "%s,%s", from, weight);
    add_ints(&pads, "pads", 4, (int64_t[]){window / 2, window / 2, window / 2, window / 2});
    add_weight(g, weight, 4, (int64_t[]){CHANNELS, in, window, window}, 7, false);
    add_node(g, "", "Conv", inputs, out, &pads);
}

static void pools_in_nhwc(void **state)
{
    static const char *const words[] = {"MaxPool", "AveragePool"};
    for (int i = 0; i < 4; i++) {
        struct message g = {0}, pool = {0};
        add_conv(&g, "x", 2, 3, "a");
        add_ints(&pool, "kernel_shape", 2, (int64_t[]){3, 2});
        add_ints(&pool, "strides", 2, (int64_t[]){2, 1});
        add_ints(&pool, "pads", 4, (int64_t[]){1, 0, 1, 1});
        if (i & 1 && i & 2) add_int(&pool, "count_include_pad", 1);
        add_node(&g, "", words[i & 1], "a", "b", &pool);
        add_node(&g, "", "Softplus", "b", "c", NULL);
        add_conv(&g, "c", CHANNELS, 1, "y");
        agree(&g, 17, 4, image, 4 + TURNS);
    }
}

/* Squeeze and excite, with sums of weights of all ranks and an end that was never turned. */
static void broadcasts_in_nhwc(void **state)
{
    struct message g = {0}, axis = {0}, parts = {0};
    add_weight(&g, "each", 3, (int64_t[]){CHANNELS, 1, 1}, 1, false);
    add_weight(&g, "columns", 1, (int64_t[]){SIDE}, 2, false);
    add_weight(&g, "all", 4, (int64_t[]){1, CHANNELS, SIDE, SIDE}, 3, false);
    add_weight(&g, "one", 0, NULL, 4, false);
    add_int(&axis, "axis", 1);
    add_int(&parts, "axis", -3);
    add_conv(&g, "x", 2, 3, "a");
    add_node(&g, "", "Add", "a,columns", "b", NULL);
    add_node(&g, "", "Mul", "all,b", "c", NULL);
    add_node(&g, "", "GlobalAveragePool", "c", "d", NULL);
    add_conv(&g, "d", CHANNELS, 1, "e");
    add_node(&g, "", "Mul", "c,e", "f", NULL);
    add_node(&g, "", "PRelu", "f,each", "h", NULL);
    add_node(&g, "", "Concat", "h,a", "i", &axis);
    add_node(&g, "", "Split", "i", "j,k", &parts);
    add_node(&g, "", "Div", "j,one", "l", NULL);
    add_node(&g, "", "GlobalMaxPool", "l", "m", NULL); /* works on planes */
    add_node(&g, "", "Mul", "m,k", "y", NULL);
    agree(&g, 11, 4, image, 12 + 1 + 2); /* l and k are turned back */
}

static void all_ranks_in_nhwc(void **state)
{
    static const int64_t x[] = {2, 2, 5, 5, 5}, w[] = {CHANNELS, 1, 3, 2, 2};
    for (int rank = 3; rank <= 5; rank++) {
        struct message g = {0}, attributes = {0};
        add_weight(&g, "w", rank, w, 1, false);
        add_int(&attributes, "group", 2);
        add_node(&g, "", "Conv", "x,w", "a", &attributes);
        add_node(&g, "", "Relu", "a", "y", NULL);
        agree(&g, 17, rank, x, 1 + TURNS);
    }
}

/* Axes that move, reductions that end in the plain order and those that do not, a shuffle of channels. */
static void axes_in_nhwc(void **state)
{
    struct message g = {0}, means = {0}, drops = {0}, perm = {0};
    add_ints(&means, "axes", 2, (int64_t[]){1, -1});
    add_ints(&drops, "axes", 2, (int64_t[]){2, 3});
    add_int(&drops, "keepdims", 0);
    add_ints(&perm, "perm", 5, (int64_t[]){0, 2, 1, 3, 4});
    add_initializer(&g, "split", INK_INT64, 1, (int64_t[]){5}, (int64_t[]){2, 2, CHANNELS / 2, SIDE, SIDE}, 40);
    add_initializer(&g, "whole", INK_INT64, 1, (int64_t[]){4}, (int64_t[]){2, CHANNELS, SIDE, SIDE}, 32);
    add_initializer(&g, "from", INK_INT64, 1, (int64_t[]){1}, (int64_t[]){1}, 8);
    add_initializer(&g, "to", INK_INT64, 1, (int64_t[]){1}, (int64_t[]){3}, 8);
    add_initializer(&g, "axis", INK_INT64, 1, (int64_t[]){1}, (int64_t[]){1}, 8);
    add_conv(&g, "x", 2, 3, "a");
    add_node(&g, "", "Reshape", "a,split", "b", NULL);
    add_node(&g, "", "Transpose", "b", "c", &perm);
    add_node(&g, "", "Reshape", "c,whole", "d", NULL);
    add_node(&g, "", "Slice", "d,from,to,axis", "e", NULL);
    add_node(&g, "", "ReduceMean", "e", "f", &means);
    add_node(&g, "", "Sub", "d,f", "h", NULL);
    add_node(&g, "", "ReduceMax", "h", "y", &drops);
    agree(&g, 13, 4, image, 6 + 1);
}

/* 16 channels and planes of 15x14: what Winograd's way is chosen for. */
static void winograd_in_nhwc(void **state)
{
    enum { MANY = 17 };
    struct message g = {0}, pads = {0};
    static float data[MANY * MANY * 9];
    add_ints(&pads, "pads", 4, (int64_t[]){1, 1, 1, 1});
    fill(data, MANY * 9, 1);
    add_initializer(&g, "first", INK_FLOAT, 4, (int64_t[]){MANY, 1, 3, 3}, data, MANY * 9 * sizeof *data);
    fill(data, MANY * MANY * 9, 2);
    for (int i = 0; i < MANY * MANY * 9; i++) data[i] /= 64; /* so that Tanh's argument is near 1 */
    add_initializer(&g, "second", INK_FLOAT, 4, (int64_t[]){MANY, MANY, 3, 3}, data, sizeof data);
    fill(data, MANY, 3);
    add_initializer(&g, "third", INK_FLOAT, 4, (int64_t[]){1, MANY, 1, 1}, data, MANY * sizeof *data);
    add_node(&g, "", "Conv", "x,first", "a", &pads);
    add_node(&g, "", "Conv", "a,second", "b", &pads);
    add_node(&g, "", "Tanh", "b", "c", NULL);
    add_node(&g, "", "Conv", "c,third", "y", NULL);
    agree(&g, 17, 4, (int64_t[]){1, 1, 15, 14}, 3 + TURNS);
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
        cmocka_unit_test(gates_are_found),
        cmocka_unit_test(gelus_are_found),
        cmocka_unit_test(layer_norms_are_found),
        cmocka_unit_test(residuals_are_fused),
        cmocka_unit_test(pools_in_nhwc),
        cmocka_unit_test(broadcasts_in_nhwc),
        cmocka_unit_test(all_ranks_in_nhwc),
        cmocka_unit_test(axes_in_nhwc),
        cmocka_unit_test(winograd_in_nhwc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
