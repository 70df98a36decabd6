/* SPDX-License-Identifier: MIT */
#include "pipeline/known.h"

#include <jansson.h>
#include <string.h>

#include "base/view.h"

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
