/* SPDX-License-Identifier: MIT */
/* The models of a bucket, and which folders' pictures each of them answers: the nearest model.onnx going up (keys.h). */
#include <stdio.h>

#include "local/console_call.h"
#include "pipeline/keys.h"

enum { KEYS_MAX = 20000 }; /* of a bucket; what lies behind them is not looked at */

/* What a walk over the bucket finds. */
struct census {
    json_t *models;   /* key -> its JSON */
    json_t *pictures; /* folder -> how many */
    json_t *present;  /* keys of reports and settings -> true */
    size_t keys;
    bool truncated;
};

static void count_picture(struct census *census, const char *key)
{
    char folder[INK_KEY_MAX + 1];
    snprintf(folder, sizeof folder, "%.*s", (int)ink_key_folder_len(key), key);
    json_int_t count = json_integer_value(json_object_get(census->pictures, folder));
    json_object_set_new(census->pictures, folder, json_integer(count + 1));
}

static void add_model(struct census *census, const struct ink_store_entry *entry)
{
    bool answers = strcmp(ink_key_name(entry->key), "model.onnx") == 0;
    json_object_set_new(census->models, entry->key,
                        json_pack("{s:o,s:I,s:s,s:I,s:b,s:n,s:n,s:[]}", "key", ink_json_text(entry->key), "size",
                                  (json_int_t)entry->size, "etag", entry->etag, "modified_at_ms",
                                  (json_int_t)entry->modified_ms, "answers", answers, "report", "settings", "folders"));
}

static void take_entry(struct census *census, const struct ink_store_entry *entry)
{
    switch (ink_key_kind(entry->key)) {
    case INK_KEY_PICTURE:
    case INK_KEY_FOREIGN: count_picture(census, entry->key); break;
    case INK_KEY_MODEL: add_model(census, entry); break;
    case INK_KEY_SETTINGS:
    case INK_KEY_OURS: json_object_set_new(census->present, entry->key, json_true()); break;
    default: break;
    }
}

/* False when refused. */
static bool take_census(struct ink_console_call *call, const char *bucket, struct census *census)
{
    struct ink_store_list_options options = {.max = INK_STORE_LIST_MAX};
    struct ink_store_listing listing = {.truncated = true};
    while (listing.truncated && census->keys < KEYS_MAX) {
        if (!ink_console_stored(call, ink_store_list(call->console->store, bucket, &options, call->arena, &listing)))
            return false;
        for (size_t i = 0; i < listing.count; i++) take_entry(census, &listing.entries[i]);
        census->keys += listing.count;
        options.after = listing.next;
    }
    census->truncated = listing.truncated;
    return true;
}

/* Its report and its settings, where they are there. */
static void name_companions(const struct census *census, const char *key, json_t *model)
{
    char report[INK_KEY_MAX + 1], settings[INK_KEY_MAX + 1];
    snprintf(settings, sizeof settings, "%.*s.json", (int)(strlen(key) - strlen(".onnx")), key);
    if (!ink_key_answer(key, "report.json", report, NULL) && json_object_get(census->present, report))
        json_object_set_new(model, "report", ink_json_text(report));
    if (json_object_get(census->present, settings)) json_object_set_new(model, "settings", ink_json_text(settings));
}

/* NULL: the built-in one. */
static json_t *model_of(const struct census *census, const char *folder)
{
    char picture[INK_KEY_MAX + 3], key[INK_KEY_MAX + 16];
    size_t lens[INK_FOLDERS_MAX];
    snprintf(picture, sizeof picture, "%sx", folder);
    size_t count = ink_key_folders(picture, lens);
    for (size_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "%.*smodel.onnx", (int)lens[i], folder);
        json_t *model = json_object_get(census->models, key);
        if (model) return model;
    }
    return NULL;
}

static json_t *census_json(struct census *census)
{
    json_t *models = json_array(), *builtin = json_array(), *model, *count;
    const char *key, *folder;
    json_object_foreach(census->models, key, model)
    {
        name_companions(census, key, model);
        json_array_append(models, model);
    }
    json_object_foreach(census->pictures, folder, count)
    {
        json_t *reader = model_of(census, folder);
        json_array_append_new(reader ? json_object_get(reader, "folders") : builtin,
                              json_pack("{s:o,s:O}", "folder", ink_json_text(folder), "pictures", count));
    }
    return json_pack("{s:o,s:o,s:b}", "models", models, "builtin", builtin, "truncated", census->truncated);
}

void ink_console_list_models(struct ink_console_call *call)
{
    struct census census = {json_object(), json_object(), json_object(), 0, false};
    const char *bucket = ink_console_need(call, "bucket");
    if (bucket && take_census(call, bucket, &census)) ink_console_answer(call, census_json(&census));
    json_decref(census.models);
    json_decref(census.pictures);
    json_decref(census.present);
}
