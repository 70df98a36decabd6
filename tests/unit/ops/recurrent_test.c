/* SPDX-License-Identifier: MIT */
/* RNN, GRU, LSTM against the standard's equations written down once more, a number at a time in double: all directions,
 * layouts, lengths, peepholes, clips, functions. And what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

enum { SEQ = 3, BATCH = 2, INPUT = 2, HIDDEN = 3 };

struct form {
    const char *name, *direction;
    int gates;
    bool batch_first, lengths, states, bias, peepholes, couples, resets_late, constant;
    float clip; /* 0: none */
    const char *functions[6];
    size_t function_count;
};

/* Numbers of either sign, the same for the same place. */
static void fill(float *x, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++) x[i] = (float)((seed * 31 + i * 17) % 23) / 11 - 1;
}

static double function(const char *word, double x, double clip)
{
    if (clip > 0) x = x < -clip ? -clip : x > clip ? clip : x;
    if (!strcmp(word, "Sigmoid")) return 1 / (1 + exp(-x));
    if (!strcmp(word, "Relu")) return x > 0 ? x : 0;
    if (!strcmp(word, "HardSigmoid")) return fmin(fmax(0.25 * x + 0.5, 0), 1); /* alpha is given, beta is not */
    if (!strcmp(word, "Affine")) return 2 * x + 0.125;
    if (!strcmp(word, "ScaledTanh")) return 0.5 * tanh(3 * x);
    return tanh(x);
}

struct weights {
    float x[SEQ * BATCH * INPUT], w[2 * 4 * HIDDEN * INPUT], r[2 * 4 * HIDDEN * HIDDEN], b[2 * 8 * HIDDEN];
    float h[2 * BATCH * HIDDEN], c[2 * BATCH * HIDDEN], p[2 * 3 * HIDDEN];
};

static const int32_t lengths[BATCH] = {1, SEQ};

/* Gate number `gate` of unit i before its function: of x and what stands for the state. */
static double gate_of(const struct form *f, const struct weights *v, size_t d, size_t gate, size_t i, const float *x,
                      const double *h, bool with_r_bias)
{
    size_t unit = gate * HIDDEN + i, gates = (size_t)f->gates * HIDDEN;
    double sum = 0;
    for (size_t k = 0; x && k < INPUT; k++) sum += (double)(v->w[(d * gates + unit) * INPUT + k] * x[k]);
    for (size_t k = 0; k < HIDDEN; k++) sum += (double)v->r[(d * gates + unit) * HIDDEN + k] * h[k];
    if (f->bias && x) sum += (double)v->b[d * 2 * gates + unit];
    if (f->bias && with_r_bias) sum += (double)v->b[d * 2 * gates + gates + unit];
    return sum;
}

static void step(const struct form *f, const struct weights *v, size_t d, const float *x, double *h, double *c)
{
    const char *const *fn =
        f->functions + (f->function_count == 6 || f->function_count == 4 ? d * f->function_count / 2 : 0);
    static const double zeros[HIDDEN];
    double clip = (double)f->clip, next[HIDDEN], reset[HIDDEN];
    for (size_t i = 0; f->gates == 3 && i < HIDDEN; i++)
        reset[i] = function(fn[0], gate_of(f, v, d, 1, i, x, h, true), clip) * h[i];
    for (size_t i = 0; i < HIDDEN; i++) {
        if (f->gates == 1) {
            next[i] = function(fn[0], gate_of(f, v, d, 0, i, x, h, true), clip);
        } else if (f->gates == 3) {
            double z = function(fn[0], gate_of(f, v, d, 0, i, x, h, true), clip), g;
            if (f->resets_late)
                g = gate_of(f, v, d, 2, i, x, zeros, false) +
                    function(fn[0], gate_of(f, v, d, 1, i, x, h, true), clip) * gate_of(f, v, d, 2, i, NULL, h, true);
            else
                g = gate_of(f, v, d, 2, i, x, reset, true);
            next[i] = (1 - z) * function(fn[1], g, clip) + z * h[i];
        } else {
            const float *p = v->p + d * 3 * HIDDEN;
            double with = f->peepholes ? 1 : 0;
            double in = function(fn[0], gate_of(f, v, d, 0, i, x, h, true) + with * (double)p[i] * c[i], clip);
            double forget =
                function(fn[0], gate_of(f, v, d, 2, i, x, h, true) + with * (double)p[2 * HIDDEN + i] * c[i], clip);
            if (f->couples) forget = 1 - in;
            c[i] = forget * c[i] + in * function(fn[1], gate_of(f, v, d, 3, i, x, h, true), clip);
            double out =
                function(fn[0], gate_of(f, v, d, 1, i, x, h, true) + with * (double)p[HIDDEN + i] * c[i], clip);
            next[i] = out * function(fn[2], c[i], clip);
        }
    }
    memcpy(h, next, sizeof next);
}

/* Y, Y_h, Y_c as they should be. */
static void expect(const struct form *f, const struct weights *v, size_t dirs, float *y, float *y_h, float *y_c)
{
    for (size_t d = 0; d < dirs; d++)
        for (size_t b = 0; b < BATCH; b++) {
            double h[HIDDEN] = {0}, c[HIDDEN] = {0};
            size_t state = (f->batch_first ? b * dirs + d : d * BATCH + b) * HIDDEN;
            size_t length = f->lengths ? (size_t)lengths[b] : SEQ;
            bool backwards = d > 0 || !strcmp(f->direction, "reverse");
            for (size_t i = 0; f->states && i < HIDDEN; i++) {
                h[i] = (double)v->h[state + i];
                c[i] = (double)v->c[state + i];
            }
            for (size_t k = 0; k < length; k++) {
                size_t t = backwards ? length - 1 - k : k;
                step(f, v, d, v->x + (f->batch_first ? b * SEQ + t : t * BATCH + b) * INPUT, h, c);
                size_t row = f->batch_first ? (b * SEQ + t) * dirs + d : (t * dirs + d) * BATCH + b;
                for (size_t i = 0; i < HIDDEN; i++) y[row * HIDDEN + i] = (float)h[i];
            }
            for (size_t i = 0; i < HIDDEN; i++) {
                y_h[state + i] = (float)h[i];
                y_c[state + i] = (float)c[i];
            }
        }
}

static void check(const struct form *f)
{
    struct weights v;
    struct one_op o;
    float y[SEQ * 2 * BATCH * HIDDEN] = {0}, y_h[2 * BATCH * HIDDEN], y_c[2 * BATCH * HIDDEN];
    struct ink_view words[6];
    size_t dirs = !strcmp(f->direction, "bidirectional") ? 2 : 1, states = dirs * BATCH * HIDDEN;
    int64_t D = (int64_t)dirs, G = f->gates * HIDDEN;
    fill(v.x, sizeof v.x / sizeof *v.x, 1);
    fill(v.w, sizeof v.w / sizeof *v.w, 2);
    fill(v.r, sizeof v.r / sizeof *v.r, 3);
    fill(v.b, sizeof v.b / sizeof *v.b, 4);
    fill(v.h, sizeof v.h / sizeof *v.h, 5);
    fill(v.c, sizeof v.c / sizeof *v.c, 6);
    fill(v.p, sizeof v.p / sizeof *v.p, 7);
    one_op_init(&o, "", f->name, 14);
    one_op_in(&o, INK_FLOAT, 3, (int64_t[]){f->batch_first ? BATCH : SEQ, f->batch_first ? SEQ : BATCH, INPUT}, v.x);
    one_op_in(&o, INK_FLOAT, 3, (int64_t[]){D, G, INPUT}, v.w);
    one_op_in(&o, INK_FLOAT, 3, (int64_t[]){D, G, HIDDEN}, v.r);
    one_op_in(&o, INK_FLOAT, 2, (int64_t[]){D, 2 * G}, v.b);
    one_op_in(&o, INK_INT32, 1, (int64_t[]){BATCH}, lengths);
    for (int i = 0; i < (f->gates == 4 ? 2 : 1); i++)
        one_op_in(&o, INK_FLOAT, 3, (int64_t[]){f->batch_first ? BATCH : D, f->batch_first ? D : BATCH, HIDDEN},
                  i ? v.c : v.h);
    if (f->gates == 4) one_op_in(&o, INK_FLOAT, 2, (int64_t[]){D, 3 * HIDDEN}, v.p);
    o.has[3] = f->bias;
    o.has[4] = f->lengths;
    o.has[5] = o.has[6] = f->states;
    o.has[7] = f->peepholes;
    o.constant[1] = o.constant[2] = f->constant;
    o.out_count = f->gates == 4 ? 3 : 2;
    one_op_text(&o, "direction", f->direction);
    one_op_int(&o, "hidden_size", HIDDEN);
    one_op_int(&o, "layout", f->batch_first);
    one_op_int(&o, "input_forget", f->couples);
    one_op_int(&o, "linear_before_reset", f->resets_late);
    if (f->clip > 0) one_op_float(&o, "clip", f->clip);
    for (size_t i = 0; i < f->function_count; i++) words[i] = ink_view_text(f->functions[i]);
    if (f->function_count) one_op_attr(&o, "activations", INK_ATTRIBUTE_STRINGS, f->function_count)->strings = words;
    expect(f, &v, dirs, y, y_h, y_c);
    if (one_op_run(&o)) fail_msg("%s: %s", f->name, o.err.text);
    assert_floats(&o.out[0], y, SEQ * states);
    assert_floats(&o.out[1], y_h, states);
    if (f->gates == 4) assert_floats(&o.out[2], y_c, states);
    one_op_free(&o);
}

static void as_the_equations_say(void **state)
{
    static const struct form forms[] = {
        {"RNN", "forward", 1, .functions = {"Tanh"}},
        {"RNN", "reverse", 1, .bias = true, .lengths = true, .functions = {"Relu"}, .function_count = 1},
        {"RNN", "bidirectional", 1, .batch_first = true, .states = true, .constant = true, .functions = {"Tanh"}},
        {"GRU", "forward", 3, .bias = true, .functions = {"Sigmoid", "Tanh"}},
        {"GRU", "forward", 3, .bias = true, .resets_late = true, .functions = {"Sigmoid", "Tanh"}},
        {"GRU", "bidirectional", 3, .bias = true, .resets_late = true, .batch_first = true, .states = true,
         .lengths = true, .constant = true, .functions = {"Sigmoid", "Tanh"}},
        {"GRU", "bidirectional", 3, .bias = true, .states = true, .constant = true, .clip = 0.5f,
         .functions = {"Sigmoid", "Tanh", "Sigmoid", "Relu"}, .function_count = 4},
        {"LSTM", "forward", 4, .functions = {"Sigmoid", "Tanh", "Tanh"}},
        {"LSTM", "reverse", 4, .bias = true, .peepholes = true, .states = true, .lengths = true, .constant = true,
         .functions = {"Sigmoid", "Tanh", "Tanh"}},
        {"LSTM", "bidirectional", 4, .bias = true, .peepholes = true, .states = true, .clip = 0.75f, .couples = true,
         .batch_first = true, .lengths = true, .functions = {"Sigmoid", "Relu", "Tanh", "Sigmoid", "Tanh", "Relu"},
         .function_count = 6},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) check(&forms[i]);
}

/* Each function that takes parameters takes the next ones: an RNN of one unit, whose first step is the function itself. */
static void functions_with_parameters(void **state)
{
    static const struct {
        const char *word;
        float alpha[1], beta[1];
        size_t alphas, betas;
        float want[2]; /* of -1 and 2 */
    } cases[] = {
        {"affine", {2}, {0.5f}, 1, 1, {-1.5f, 4.5f}},
        {"Elu", {0.5f}, {0}, 1, 0, {-0.31606028f, 2}},
        {"HardSigmoid", {0.25f}, {0}, 1, 0, {0.25f, 1}},
        {"LeakyRelu", {0}, {0}, 0, 0, {-0.01f, 2}},
        {"ScaledTanh", {0.5f}, {3}, 1, 1, {-0.49752739f, 0.49999385f}},
        {"Softplus", {0}, {0}, 0, 0, {0.31326169f, 2.12692801f}},
        {"Softsign", {0}, {0}, 0, 0, {-0.5f, 0.66666667f}},
        {"ThresholdedRelu", {2}, {0}, 1, 0, {0, 2}}, /* x >= alpha passes */
    };
    static const float x[] = {-1, 2}, one = 1, zero = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one_op o;
        struct ink_view word = ink_view_text(cases[i].word);
        one_op_init(&o, "", "RNN", 7);
        one_op_f32(&o, x, 1, 2, 1);
        one_op_f32(&o, &one, 1, 1, 1);
        one_op_f32(&o, &zero, 1, 1, 1);
        one_op_attr(&o, "activations", INK_ATTRIBUTE_STRINGS, 1)->strings = &word;
        one_op_attr(&o, "activation_alpha", INK_ATTRIBUTE_FLOATS, cases[i].alphas)->floats = cases[i].alpha;
        one_op_attr(&o, "activation_beta", INK_ATTRIBUTE_FLOATS, cases[i].betas)->floats = cases[i].beta;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], cases[i].want, 2);
        one_op_free(&o);
    }
}

static void begin(struct one_op *o)
{
    one_op_init(o, "", "LSTM", 14);
    one_op_f32(o, NULL, 4, 2, 3);
    one_op_f32(o, NULL, 1, 8, 3);
    one_op_f32(o, NULL, 1, 8, 2);
}

static void refused(void **state)
{
    static const int32_t too_long[] = {4, 5}, negative[] = {-1, 4};
    static const int64_t two = 2;
    static const struct ink_view strange[3] = {{(const uint8_t *)"Sinus", 5}};
    struct one_op o;
    begin(&o);
    one_op_text(&o, "direction", "sideways");
    assert_refused(&o, INK_E_MODEL, "direction");
    begin(&o);
    one_op_text(&o, "direction", "bidirectional");
    assert_refused(&o, INK_E_MODEL, "input 1");
    begin(&o);
    one_op_int(&o, "hidden_size", 3);
    assert_refused(&o, INK_E_MODEL, "hidden_size");
    begin(&o);
    one_op_int(&o, "layout", 2);
    assert_refused(&o, INK_E_MODEL, "layout");
    begin(&o);
    one_op_float(&o, "clip", -1);
    assert_refused(&o, INK_E_MODEL, "clip");
    begin(&o);
    one_op_attr(&o, "activations", INK_ATTRIBUTE_STRINGS, 1)->strings = strange;
    assert_refused(&o, INK_E_MODEL, "3 are wanted");
    begin(&o);
    one_op_attr(&o, "activations", INK_ATTRIBUTE_STRINGS, 3)->strings = strange;
    assert_refused(&o, INK_E_MODEL, "Sinus");
    begin(&o);
    one_op_f32(&o, NULL, 1, 8);
    assert_refused(&o, INK_E_MODEL, "input 3");
    begin(&o);
    one_op_left_out(&o);
    one_op_in(&o, INK_INT32, 1, &two, too_long);
    assert_refused(&o, INK_E_MODEL, "5 steps");
    begin(&o);
    one_op_left_out(&o);
    one_op_in(&o, INK_INT32, 1, &two, negative);
    assert_refused(&o, INK_E_MODEL, "-1 steps");
    one_op_init(&o, "", "GRU", 7);
    one_op_f32(&o, NULL, 4, 2);
    one_op_f32(&o, NULL, 1, 6, 3);
    one_op_f32(&o, NULL, 1, 6, 2);
    assert_refused(&o, INK_E_MODEL, "X [4,2]");
    one_op_init(&o, "", "RNN", 7);
    one_op_f32(&o, NULL, 4, 2, 3);
    one_op_f32(&o, NULL, 1, 0, 3);
    one_op_f32(&o, NULL, 1, 0, 0);
    assert_refused(&o, INK_E_MODEL, "R is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_equations_say),
        cmocka_unit_test(functions_with_parameters),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
