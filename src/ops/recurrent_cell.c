/* SPDX-License-Identifier: MIT */
/* One step of RNN, GRU, LSTM as the standard has them. What a step leaves in h (and c) is the next one's state. */
#include <math.h>
#include <strings.h>

#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/recurrent.h"

/* --- activations --- */

/* Which parameter of the attribute is which of ours. */
enum part { NOWHERE, A, B, STRETCH, SCALE, SHIFT };

static const struct {
    const char *word;
    int unary; /* -1: x itself */
    enum part alpha, beta;
    float alpha_otherwise, beta_otherwise;
} functions[] = {
    {"Affine", -1, SCALE, SHIFT, 1, 0},
    {"Elu", INK_UNARY_ELU, A, NOWHERE, 1, 0},
    {"HardSigmoid", INK_UNARY_HARD_SIGMOID, A, B, 0.2f, 0.5f},
    {"LeakyRelu", INK_UNARY_LEAKY_RELU, A, NOWHERE, 0.01f, 0},
    {"Relu", INK_UNARY_RELU, NOWHERE, NOWHERE, 0, 0},
    {"ScaledTanh", INK_UNARY_TANH, SCALE, STRETCH, 1, 1},
    {"Sigmoid", INK_UNARY_SIGMOID, NOWHERE, NOWHERE, 0, 0},
    {"Softplus", INK_UNARY_SOFTPLUS, NOWHERE, NOWHERE, 0, 0},
    {"Softsign", INK_UNARY_SOFTSIGN, NOWHERE, NOWHERE, 0, 0},
    {"Tanh", INK_UNARY_TANH, NOWHERE, NOWHERE, 0, 0},
    {"ThresholdedRelu", INK_UNARY_THRESHOLDED_RELU, A, NOWHERE, 1, 0},
};

static float next(const float **values, size_t *count, float otherwise)
{
    if (*count == 0) return otherwise;
    --*count;
    return *(*values)++;
}

static void set(struct ink_recurrent_function *f, enum part part, float value)
{
    switch (part) {
    case A: f->a = value; return;
    case B: f->b = value; return;
    case STRETCH: f->stretch = value; return;
    case SCALE: f->scale = value; return;
    case SHIFT: f->shift = value; return;
    case NOWHERE: return;
    }
}

bool ink_recurrent_function(struct ink_view word, const float **alphas, size_t *alpha_count, const float **betas,
                            size_t *beta_count, struct ink_recurrent_function *out)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        const char *name = functions[i].word;
        if (strlen(name) != word.len || strncasecmp(name, (const char *)word.data, word.len)) continue;
        *out = (struct ink_recurrent_function){.stretch = 1, .scale = 1};
        if (functions[i].unary >= 0)
            out->row = ink_kernels()->unary_row((enum ink_unary)functions[i].unary, INK_ELEMENT_F32);
        if (functions[i].alpha) set(out, functions[i].alpha, next(alphas, alpha_count, functions[i].alpha_otherwise));
        if (functions[i].beta) set(out, functions[i].beta, next(betas, beta_count, functions[i].beta_otherwise));
        /* x > a is what the row asks; here a itself passes too */
        if (functions[i].unary == INK_UNARY_THRESHOLDED_RELU) out->a = nextafterf(out->a, -INFINITY);
        return true;
    }
    return false;
}

/* x[0..n) in place: clipped, then f of it. */
static void apply(const struct ink_recurrent_step *s, const struct ink_recurrent_function *f, size_t n, float *x)
{
    if (!isinf(s->clip))
        for (size_t i = 0; i < n; i++) x[i] = x[i] < -s->clip ? -s->clip : x[i] > s->clip ? s->clip : x[i];
    if (f->stretch != 1) ink_kernels()->f32_row_affine(n, x, f->stretch, 0, x);
    if (f->row) f->row(n, x, f->a, f->b, x);
    if (f->scale != 1 || f->shift != 0) ink_kernels()->f32_row_affine(n, x, f->scale, f->shift, x);
}

/* --- products --- */

/* c = a * matrix^T, or c += where sum_up. */
static void multiply(const struct ink_recurrent_step *s, const float *a, const struct ink_recurrent_matrix *matrix,
                     bool sum_up, const float *bias, float *c, size_t c_row)
{
    ink_f32_gemm(&(struct ink_f32_gemm){
        .m = s->batch,
        .n = matrix->n,
        .k = matrix->k,
        .a = a,
        .a_row = matrix->k,
        .a_col = 1,
        .b = matrix->plain,
        .b_row = 1,
        .b_col = matrix->k,
        .b_packed = matrix->packed,
        .c = c,
        .c_row = c_row,
        .sum_up = sum_up,
        .col_bias = bias,
        .scratch = s->scratch,
        .parallel = s->parallel,
    });
}

/* --- the three --- */

static void rnn_step(const struct ink_recurrent_step *s)
{
    size_t n = s->hidden;
    multiply(s, s->h, &s->r, true, NULL, s->gates, s->gates_row);
    for (size_t row = 0; row < s->batch; row++) {
        float *gate = s->gates + row * s->gates_row;
        if (!s->on[row]) continue;
        apply(s, &s->f[0], n, gate);
        memcpy(s->h + row * n, gate, n * sizeof *gate);
    }
}

/* Gates: update z, reset r, hidden h. */
static void gru_step(const struct ink_recurrent_step *s)
{
    size_t n = s->hidden;
    multiply(s, s->h, &s->r, true, NULL, s->gates, s->gates_row);
    if (s->resets_late) multiply(s, s->h, &s->r_last, false, s->r_last_bias, s->work, n);
    for (size_t row = 0; row < s->batch; row++) {
        float *z = s->gates + row * s->gates_row, *r = z + n, *g = r + n;
        float *work = s->work + row * n;
        const float *h = s->h + row * n;
        apply(s, &s->f[0], 2 * n, z);
        for (size_t i = 0; i < n; i++) {
            if (s->resets_late)
                g[i] += r[i] * work[i];
            else
                work[i] = r[i] * h[i];
        }
    }
    if (!s->resets_late) multiply(s, s->work, &s->r_last, true, NULL, s->gates + 2 * n, s->gates_row);
    for (size_t row = 0; row < s->batch; row++) {
        float *z = s->gates + row * s->gates_row, *g = z + 2 * n, *h = s->h + row * n;
        if (!s->on[row]) continue;
        apply(s, &s->f[1], n, g);
        for (size_t i = 0; i < n; i++) h[i] = (1 - z[i]) * g[i] + z[i] * h[i];
    }
}

static void add_product(size_t n, const float *a, const float *b, float *y)
{
    for (size_t i = 0; i < n; i++) y[i] += a[i] * b[i];
}

/* Gates: input i, output o, forget f, cell g. */
static void lstm_row(const struct ink_recurrent_step *s, float *i, float *h, float *c)
{
    size_t n = s->hidden;
    float *o = i + n, *f = o + n, *g = f + n;
    if (s->peepholes) {
        add_product(n, s->peepholes, c, i);
        add_product(n, s->peepholes + 2 * n, c, f);
    }
    apply(s, &s->f[0], n, i);
    if (!s->couples) apply(s, &s->f[0], n, f);
    apply(s, &s->f[1], n, g);
    for (size_t k = 0; k < n; k++) c[k] = (s->couples ? 1 - i[k] : f[k]) * c[k] + i[k] * g[k];
    if (s->peepholes) add_product(n, s->peepholes + n, c, o);
    apply(s, &s->f[0], n, o);
    memcpy(h, c, n * sizeof *h);
    apply(s, &s->f[2], n, h);
    for (size_t k = 0; k < n; k++) h[k] *= o[k];
}

static void lstm_step(const struct ink_recurrent_step *s)
{
    multiply(s, s->h, &s->r, true, NULL, s->gates, s->gates_row);
    for (size_t row = 0; row < s->batch; row++)
        if (s->on[row]) lstm_row(s, s->gates + row * s->gates_row, s->h + row * s->hidden, s->c + row * s->hidden);
}

const struct ink_recurrent_kind ink_rnn = {1, 1, 1, false, {"Tanh"}, rnn_step};
const struct ink_recurrent_kind ink_gru = {3, 2, 2, false, {"Sigmoid", "Tanh"}, gru_step};
const struct ink_recurrent_kind ink_lstm = {4, 3, 4, true, {"Sigmoid", "Tanh", "Tanh"}, lstm_step};
