/* SPDX-License-Identifier: MIT */
#include "pipeline/lineage.h"

/* --- which inputs are needed --- */

enum { NODES_MAX = 4096 }; /* in larger graphs every input counts as needed: each name is looked for in all of it */

/* Names that are wanted, found by going back from the output. */
struct wanted {
    struct ink_view *names;
    size_t count, room;
};

static void want(struct wanted *w, struct ink_view name)
{
    if (!name.len || w->count == w->room) return;
    for (size_t i = 0; i < w->count; i++)
        if (ink_view_equal(w->names[i], name)) return;
    w->names[w->count++] = name;
}

static size_t argument_count(const struct ink_graph_proto *graph)
{
    size_t count = 0;
    for (int i = 0; i < graph->node_count; i++) {
        const struct ink_node *node = &graph->nodes[i];
        count += (size_t)node->input_count;
        for (int a = 0; a < node->attribute_count; a++)
            for (size_t g = 0; g < node->attributes[a].count; g++)
                if (node->attributes[a].kind == INK_ATTRIBUTE_GRAPH || node->attributes[a].kind == INK_ATTRIBUTE_GRAPHS)
                    count += argument_count(&node->attributes[a].graphs[g]) +
                             (size_t)node->attributes[a].graphs[g].output_count;
    }
    return count;
}

/* What a graph inside of a node takes from around it is not told: every name in it counts. */
static void want_arguments(struct wanted *w, const struct ink_node *node)
{
    for (int i = 0; i < node->input_count; i++) want(w, node->inputs[i]);
    for (int a = 0; a < node->attribute_count; a++) {
        const struct ink_attribute *attribute = &node->attributes[a];
        if (attribute->kind != INK_ATTRIBUTE_GRAPH && attribute->kind != INK_ATTRIBUTE_GRAPHS) continue;
        for (size_t g = 0; g < attribute->count; g++) {
            const struct ink_graph_proto *inner = &attribute->graphs[g];
            for (int i = 0; i < inner->node_count; i++) want_arguments(w, &inner->nodes[i]);
            for (int i = 0; i < inner->output_count; i++) want(w, inner->outputs[i].name);
        }
    }
}

static const struct ink_node *maker_of(const struct ink_graph_proto *graph, struct ink_view name)
{
    for (int i = 0; i < graph->node_count; i++)
        for (int o = 0; o < graph->nodes[i].output_count; o++)
            if (ink_view_equal(graph->nodes[i].outputs[o], name)) return &graph->nodes[i];
    return NULL;
}

ink_status ink_lineage_needs(const struct ink_graph_proto *graph, struct ink_view output, const struct ink_view *inputs,
                             int count, struct ink_arena *arena, bool *needed, struct ink_error *err)
{
    struct ink_arena_mark mark = ink_arena_mark(arena);
    for (int i = 0; i < count; i++) needed[i] = true;
    if (graph->node_count > NODES_MAX) return INK_OK;
    struct wanted w = {.room = argument_count(graph) + 1};
    w.names = INK_ARENA_ARRAY(arena, struct ink_view, w.room);
    if (!w.names) return ink_fail(err, INK_E_OOM, "no memory for %zu names", w.room);
    want(&w, output);
    for (size_t i = 0; i < w.count; i++) {
        const struct ink_node *node = maker_of(graph, w.names[i]);
        if (node) want_arguments(&w, node);
    }
    for (int i = 0; i < count; i++) {
        needed[i] = false;
        for (size_t k = 0; k < w.count; k++) needed[i] = needed[i] || ink_view_equal(w.names[k], inputs[i]);
    }
    ink_arena_release(arena, mark);
    return INK_OK;
}

/* --- the names of the classes --- */

static ink_status texts_of(const struct ink_tensor *values, struct ink_arena *arena, const char ***labels,
                           size_t *count, struct ink_error *err)
{
    size_t n = ink_tensor_count(values);
    const char **texts = INK_ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; texts && i < n; i++) {
        texts[i] = values->dtype == INK_STRING ? ink_arena_text(arena, ((const struct ink_view *)values->data)[i])
                                               : ink_arena_printf(arena, "%lld", (long long)ink_tensor_i64(values, i));
        if (!texts[i]) texts = NULL;
    }
    if (!texts) return ink_fail(err, INK_E_OOM, "no memory for %zu labels", n);
    *labels = texts;
    *count = n;
    return INK_OK;
}

static bool is_labels(const struct ink_tensor *tensor)
{
    return tensor->dtype == INK_STRING || tensor->dtype == INK_INT64 || tensor->dtype == INK_INT32;
}

/* The list among a node's attributes, or the constant that it picks from. */
static bool labels_of(const struct ink_graph_proto *graph, const struct ink_node *node, struct ink_tensor *out)
{
    static const char *const names[] = {"classlabels_strings", "classlabels_ints", "classlabels_int64s"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct ink_attribute *a = ink_node_attribute(node, names[i]);
        bool strings = a && a->kind == INK_ATTRIBUTE_STRINGS;
        if (!a || !a->count || (!strings && a->kind != INK_ATTRIBUTE_INTS)) continue;
        *out = (struct ink_tensor){strings ? INK_STRING : INK_INT64,
                                   {1, {(int64_t)a->count}},
                                   strings ? (void *)(uintptr_t)a->strings : (void *)(uintptr_t)a->ints};
        return true;
    }
    if (!ink_view_is(node->op_type, "ArrayFeatureExtractor") || node->input_count != 2) return false;
    for (int i = 0; i < graph->initializer_count; i++) {
        *out = graph->initializers[i].tensor;
        if (ink_view_equal(graph->initializers[i].name, node->inputs[0])) return is_labels(out);
    }
    return false;
}

ink_status ink_lineage_labels(const struct ink_graph_proto *graph, struct ink_arena *arena, const char ***labels,
                              size_t *count, struct ink_error *err)
{
    for (int i = graph->node_count - 1; i >= 0; i--) {
        struct ink_tensor values;
        if (!ink_view_is(graph->nodes[i].domain, "ai.onnx.ml") || !labels_of(graph, &graph->nodes[i], &values))
            continue;
        return texts_of(&values, arena, labels, count, err);
    }
    return INK_OK;
}

bool ink_lineage_scores_pairs(const struct ink_node *node)
{
    const struct ink_attribute *a = ink_node_attribute(node, "prob_a");
    const struct ink_attribute *vectors = ink_node_attribute(node, "vectors_per_class");
    return ink_view_is(node->op_type, "SVMClassifier") && vectors && vectors->count > 2 && (!a || !a->count);
}
