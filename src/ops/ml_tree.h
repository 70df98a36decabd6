/* SPDX-License-Identifier: MIT */
/* ml_tree.h - decision trees as they are walked: made by ml_tree_load.c from the three ways in which operators write them,
 * walked by ml_tree.c. */
#ifndef INK_OPS_ML_TREE_H
#define INK_OPS_ML_TREE_H

#include "ops/ml_scores.h"

/* In the numbering of TreeEnsemble-5; LEAF is ours. */
enum ink_tree_mode {
    INK_TREE_LEQ,
    INK_TREE_LT,
    INK_TREE_GTE,
    INK_TREE_GT,
    INK_TREE_EQ,
    INK_TREE_NEQ,
    INK_TREE_MEMBER, /* x is one of a set */
    INK_TREE_LEAF,
};

enum ink_tree_aggregate { INK_TREE_AVERAGE, INK_TREE_SUM, INK_TREE_MIN, INK_TREE_MAX, INK_TREE_AGGREGATES };

/* A part of a list. */
struct ink_tree_span {
    size_t first, count;
};

struct ink_tree_node {
    enum ink_tree_mode mode;
    bool nan_is_true; /* where a missing feature goes */
    size_t feature;
    union {
        double split;
        struct ink_tree_span members; /* MEMBER: of the ensemble's, in order */
    };
    union {
        size_t child[2];            /* when false, when true */
        struct ink_tree_span votes; /* LEAF: of the ensemble's */
    };
};

struct ink_tree_vote {
    size_t target;
    double weight;
};

struct ink_trees {
    struct ink_tree_node *nodes;
    size_t node_count;
    size_t *roots;
    size_t root_count;
    struct ink_tree_vote *votes;
    size_t vote_count;
    double *members;
    size_t targets;
    size_t features; /* at least so many does X have */
    bool single;     /* sums are rounded to float at each step, as whoever made the model had them */
    enum ink_tree_aggregate aggregate;
    enum ink_post_transform transform;
    const double *base; /* added at the end: `base_count` values */
    size_t base_count;

    /* a classifier's */
    struct ink_ml_labels labels;
    bool one_score;    /* two classes, and all votes are for the same one */
    bool all_positive; /* weights */
};

#endif
