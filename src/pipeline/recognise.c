/* SPDX-License-Identifier: MIT */
#include "pipeline/recognise.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "pipeline/report.h"
#include "pipeline/results.h"
#include "pipeline/sources.h"

enum {
    ROUNDS_MAX = 50, /* a key that changes more often than we can read it */
    ANSWER_BYTES_MAX = 4 * 1024 * 1024,
    TYPICAL_MEMORY_MB = 2048,
    OWN_MEMORY_MB = 32, /* the program, its connections, answers */
    STORE_US = 500000,  /* what writing an answer may take before the deadline */
};

struct ink_recogniser {
    struct ink_models models;
    struct ink_arena arena; /* of one round: pixels, classes, keys */
    size_t memory_bytes;
};

struct ink_recogniser *ink_recogniser_new(struct ink_objects *objects, const struct ink_recogniser_options *options)
{
    struct ink_recogniser *r = ink_calloc(1, sizeof *r);
    if (!r) return NULL;
    size_t memory = options->memory_bytes ? options->memory_bytes : (size_t)TYPICAL_MEMORY_MB << 20;
    size_t own = (size_t)OWN_MEMORY_MB << 20;
    r->memory_bytes = memory > 2 * own ? memory - own : memory / 2;
    /* two thirds for models, one for the picture */
    ink_models_init(&r->models, objects, r->memory_bytes / 3 * 2, options->threads);
    ink_arena_init(&r->arena, r->memory_bytes / 3);
    return r;
}

void ink_recogniser_free(struct ink_recogniser *r)
{
    if (!r) return;
    ink_models_cleanup(&r->models);
    ink_arena_cleanup(&r->arena);
    ink_free(r);
}

/* --- storing ---------------------------------------------------------------------------------------------------- */

struct written {
    char key[INK_KEY_MAX + 1];
    const char *content_type;
    struct ink_buffer text;
};

/* JSON first: who finds the text finds the JSON that belongs to it. */
static ink_status store(struct ink_recogniser *r, const char *bucket, struct written *json, struct written *text,
                        uint64_t deadline_us, struct ink_error *err)
{
    struct written *const both[] = {json, text};
    for (size_t i = 0; i < 2; i++) {
        if (both[i]->text.failed) return ink_fail(err, INK_E_OOM, "no memory for %s", both[i]->key);
        struct ink_s3_call put = {.op = INK_S3_PUT,
                                  .bucket = bucket,
                                  .key = both[i]->key,
                                  .body = ink_buffer_view(&both[i]->text),
                                  .content_type = both[i]->content_type};
        r->models.objects->perform(r->models.objects, &put, 1, deadline_us);
        ink_status st = put.status == INK_E_DENIED
                            ? ink_fail(err, INK_E_DENIED, "%s/%s: S3 says no (%s); the role needs s3:PutObject on it",
                                       bucket, both[i]->key, *put.reason ? put.reason : put.error.text)
                        : put.status ? ink_source_error(&put, err)
                                     : INK_OK;
        ink_s3_call_cleanup(&put);
        if (st) return st;
    }
    return INK_OK;
}

static ink_status name_answers(const char *key, const char *json_ending, const char *text_ending, struct written *json,
                               struct written *text, struct ink_error *err)
{
    *json = (struct written){.content_type = "application/json"};
    *text = (struct written){.content_type = "text/plain; charset=utf-8"};
    ink_buffer_init(&json->text, ANSWER_BYTES_MAX);
    ink_buffer_init(&text->text, ANSWER_BYTES_MAX);
    ink_status st = ink_key_answer(key, json_ending, json->key, err);
    return st ? st : ink_key_answer(key, text_ending, text->key, err);
}

/* --- a picture -------------------------------------------------------------------------------------------------- */

static ink_status name_models(struct ink_sources *sources, const char *key, struct ink_error *err)
{
    size_t folders[INK_FOLDERS_MAX];
    sources->model_count = ink_key_folders(key, folders);
    for (size_t i = 0; i < sources->model_count; i++) {
        int len = snprintf(sources->models[i], sizeof sources->models[i], "%.*smodel.onnx", (int)folders[i], key);
        if (len > INK_KEY_MAX) return ink_fail(err, INK_E_LIMIT, "%s: too long a folder for a model in it", key);
    }
    return INK_OK;
}

/* What the picture is answered: decode, prepare, infer; or why it cannot be. */
static ink_status read_picture(struct ink_recogniser *r, const struct ink_sources *sources, uint64_t started_us,
                               struct ink_answer *answer, struct ink_error *err)
{
    const char *name = ink_key_name(sources->picture_key);
    uint64_t fetched_us = ink_clock_us();
    *answer = (struct ink_answer){.error = sources->refusal};
    if (!answer->error.status) {
        struct ink_classifier *classifier =
            sources->model ? sources->model->classifier : ink_models_builtin(&r->models);
        uint64_t deadline_us = sources->deadline_us > STORE_US ? sources->deadline_us - STORE_US : 0;
        if (!classifier) return ink_fail(err, INK_E_OOM, "no memory for the built-in model");
        uint64_t loaded_us = ink_clock_us();
        ink_classifier_read(classifier, name, ink_buffer_view(&sources->picture), &r->arena, deadline_us, answer);
        answer->times.load_us = loaded_us - fetched_us;
    }
    answer->times.fetch_us = fetched_us - started_us;
    if (answer->error.status == INK_E_TIMEOUT) {
        /* a slow bucket may be faster next time; a slow model will not */
        if (answer->times.fetch_us > answer->times.infer_us)
            return ink_fail(err, INK_E_TIMEOUT, "%s: fetching left too little time", name);
        ink_fail(
            &answer->error, INK_E_TIMEOUT,
            "%s: the model was not done after %.1f s, the function's time: give it more memory or a longer time-out",
            name, (double)(ink_clock_us() - started_us) / 1e6);
    }
    return INK_OK;
}

static ink_status write_results(struct ink_recogniser *r, const struct ink_sources *sources,
                                const struct ink_answer *answer, struct ink_error *err)
{
    const struct ink_held_model *model = sources->model;
    struct ink_subject subject = {.picture_key = sources->picture_key,
                                  .picture_etag = sources->all[0].etag,
                                  .picture_version = *sources->picture_version ? sources->picture_version : NULL,
                                  .model_key = model ? model->key : NULL,
                                  .model_etag = model ? model->etag : NULL,
                                  .settings_etag = model && *model->settings_etag ? model->settings_etag : NULL};
    /* a refused model has no place in memory, but a name */
    for (size_t i = 1; i < sources->count && !model; i++) {
        if (!*sources->all[i].etag) continue;
        subject.model_key = sources->all[i].key;
        subject.model_etag = sources->all[i].etag;
        break;
    }
    struct written json, text;
    ink_status st = name_answers(sources->picture_key, "results.json", "results.txt", &json, &text, err);
    if (!st) st = ink_results_json(answer, &subject, &json.text, err);
    if (!st) {
        ink_results_text(answer, &text.text);
        st = store(r, sources->bucket, &json, &text, sources->deadline_us, err);
    }
    ink_buffer_cleanup(&json.text);
    ink_buffer_cleanup(&text.text);
    return st;
}

static void log_answer(const struct ink_sources *sources, const struct ink_answer *answer)
{
    const char *model = sources->model ? sources->model->key : "the built-in model";
    if (answer->error.status)
        ink_log(INK_LOG_WARN, "%s/%s: %s: %s", sources->bucket, sources->picture_key,
                ink_status_word(answer->error.status), answer->error.text);
    else
        ink_log(INK_LOG_INFO, "%s/%s: %s (%.3f) by %s", sources->bucket, sources->picture_key, answer->text,
                (double)answer->probability, model);
}

/* One way through: *done when the answer stands, or there is nothing to answer any more. */
static ink_status picture_round(struct ink_recogniser *r, struct ink_sources *sources, bool *done,
                                struct ink_error *err)
{
    struct ink_answer answer;
    bool gone = false;
    uint64_t started_us = ink_clock_us();
    ink_status st = ink_sources_fetch(sources, &r->models, &r->arena, err);
    if (!st && sources->gone) {
        ink_log(INK_LOG_INFO, "%s/%s: gone, nothing written", sources->bucket, sources->picture_key);
        *done = true;
        return INK_OK;
    }
    if (!st) st = read_picture(r, sources, started_us, &answer, err);
    if (!st && answer.error.status && !ink_answer_code(answer.error.status))
        st = ink_fail(err, answer.error.status, "%s", answer.error.text);
    if (!st) st = write_results(r, sources, &answer, err);
    if (!st) st = ink_sources_look_again(sources, &r->models, &r->arena, done, &gone, err);
    if (!st && gone) {
        ink_log(INK_LOG_INFO, "%s/%s: gone while it was read", sources->bucket, sources->picture_key);
        *done = true;
    }
    if (!st && *done && !gone) log_answer(sources, &answer);
    return st;
}

/* --- a model ---------------------------------------------------------------------------------------------------- */

/* What to call a model that is too long to be loaded, so that it can be reported on like any other. */
static void report_on(const struct ink_sources *sources, struct written *json, struct written *text,
                      struct ink_error *err)
{
    const struct ink_held_model *model = sources->model;
    const char *missing[INK_WEIGHT_FILES_MAX];
    struct ink_report_subject subject = {.model_key = sources->all[0].key, .model_etag = sources->all[0].etag};
    struct ink_classifier refused = {.error = sources->refusal};
    if (model) {
        subject.file_bytes = model->bytes.len;
        subject.settings_etag = *model->settings_etag ? model->settings_etag : NULL;
        subject.missing = missing;
        for (size_t i = 0; i < model->weights_count; i++)
            if (!*model->weights[i].etag) missing[subject.missing_count++] = model->weights[i].key;
    }
    const struct ink_classifier *classifier = model ? model->classifier : &refused;
    ink_report_text(classifier, &subject, &text->text);
    if (ink_report_json(classifier, &subject, &json->text, err)) json->text.failed = true;
}

static ink_status model_round(struct ink_recogniser *r, struct ink_sources *sources, bool *done, struct ink_error *err)
{
    struct written json, text;
    bool gone = false;
    ink_status st = ink_sources_fetch(sources, &r->models, &r->arena, err);
    if (!st && sources->gone) {
        ink_log(INK_LOG_INFO, "%s/%s: no such model, nothing written", sources->bucket, sources->models[0]);
        *done = true;
        return INK_OK;
    }
    if (st) return st;
    /* how well it reads is worth a note, but a model that cannot be run has its own */
    if (sources->model) (void)!ink_classifier_measure(sources->model->classifier, sources->deadline_us, NULL);
    st = name_answers(sources->models[0], "report.json", "report.txt", &json, &text, err);
    if (!st) {
        report_on(sources, &json, &text, err);
        st = store(r, sources->bucket, &json, &text, sources->deadline_us, err);
    }
    ink_buffer_cleanup(&json.text);
    ink_buffer_cleanup(&text.text);
    if (!st) st = ink_sources_look_again(sources, &r->models, &r->arena, done, &gone, err);
    if (!st && gone) *done = true;
    if (!st && *done) ink_log(INK_LOG_INFO, "%s/%s: report written", sources->bucket, sources->models[0]);
    return st;
}

/* --- rounds ----------------------------------------------------------------------------------------------------- */

static ink_status go_round(struct ink_recogniser *r, struct ink_sources *sources,
                           ink_status (*round)(struct ink_recogniser *, struct ink_sources *, bool *,
                                               struct ink_error *),
                           struct ink_error *err)
{
    bool done = false;
    for (int i = 0; i < ROUNDS_MAX && !done; i++) {
        ink_arena_reset(&r->arena);
        ink_status st = round(r, sources, &done, err);
        ink_buffer_cleanup(&sources->picture);
        if (st && st != INK_E_CHANGED) return st;
        if (sources->deadline_us && ink_clock_us() > sources->deadline_us && !done)
            return ink_fail(err, INK_E_TIMEOUT, "it kept changing until the time was over");
    }
    return done ? INK_OK : ink_fail(err, INK_E_CHANGED, "it changed %d times while it was read", ROUNDS_MAX);
}

static ink_status answer_picture(struct ink_recogniser *r, const char *bucket, const char *key, uint64_t deadline_us,
                                 struct ink_error *err)
{
    struct ink_sources sources = {.bucket = bucket, .picture_key = key, .deadline_us = deadline_us};
    ink_status st = name_models(&sources, key, err);
    return st ? st : go_round(r, &sources, picture_round, err);
}

static ink_status report_model(struct ink_recogniser *r, const char *bucket, const char *key, uint64_t deadline_us,
                               struct ink_error *err)
{
    struct ink_sources sources = {.bucket = bucket, .model_count = 1, .deadline_us = deadline_us};
    snprintf(sources.models[0], sizeof sources.models[0], "%s", key);
    ink_status st = go_round(r, &sources, model_round, err);
    if (st || strcmp(ink_key_name(key), "model.onnx") != 0) return st;
    char digit[INK_KEY_MAX + 1];
    st = ink_key_beside(key, "digit.png", digit, err);
    return st ? st : answer_picture(r, bucket, digit, deadline_us, err);
}

/* Settings and weights belong to a model: the one that their name says, and for weights model.onnx beside them. */
static ink_status report_owners(struct ink_recogniser *r, const char *bucket, const char *key, enum ink_key_kind kind,
                                uint64_t deadline_us, struct ink_error *err)
{
    char owner[INK_KEY_MAX + 1], main_model[INK_KEY_MAX + 1];
    bool named = ink_key_model_of(key, owner);
    ink_status st = named ? report_model(r, bucket, owner, deadline_us, err) : INK_OK;
    if (st || kind == INK_KEY_SETTINGS || ink_key_beside(key, "model.onnx", main_model, NULL)) return st;
    return named && strcmp(owner, main_model) == 0 ? INK_OK : report_model(r, bucket, main_model, deadline_us, err);
}

ink_status ink_recognise(struct ink_recogniser *r, const char *bucket, const char *key, uint64_t deadline_us,
                         struct ink_error *err)
{
    enum ink_key_kind kind = ink_key_kind(key);
    switch (kind) {
    case INK_KEY_PICTURE:
    case INK_KEY_FOREIGN: return answer_picture(r, bucket, key, deadline_us, err);
    case INK_KEY_MODEL: return report_model(r, bucket, key, deadline_us, err);
    case INK_KEY_SETTINGS:
    case INK_KEY_WEIGHTS: return report_owners(r, bucket, key, kind, deadline_us, err);
    default: ink_log(INK_LOG_INFO, "%s/%s: %s, left alone", bucket, key, ink_key_word(kind)); return INK_OK;
    }
}

void ink_recogniser_warm(struct ink_recogniser *r, const char *bucket, uint64_t deadline_us)
{
    struct ink_sources sources = {.bucket = bucket, .model_count = 1, .deadline_us = deadline_us};
    struct ink_error err = {0};
    snprintf(sources.models[0], sizeof sources.models[0], "model.onnx");
    if (ink_sources_fetch(&sources, &r->models, &r->arena, &err))
        ink_log(INK_LOG_WARN, "%s/model.onnx: not loaded at start: %s", bucket, err.text);
    ink_arena_reset(&r->arena);
}
