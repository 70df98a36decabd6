/* SPDX-License-Identifier: MIT */
/* Everything is gathered into one JSON value; the text for people is written from that, so both say the same. */
#include "pipeline/report.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/text.h"
#include "pipeline/advice.h"
#include "pipeline/json.h"
#include "pipeline/keys.h"
#include "pipeline/known.h"
#include "pipeline/results.h"

enum { OPS_MAX = 512, LABELS_SHOWN = 20 };

/* A name from the file as a JSON string, whatever its bytes. */
static json_t *text_json(struct ink_view text)
{
    char escaped[1024];
    ink_text_escape((const char *)text.data, text.len, escaped, sizeof escaped);
    return json_string(escaped);
}

static json_t *shape_json(const struct ink_value_info *info)
{
    json_t *dims = json_array();
    if (info->shape.rank == INK_RANK_UNKNOWN) {
        json_decref(dims);
        return json_null();
    }
    for (int i = 0; i < info->shape.rank; i++) {
        bool named = info->dim_names && info->dim_names[i].len;
        json_array_append_new(dims, info->shape.dims[i] != INK_DIM_UNKNOWN ? json_integer(info->shape.dims[i])
                                    : named                                ? text_json(info->dim_names[i])
                                                                           : json_null());
    }
    return dims;
}

static json_t *value_json(const struct ink_value_info *info)
{
    return json_pack("{s:o,s:s,s:o}", "name", text_json(info->name), "type", ink_dtype_word(info->dtype), "shape",
                     shape_json(info));
}

static json_t *values_json(const struct ink_session *session, int count,
                           const struct ink_value_info *(*at)(const struct ink_session *, int))
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) json_array_append_new(list, value_json(at(session, i)));
    return list;
}

/* --- operators -------------------------------------------------------------------------------------------------- */

struct op_count {
    struct ink_view name;
    int count;
};

static int more_often(const void *a, const void *b)
{
    const struct op_count *x = a, *y = b;
    if (x->count != y->count) return y->count - x->count;
    size_t shorter = x->name.len < y->name.len ? x->name.len : y->name.len;
    int order = shorter ? memcmp(x->name.data, y->name.data, shorter) : 0;
    return order ? order : (int)x->name.len - (int)y->name.len;
}

static json_t *operators_json(const struct ink_graph_proto *graph)
{
    struct op_count counts[OPS_MAX];
    int kinds = 0;
    for (int i = 0; i < graph->node_count; i++) {
        int k = 0;
        while (k < kinds && !ink_view_equal(counts[k].name, graph->nodes[i].op_type)) k++;
        if (k == OPS_MAX) continue;
        if (k == kinds) counts[kinds++] = (struct op_count){graph->nodes[i].op_type, 0};
        counts[k].count++;
    }
    qsort(counts, (size_t)kinds, sizeof *counts, more_often);
    json_t *list = json_array();
    for (int k = 0; k < kinds; k++)
        json_array_append_new(list,
                              json_pack("{s:o,s:i}", "name", text_json(counts[k].name), "count", counts[k].count));
    return list;
}

/* --- problems --------------------------------------------------------------------------------------------------- */

static json_t *problems_json(const struct ink_classifier *classifier, const struct ink_report_subject *subject)
{
    json_t *list = json_array();
    for (size_t i = 0; i < subject->missing_count; i++) {
        char line[INK_KEY_MAX + 80];
        snprintf(line, sizeof line, "its weights %s are not there: put them beside it", subject->missing[i]);
        json_array_append_new(list, text_json(ink_view_text(line)));
    }
    const struct ink_problems *problems = classifier->session ? ink_session_problems(classifier->session) : NULL;
    for (int i = 0; problems && i < problems->count; i++)
        json_array_append_new(list, text_json(ink_view_text(problems->items[i].text)));
    if (problems && problems->left_out) {
        char more[80];
        snprintf(more, sizeof more, "and %d more", problems->left_out);
        json_array_append_new(list, json_string(more));
    }
    if (json_array_size(list) == 0 && classifier->error.status)
        json_array_append_new(list, text_json(ink_view_text(classifier->error.text)));
    return list;
}

/* --- how it is shown pictures ------------------------------------------------------------------------------------ */

static json_t *numbers_json(const float *values, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) json_array_append_new(list, json_real((double)values[i]));
    return list;
}

static json_t *convention_json(const struct ink_convention *convention)
{
    const struct ink_want *want = &convention->want;
    json_t *labels = json_null(), *why = json_array();
    if (convention->labels) {
        labels = json_array();
        for (size_t i = 0; i < convention->label_count; i++)
            json_array_append_new(labels, text_json(ink_view_text(convention->labels[i])));
    }
    for (int i = 0; i < convention->why_count; i++) json_array_append_new(why, json_string(convention->why[i]));
    return json_pack(
        "{s:i,s:i,s:i,s:s,s:o,s:o,s:o,s:s,s:s,s:b,s:I,s:o,s:s,s:o}", "width", want->width, "height", want->height,
        "channels", want->channels, "layout", ink_layout_word(want->layout), "scale", json_real((double)want->scale),
        "mean", numbers_json(want->mean, want->channels), "std", numbers_json(want->std, want->channels), "polarity",
        ink_polarity_word(want->polarity), "fit", ink_fit_word(want->fit), "transposed", want->transposed, "classes",
        (json_int_t)convention->classes, "labels", labels, "scores",
        convention->scores == INK_SCORES_COUNT ? "by-value" : ink_scores_word(convention->scores), "why", why);
}

static void add_session(json_t *root, const struct ink_session *session)
{
    const struct ink_model *model = ink_session_model(session);
    struct ink_figures figures;
    ink_session_figures(session, &figures);
    json_object_set_new(root, "producer", text_json(model->producer_name));
    json_object_set_new(root, "producer_version", text_json(model->producer_version));
    json_object_set_new(root, "opset", json_integer(ink_model_opset(model, (struct ink_view){0})));
    json_object_set_new(root, "inputs", values_json(session, ink_session_input_count(session), ink_session_input));
    json_object_set_new(root, "outputs", values_json(session, ink_session_output_count(session), ink_session_output));
    json_object_set_new(root, "operators", operators_json(&model->graph));
    json_object_set_new(root, "nodes", json_integer(model->graph.node_count));
    json_object_set_new(root, "parameters", json_integer((json_int_t)figures.parameters));
    json_object_set_new(root, "parameter_bytes", json_integer((json_int_t)figures.parameter_bytes));
    json_object_set_new(root, "multiply_adds",
                        figures.planned ? json_integer((json_int_t)figures.multiply_adds) : json_null());
    json_object_set_new(root, "memory_bytes", json_integer((json_int_t)figures.held_bytes));
}

static json_t *gather(const struct ink_classifier *classifier, const struct ink_report_subject *subject)
{
    const struct ink_error *error = &classifier->error;
    const char *code = ink_answer_code(error->status);
    json_t *root =
        json_pack("{s:{s:o,s:s?,s:s?,s:I},s:b,s:o,s:o}", "model", "key", text_json(ink_view_text(subject->model_key)),
                  "etag", subject->model_etag, "settings_etag", subject->settings_etag, "bytes",
                  (json_int_t)subject->file_bytes, "usable", error->status == INK_OK, "error",
                  error->status ? json_string(code ? code : ink_status_word(error->status)) : json_null(), "problems",
                  problems_json(classifier, subject));
    if (root && classifier->session) add_session(root, classifier->session);
    if (root && !error->status) {
        json_object_set_new(root, "pictures", convention_json(&classifier->convention));
        json_object_set_new(root, "run_us",
                            classifier->run_us ? json_integer((json_int_t)classifier->run_us) : json_null());
        json_object_set_new(root, "references", ink_known_json(&classifier->finding));
        json_object_set_new(root, "advice", ink_advice(classifier));
    }
    return root;
}

/* --- as text ---------------------------------------------------------------------------------------------------- */

static const char *string_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void text_values(const json_t *root, const char *list, const char *title, struct ink_buffer *out)
{
    const json_t *value;
    size_t i;
    json_array_foreach(json_object_get(root, list), i, value)
    {
        char *shape = json_dumps(json_object_get(value, "shape"), JSON_COMPACT | JSON_ENCODE_ANY);
        ink_buffer_printf(out, "%-14s %s  %s %s\n", title, string_of(value, "name"), string_of(value, "type"),
                          shape ? shape : "");
        free(shape);
    }
}

static void text_operators(const json_t *root, struct ink_buffer *out)
{
    const json_t *op;
    size_t i;
    ink_buffer_printf(out, "%-14s", "operators");
    json_array_foreach(json_object_get(root, "operators"), i, op)
    {
        ink_buffer_printf(out, "%s %s %lld", i ? "," : "", string_of(op, "name"),
                          (long long)json_integer_value(json_object_get(op, "count")));
    }
    ink_buffer_text(out, "\n");
}

static void text_session(const json_t *root, struct ink_buffer *out)
{
    const json_t *cost = json_object_get(root, "multiply_adds");
    text_values(root, "inputs", "input", out);
    text_values(root, "outputs", "output", out);
    const char *version = string_of(root, "producer_version");
    ink_buffer_printf(out, "%-14s %lld, written by %s%s%s\n", "opset",
                      (long long)json_integer_value(json_object_get(root, "opset")),
                      *string_of(root, "producer") ? string_of(root, "producer") : "an unknown program",
                      *version ? " " : "", version);
    text_operators(root, out);
    ink_buffer_printf(out, "%-14s %lld in %.1f KB\n", "parameters",
                      (long long)json_integer_value(json_object_get(root, "parameters")),
                      (double)json_integer_value(json_object_get(root, "parameter_bytes")) / 1000);
    if (json_is_integer(cost))
        ink_buffer_printf(out, "%-14s %.3f million a picture\n", "multiply-adds",
                          (double)json_integer_value(cost) / 1e6);
    ink_buffer_printf(out, "%-14s %.1f MB\n", "memory",
                      (double)json_integer_value(json_object_get(root, "memory_bytes")) / 1e6);
}

static void text_pictures(const struct ink_convention *convention, struct ink_buffer *out)
{
    const struct ink_want *want = &convention->want;
    ink_buffer_printf(out, "%-14s %dx%d, %s, %s, %s, fit %s%s\n", "pictures", want->width, want->height,
                      want->channels == 1 ? "grey"
                      : want->bgr         ? "blue-green-red"
                                          : "red-green-blue",
                      ink_layout_word(want->layout), ink_polarity_word(want->polarity), ink_fit_word(want->fit),
                      want->transposed ? ", transposed" : "");
    ink_buffer_printf(out, "%-14s (pixel * %.6g - %.4g) / %.4g, pixel 0..255\n", "range", (double)want->scale,
                      (double)want->mean[0], (double)want->std[0]);
    ink_buffer_printf(out, "%-14s %lld", "classes", (long long)convention->classes);
    for (size_t i = 0; i < convention->label_count && i < LABELS_SHOWN; i++) {
        char label[256];
        ink_text_escape(convention->labels[i], strlen(convention->labels[i]), label, sizeof label);
        ink_buffer_printf(out, "%s %s", i ? "," : ":", label);
    }
    ink_buffer_text(out, convention->label_count > LABELS_SHOWN ? ", ...\n" : "\n");
    for (int i = 0; i < convention->why_count; i++)
        ink_buffer_printf(out, "%-14s %s\n", i ? "" : "because", convention->why[i]);
}

static void text_references(const struct ink_finding *finding, struct ink_buffer *out)
{
    if (finding->shown == 0) return;
    ink_buffer_printf(out, "%-14s reads %d of %d characters that inkling draws (%.0f %%)", "references", finding->right,
                      finding->shown, 100.0 * finding->right / finding->shown);
    if (finding->next >= 0) ink_buffer_printf(out, "; shown in the next best other way, %d", finding->next);
    ink_buffer_text(out, "\n");
}

static void text_advice(const json_t *root, struct ink_buffer *out)
{
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(root, "advice"), i, line)
    {
        ink_buffer_printf(out, "%-14s %s\n", "note", json_string_value(line));
    }
}

void ink_report_text(const struct ink_classifier *classifier, const struct ink_report_subject *subject,
                     struct ink_buffer *out)
{
    json_t *root = gather(classifier, subject);
    const json_t *problem;
    size_t i;
    if (!root) {
        out->failed = true;
        return;
    }
    char name[INK_KEY_MAX + 1];
    const char *plain = ink_key_name(subject->model_key), *code = string_of(root, "error");
    ink_text_escape(plain, strlen(plain), name, sizeof name);
    ink_buffer_printf(out, "%s: %s%s%s\n", name, *code ? "not usable" : "usable", *code ? ": " : "", code);
    json_array_foreach(json_object_get(root, "problems"), i, problem)
    {
        ink_buffer_printf(out, "  %s\n", json_string_value(problem));
    }
    ink_buffer_text(out, "\n");
    if (classifier->session) text_session(root, out);
    if (!classifier->error.status) text_pictures(&classifier->convention, out);
    if (classifier->run_us)
        ink_buffer_printf(out, "%-14s %.3f ms a picture, here\n", "a run", classifier->run_us / 1e3);
    text_references(&classifier->finding, out);
    text_advice(root, out);
    json_decref(root);
}

ink_status ink_report_json(const struct ink_classifier *classifier, const struct ink_report_subject *subject,
                           struct ink_buffer *out, struct ink_error *err)
{
    json_t *root = gather(classifier, subject);
    ink_status st = ink_json_write(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9), out);
    if (!st) st = ink_buffer_text(out, "\n");
    return st ? ink_fail(err, INK_E_OOM, "no memory for the report") : INK_OK;
}
