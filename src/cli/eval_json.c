/* SPDX-License-Identifier: MIT */
/* eval_json.c - what `inkling eval --json` prints (docs/json.md). */
#include "base/text.h"
#include "cli/eval_report.h"

/* Text as a JSON string, whatever bytes it has. */
static json_t *text(const char *value)
{
    char escaped[4096];
    json_t *plain = json_string(value);
    if (plain) return plain;
    ink_text_escape(value, strlen(value), escaped, sizeof escaped);
    return json_string(escaped);
}

static json_t *whole(size_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *milliseconds(uint64_t us)
{
    return json_real((double)us / 1000);
}

/* part / all, null for part of nothing. */
static json_t *share(size_t part, size_t all)
{
    return all ? json_real((double)part / (double)all) : json_null();
}

static json_t *misread_json(const struct ink_evaluation *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->count; i++) {
        const struct ink_reading *r = &e->readings[i];
        if (r->right) continue;
        json_t *one = json_pack("{s:o, s:o}", "file", text(r->picture->shown), "label", text(r->picture->label));
        json_array_append_new(list, one);
        if (!r->guess_count) {
            json_object_set_new(one, "answer", json_null());
            json_object_set_new(one, "message", text(r->why));
            continue;
        }
        json_object_set_new(one, "answer", text(r->guesses[0].label));
        json_object_set_new(one, "probability", json_real((double)r->guesses[0].probability));
        json_t *top = json_array();
        for (int g = 0; g < r->guess_count; g++)
            json_array_append_new(top, json_pack("{s:o, s:f}", "label", text(r->guesses[g].label), "probability",
                                                 (double)r->guesses[g].probability));
        json_object_set_new(one, "top", top);
    }
    return list;
}

static json_t *confusion_json(const struct ink_summary *s)
{
    size_t columns = s->class_count + 1;
    json_t *labels = json_array(), *counts = json_array();
    for (size_t i = 0; i < s->class_count; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < columns; j++) json_array_append_new(row, whole(s->confusion[i * columns + j]));
        json_array_append_new(labels, text(s->classes[i].label));
        json_array_append_new(counts, row);
    }
    return json_pack("{s:o, s:o}", "labels", labels, "counts", counts);
}

static json_t *classes_json(const struct ink_summary *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->class_count; i++) {
        const struct ink_class_figures *c = &s->classes[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "label", text(c->label), "pictures",
                                        whole(c->pictures), "right", whole(c->right), "unread", whole(c->unread),
                                        "answers", whole(c->answers), "recall", share(c->right, c->pictures),
                                        "precision", share(c->right, c->answers), "foreign", c->foreign));
    }
    return list;
}

static json_t *calibration_json(const struct ink_summary *s)
{
    json_t *bins = json_array();
    for (int i = 0; i < INK_CALIBRATION_BINS; i++) {
        const struct ink_calibration_bin *b = &s->bins[i];
        json_array_append_new(bins, json_pack("{s:f, s:f, s:o, s:o, s:o}", "from", (double)i / INK_CALIBRATION_BINS,
                                              "to", (double)(i + 1) / INK_CALIBRATION_BINS, "pictures", whole(b->count),
                                              "accuracy", share(b->right, b->count), "probability",
                                              b->count ? json_real(b->probability) : json_null()));
    }
    return json_pack("{s:f, s:f, s:o}", "error", s->calibration_error, "probability", s->mean_probability, "bins",
                     bins);
}

static json_t *times_json(const struct ink_summary *s)
{
    json_t *slowest = json_array();
    for (size_t i = 0; i < s->slowest_count; i++)
        json_array_append_new(slowest, json_pack("{s:o, s:o}", "file", text(s->slowest[i]->picture->shown), "ms",
                                                 milliseconds(s->slowest[i]->took_us)));
    return json_pack("{s:o, s:o, s:o}", "median", milliseconds(s->median_us), "p95", milliseconds(s->p95_us), "slowest",
                     slowest);
}

static json_t *model_json(const struct ink_evaluation *e, const struct ink_summary *s)
{
    json_t *root = json_pack("{s:o, s:f, s:[f,f], s:o, s:o, s:o, s:o}", "model", text(e->model), "accuracy",
                             s->accuracy, "interval", s->low, s->high, "pictures", whole(e->count), "right",
                             whole(s->right), "unread", whole(s->unread), "misread", misread_json(e));
    if (s->confusion) json_object_set_new(root, "confusion", confusion_json(s));
    json_object_set_new(root, "classes", classes_json(s));
    json_object_set_new(root, "calibration", calibration_json(s));
    json_object_set_new(root, "times_ms", times_json(s));
    return root;
}

/* The files that one reads and the other does not. */
static json_t *only_json(const struct ink_evaluation *reads, const struct ink_evaluation *other)
{
    json_t *list = json_array();
    for (size_t i = 0; i < reads->count; i++)
        if (reads->readings[i].right && !other->readings[i].right)
            json_array_append_new(list, text(reads->readings[i].picture->shown));
    return list;
}

static json_t *comparison_json(const struct ink_eval_report *r, size_t a, size_t b)
{
    const struct ink_evaluation *first = &r->evaluations[a], *second = &r->evaluations[b];
    struct ink_comparison c = ink_compare(first, second);
    return json_pack("{s:[o,o], s:o, s:o, s:o, s:o, s:f}", "models", whole(a), whole(b), "both", whole(c.both),
                     "first_only", only_json(first, second), "second_only", only_json(second, first), "neither",
                     whole(c.neither), "p_value", c.p_value);
}

json_t *ink_eval_json(const struct ink_eval_report *report)
{
    json_t *models = json_array(), *comparisons = json_array();
    for (size_t m = 0; m < report->models; m++)
        json_array_append_new(models, model_json(&report->evaluations[m], &report->summaries[m]));
    for (size_t a = 0; a < report->models; a++)
        for (size_t b = a + 1; b < report->models; b++)
            json_array_append_new(comparisons, comparison_json(report, a, b));
    return json_pack("{s:o, s:o}", "models", models, "comparisons", comparisons);
}
