/* SPDX-License-Identifier: MIT */
/* recurrent.h - RNN, GRU, LSTM: one layer over a sequence, in one direction or in both.
 *
 *   recurrent.c       attributes, shapes, packed weights; the loop over directions and time steps
 *   recurrent_cell.c  what happens in one step, for each of the three; their activation functions
 *
 * Shapes, with gates = 1, 3, 4: X [seq, batch, input] (layout 1: [batch, seq, input]), W [dirs, gates * hidden, input],
 * R [dirs, gates * hidden, hidden], B [dirs, 2 * gates * hidden] (of W, then of R), Y [seq, dirs, batch, hidden]. */
#ifndef INK_OPS_RECURRENT_H
#define INK_OPS_RECURRENT_H

#include "kernels/unary.h"
#include "ops/op.h"

enum {
    INK_RECURRENT_FUNCTIONS = 3, /* activations of one direction at most */
    INK_RECURRENT_DIRECTIONS = 2,
};

/* y[i] = scale * f(stretch * x[i]; a, b) + shift of rows of floats. */
struct ink_recurrent_function {
    ink_unary_fn *row; /* NULL: f is x */
    float a, b;
    float stretch, scale, shift;
};

/* "Sigmoid", "affine", ... (case does not matter) with the next of alphas and betas, where it takes one: these move on.
 * False where there is no such function. */
bool ink_recurrent_function(struct ink_view word, const float **alphas, size_t *alpha_count, const float **betas,
                            size_t *beta_count, struct ink_recurrent_function *out);

/* A matrix that states or inputs are multiplied with, transposed. */
struct ink_recurrent_matrix {
    size_t n, k;         /* [n, k] as it is stored */
    const float *plain;  /* or */
    const float *packed; /* from prepare, where it is constant */
};

/* One step of one direction: `batch` rows of each. */
struct ink_recurrent_step {
    size_t batch, hidden;
    const struct ink_recurrent_function *f; /* of this direction */
    float clip;                             /* of what goes into a function; infinite: none */
    bool couples;                           /* LSTM: forget is 1 - input */
    bool resets_late;                       /* GRU: linear_before_reset */
    struct ink_recurrent_matrix r, r_last;  /* r_last: of GRU's hidden gate, the others are in r */
    const float *r_last_bias;               /* GRU that resets late, else NULL */
    const float *peepholes;                 /* LSTM: [3, hidden] of input, output, forget; or NULL */

    float *gates; /* X * W + bias; row b at gates + b * gates_row; overwritten */
    size_t gates_row;
    const bool *on; /* rows whose sequence has this step: others keep their state */
    float *h, *c;   /* [batch, hidden]; c: LSTM */
    float *work;    /* [batch, hidden] */
    float *scratch; /* for products */
    struct ink_parallel *parallel;
};

/* A row's param. */
struct ink_recurrent_kind {
    int gates, functions;
    int gates_at_once; /* that are multiplied with the state before anything else; the others come after the reset */
    bool has_cell;
    const char *otherwise[INK_RECURRENT_FUNCTIONS];
    void (*step)(const struct ink_recurrent_step *step);
};
extern const struct ink_recurrent_kind ink_rnn, ink_gru, ink_lstm;

ink_status ink_recurrent_load(struct ink_op_ctx *ctx);
ink_status ink_recurrent_shape(struct ink_op_ctx *ctx);
ink_status ink_recurrent_prepare(struct ink_op_ctx *ctx);
ink_status ink_recurrent_run(struct ink_op_ctx *ctx);
uint64_t ink_recurrent_multiply_adds(const struct ink_op_ctx *ctx);

#endif
