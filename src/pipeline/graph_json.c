/* SPDX-License-Identifier: MIT */
#include "pipeline/graph_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "pipeline/json.h"
#include "pipeline/results.h"

enum { NAME_MAX_BYTES = 200, ATTRIBUTE_MAX_BYTES = 80, ATTRIBUTES_MAX = 16 };

/* What is being written. A value gets its number when it is first named. */
struct writer {
    json_t *values;  /* [number] */
    json_t *numbers; /* name -> number */
};

static json_t *text_of(struct ink_view view)
{
    char escaped[NAME_MAX_BYTES + 1];
    ink_text_escape((const char *)view.data, view.len, escaped, sizeof escaped);
    return json_string(escaped);
}

/* --- values --------------------------------------------------------------------------------------------------------- */

/* The number of the value of that name, a new one where it has none yet; -1 for an argument that is left out. */
static json_int_t number_of(struct writer *w, struct ink_view name)
{
    if (!name.len) return -1;
    const char *key = (const char *)name.data;
    json_t *known = json_object_getn(w->numbers, key, name.len);
    if (known) return json_integer_value(known);
    json_int_t number = (json_int_t)json_array_size(w->values);
    json_array_append_new(w->values,
                          json_pack("{s:o,s:n,s:n,s:b}", "name", text_of(name), "type", "shape", "weight", 0));
    json_object_setn_new_nocheck(w->numbers, key, name.len, json_integer(number));
    return number;
}

static json_t *value_named(struct writer *w, struct ink_view name)
{
    json_t *known = name.len ? json_object_getn(w->numbers, (const char *)name.data, name.len) : NULL;
    return known ? json_array_get(w->values, (size_t)json_integer_value(known)) : NULL;
}

static json_t *shape_json(const struct ink_shape *shape, const struct ink_view *names)
{
    if (shape->rank < 0) return json_null();
    json_t *dims = json_array();
    for (int i = 0; i < shape->rank; i++)
        json_array_append_new(dims, shape->dims[i] >= 0     ? json_integer(shape->dims[i])
                                    : names && names[i].len ? text_of(names[i])
                                                            : json_null());
    return dims;
}

/* Types and shapes of those that a node names; what nobody reads is left out. */
static void describe_values(struct writer *w, const struct ink_value_info *infos, int count)
{
    for (int i = 0; i < count; i++) {
        json_t *value = value_named(w, infos[i].name);
        if (!value || !infos[i].dtype) continue;
        json_object_set_new(value, "type", json_string(ink_dtype_word(infos[i].dtype)));
        json_object_set_new(value, "shape", shape_json(&infos[i].shape, infos[i].dim_names));
    }
}

static void describe_weights(struct writer *w, const struct ink_stored_tensor *weights, int count)
{
    for (int i = 0; i < count; i++) {
        json_t *value = value_named(w, weights[i].name);
        if (!value) continue;
        json_object_set_new(value, "type", json_string(ink_dtype_word(weights[i].tensor.dtype)));
        json_object_set_new(value, "shape", shape_json(&weights[i].tensor.shape, NULL));
        json_object_set_new(value, "weight", json_true());
    }
}

static json_t *numbers_of(struct writer *w, const struct ink_view *names, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) json_array_append_new(list, json_integer(number_of(w, names[i])));
    return list;
}

static json_t *infos_numbers(struct writer *w, const struct ink_session *session, int count,
                             const struct ink_value_info *(*at)(const struct ink_session *, int))
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        const struct ink_value_info *info = at(session, i);
        json_array_append_new(list, json_integer(number_of(w, info->name)));
        describe_values(w, info, 1);
    }
    return list;
}

/* --- nodes ---------------------------------------------------------------------------------------------------------- */

static void put_list(struct ink_buffer *out, const struct ink_attribute *a)
{
    for (size_t i = 0; i < a->count && !out->failed; i++) {
        if (i) ink_buffer_text(out, ", ");
        if (a->kind == INK_ATTRIBUTE_INTS)
            ink_buffer_printf(out, "%lld", (long long)a->ints[i]);
        else
            ink_buffer_printf(out, "%g", (double)a->floats[i]);
    }
}

/* As people write it; NULL for what would only be long. */
static json_t *attribute_json(const struct ink_attribute *a)
{
    struct ink_buffer text;
    json_t *made = NULL;
    ink_buffer_init(&text, ATTRIBUTE_MAX_BYTES);
    switch (a->kind) {
    case INK_ATTRIBUTE_INT: ink_buffer_printf(&text, "%lld", (long long)a->i); break;
    case INK_ATTRIBUTE_FLOAT: ink_buffer_printf(&text, "%g", (double)a->f); break;
    case INK_ATTRIBUTE_INTS:
    case INK_ATTRIBUTE_FLOATS: put_list(&text, a); break;
    case INK_ATTRIBUTE_STRING: made = text_of(a->s); break;
    case INK_ATTRIBUTE_GRAPH: ink_buffer_printf(&text, "a graph of %d nodes", a->graphs->node_count); break;
    default: break;
    }
    if (text.failed)
        made = json_string("(long)");
    else if (text.len)
        made = json_stringn((const char *)text.data, text.len);
    ink_buffer_cleanup(&text);
    return made;
}

static json_t *attributes_json(const struct ink_node *node)
{
    json_t *all = json_object();
    for (int i = 0; i < node->attribute_count && i < ATTRIBUTES_MAX; i++) {
        json_t *value = attribute_json(&node->attributes[i]), *name = text_of(node->attributes[i].name);
        if (value && name) json_object_set_new(all, json_string_value(name), value);
        json_decref(name);
    }
    return all;
}

static json_t *nodes_json(struct writer *w, const struct ink_graph_proto *graph, const struct ink_problems *problems)
{
    json_t *list = json_array();
    for (int i = 0; i < graph->node_count && i < INK_GRAPH_NODES_MAX; i++) {
        const struct ink_node *node = &graph->nodes[i];
        json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "op", text_of(node->op_type), "domain",
                                              text_of(node->domain), "name", text_of(node->name), "inputs",
                                              numbers_of(w, node->inputs, node->input_count), "outputs",
                                              numbers_of(w, node->outputs, node->output_count), "attributes",
                                              attributes_json(node)));
    }
    for (int i = 0; i < problems->count; i++) {
        json_t *node =
            problems->items[i].position >= 0 ? json_array_get(list, (size_t)problems->items[i].position) : NULL;
        if (node) json_object_set_new(node, "problem", text_of(ink_view_text(problems->items[i].text)));
    }
    return list;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static void write_graph(json_t *root, const struct ink_session *session)
{
    struct writer w = {json_array(), json_object()};
    const struct ink_graph_proto *graph = &ink_session_model(session)->graph;
    int left = graph->node_count > INK_GRAPH_NODES_MAX ? graph->node_count - INK_GRAPH_NODES_MAX : 0;
    json_object_set_new(root, "nodes", nodes_json(&w, graph, ink_session_problems(session)));
    describe_values(&w, graph->values, graph->value_count);
    describe_values(&w, graph->outputs, graph->output_count);
    json_object_set_new(root, "inputs",
                        infos_numbers(&w, session, ink_session_input_count(session), ink_session_input));
    json_object_set_new(root, "outputs",
                        infos_numbers(&w, session, ink_session_output_count(session), ink_session_output));
    describe_weights(&w, graph->initializers, graph->initializer_count);
    json_object_set_new(root, "left_out", json_integer(left));
    json_object_set_new(root, "values", w.values);
    json_decref(w.numbers);
}

ink_status ink_graph_json(const struct ink_graph_subject *subject, struct ink_buffer *out, struct ink_error *err)
{
    const char *code = ink_answer_code(subject->error->status);
    json_t *root = json_pack("{s:{s:o,s:s}}", "model", "key", text_of(ink_view_text(subject->model_key)), "etag",
                             subject->model_etag);
    json_object_set_new(root, "error",
                        subject->error->status
                            ? json_pack("{s:s,s:s}", "code", code ? code : ink_status_word(subject->error->status),
                                        "message", subject->error->text)
                            : json_null());
    if (subject->session) {
        write_graph(root, subject->session);
    } else {
        static const char *const lists[] = {"nodes", "inputs", "outputs", "values"};
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) json_object_set_new(root, lists[i], json_array());
        json_object_set_new(root, "left_out", json_integer(0));
    }
    return ink_json_write(root, JSON_COMPACT, out) ? ink_fail(err, INK_E_OOM, "no memory for the graph") : INK_OK;
}
