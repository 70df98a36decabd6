/* SPDX-License-Identifier: MIT */
#include "pipeline/known.h"

#include <string.h>

#include "base/view.h"

json_t *ink_known_json(const struct ink_finding *finding)
{
    if (finding->shown == 0) return json_null();
    json_t *found =
        json_pack("{s:i,s:i,s:i,s:i,s:b,s:s?,s:s,s:b,s:s?}", "finder", INK_FINDER, "shown", finding->shown, "right",
                  finding->right, "next", finding->next, "sure", finding->sure, "range",
                  finding->range ? finding->range->word : NULL, "polarity", ink_polarity_word(finding->polarity),
                  "transposed", finding->transposed, "alphabet", finding->alphabet ? finding->alphabet->word : NULL);
    if (finding->confused_count)
        json_object_set_new(found, "confused",
                            json_pack("{s:s%,s:s%,s:i}", "shown", finding->confused, 1, "read", finding->confused + 1,
                                      1, "times", finding->confused_count));
    return found;
}

static int append(const char *text, size_t len, void *out)
{
    return ink_buffer_append(out, text, len) ? -1 : 0;
}

ink_status ink_known_write(const char *model_etag, const char *settings_etag, const struct ink_finding *finding,
                           struct ink_buffer *out)
{
    size_t labels = finding->alphabet ? strlen(finding->alphabet->characters) : 0;
    json_t *list = json_array();
    for (size_t i = 0; list && i < labels; i++) json_array_append_new(list, json_integer((json_int_t)i));
    json_t *root = json_pack("{s:{s:s,s:s},s:{s:o},s:o}", "model", "etag", model_etag, "settings_etag", settings_etag,
                             "pictures", "labels", list, "references", ink_known_json(finding));
    int failed = root ? json_dump_callback(root, append, out, JSON_COMPACT) : -1;
    json_decref(root);
    return failed ? out->failed ? INK_E_LIMIT : INK_E_OOM : INK_OK;
}

static bool same_text(const json_t *object, const char *name, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, name));
    return strcmp(text ? text : "", wanted) == 0;
}

static bool take_count(const json_t *object, const char *name, int least, int most, int *out)
{
    const json_t *value = json_object_get(object, name);
    json_int_t count = json_integer_value(value);
    *out = (int)count;
    return json_is_integer(value) && count >= least && count <= most;
}

/* A word of a table, or null. */
static bool take_range(const json_t *found, const struct ink_range **out)
{
    const char *word = json_string_value(json_object_get(found, "range"));
    *out = word ? ink_range_named(ink_view_text(word)) : NULL;
    return *out || json_is_null(json_object_get(found, "range"));
}

static bool take_alphabet(const json_t *root, const json_t *found, const struct ink_alphabet **out)
{
    const char *word = json_string_value(json_object_get(found, "alphabet"));
    const json_t *labels = json_object_get(json_object_get(root, "pictures"), "labels");
    *out = word ? ink_alphabet_named(ink_view_text(word), json_array_size(labels)) : NULL;
    return *out || json_is_null(json_object_get(found, "alphabet"));
}

static bool take_finding(const json_t *root, struct ink_finding *out)
{
    const json_t *found = json_object_get(root, "references"), *transposed = json_object_get(found, "transposed");
    int finder;
    *out = (struct ink_finding){.sure = json_is_true(json_object_get(found, "sure")),
                                .transposed = json_is_true(transposed),
                                .all = true,
                                .polarity = INK_POLARITY_COUNT};
    for (int i = 0; i < INK_POLARITY_COUNT; i++)
        if (same_text(found, "polarity", ink_polarity_word((enum ink_polarity)i))) out->polarity = (enum ink_polarity)i;
    return take_count(found, "finder", INK_FINDER, INK_FINDER, &finder) &&
           take_count(found, "shown", 1, 10000, &out->shown) &&
           take_count(found, "right", 0, out->shown, &out->right) &&
           take_count(found, "next", -1, out->shown, &out->next) && take_range(found, &out->range) &&
           take_alphabet(root, found, &out->alphabet) && json_is_boolean(transposed) &&
           (out->polarity == INK_POLARITY_BRIGHT_INK || out->polarity == INK_POLARITY_DARK_INK);
}

bool ink_known_read(struct ink_view report, const char *model_etag, const char *settings_etag, struct ink_finding *out)
{
    if (report.len == 0 || report.len > INK_REPORT_BYTES_MAX || !*model_etag) return false;
    json_t *root = json_loadb((const char *)report.data, report.len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *model = json_object_get(root, "model");
    bool fits = same_text(model, "etag", model_etag) && same_text(model, "settings_etag", settings_etag) &&
                take_finding(root, out);
    json_decref(root);
    return fits;
}
