/* SPDX-License-Identifier: MIT */
/* ml_tree_load.c - the attributes of TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble -> struct ink_trees.
 *
 * The older two name a node by its tree and a number in it, and list votes with the leaf that they are for; the newest
 * one has places in lists. A walk must end, so children that lead back to a node are refused. */
#include <math.h>
#include <stdlib.h>

#include "base/checked.h"
#include "ops/elements.h"
#include "ops/ml.h"
#include "ops/ml_tree.h"

static ink_status no_memory(const struct ink_op_ctx *ctx)
{
    return ink_op_fail(ctx, INK_E_OOM, "no memory for its trees");
}

/* A list of numbers, from NAME or from the tensor NAME_as_tensor. */
struct numbers {
    const double *values;
    size_t count;
    bool is_double; /* a tensor of doubles */
};

static ink_status take_numbers(const struct ink_op_ctx *ctx, const struct ink_tensor *tensor, struct numbers *out)
{
    out->count = ink_tensor_count(tensor);
    out->is_double = tensor->dtype == INK_DOUBLE;
    double *values = INK_ARENA_ARRAY(ctx->arena, double, out->count + 1);
    if (!values) return no_memory(ctx);
    if (!(INK_TYPES_FLOAT & INK_DTYPE_BIT(tensor->dtype)))
        return ink_op_fail(ctx, INK_E_MODEL, "a list of its trees is %s", ink_dtype_word(tensor->dtype));
    ink_convert(out->count, tensor->dtype, tensor->data, INK_DOUBLE, values, false, INK_ROUND_NEAREST);
    out->values = values;
    return INK_OK;
}

static ink_status numbers_of(const struct ink_op_ctx *ctx, const char *name, const char *as_tensor, struct numbers *out)
{
    const struct ink_tensor *tensor = NULL;
    const float *floats;
    size_t count;
    ink_status st = ink_op_attr_f32s(ctx, name, &floats, &count);
    if (!st) st = ink_op_attr_tensor(ctx, as_tensor, &tensor);
    if (st) return st;
    if (tensor && count) return ink_op_fail(ctx, INK_E_MODEL, "both %s and %s are given", name, as_tensor);
    struct ink_tensor list = {INK_FLOAT, {1, {(int64_t)count}}, (void *)(uintptr_t)floats};
    return take_numbers(ctx, tensor ? tensor : &list, out);
}

/* A list of integers that must be `wanted` long, or may be left out (NULL) where `optional`. */
static ink_status integers_of(const struct ink_op_ctx *ctx, const char *name, size_t wanted, bool optional,
                              const int64_t **out)
{
    size_t count;
    ink_status st = ink_op_attr_i64s(ctx, name, out, &count);
    if (st) return st;
    if (optional && !count) {
        *out = NULL;
        return INK_OK;
    }
    return count == wanted ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "%s has %zu values for %zu", name, count, wanted);
}

/* --- what all have --- */

static ink_status set_feature(const struct ink_op_ctx *ctx, struct ink_trees *t, struct ink_tree_node *node,
                              int64_t feature)
{
    if (feature < 0 || feature > INT32_MAX)
        return ink_op_fail(ctx, INK_E_MODEL, "nodes_featureids has %lld", (long long)feature);
    node->feature = (size_t)feature;
    if (node->feature >= t->features) t->features = node->feature + 1;
    return INK_OK;
}

/* Takes away nodes that no child leads to, until none is left: what stays then is a circle. */
static ink_status check_ends(const struct ink_op_ctx *ctx, const struct ink_trees *t)
{
    struct ink_arena_mark mark = ink_arena_mark(ctx->arena);
    size_t *parents = INK_ARENA_ARRAY(ctx->arena, size_t, t->node_count + 1);
    size_t *free = INK_ARENA_ARRAY(ctx->arena, size_t, t->node_count + 1), free_count = 0, seen = 0;
    if (!parents || !free) return no_memory(ctx);
    for (size_t i = 0; i < t->node_count; i++)
        for (int side = 0; side < 2 && t->nodes[i].mode != INK_TREE_LEAF; side++) parents[t->nodes[i].child[side]]++;
    for (size_t i = 0; i < t->node_count; i++)
        if (!parents[i]) free[free_count++] = i;
    for (; seen < free_count; seen++) {
        const struct ink_tree_node *node = &t->nodes[free[seen]];
        for (int side = 0; side < 2 && node->mode != INK_TREE_LEAF; side++)
            if (--parents[node->child[side]] == 0) free[free_count++] = node->child[side];
    }
    ink_arena_release(ctx->arena, mark);
    return seen == t->node_count ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "its trees go in a circle");
}

/* --- the older two --- */

/* How a node is named. */
struct node_id {
    int64_t tree, node;
    size_t place;
};

static int by_id(const void *a, const void *b)
{
    const struct node_id *x = a, *y = b;
    if (x->tree != y->tree) return x->tree < y->tree ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

struct index {
    struct node_id *ids; /* sorted */
    size_t count;
};

static ink_status make_index(const struct ink_op_ctx *ctx, const int64_t *trees, const int64_t *nodes, size_t count,
                             struct index *out)
{
    out->ids = INK_ARENA_ARRAY(ctx->arena, struct node_id, count + 1);
    out->count = count;
    if (!out->ids) return no_memory(ctx);
    for (size_t i = 0; i < count; i++) out->ids[i] = (struct node_id){trees[i], nodes[i], i};
    if (count) qsort(out->ids, count, sizeof *out->ids, by_id);
    for (size_t i = 1; i < count; i++)
        if (!by_id(&out->ids[i - 1], &out->ids[i]))
            return ink_op_fail(ctx, INK_E_MODEL, "tree %lld has two nodes %lld", (long long)out->ids[i].tree,
                               (long long)out->ids[i].node);
    return INK_OK;
}

static ink_status find_node(const struct ink_op_ctx *ctx, const struct index *index, int64_t tree, int64_t node,
                            size_t *place)
{
    struct node_id wanted = {tree, node, 0};
    const struct node_id *found =
        index->count ? bsearch(&wanted, index->ids, index->count, sizeof wanted, by_id) : NULL;
    if (!found) return ink_op_fail(ctx, INK_E_MODEL, "tree %lld has no node %lld", (long long)tree, (long long)node);
    *place = found->place;
    return INK_OK;
}

static bool mode_of(struct ink_view word, enum ink_tree_mode *out)
{
    static const char *const words[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                        "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};
    for (int i = INK_TREE_LEQ; i <= INK_TREE_LEAF; i++) {
        *out = (enum ink_tree_mode)i;
        if (ink_view_is(word, words[i])) return *out != INK_TREE_MEMBER;
    }
    return false;
}

/* The lists nodes_*: *index names them for the votes. */
static ink_status load_nodes(struct ink_op_ctx *ctx, struct ink_trees *t, struct index *index)
{
    const int64_t *trees, *ids, *features, *when_true, *when_false, *nan_is_true;
    const struct ink_view *modes;
    struct numbers splits;
    size_t n;
    ink_status st = ink_op_attr_texts(ctx, "nodes_modes", &modes, &n);
    if (!st) st = integers_of(ctx, "nodes_treeids", n, false, &trees);
    if (!st) st = integers_of(ctx, "nodes_nodeids", n, false, &ids);
    if (!st) st = integers_of(ctx, "nodes_featureids", n, false, &features);
    if (!st) st = integers_of(ctx, "nodes_truenodeids", n, false, &when_true);
    if (!st) st = integers_of(ctx, "nodes_falsenodeids", n, false, &when_false);
    if (!st) st = integers_of(ctx, "nodes_missing_value_tracks_true", n, true, &nan_is_true);
    if (!st) st = numbers_of(ctx, "nodes_values", "nodes_values_as_tensor", &splits);
    if (!st && splits.count != n) st = ink_op_fail(ctx, INK_E_MODEL, "%zu nodes_values for %zu", splits.count, n);
    if (!st) st = make_index(ctx, trees, ids, n, index);
    if (st) return st;
    bool *is_child = INK_ARENA_ARRAY(ctx->arena, bool, n + 1);
    t->nodes = INK_ARENA_ARRAY(ctx->arena, struct ink_tree_node, n + 1);
    t->roots = INK_ARENA_ARRAY(ctx->arena, size_t, n + 1);
    if (!t->nodes || !t->roots || !is_child) return no_memory(ctx);
    t->node_count = n;
    t->single = !splits.is_double;
    for (size_t i = 0; i < n; i++) {
        struct ink_tree_node *node = &t->nodes[i];
        if (!mode_of(modes[i], &node->mode))
            return ink_op_fail(ctx, INK_E_MODEL, "nodes_modes has \"%.*s\"", INK_VIEW_ARGS(modes[i]));
        if (node->mode == INK_TREE_LEAF) continue;
        node->nan_is_true = nan_is_true && nan_is_true[i];
        node->split = splits.values[i];
        st = set_feature(ctx, t, node, features[i]);
        if (!st) st = find_node(ctx, index, trees[i], when_false[i], &node->child[0]);
        if (!st) st = find_node(ctx, index, trees[i], when_true[i], &node->child[1]);
        if (st) return st;
        is_child[node->child[0]] = is_child[node->child[1]] = true;
    }
    /* a tree begins where nothing leads to; ids are sorted by tree, places in it are the file's */
    for (size_t i = 0, end; i < n; i = end) {
        size_t root = SIZE_MAX;
        for (end = i; end < n && index->ids[end].tree == index->ids[i].tree; end++)
            if (!is_child[index->ids[end].place] && index->ids[end].place < root) root = index->ids[end].place;
        if (root == SIZE_MAX)
            return ink_op_fail(ctx, INK_E_MODEL, "tree %lld goes in a circle", (long long)index->ids[i].tree);
        t->roots[t->root_count++] = root;
    }
    return check_ends(ctx, t);
}

struct vote_names {
    const char *trees, *nodes, *targets, *weights, *weights_as_tensor;
};

/* Puts the votes in the order of their leaves. Those for nodes that are no leaves count nowhere: such models exist. */
static ink_status load_votes(struct ink_op_ctx *ctx, struct ink_trees *t, const struct index *index,
                             const struct vote_names *names)
{
    struct numbers weights;
    const int64_t *trees, *nodes, *targets;
    ink_status st = numbers_of(ctx, names->weights, names->weights_as_tensor, &weights);
    size_t n = weights.count;
    if (!st) st = integers_of(ctx, names->trees, n, false, &trees);
    if (!st) st = integers_of(ctx, names->nodes, n, false, &nodes);
    if (!st) st = integers_of(ctx, names->targets, n, false, &targets);
    if (st) return st;
    size_t *leaf = INK_ARENA_ARRAY(ctx->arena, size_t, n + 1);
    t->votes = INK_ARENA_ARRAY(ctx->arena, struct ink_tree_vote, n + 1);
    if (!leaf || !t->votes) return no_memory(ctx);
    t->all_positive = true;
    t->one_score = t->targets == 2;
    for (size_t i = 0; i < n; i++) {
        if (targets[i] < 0 || (uint64_t)targets[i] >= t->targets)
            return ink_op_fail(ctx, INK_E_MODEL, "%s has %lld of %zu", names->targets, (long long)targets[i],
                               t->targets);
        st = find_node(ctx, index, trees[i], nodes[i], &leaf[i]);
        if (st) return st;
        t->all_positive = t->all_positive && !(weights.values[i] < 0);
        t->one_score = t->one_score && targets[i] == targets[0];
        if (t->nodes[leaf[i]].mode == INK_TREE_LEAF) t->nodes[leaf[i]].votes.count++;
    }
    for (size_t i = 0; i < t->node_count; i++) {
        struct ink_tree_node *node = &t->nodes[i];
        if (node->mode != INK_TREE_LEAF) continue;
        node->votes.first = t->vote_count;
        t->vote_count += node->votes.count;
        node->votes.count = 0; /* counts up again below */
    }
    for (size_t i = 0; i < n; i++) {
        struct ink_tree_node *node = &t->nodes[leaf[i]];
        if (node->mode == INK_TREE_LEAF)
            t->votes[node->votes.first + node->votes.count++] =
                (struct ink_tree_vote){(size_t)targets[i], weights.values[i]};
    }
    return INK_OK;
}

static ink_status load_base(struct ink_op_ctx *ctx, struct ink_trees *t)
{
    struct numbers base;
    ink_status st = numbers_of(ctx, "base_values", "base_values_as_tensor", &base);
    if (st) return st;
    t->base = base.values;
    t->base_count = base.count;
    if (base.count > 1 && base.count != t->targets)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu base_values for %zu", base.count, t->targets);
    return INK_OK;
}

ink_status ink_tree_classifier_load(struct ink_op_ctx *ctx)
{
    static const struct vote_names names = {"class_treeids", "class_nodeids", "class_ids", "class_weights",
                                            "class_weights_as_tensor"};
    struct ink_trees *t = INK_ARENA_NEW(ctx->arena, struct ink_trees);
    struct index index;
    if (!t) return no_memory(ctx);
    ctx->attributes = t;
    t->aggregate = INK_TREE_SUM;
    ink_status st = ink_ml_labels_load(ctx, "classlabels_int64s", &t->labels);
    t->targets = t->labels.count;
    if (!st) st = ink_post_transform_load(ctx, &t->transform);
    if (!st) st = load_nodes(ctx, t, &index);
    if (!st) st = load_votes(ctx, t, &index, &names);
    return st ? st : load_base(ctx, t);
}

static ink_status load_targets(const struct ink_op_ctx *ctx, struct ink_trees *t)
{
    int64_t targets;
    ink_status st = ink_op_attr_i64(ctx, "n_targets", 1, &targets);
    if (!st && (targets < 1 || targets > INT32_MAX))
        return ink_op_fail(ctx, INK_E_MODEL, "n_targets is %lld", (long long)targets);
    t->targets = (size_t)targets;
    return st;
}

ink_status ink_tree_regressor_load(struct ink_op_ctx *ctx)
{
    static const struct vote_names names = {"target_treeids", "target_nodeids", "target_ids", "target_weights",
                                            "target_weights_as_tensor"};
    static const char *const words[INK_TREE_AGGREGATES] = {"AVERAGE", "SUM", "MIN", "MAX"};
    struct ink_trees *t = INK_ARENA_NEW(ctx->arena, struct ink_trees);
    struct ink_view word;
    struct index index;
    if (!t) return no_memory(ctx);
    ctx->attributes = t;
    ink_status st = ink_op_attr_text(ctx, "aggregate_function", "SUM", &word);
    if (!st) st = load_targets(ctx, t);
    if (!st) st = ink_post_transform_load(ctx, &t->transform);
    if (!st) st = load_nodes(ctx, t, &index);
    if (!st) st = load_votes(ctx, t, &index, &names);
    if (!st) st = load_base(ctx, t);
    for (int i = 0; !st && i < INK_TREE_AGGREGATES; i++) {
        t->aggregate = (enum ink_tree_aggregate)i;
        if (ink_view_is(word, words[i])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "aggregate_function is \"%.*s\"", INK_VIEW_ARGS(word));
}

/* --- the newest --- */

/* A tensor of `wanted` values (any number where 0) of X's type. */
static ink_status list_of(const struct ink_op_ctx *ctx, const char *name, size_t wanted, struct numbers *out)
{
    const struct ink_tensor *tensor;
    ink_status st = ink_op_attr_tensor(ctx, name, &tensor);
    if (st) return st;
    if (!tensor || tensor->dtype != ctx->types[0] || (wanted && ink_tensor_count(tensor) != wanted))
        return ink_op_fail(ctx, INK_E_MODEL, "%s is not %zu values of type %s", name, wanted,
                           ink_dtype_word(ctx->types[0]));
    return take_numbers(ctx, tensor, out);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The sets of the MEMBER nodes, one after the other, parted by NaN. */
static ink_status load_members(struct ink_op_ctx *ctx, struct ink_trees *t, size_t inner)
{
    struct numbers list = {0};
    size_t at = 0;
    bool any = ink_op_attr_given(ctx, "membership_values");
    ink_status st = any ? list_of(ctx, "membership_values", 0, &list) : INK_OK;
    if (st) return st;
    t->members = (double *)(uintptr_t)list.values;
    for (size_t i = 0; i < inner; i++) {
        struct ink_tree_node *node = &t->nodes[i];
        if (node->mode != INK_TREE_MEMBER) continue;
        if (at >= list.count)
            return ink_op_fail(ctx, INK_E_MODEL, "membership_values has too few sets for its BRANCH_MEMBER nodes");
        node->members = (struct ink_tree_span){at, 0};
        while (at < list.count && !isnan(list.values[at])) at++;
        node->members.count = at++ - node->members.first;
        if (node->members.count)
            qsort(t->members + node->members.first, node->members.count, sizeof *t->members, by_value);
    }
    return INK_OK;
}

/* Leaves lie behind the inner nodes. */
static ink_status child_of(const struct ink_op_ctx *ctx, int64_t id, bool leaf, size_t inner, size_t leaves,
                           size_t *out)
{
    if (id < 0 || (uint64_t)id >= (leaf ? leaves : inner))
        return ink_op_fail(ctx, INK_E_MODEL, "there is no %s %lld", leaf ? "leaf" : "node", (long long)id);
    *out = (size_t)id + (leaf ? inner : 0);
    return INK_OK;
}

static ink_status load_places(struct ink_op_ctx *ctx, struct ink_trees *t, const int64_t *features, size_t inner,
                              size_t leaves)
{
    const struct ink_tensor *modes;
    const int64_t *child[2], *is_leaf[2], *nan_is_true;
    struct numbers splits;
    ink_status st = ink_op_attr_tensor(ctx, "nodes_modes", &modes);
    if (!st && (!modes || modes->dtype != INK_UINT8 || ink_tensor_count(modes) != inner))
        st = ink_op_fail(ctx, INK_E_MODEL, "nodes_modes is not %zu values of type uint8", inner);
    if (!st) st = list_of(ctx, "nodes_splits", inner, &splits);
    if (!st) st = integers_of(ctx, "nodes_truenodeids", inner, false, &child[1]);
    if (!st) st = integers_of(ctx, "nodes_falsenodeids", inner, false, &child[0]);
    if (!st) st = integers_of(ctx, "nodes_trueleafs", inner, false, &is_leaf[1]);
    if (!st) st = integers_of(ctx, "nodes_falseleafs", inner, false, &is_leaf[0]);
    if (!st) st = integers_of(ctx, "nodes_missing_value_tracks_true", inner, true, &nan_is_true);
    for (size_t i = 0; !st && i < inner; i++) {
        struct ink_tree_node *node = &t->nodes[i];
        uint8_t mode = ((const uint8_t *)modes->data)[i];
        if (mode > INK_TREE_MEMBER) return ink_op_fail(ctx, INK_E_MODEL, "nodes_modes has %d", mode);
        node->mode = mode;
        node->split = splits.values[i];
        node->nan_is_true = nan_is_true && nan_is_true[i];
        st = set_feature(ctx, t, node, features[i]);
        for (int side = 0; !st && side < 2; side++)
            st = child_of(ctx, child[side][i], is_leaf[side][i] != 0, inner, leaves, &node->child[side]);
    }
    return st ? st : load_members(ctx, t, inner);
}

static ink_status load_leaves(struct ink_op_ctx *ctx, struct ink_trees *t, const int64_t *targets, size_t inner)
{
    struct numbers weights;
    ink_status st = list_of(ctx, "leaf_weights", t->vote_count, &weights);
    for (size_t i = 0; !st && i < t->vote_count; i++) {
        if (targets[i] < 0 || (uint64_t)targets[i] >= t->targets)
            return ink_op_fail(ctx, INK_E_MODEL, "leaf_targetids has %lld of %zu", (long long)targets[i], t->targets);
        t->votes[i] = (struct ink_tree_vote){(size_t)targets[i], weights.values[i]};
        t->nodes[inner + i] = (struct ink_tree_node){.mode = INK_TREE_LEAF, .votes = {i, 1}};
    }
    return st;
}

static ink_status load_numbered(const struct ink_op_ctx *ctx, struct ink_trees *t)
{
    int64_t transform, aggregate;
    ink_status st = ink_op_attr_i64(ctx, "post_transform", INK_POST_NONE, &transform);
    if (!st) st = ink_op_attr_i64(ctx, "aggregate_function", INK_TREE_SUM, &aggregate);
    if (st) return st;
    if (transform < 0 || transform >= INK_POST_COUNT || aggregate < 0 || aggregate >= INK_TREE_AGGREGATES)
        return ink_op_fail(ctx, INK_E_MODEL, "post_transform is %lld and aggregate_function %lld", (long long)transform,
                           (long long)aggregate);
    t->transform = (enum ink_post_transform)transform;
    t->aggregate = (enum ink_tree_aggregate)aggregate;
    return INK_OK;
}

ink_status ink_tree_ensemble_load(struct ink_op_ctx *ctx)
{
    const int64_t *features, *roots, *targets;
    size_t inner;
    struct ink_trees *t = INK_ARENA_NEW(ctx->arena, struct ink_trees);
    if (!t) return no_memory(ctx);
    ctx->attributes = t;
    t->single = ctx->types[0] != INK_DOUBLE;
    ink_status st = load_numbered(ctx, t);
    if (!st) st = load_targets(ctx, t);
    if (!st) st = ink_op_attr_i64s(ctx, "nodes_featureids", &features, &inner);
    if (!st) st = ink_op_attr_i64s(ctx, "leaf_targetids", &targets, &t->vote_count);
    if (!st) st = ink_op_attr_i64s(ctx, "tree_roots", &roots, &t->root_count);
    if (st) return st;
    if (!inner || !t->vote_count || !t->root_count)
        return ink_op_fail(ctx, INK_E_MODEL, "it has %zu nodes, %zu leaves and %zu trees", inner, t->vote_count,
                           t->root_count);
    t->node_count = inner + t->vote_count;
    t->nodes = INK_ARENA_ARRAY(ctx->arena, struct ink_tree_node, t->node_count);
    t->votes = INK_ARENA_ARRAY(ctx->arena, struct ink_tree_vote, t->vote_count);
    t->roots = INK_ARENA_ARRAY(ctx->arena, size_t, t->root_count);
    if (!t->nodes || !t->votes || !t->roots) return no_memory(ctx);
    for (size_t i = 0; !st && i < t->root_count; i++) st = child_of(ctx, roots[i], false, inner, 0, &t->roots[i]);
    if (!st) st = load_leaves(ctx, t, targets, inner);
    if (!st) st = load_places(ctx, t, features, inner, t->vote_count);
    return st ? st : check_ends(ctx, t);
}
