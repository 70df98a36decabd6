/* SPDX-License-Identifier: MIT */
#include "pipeline/sources.h"

#include <stdio.h>

#include "pipeline/known.h"

enum { MODEL_BYTES_MAX = 1 << 30, PER_FOLDER = 2 };

ink_status ink_source_error(const struct ink_s3_call *call, struct ink_error *err)
{
    if (call->status == INK_E_DENIED && call->code == 0) return ink_fail(err, INK_E_DENIED, "%s", call->error.text);
    if (call->status == INK_E_DENIED)
        return ink_fail(
            err, INK_E_DENIED,
            "%s/%s: S3 says no (%s); the role needs s3:GetObject on the bucket's objects, and s3:ListBucket "
            "on the bucket, without which a missing key cannot be told from a forbidden one",
            call->bucket, call->key, *call->reason ? call->reason : call->error.text);
    return ink_fail(err, call->status, "%s/%s: %s", call->bucket, call->key, call->error.text);
}

static bool no_bucket(const struct ink_s3_call *call)
{
    return call->status == INK_E_NOT_FOUND && strcmp(call->reason, "NoSuchBucket") == 0;
}

/* --- one round of questions ------------------------------------------------------------------------------------- */

/* The calls of a fetch: [picture] then model and settings of each folder, then weights of models in memory. */
struct round {
    struct ink_s3_call *calls;
    size_t count;
    size_t first_model; /* 1 with a picture, else 0 */
    char (*settings)[INK_KEY_MAX + 1];
    struct ink_held_model *held[INK_FOLDERS_MAX]; /* in memory already, perhaps out of date */
    size_t first_weights[INK_FOLDERS_MAX];
};

static struct ink_s3_call *model_call(const struct round *round, size_t folder)
{
    return &round->calls[round->first_model + PER_FOLDER * folder];
}

/* A model in memory is asked for by its ETag; the nearest other one is fetched at once; of those farther up, only whether
 * they exist: most of them do not, or do not count. */
static void ask_model(struct round *round, const struct ink_sources *sources, struct ink_models *models, size_t i)
{
    struct ink_held_model *held = round->held[i] = ink_models_find(models, sources->bucket, sources->models[i]);
    struct ink_s3_call *model = &round->calls[round->count++], *settings = &round->calls[round->count++];
    *model = (struct ink_s3_call){.op = held || i == 0 ? INK_S3_GET : INK_S3_HEAD,
                                  .bucket = sources->bucket,
                                  .key = sources->models[i],
                                  .if_none_match = held ? held->etag : NULL,
                                  .cap_bytes =
                                      models->memory_bytes < MODEL_BYTES_MAX ? models->memory_bytes : MODEL_BYTES_MAX};
    size_t stem = strlen(sources->models[i]) - strlen(".onnx");
    snprintf(round->settings[i], sizeof round->settings[i], "%.*s.json", (int)stem, sources->models[i]);
    *settings = (struct ink_s3_call){
        .op = INK_S3_GET, .bucket = sources->bucket, .key = round->settings[i], .cap_bytes = INK_SETTINGS_BYTES_MAX};
}

static bool room_for_weights(const struct round *round, const struct ink_held_model *held)
{
    return held && round->count + held->weights_count <= INK_SOURCES_MAX;
}

static ink_status plan(struct round *round, const struct ink_sources *sources, struct ink_models *models,
                       struct ink_arena *arena, struct ink_error *err)
{
    round->calls = INK_ARENA_ARRAY(arena, struct ink_s3_call, INK_SOURCES_MAX);
    round->settings = ink_arena_calloc(arena, INK_FOLDERS_MAX, sizeof *round->settings);
    if (!round->calls || !round->settings) return ink_fail(err, INK_E_OOM, "no memory for asking S3");
    if (sources->picture_key)
        round->calls[round->count++] = (struct ink_s3_call){.op = INK_S3_GET,
                                                            .bucket = sources->bucket,
                                                            .key = sources->picture_key,
                                                            .cap_bytes = INK_PICTURE_BYTES_MAX};
    round->first_model = round->count;
    for (size_t i = 0; i < sources->model_count; i++) ask_model(round, sources, models, i);
    for (size_t i = 0; i < sources->model_count; i++) {
        struct ink_held_model *held = round->held[i];
        round->first_weights[i] = round->count;
        for (size_t w = 0; room_for_weights(round, held) && w < held->weights_count; w++)
            round->calls[round->count++] =
                (struct ink_s3_call){.op = INK_S3_HEAD, .bucket = sources->bucket, .key = held->weights[w].key};
    }
    return INK_OK;
}

ink_status ink_sources_note(const struct ink_sources *sources, struct ink_models *models, struct ink_arena *arena,
                            struct ink_ahead *ahead, size_t picture_cap_bytes, struct ink_error *err)
{
    struct round round = {0};
    struct ink_arena_mark mark = ink_arena_mark(arena);
    ink_status st = plan(&round, sources, models, arena, err);
    for (size_t i = 0; i < round.count && !st; i++)
        if (ink_ahead_note(ahead, &round.calls[i], i < round.first_model ? picture_cap_bytes : SIZE_MAX))
            st = ink_fail(err, INK_E_OOM, "no memory for asking S3");
    ink_arena_release(arena, mark);
    return st;
}

/* --- what came ------------------------------------------------------------------------------------------------- */

static void note(struct ink_sources *sources, const char *key, const char *etag)
{
    struct ink_source *source = &sources->all[sources->count++];
    snprintf(source->key, sizeof source->key, "%s", key);
    snprintf(source->etag, sizeof source->etag, "%s", etag);
}

static ink_status take_picture(struct ink_sources *sources, struct ink_s3_call *call, struct ink_error *err)
{
    if (no_bucket(call)) return ink_source_error(call, err);
    if (call->status == INK_E_NOT_FOUND) {
        sources->gone = true;
        return INK_OK;
    }
    if (call->status == INK_E_LIMIT)
        ink_fail(&sources->refusal, INK_E_LIMIT, "%s: a picture of more than %d MiB is not read",
                 ink_key_name(sources->picture_key), INK_PICTURE_BYTES_MAX >> 20);
    else if (call->status)
        return ink_source_error(call, err);
    sources->picture = call->body_in;
    call->body_in = (struct ink_buffer){0};
    snprintf(sources->picture_version, sizeof sources->picture_version, "%s", call->found_version);
    note(sources, sources->picture_key, call->etag);
    return INK_OK;
}

static bool is_there(const struct ink_s3_call *call)
{
    return call->status == INK_OK || call->code == 304 || call->status == INK_E_LIMIT;
}

/* The nearest folder that has a model; *folder == model_count where none has. Nearer ones are noted as absent. */
static ink_status nearest(struct ink_sources *sources, const struct round *round, size_t *folder, struct ink_error *err)
{
    for (*folder = 0; *folder < sources->model_count; ++*folder) {
        const struct ink_s3_call *call = model_call(round, *folder);
        if (is_there(call)) return INK_OK;
        if (call->status != INK_E_NOT_FOUND || no_bucket(call)) return ink_source_error(call, err);
        note(sources, call->key, "");
    }
    return INK_OK;
}

static bool weights_as_held(const struct round *round, size_t folder)
{
    const struct ink_held_model *held = round->held[folder];
    if (!room_for_weights(&(struct round){.count = round->first_weights[folder]}, held)) return false;
    for (size_t w = 0; w < held->weights_count; w++) {
        const struct ink_s3_call *call = &round->calls[round->first_weights[folder] + w];
        bool absent = call->status == INK_E_NOT_FOUND && !*held->weights[w].etag;
        if (!absent && (call->status || strcmp(call->etag, held->weights[w].etag) != 0)) return false;
    }
    return true;
}

/* The bytes of a model that were not in the first answers: those of one farther up, or of one whose weights or settings
 * alone are new. */
static ink_status fetch_bytes(struct ink_sources *sources, struct ink_models *models, const char *key, const char *etag,
                              struct ink_buffer *bytes, struct ink_error *err)
{
    struct ink_s3_call call = {.op = INK_S3_GET,
                               .bucket = sources->bucket,
                               .key = key,
                               .if_match = etag,
                               .cap_bytes =
                                   models->memory_bytes < MODEL_BYTES_MAX ? models->memory_bytes : MODEL_BYTES_MAX};
    models->objects->perform(models->objects, &call, 1, sources->deadline_us);
    ink_status st = call.status == INK_E_NOT_FOUND ? INK_E_CHANGED : call.status;
    if (!st) {
        *bytes = call.body_in;
        call.body_in = (struct ink_buffer){0};
    } else {
        ink_source_error(&call, err);
    }
    ink_s3_call_cleanup(&call);
    return st;
}

/* The model's report, if there is one: it says what was found out about the model, which saves finding it out again. Any
 * trouble with it is none: the model can still be asked. */
static struct ink_buffer fetch_report(const struct ink_sources *sources, struct ink_models *models, const char *key)
{
    char report[INK_KEY_MAX + 1];
    struct ink_s3_call call = {
        .op = INK_S3_GET, .bucket = sources->bucket, .key = report, .cap_bytes = INK_REPORT_BYTES_MAX};
    if (ink_key_answer(key, "report.json", report, NULL)) return (struct ink_buffer){0};
    models->objects->perform(models->objects, &call, 1, sources->deadline_us);
    struct ink_buffer body = call.body_in;
    call.body_in = (struct ink_buffer){0};
    if (call.status) ink_buffer_cleanup(&body);
    ink_s3_call_cleanup(&call);
    return body;
}

static ink_status too_long(struct ink_sources *sources, const struct ink_models *models, const char *key)
{
    return ink_fail(&sources->refusal, INK_E_LIMIT,
                    "%s: a model of more than the %zu MB that this function can give it", ink_key_name(key),
                    models->memory_bytes >> 20);
}

/* Gives the model in memory, or loads it. */
static ink_status take_model(struct ink_sources *sources, struct ink_models *models, struct round *round, size_t folder,
                             struct ink_error *err)
{
    struct ink_s3_call *call = model_call(round, folder), *settings = call + 1;
    struct ink_held_model *held = round->held[folder];
    struct ink_buffer bytes = {0}, no_settings = {0};
    char etag[INK_S3_ETAG_MAX + 1];
    bool same = held && call->code == 304;
    snprintf(etag, sizeof etag, "%s", same ? held->etag : call->etag);
    note(sources, call->key, etag);
    if (call->status == INK_E_LIMIT) {
        too_long(sources, models, call->key);
        return INK_OK;
    }
    if (settings->status == INK_E_LIMIT) {
        ink_fail(&sources->refusal, INK_E_MODEL, "%s: settings of more than 1 MiB are not read",
                 ink_key_name(settings->key));
        return INK_OK;
    }
    if (settings->status && settings->status != INK_E_NOT_FOUND) return ink_source_error(settings, err);
    const char *settings_etag = settings->status ? "" : settings->etag;
    note(sources, settings->key, settings_etag);
    ink_status st = INK_OK;
    if (!same || strcmp(settings_etag, held->settings_etag) != 0 || !weights_as_held(round, folder)) {
        if (same) {
            bytes = held->bytes; /* the file itself is as it was: it moves over to the new entry */
            ink_classifier_free(held->classifier);
            held->classifier = NULL;
            held->bytes = (struct ink_buffer){0};
        } else if (call->op == INK_S3_GET) {
            bytes = call->body_in;
            call->body_in = (struct ink_buffer){0};
        } else {
            st = fetch_bytes(sources, models, call->key, etag, &bytes, err);
            if (st == INK_E_LIMIT) {
                too_long(sources, models, call->key);
                return INK_OK;
            }
        }
        struct ink_buffer *text = settings->status ? &no_settings : &settings->body_in;
        struct ink_buffer report = st ? (struct ink_buffer){0} : fetch_report(sources, models, call->key);
        if (!st)
            st = ink_models_load(models, sources->bucket, call->key, etag, &bytes, settings_etag, text,
                                 ink_buffer_view(&report), sources->compute_until_us, &held, err);
        ink_buffer_cleanup(&report);
        ink_buffer_cleanup(&bytes);
    }
    if (st) return st;
    sources->model = held;
    for (size_t w = 0; w < held->weights_count; w++) note(sources, held->weights[w].key, held->weights[w].etag);
    return INK_OK;
}

ink_status ink_sources_fetch(struct ink_sources *sources, struct ink_models *models, struct ink_arena *arena,
                             struct ink_error *err)
{
    struct round round = {0};
    size_t folder = 0;
    sources->gone = false;
    sources->refusal = (struct ink_error){0};
    sources->picture = (struct ink_buffer){0};
    sources->model = NULL;
    sources->fallback = ink_models_fallback_name(models);
    sources->count = 0;
    sources->all = INK_ARENA_ARRAY(arena, struct ink_source, INK_SOURCES_MAX);
    ink_status st =
        sources->all ? plan(&round, sources, models, arena, err) : ink_fail(err, INK_E_OOM, "no memory for asking S3");
    if (!st) models->objects->perform(models->objects, round.calls, round.count, sources->deadline_us);
    if (!st && sources->picture_key) st = take_picture(sources, &round.calls[0], err);
    if (!st && !sources->gone) st = nearest(sources, &round, &folder, err);
    if (!st && !sources->gone && folder < sources->model_count) st = take_model(sources, models, &round, folder, err);
    if (!st && !sources->picture_key && !sources->posted && folder == sources->model_count) sources->gone = true;
    for (size_t i = 0; i < round.count; i++) ink_s3_call_cleanup(&round.calls[i]);
    return st;
}

ink_status ink_sources_note_look(const struct ink_sources *sources, struct ink_ahead *ahead, struct ink_error *err)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct ink_s3_call head = {.op = INK_S3_HEAD, .bucket = sources->bucket, .key = sources->all[i].key};
        if (ink_ahead_note(ahead, &head, SIZE_MAX)) return ink_fail(err, INK_E_OOM, "no memory for asking S3");
    }
    return INK_OK;
}

ink_status ink_sources_look_again(const struct ink_sources *sources, struct ink_objects *objects,
                                  struct ink_arena *arena, bool *same, bool *gone, struct ink_error *err)
{
    struct ink_s3_call *calls = INK_ARENA_ARRAY(arena, struct ink_s3_call, sources->count);
    if (!calls) return ink_fail(err, INK_E_OOM, "no memory for asking S3");
    for (size_t i = 0; i < sources->count; i++)
        calls[i] = (struct ink_s3_call){.op = INK_S3_HEAD, .bucket = sources->bucket, .key = sources->all[i].key};
    objects->perform(objects, calls, sources->count, sources->deadline_us);
    ink_status st = INK_OK;
    *same = true;
    *gone = calls[0].status == INK_E_NOT_FOUND;
    for (size_t i = 0; i < sources->count; i++) {
        const char *etag = sources->all[i].etag;
        bool absent = calls[i].status == INK_E_NOT_FOUND;
        if (absent ? *etag != '\0' : calls[i].status == INK_OK && strcmp(calls[i].etag, etag) != 0) *same = false;
        if (!absent && calls[i].status && !st) st = ink_source_error(&calls[i], err);
        ink_s3_call_cleanup(&calls[i]);
    }
    return st;
}

ink_status ink_sources_name_models(struct ink_sources *sources, const char *key, struct ink_error *err)
{
    size_t folders[INK_FOLDERS_MAX];
    sources->model_count = ink_key_folders(key, folders);
    for (size_t i = 0; i < sources->model_count; i++) {
        int len = snprintf(sources->models[i], sizeof sources->models[i], "%.*smodel.onnx", (int)folders[i], key);
        if (len > INK_KEY_MAX) return ink_fail(err, INK_E_LIMIT, "%s: too long a folder for a model in it", key);
    }
    return INK_OK;
}
