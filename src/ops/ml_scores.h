/* SPDX-License-Identifier: MIT */
/* ml_scores.h - what the classifiers and regressors of ai.onnx.ml have in common: rows of features in, scores and labels out.
 *
 * Where the standard is silent - how two classes come out of one score - it is done as ONNX Runtime does, which is what
 * scikit-learn's exporters are checked against. */
#ifndef INK_OPS_ML_SCORES_H
#define INK_OPS_ML_SCORES_H

#include "ops/op.h"

/* --- features --- */

/* X [N,C], or [C], which is one row. */
struct ink_ml_rows {
    size_t rows, features;
};
INK_NODISCARD ink_status ink_ml_rows(const struct ink_op_ctx *ctx, struct ink_ml_rows *out);

/* What the task of a row gets as its argument. */
struct ink_ml_job {
    struct ink_op_ctx *ctx;
    size_t features;
};

/* Calls the task for each row of the input, by all threads; for run. */
INK_NODISCARD ink_status ink_ml_each_row(struct ink_op_ctx *ctx, void (*task)(void *job, size_t row, int worker));

/* Out of a tensor of numbers: row `row` as float or double. */
void ink_ml_row_f32(const struct ink_tensor *x, size_t row, size_t features, float *out);
void ink_ml_row_f64(const struct ink_tensor *x, size_t row, size_t features, double *out);

/* --- scores --- */

/* In the numbering of TreeEnsemble-5. */
enum ink_post_transform {
    INK_POST_NONE,
    INK_POST_SOFTMAX,
    INK_POST_LOGISTIC,
    INK_POST_SOFTMAX_ZERO, /* softmax of what is not 0 */
    INK_POST_PROBIT,
    INK_POST_COUNT
};

/* The attribute post_transform as a word. */
INK_NODISCARD ink_status ink_post_transform_load(const struct ink_op_ctx *ctx, enum ink_post_transform *out);

/* In place, the scores of one row. */
void ink_post_transform(enum ink_post_transform transform, double *scores, size_t count);

/* How scores[0], the only one, becomes two. */
enum ink_second_score {
    INK_SECOND_NONE,
    INK_SECOND_REST,     /* it is the probability of the second class: 1 - s, s */
    INK_SECOND_OPPOSITE, /* it is a distance from the plane between them: -s, s; LOGISTIC makes it a probability */
};

/* The scores of a row: `count` of them, with room for 2. A single one that stays alone is changed by PROBIT only, as ONNX
 * Runtime does. Returns how many there are then. */
size_t ink_ml_scores(enum ink_post_transform transform, enum ink_second_score second, double *scores, size_t count);

/* Rounded into row `row` of out [rows, count], which is float, double or float16. */
void ink_ml_scores_put(const double *scores, size_t count, size_t row, struct ink_tensor *out);

size_t ink_ml_best(const double *scores, size_t count); /* the first of the largest */

/* --- labels --- */

struct ink_ml_labels {
    size_t count;
    const int64_t *integers;        /* or */
    const struct ink_view *strings; /* in the model's file */
};

/* classlabels_strings or, under its name, the list of integers; sets ctx->types[1]. At least one. */
INK_NODISCARD ink_status ink_ml_labels_load(struct ink_op_ctx *ctx, const char *integers, struct ink_ml_labels *out);

/* Label `index` as the answer for `row`; where there are not `wanted` labels, the index itself. Nothing where out is NULL. */
void ink_ml_label_put(const struct ink_ml_labels *labels, size_t index, size_t wanted, size_t row,
                      struct ink_tensor *out);

/* Y [rows] and Z [rows, scores] of a classifier. */
void ink_ml_classifier_shape(struct ink_op_ctx *ctx, const struct ink_ml_rows *rows, size_t scores);

#endif
