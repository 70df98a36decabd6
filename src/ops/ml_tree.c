/* SPDX-License-Identifier: MIT */
/* ml_tree.c - each row of X down each tree; the votes of the leaves, put together. */
#include <math.h>
#include <stdlib.h>

#include "base/checked.h"
#include "ops/ml.h"
#include "ops/ml_tree.h"

ink_status ink_tree_shape(struct ink_op_ctx *ctx)
{
    const struct ink_trees *t = ctx->attributes;
    struct ink_ml_rows rows;
    ink_status st = ink_ml_rows(ctx, &rows);
    if (st) return st;
    if (rows.features < t->features)
        return ink_op_fail(ctx, INK_E_MODEL, "its trees look at feature %zu of %zu", t->features - 1, rows.features);
    if (t->labels.count)
        ink_ml_classifier_shape(ctx, &rows, t->targets);
    else
        ctx->out[0]->shape = (struct ink_shape){2, {(int64_t)rows.rows, (int64_t)t->targets}};
    return INK_OK;
}

/* A thread's part of the scratch. */
struct work {
    double *scores; /* [targets], and room for a second one */
    double *x;      /* [features] */
    bool *voted;    /* [targets] */
};

ink_status ink_tree_prepare(struct ink_op_ctx *ctx)
{
    const struct ink_trees *t = ctx->attributes;
    struct ink_ml_rows rows;
    ink_status st = ink_ml_rows(ctx, &rows);
    size_t bytes = (t->targets + 1) * (sizeof(double) + sizeof(bool)) + rows.features * sizeof(double);
    ctx->scratch_bytes = (bytes + INK_ARENA_ALIGN - 1) / INK_ARENA_ALIGN * INK_ARENA_ALIGN;
    return st;
}

/* --- down a tree --- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool is_true(const struct ink_trees *t, const struct ink_tree_node *node, double x)
{
    if (isnan(x) && node->nan_is_true) return true;
    switch (node->mode) {
    case INK_TREE_LEQ: return x <= node->split;
    case INK_TREE_LT: return x < node->split;
    case INK_TREE_GTE: return x >= node->split;
    case INK_TREE_GT: return x > node->split;
    case INK_TREE_EQ: return x == node->split;
    case INK_TREE_NEQ: return x != node->split;
    default:
        return !isnan(x) && node->members.count &&
               bsearch(&x, t->members + node->members.first, node->members.count, sizeof x, compare_doubles);
    }
}

static const struct ink_tree_node *leaf_of(const struct ink_trees *t, size_t root, const double *x)
{
    const struct ink_tree_node *node = &t->nodes[root];
    while (node->mode != INK_TREE_LEAF) node = &t->nodes[node->child[is_true(t, node, x[node->feature])]];
    return node;
}

/* --- votes to scores --- */

static double rounded(const struct ink_trees *t, double x)
{
    return t->single ? (double)(float)x : x;
}

static void count_votes(const struct ink_trees *t, const struct work *w)
{
    for (size_t i = 0; i < t->targets; i++) w->voted[i] = (w->scores[i] = 0) != 0;
    for (size_t r = 0; r < t->root_count; r++) {
        const struct ink_tree_node *leaf = leaf_of(t, t->roots[r], w->x);
        for (size_t i = 0; i < leaf->votes.count; i++) {
            const struct ink_tree_vote *vote = &t->votes[leaf->votes.first + i];
            double *score = &w->scores[vote->target];
            if (t->aggregate == INK_TREE_SUM || t->aggregate == INK_TREE_AVERAGE)
                *score = rounded(t, *score + vote->weight);
            else if (!w->voted[vote->target] ||
                     (t->aggregate == INK_TREE_MIN ? vote->weight < *score : vote->weight > *score))
                *score = vote->weight;
            w->voted[vote->target] = true;
        }
    }
    for (size_t i = 0; i < t->targets && t->aggregate == INK_TREE_AVERAGE; i++)
        w->scores[i] = rounded(t, w->scores[i] / (double)t->root_count);
}

static void add_base(const struct ink_trees *t, const struct work *w)
{
    for (size_t i = 0; i < t->base_count && t->base_count == t->targets; i++) {
        w->scores[i] = rounded(t, w->scores[i] + t->base[i]);
        w->voted[i] = true;
    }
}

static size_t best_voted(const struct work *w, size_t count)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (w->voted[i] && (best == SIZE_MAX || w->scores[i] > w->scores[best])) best = i;
    return best == SIZE_MAX ? 0 : best;
}

/* Two classes. Where all votes are for the same one, their sum tells which it is: as a probability where no weight is
 * negative, else as a distance from the plane between them. */
static size_t two_classes(const struct ink_trees *t, const struct work *w, enum ink_second_score *second, size_t *count)
{
    double *s = w->scores;
    size_t only = t->vote_count ? t->votes[0].target : 0;
    *second = INK_SECOND_NONE;
    add_base(t, w);
    if (!t->one_score || t->base_count == 2) return best_voted(w, 2);
    if (t->base_count == 1) s[only] = rounded(t, s[only] + t->base[0]);
    if (only == 0) {
        *count = 1;
        *second = t->all_positive ? INK_SECOND_REST : INK_SECOND_OPPOSITE;
    }
    return t->all_positive ? s[only] > 0.5 : s[only] > 0;
}

static void classify(const struct ink_trees *t, struct ink_op_ctx *ctx, size_t row, const struct work *w)
{
    enum ink_second_score second = INK_SECOND_NONE;
    size_t count = t->targets, best;
    if (t->targets == 2) {
        best = two_classes(t, w, &second, &count);
    } else {
        add_base(t, w);
        best = best_voted(w, t->targets);
    }
    ink_ml_label_put(&t->labels, best, t->targets, row, ctx->out[0]);
    if (ink_op_wants(ctx, 1))
        ink_ml_scores_put(w->scores, ink_ml_scores(t->transform, second, w->scores, count), row, ctx->out[1]);
}

static void one_row(void *arg, size_t row, int worker)
{
    const struct ink_ml_job *job = arg;
    struct ink_op_ctx *ctx = job->ctx;
    const struct ink_trees *t = ctx->attributes;
    struct work w = {.scores = (void *)((char *)ctx->scratch + (size_t)worker * ctx->scratch_bytes)};
    w.x = w.scores + t->targets + 1;
    w.voted = (bool *)(w.x + job->features);
    ink_ml_row_f64(ctx->in[0], row, job->features, w.x);
    count_votes(t, &w);
    if (t->labels.count) {
        classify(t, ctx, row, &w);
        return;
    }
    add_base(t, &w);
    size_t count = ink_ml_scores(t->transform, INK_SECOND_NONE, w.scores, t->targets);
    ink_ml_scores_put(w.scores, count, row, ctx->out[0]);
}

ink_status ink_tree_run(struct ink_op_ctx *ctx)
{
    return ink_ml_each_row(ctx, one_row);
}

uint64_t ink_tree_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct ink_trees *t = ctx->attributes;
    struct ink_ml_rows rows;
    size_t depth = 1, all;
    if (ink_ml_rows(ctx, &rows)) return UINT64_MAX;
    for (size_t n = t->root_count ? t->node_count / t->root_count : 0; n > 1; n /= 2) depth++;
    return ink_mul_size(depth * t->root_count, rows.rows, &all) ? all : UINT64_MAX;
}
