/* SPDX-License-Identifier: MIT */
/* SVMClassifier and SVMRegressor.
 *
 *   x [features]  ->  kernel(x, support vector) for each vector  ->  weighted sums, one a pair of classes  ->  votes
 *
 * With prob_a and prob_b the sums of the pairs become probabilities of the classes (Wu, Lin, Weng: Probability estimates
 * for multi-class classification by pairwise coupling, JMLR 2004, method 2, as in libsvm). Without support vectors the
 * coefficients are planes, one a class. Where the standard is silent it is as in ONNX Runtime. */
#include <math.h>

#include "base/checked.h"
#include "kernels/kernels.h"
#include "ops/ml.h"
#include "ops/ml_scores.h"

enum kernel { KERNEL_LINEAR, KERNEL_POLY, KERNEL_RBF, KERNEL_SIGMOID, KERNEL_COUNT };

struct svm {
    enum kernel kernel;
    float gamma, coef0, degree;
    const float *vectors; /* [vector_count, features]; without: the coefficients, one a class */
    size_t vector_count, vector_floats;
    const float *coefficients; /* [classes - 1, vector_count] */
    const float *rho;
    size_t coefficient_count, rho_count;
    enum ink_post_transform transform;
    bool planes;    /* no support vectors */
    bool one_class; /* a regressor that answers 1 or -1 */

    /* a classifier's */
    struct ink_ml_labels labels;
    const int64_t *per_class; /* vectors of each class; they lie in that order */
    const float *prob_a, *prob_b;
    size_t pairs; /* of classes */
    bool all_positive;
};

/* --- load --- */

static ink_status load_kernel(const struct ink_op_ctx *ctx, struct svm *my)
{
    static const char *const words[KERNEL_COUNT] = {"LINEAR", "POLY", "RBF", "SIGMOID"};
    const float *params;
    size_t count;
    struct ink_view word;
    ink_status st = ink_op_attr_text(ctx, "kernel_type", "LINEAR", &word);
    if (!st) st = ink_op_attr_f32s(ctx, "kernel_params", &params, &count);
    if (st) return st;
    if (count != 0 && count != 3) return ink_op_fail(ctx, INK_E_MODEL, "kernel_params has %zu values, not 3", count);
    if (count) {
        my->gamma = params[0];
        my->coef0 = params[1];
        my->degree = params[2];
    }
    for (int i = 0; i < KERNEL_COUNT; i++) {
        my->kernel = (enum kernel)i;
        if (ink_view_is(word, words[i])) return INK_OK;
    }
    return ink_op_fail(ctx, INK_E_MODEL, "kernel_type is \"%.*s\"", INK_VIEW_ARGS(word));
}

static ink_status load_lists(const struct ink_op_ctx *ctx, struct svm *my)
{
    ink_status st = load_kernel(ctx, my);
    if (!st) st = ink_op_attr_f32s(ctx, "support_vectors", &my->vectors, &my->vector_floats);
    if (!st) st = ink_op_attr_f32s(ctx, "coefficients", &my->coefficients, &my->coefficient_count);
    if (!st) st = ink_op_attr_f32s(ctx, "rho", &my->rho, &my->rho_count);
    if (!st) st = ink_post_transform_load(ctx, &my->transform);
    if (st) return st;
    if (!my->rho_count || !my->coefficient_count)
        return ink_op_fail(ctx, INK_E_MODEL, "%s is not given", my->rho_count ? "coefficients" : "rho");
    return INK_OK;
}

/* Without support vectors: `count` planes. */
static void take_planes(struct svm *my, size_t count)
{
    my->planes = true;
    my->kernel = KERNEL_LINEAR;
    my->vectors = my->coefficients;
    my->vector_floats = my->coefficient_count;
    my->vector_count = count;
}

static ink_status load_pairs(const struct ink_op_ctx *ctx, struct svm *my)
{
    size_t classes = my->labels.count, per_class, a_count, b_count, wanted;
    ink_status st = ink_op_attr_i64s(ctx, "vectors_per_class", &my->per_class, &per_class);
    if (!st) st = ink_op_attr_f32s(ctx, "prob_a", &my->prob_a, &a_count);
    if (!st) st = ink_op_attr_f32s(ctx, "prob_b", &my->prob_b, &b_count);
    if (st) return st;
    if (classes < 2 || classes > UINT16_MAX)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "%zu classes: 2 to 65535 are supported", classes);
    my->pairs = classes * (classes - 1) / 2;
    for (size_t i = 0; i < per_class; i++) {
        if (my->per_class[i] < 0 || my->per_class[i] > INT32_MAX)
            return ink_op_fail(ctx, INK_E_MODEL, "vectors_per_class has %lld", (long long)my->per_class[i]);
        my->vector_count += (size_t)my->per_class[i];
    }
    if (!my->vector_count) {
        take_planes(my, classes);
        my->prob_a = NULL;
        return INK_OK;
    }
    if (!a_count) my->prob_a = NULL;
    if (per_class != classes || !ink_mul_size(classes - 1, my->vector_count, &wanted) ||
        my->coefficient_count < wanted || my->rho_count < my->pairs || a_count != b_count ||
        (a_count && a_count < my->pairs))
        return ink_op_fail(ctx, INK_E_MODEL,
                           "%zu vectors_per_class, %zu coefficients, %zu rho, %zu prob_a, %zu prob_b do not fit %zu "
                           "classes and %zu support vectors",
                           per_class, my->coefficient_count, my->rho_count, a_count, b_count, classes,
                           my->vector_count);
    return INK_OK;
}

ink_status ink_svm_classifier_load(struct ink_op_ctx *ctx)
{
    struct svm *my = INK_ARENA_NEW(ctx->arena, struct svm);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = load_lists(ctx, my);
    if (!st) st = ink_ml_labels_load(ctx, "classlabels_ints", &my->labels);
    my->all_positive = true;
    for (size_t i = 0; !st && i < my->coefficient_count; i++)
        my->all_positive = my->all_positive && my->coefficients[i] >= 0;
    return st ? st : load_pairs(ctx, my);
}

ink_status ink_svm_regressor_load(struct ink_op_ctx *ctx)
{
    struct svm *my = INK_ARENA_NEW(ctx->arena, struct svm);
    int64_t supports, one_class;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = load_lists(ctx, my);
    if (!st) st = ink_op_attr_i64(ctx, "n_supports", 0, &supports);
    if (!st) st = ink_op_attr_i64(ctx, "one_class", 0, &one_class);
    if (st) return st;
    my->one_class = one_class != 0;
    if (supports <= 0) {
        take_planes(my, 1);
        return INK_OK;
    }
    my->vector_count = (size_t)supports;
    if (my->coefficient_count < my->vector_count)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu coefficients for %zu support vectors", my->coefficient_count,
                           my->vector_count);
    return INK_OK;
}

/* --- shape, scratch --- */

static bool is_pairwise(const struct svm *my)
{
    return !my->planes && !my->prob_a;
}

static size_t scores_of(const struct svm *my)
{
    if (!my->labels.count) return 1;
    return is_pairwise(my) && my->labels.count > 2 ? my->pairs : my->labels.count;
}

ink_status ink_svm_shape(struct ink_op_ctx *ctx)
{
    const struct svm *my = ctx->attributes;
    struct ink_ml_rows rows;
    size_t wanted;
    ink_status st = ink_ml_rows(ctx, &rows);
    if (st) return st;
    if (!ink_mul_size(my->vector_count, rows.features, &wanted) || wanted != my->vector_floats)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu numbers are not %zu vectors of %zu features", my->vector_floats,
                           my->vector_count, rows.features);
    if (my->labels.count)
        ink_ml_classifier_shape(ctx, &rows, scores_of(my));
    else
        ctx->out[0]->shape = (struct ink_shape){2, {(int64_t)rows.rows, 1}};
    return INK_OK;
}

/* A thread's: the sums of the pairs, then the scores; matrix Q and its product with the scores, where there are
 * probabilities; votes; the row; the kernel's values. */
ink_status ink_svm_prepare(struct ink_op_ctx *ctx)
{
    const struct svm *my = ctx->attributes;
    size_t classes = my->labels.count, matrix = my->prob_a ? classes * classes + classes : 0, bytes, more;
    struct ink_ml_rows rows;
    ink_status st = ink_ml_rows(ctx, &rows);
    if (st) return st;
    size_t doubles = my->pairs + 2 * classes + 2 + 2 * matrix;
    bool fits = ink_mul_size(doubles, sizeof(double), &bytes) &&
                ink_mul_size(rows.features + my->vector_count, sizeof(float), &more) &&
                ink_add_size(bytes, more, &bytes) && ink_add_size(bytes, INK_ARENA_ALIGN - 1, &bytes);
    ctx->scratch_bytes = fits ? bytes / INK_ARENA_ALIGN * INK_ARENA_ALIGN : 0;
    return fits ? INK_OK : ink_op_fail(ctx, INK_E_LIMIT, "needs more working memory than a machine can have");
}

/* --- run --- */

static float square_distance(size_t n, const float *a, const float *b)
{
    enum { LANES = 8 }; /* sums that do not wait for each other */
    float sums[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) sums[l] += (a[i + l] - b[i + l]) * (a[i + l] - b[i + l]);
    for (; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    for (size_t l = 0; l < LANES; l++) sum += sums[l];
    return sum;
}

/* y[v] = kernel(x, vector v) */
static void apply_kernel(const struct svm *my, size_t features, const float *x, float *y)
{
    if (my->kernel == KERNEL_RBF) {
        for (size_t v = 0; v < my->vector_count; v++)
            y[v] = expf(-my->gamma * square_distance(features, x, my->vectors + v * features));
        return;
    }
    ink_kernels()->f32_gemv(my->vector_count, features, my->vectors, features, x, y, 1);
    for (size_t v = 0; v < my->vector_count && my->kernel != KERNEL_LINEAR; v++) {
        float inner = my->gamma * y[v] + my->coef0;
        y[v] = my->kernel == KERNEL_POLY ? powf(inner, my->degree) : tanhf(inner);
    }
}

static double weighted(size_t n, const float *weights, const float *values)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)(weights[i] * values[i]);
    return sum;
}

/* Each pair of classes (a, b), a < b: the sum over the vectors of both; above 0 it is a vote for a. */
static void compare_pairs(const struct svm *my, const float *kernel, double *sums, double *votes)
{
    size_t classes = my->labels.count, pair = 0;
    memset(votes, 0, classes * sizeof *votes);
    for (size_t a = 0, from_a = 0; a + 1 < classes; from_a += (size_t)my->per_class[a++]) {
        size_t count_a = (size_t)my->per_class[a], from_b = from_a + count_a;
        for (size_t b = a + 1; b < classes; from_b += (size_t)my->per_class[b++], pair++) {
            const float *of_a = my->coefficients + (b - 1) * my->vector_count + from_a;
            const float *of_b = my->coefficients + a * my->vector_count + from_b;
            double sum = weighted(count_a, of_a, kernel + from_a) +
                         weighted((size_t)my->per_class[b], of_b, kernel + from_b) + (double)my->rho[pair];
            sums[pair] = (double)(float)sum;
            votes[sum > 0 ? a : b]++;
        }
    }
}

/* r[a][b] = P(a | a or b) -> p: minimizes the sum of (r[b][a] p[a] - r[a][b] p[b])^2, that is p'Qp with sum p = 1. */
static void couple(size_t n, const double *r, double *q, double *qp, double *p)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = 1.0 / (double)n;
        q[i * n + i] = 0;
        for (size_t j = 0; j < n; j++) {
            if (j == i) continue;
            q[i * n + i] += r[j * n + i] * r[j * n + i];
            q[i * n + j] = -r[j * n + i] * r[i * n + j];
        }
    }
    for (int round = 0; round < 100; round++) {
        double pqp = 0, worst = 0;
        for (size_t i = 0; i < n; i++) {
            qp[i] = 0;
            for (size_t j = 0; j < n; j++) qp[i] += q[i * n + j] * p[j];
            pqp += p[i] * qp[i];
        }
        for (size_t i = 0; i < n; i++) worst = fmax(worst, fabs(qp[i] - pqp));
        if (worst < 0.005 / (double)n) return;
        for (size_t i = 0; i < n; i++) {
            double step = (pqp - qp[i]) / q[i * n + i];
            p[i] += step;
            pqp = (pqp + step * (step * q[i * n + i] + 2 * qp[i])) / (1 + step) / (1 + step);
            for (size_t j = 0; j < n; j++) {
                qp[j] = (qp[j] + step * q[i * n + j]) / (1 + step);
                p[j] /= 1 + step;
            }
        }
    }
}

/* Platt's sigmoid of each pair, coupled; matrices: twice [n, n + 1]. */
static void probabilities(const struct svm *my, const double *sums, double *matrices, double *p)
{
    size_t n = my->labels.count, pair = 0;
    double *r = matrices, *q = r + n * n, *qp = q + n * n;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++, pair++) {
            double of_a = 1 / (1 + exp(sums[pair] * (double)my->prob_a[pair] + (double)my->prob_b[pair]));
            of_a = fmin(fmax(of_a, 1e-7), 1 - 1e-7);
            r[a * n + b] = of_a;
            r[b * n + a] = 1 - of_a;
        }
    couple(n, r, q, qp, p);
}

/* Planes of two classes: which one is told by the sign of the larger score, not by which of them it is. */
static size_t class_of_planes(const struct svm *my, const double *scores)
{
    size_t best = ink_ml_best(scores, my->labels.count);
    bool second = my->all_positive ? scores[best] >= 0.5 : scores[best] > 0;
    return my->labels.count == 2 && second ? 1 : best;
}

static void classify(const struct svm *my, struct ink_op_ctx *ctx, size_t row, const float *kernel, double *sums)
{
    size_t classes = my->labels.count, count = my->pairs, best;
    double *scores = sums + my->pairs + 1, *votes = scores + classes + 1;
    enum ink_second_score second = INK_SECOND_NONE;
    if (my->planes) {
        for (size_t i = 0; i < classes; i++) scores[i] = (double)(kernel[i] + my->rho[0]);
        best = class_of_planes(my, scores);
        count = classes;
    } else {
        compare_pairs(my, kernel, sums, votes);
        best = ink_ml_best(votes, classes);
        if (my->prob_a) {
            probabilities(my, sums, votes + classes, scores);
            count = classes;
        } else {
            scores = sums;
            second = my->transform == INK_POST_NONE ? INK_SECOND_OPPOSITE : INK_SECOND_REST;
        }
    }
    ink_ml_label_put(&my->labels, best, classes, row, ctx->out[0]);
    if (!ink_op_wants(ctx, 1)) return;
    ink_ml_scores_put(scores, ink_ml_scores(my->transform, second, scores, count), row, ctx->out[1]);
}

static void regress(const struct svm *my, struct ink_op_ctx *ctx, size_t row, const float *kernel)
{
    double y =
        (double)my->rho[0] + (my->planes ? (double)kernel[0] : weighted(my->vector_count, my->coefficients, kernel));
    ((float *)ctx->out[0]->data)[row] = my->one_class ? (y > 0 ? 1.0f : -1.0f) : (float)y;
}

static void one_row(void *arg, size_t row, int worker)
{
    const struct ink_ml_job *job = arg;
    struct ink_op_ctx *ctx = job->ctx;
    const struct svm *my = ctx->attributes;
    char *scratch = (char *)ctx->scratch + (size_t)worker * ctx->scratch_bytes;
    float *x = (float *)(scratch + ctx->scratch_bytes) - job->features, *kernel = x - my->vector_count;
    ink_ml_row_f32(ctx->in[0], row, job->features, x);
    apply_kernel(my, job->features, x, kernel);
    if (my->labels.count)
        classify(my, ctx, row, kernel, (double *)(void *)scratch);
    else
        regress(my, ctx, row, kernel);
}

ink_status ink_svm_run(struct ink_op_ctx *ctx)
{
    return ink_ml_each_row(ctx, one_row);
}

uint64_t ink_svm_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct svm *my = ctx->attributes;
    struct ink_ml_rows rows;
    size_t each = my->vector_floats + my->labels.count * my->vector_count, all;
    if (ink_ml_rows(ctx, &rows) || !ink_mul_size(each, rows.rows, &all)) return UINT64_MAX;
    return all;
}
