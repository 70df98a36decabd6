/* SPDX-License-Identifier: MIT */
#include "pipeline/models.h"

#include <stdio.h>

#include "base/alloc.h"
#include "pipeline/known.h"
#include "pipeline/sources.h"

void ink_models_init(struct ink_models *models, struct ink_objects *objects, size_t memory_bytes, int threads,
                     struct ink_watchdog *watchdog, const char *packaged_folder)
{
    *models =
        (struct ink_models){.objects = objects, .memory_bytes = memory_bytes, .threads = threads, .watchdog = watchdog};
    ink_packaged_open(&models->packaged, packaged_folder);
}

static void free_held(struct ink_held_model *held)
{
    ink_classifier_free(held->classifier); /* before the bytes that it looks into */
    for (size_t i = 0; i < held->weights_count; i++) ink_buffer_cleanup(&held->weights[i].bytes);
    ink_free(held->weights);
    ink_buffer_cleanup(&held->bytes);
    ink_buffer_cleanup(&held->settings);
    ink_free(held);
}

static void drop(struct ink_models *models, struct ink_held_model *held)
{
    struct ink_held_model **at = &models->first;
    while (*at && *at != held) at = &(*at)->next;
    if (!*at) return;
    *at = held->next;
    models->count--;
    free_held(held);
}

void ink_models_cleanup(struct ink_models *models)
{
    while (models->first) drop(models, models->first);
    ink_classifier_free(models->fallback); /* before the bytes that it looks into */
    ink_packaged_cleanup(&models->packaged);
}

static struct ink_held_model *find_any(const struct ink_models *models, const char *bucket, const char *key)
{
    struct ink_held_model *held = models->first;
    while (held && (strcmp(held->bucket, bucket) != 0 || strcmp(held->key, key) != 0)) held = held->next;
    return held;
}

struct ink_held_model *ink_models_find(struct ink_models *models, const char *bucket, const char *key)
{
    struct ink_held_model *held = find_any(models, bucket, key);
    /* another invocation may have more time for it */
    if (!held || held->classifier->error.status == INK_E_TIMEOUT) return NULL;
    held->last_use = ++models->uses;
    return held;
}

/* --- memory ----------------------------------------------------------------------------------------------------- */

static size_t held_bytes(const struct ink_held_model *held)
{
    size_t bytes = held->bytes.room + held->settings.room;
    for (size_t i = 0; i < held->weights_count; i++) bytes += held->weights[i].bytes.room;
    if (held->classifier) bytes += held->classifier->arena.held_bytes;
    if (held->classifier && held->classifier->session) {
        struct ink_figures figures;
        ink_session_figures(held->classifier->session, &figures);
        bytes += figures.held_bytes;
    }
    return bytes;
}

/* Lets the oldest go until there is room for `wanted` bytes, and for one more entry. */
static void make_room(struct ink_models *models, size_t wanted)
{
    for (;;) {
        size_t total = wanted;
        struct ink_held_model *oldest = models->first;
        for (struct ink_held_model *held = models->first; held; held = held->next) {
            total += held_bytes(held);
            if (held->last_use < oldest->last_use) oldest = held;
        }
        if (!oldest || (total <= models->memory_bytes && models->count < INK_MODELS_MAX)) return;
        drop(models, oldest);
    }
}

/* --- weights ---------------------------------------------------------------------------------------------------- */

struct naming {
    struct ink_held_model *held;
    ink_status status;
};

static void name_weights(void *arg, struct ink_view location)
{
    struct naming *naming = arg;
    struct ink_held_model *held = naming->held;
    for (size_t i = 0; i < held->weights_count; i++)
        if (ink_view_is(location, held->weights[i].location)) return;
    if (held->weights_count == INK_WEIGHT_FILES_MAX || location.len >= INK_KEY_MAX) {
        naming->status = INK_E_LIMIT;
        return;
    }
    struct ink_weights *weights = &held->weights[held->weights_count];
    memcpy(weights->location, location.data, location.len);
    if (ink_key_beside(held->key, weights->location, weights->key, NULL) == INK_OK)
        held->weights_count++;
    else
        naming->status = INK_E_LIMIT;
}

/* Finds out which files the model names. One that cannot be read names none: loading it will say what is wrong. */
static ink_status find_weights(struct ink_held_model *held, struct ink_error *err)
{
    struct naming naming = {.held = held};
    held->weights = ink_calloc(INK_WEIGHT_FILES_MAX, sizeof *held->weights);
    if (!held->weights) return ink_fail(err, INK_E_OOM, "no memory for the names of weights");
    if (ink_model_external_files(ink_buffer_view(&held->bytes), name_weights, &naming, NULL)) held->weights_count = 0;
    if (naming.status)
        return ink_fail(err, INK_E_LIMIT, "it names more than %d files of weights", INK_WEIGHT_FILES_MAX);
    return INK_OK;
}

static ink_status fetch_weights(struct ink_models *models, struct ink_held_model *held, uint64_t deadline_us,
                                struct ink_error *err)
{
    if (held->weights_count == 0) return INK_OK;
    struct ink_s3_call *calls = ink_calloc(held->weights_count, sizeof *calls);
    if (!calls) return ink_fail(err, INK_E_OOM, "no memory for fetching weights");
    for (size_t i = 0; i < held->weights_count; i++)
        calls[i] = (struct ink_s3_call){
            .op = INK_S3_GET, .bucket = held->bucket, .key = held->weights[i].key, .cap_bytes = models->memory_bytes};
    models->objects->perform(models->objects, calls, held->weights_count, deadline_us);
    ink_status st = INK_OK;
    for (size_t i = 0; i < held->weights_count; i++) {
        struct ink_weights *weights = &held->weights[i];
        if (calls[i].status == INK_OK) {
            snprintf(weights->etag, sizeof weights->etag, "%s", calls[i].etag);
            weights->bytes = calls[i].body_in;
            calls[i].body_in = (struct ink_buffer){0};
        } else if (calls[i].status != INK_E_NOT_FOUND && !st) {
            st = ink_source_error(&calls[i], err);
        }
        ink_s3_call_cleanup(&calls[i]);
    }
    ink_free(calls);
    return st;
}

/* ink_external_data.load */
static ink_status give_weights(void *arg, const char *location, uint64_t offset, uint64_t length, struct ink_view *out,
                               struct ink_error *err)
{
    const struct ink_held_model *held = arg;
    for (size_t i = 0; i < held->weights_count; i++) {
        const struct ink_weights *weights = &held->weights[i];
        if (strcmp(weights->location, location) != 0) continue;
        if (!*weights->etag)
            return ink_fail(err, INK_E_MODEL, "its weights are not there: put %s into the bucket", weights->key);
        if (offset > weights->bytes.len) break;
        if (length == UINT64_MAX) length = weights->bytes.len - offset;
        if (length > weights->bytes.len - offset) break;
        *out = ink_view_of(weights->bytes.data + offset, (size_t)length);
        return INK_OK;
    }
    return ink_fail(err, INK_E_MODEL, "its weights in %s end too early", location);
}

/* --- loading ---------------------------------------------------------------------------------------------------- */

static struct ink_classifier_options options_for(const struct ink_models *models, size_t used_bytes)
{
    size_t left = models->memory_bytes > used_bytes ? models->memory_bytes - used_bytes : 1;
    return (struct ink_classifier_options){.session = {.threads = models->threads, .memory_cap_bytes = left},
                                           .fit = INK_FIT_COUNT};
}

static ink_status classify(struct ink_models *models, struct ink_held_model *held, uint64_t deadline_us,
                           struct ink_error *err)
{
    struct ink_external_data external = {.load = give_weights, .arg = held};
    struct ink_classifier_options options = options_for(models, held_bytes(held));
    options.session.external = &external;
    char settings[INK_KEY_MAX + 1];
    const char *name = ink_key_name(held->key);
    snprintf(settings, sizeof settings, "%.*s.json", (int)(strlen(name) - strlen(".onnx")), name);
    options.settings_name = settings;
    options.known = held->known.shown ? &held->known : NULL;
    options.deadline_us = deadline_us;
    struct ink_error refused = {0};
    ink_watchdog_begin(models->watchdog);
    ink_status st = ink_classifier_new(ink_buffer_view(&held->bytes), ink_buffer_view(&held->settings), &options,
                                       &held->classifier, &refused);
    ink_watchdog_end(models->watchdog);
    if (!held->classifier) return ink_fail(err, INK_E_OOM, "no memory for %s", held->key);
    if (st == INK_E_OOM)
        ink_fail(&held->classifier->error, st, "it needs more than the %zu MB that this function can give it: %s",
                 models->memory_bytes >> 20, refused.text);
    if (st) ink_fail_in(&held->classifier->error, "%s", ink_key_name(held->key));
    return INK_OK;
}

ink_status ink_models_load(struct ink_models *models, const char *bucket, const char *key, const char *etag,
                           struct ink_buffer *bytes, const char *settings_etag, struct ink_buffer *settings,
                           struct ink_view report, uint64_t deadline_us, struct ink_held_model **out,
                           struct ink_error *err)
{
    struct ink_held_model *old = find_any(models, bucket, key);
    if (old) drop(models, old);
    make_room(models, 3 * bytes->len); /* the file, packed weights, what a run needs: a first guess */
    struct ink_held_model *held = ink_calloc(1, sizeof *held);
    if (!held) return ink_fail(err, INK_E_OOM, "no memory for %s", key);
    snprintf(held->bucket, sizeof held->bucket, "%s", bucket);
    snprintf(held->key, sizeof held->key, "%s", key);
    snprintf(held->etag, sizeof held->etag, "%s", etag);
    snprintf(held->settings_etag, sizeof held->settings_etag, "%s", settings_etag);
    held->bytes = *bytes;
    held->settings = *settings;
    *bytes = *settings = (struct ink_buffer){0};
    if (!ink_known_read(report, etag, settings_etag, &held->known)) held->known.shown = 0;
    ink_status st = find_weights(held, err);
    if (!st) st = fetch_weights(models, held, deadline_us, err);
    if (!st) st = classify(models, held, deadline_us, err);
    if (!st && held->classifier->error.status == INK_E_OOM && models->first) {
        /* alone, it may fit */
        while (models->first) drop(models, models->first);
        ink_classifier_free(held->classifier);
        held->classifier = NULL; /* no longer counted */
        st = classify(models, held, deadline_us, err);
    }
    if (st) {
        free_held(held);
        return st;
    }
    held->last_use = ++models->uses;
    held->next = models->first;
    models->first = held;
    models->count++;
    *out = held;
    return INK_OK;
}

const char *ink_models_fallback_name(const struct ink_models *models)
{
    return models->packaged.there ? "packaged" : "built-in";
}

static ink_status load_packaged(struct ink_models *models, struct ink_classifier_options *options)
{
    struct ink_packaged *packaged = &models->packaged;
    struct ink_external_data weights = ink_folder_loader(&packaged->folder);
    options->session.external = &weights;
    options->settings_name = "model.json";
    options->known = packaged->known.shown ? &packaged->known : NULL;
    ink_status st = ink_classifier_new(packaged->model.bytes, ink_buffer_view(&packaged->settings), options,
                                       &models->fallback, NULL);
    if (!models->fallback) return st;
    struct ink_error *error = &models->fallback->error;
    if (packaged->error.status) *error = packaged->error;
    if (error->status) ink_fail_in(error, "the packaged model");
    return error->status;
}

struct ink_classifier *ink_models_fallback(struct ink_models *models)
{
    struct ink_classifier_options options = options_for(models, 0);
    struct ink_view builtin = ink_builtin_model_view();
    if (models->fallback) return models->fallback;
    ink_watchdog_begin(models->watchdog);
    ink_status st = models->packaged.there
                        ? load_packaged(models, &options)
                        : ink_classifier_new(builtin, (struct ink_view){0}, &options, &models->fallback, NULL);
    ink_watchdog_end(models->watchdog);
    if (st && models->fallback && !models->packaged.there && builtin.len == 0)
        ink_fail(&models->fallback->error, INK_E_MODEL,
                 "no built-in model in this build: put a model.onnx into the bucket");
    return models->fallback;
}
