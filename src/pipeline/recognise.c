/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "pipeline/answers.h"
#include "pipeline/look.h"
#include "pipeline/metrics.h"
#include "pipeline/recogniser.h"
#include "pipeline/results.h"
#include "pipeline/stage.h"

enum {
    ROUNDS_MAX = 50, /* a key that changes more often than we can read it */
    TYPICAL_MEMORY_MB = 2048,
    OWN_MEMORY_MB = 32, /* the program, its connections, answers */
    /* writing an answer, perhaps through new connections and beside a computation that does not stop, may take a tenth of
     * the time, within these bounds */
    STORE_PART = 10,
    STORE_US_MIN = 500000,
    STORE_US_MAX = 3000000,
    POSTED_JSON_MAX = 4 * 1024 * 1024,
    OVERDUE_US = 100000, /* how long after the time is over the engine, which looks between operators, is waited for */
};

struct ink_recogniser *ink_recogniser_new(struct ink_objects *objects, const struct ink_recogniser_options *options)
{
    struct ink_recogniser *r = ink_calloc(1, sizeof *r);
    if (!r) return NULL;
    r->watchdog = ink_watchdog_new();
    if (!r->watchdog) {
        ink_free(r);
        return NULL;
    }
    ink_ahead_init(&r->ahead, objects);
    r->overdue.standby = options->standby;
    r->bucket = options->bucket;
    size_t memory = options->memory_bytes ? options->memory_bytes : (size_t)TYPICAL_MEMORY_MB << 20;
    size_t own = (size_t)OWN_MEMORY_MB << 20;
    r->memory_bytes = memory > 2 * own ? memory - own : memory / 2;
    /* two thirds for models, one for the picture */
    ink_models_init(&r->models, &r->ahead.objects, r->memory_bytes / 3 * 2, options->threads, r->watchdog,
                    options->packaged_folder);
    ink_arena_init(&r->arena, r->memory_bytes / 3);
    return r;
}

void ink_recogniser_free(struct ink_recogniser *r)
{
    if (!r) return;
    ink_models_cleanup(&r->models);
    ink_ahead_forget(&r->ahead);
    ink_arena_cleanup(&r->arena);
    ink_watchdog_free(r->watchdog);
    ink_free(r);
}

/* --- a picture -------------------------------------------------------------------------------------------------- */

ink_status ink_recogniser_read(struct ink_recogniser *r, const struct ink_sources *sources, struct ink_view picture,
                               uint64_t started_us, struct ink_answer *answer, struct ink_error *err)
{
    const char *name = sources->posted ? sources->posted : ink_key_name(sources->picture_key);
    uint64_t fetched_us = ink_clock_us();
    *answer = (struct ink_answer){.error = sources->refusal};
    if (!answer->error.status) {
        struct ink_classifier *classifier =
            sources->model ? sources->model->classifier : ink_models_fallback(&r->models);
        if (!classifier) return ink_fail(err, INK_E_OOM, "no memory for the function's own model");
        uint64_t loaded_us = ink_clock_us();
        ink_watchdog_begin(r->watchdog);
        ink_classifier_read(classifier, name, picture, &r->arena, sources->compute_until_us, answer);
        ink_watchdog_end(r->watchdog);
        answer->times.load_us = loaded_us - fetched_us;
    }
    answer->times.fetch_us = fetched_us - started_us;
    if (answer->error.status == INK_E_TIMEOUT)
        return ink_too_slow(sources, "the model was not done", ink_watchdog_busy_us(r->watchdog), r->began_us,
                            ink_clock_us(), &answer->error, err);
    if (answer->error.status && !ink_answer_code(answer->error.status))
        return ink_fail(err, answer->error.status, "%s", answer->error.text);
    return INK_OK;
}

const char *ink_recogniser_model_name(const struct ink_sources *sources, struct ink_arena *arena)
{
    return ink_arena_printf(arena, "%s%s", sources->model ? "" : "the model that is ",
                            sources->model ? sources->model->key : sources->fallback);
}

void ink_recogniser_tell(const struct ink_sources *sources, const char *model_name, const struct ink_answer *answer)
{
    const char *bucket = sources->posted ? "" : sources->bucket, *slash = sources->posted ? "" : "/";
    const char *key = sources->posted ? sources->posted : sources->picture_key;
    if (answer->error.status)
        ink_log(INK_LOG_WARN, "%s%s%s: %s: %s", bucket, slash, key, ink_status_word(answer->error.status),
                answer->error.text);
    else
        ink_log(INK_LOG_INFO, "%s%s%s: %s (%.3f) by %s", bucket, slash, key, answer->text, (double)answer->probability,
                model_name ? model_name : "a model");
    ink_metrics_picture(answer);
}

/* One way through: *done when the answer stands, or there is nothing to answer any more. */
static ink_status picture_round(struct ink_recogniser *r, struct ink_sources *sources, bool *done,
                                struct ink_error *err)
{
    struct ink_answer answer;
    bool gone = false;
    uint64_t started_us = ink_clock_us();
    ink_stage("fetch");
    ink_status st = ink_sources_fetch(sources, &r->models, &r->arena, err);
    if (!st && sources->gone) {
        ink_log(INK_LOG_INFO, "%s/%s: gone, nothing written", sources->bucket, sources->picture_key);
        *done = true;
        return INK_OK;
    }
    if (!st) st = ink_recogniser_read(r, sources, ink_buffer_view(&sources->picture), started_us, &answer, err);
    uint64_t answered_us = ink_clock_us();
    if (!st) st = ink_answers_write_results(r->models.objects, sources, &answer, err);
    answer.times.store_us = ink_clock_us() - answered_us;
    if (!st) st = ink_sources_look_again(sources, r->models.objects, &r->arena, done, &gone, err);
    if (!st && gone) {
        ink_log(INK_LOG_INFO, "%s/%s: gone while it was read", sources->bucket, sources->picture_key);
        *done = true;
    }
    if (!st && *done && !gone) ink_recogniser_tell(sources, ink_recogniser_model_name(sources, &r->arena), &answer);
    return st;
}

/* --- a model ---------------------------------------------------------------------------------------------------- */

static ink_status model_round(struct ink_recogniser *r, struct ink_sources *sources, bool *done, struct ink_error *err)
{
    bool gone = false;
    ink_stage("fetch");
    ink_status st = ink_sources_fetch(sources, &r->models, &r->arena, err);
    if (!st && sources->gone) {
        ink_log(INK_LOG_INFO, "%s/%s: no such model, nothing written", sources->bucket, sources->models[0]);
        *done = true;
        return INK_OK;
    }
    if (st) return st;
    ink_stage("check");
    /* how well it reads is worth a note, but a model that cannot be run has its own */
    if (sources->model) {
        ink_watchdog_begin(r->watchdog);
        (void)!ink_classifier_measure(sources->model->classifier, sources->compute_until_us, NULL);
        ink_watchdog_end(r->watchdog);
        struct ink_error *refusal = &sources->model->classifier->error;
        if (refusal->status == INK_E_TIMEOUT)
            st = ink_too_slow(sources, "the model was not loaded", ink_watchdog_busy_us(r->watchdog), r->began_us,
                              ink_clock_us(), refusal, err);
    }
    if (!st) st = ink_answers_write_report(r->models.objects, sources, err);
    if (!st) st = ink_sources_look_again(sources, r->models.objects, &r->arena, done, &gone, err);
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
    r->overdue.sources = sources;
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
    struct ink_sources sources = {
        .bucket = bucket, .picture_key = key, .deadline_us = deadline_us, .compute_until_us = r->compute_until_us};
    ink_status st = ink_sources_name_models(&sources, key, err);
    return st ? st : go_round(r, &sources, picture_round, err);
}

static ink_status report_model(struct ink_recogniser *r, const char *bucket, const char *key, uint64_t deadline_us,
                               struct ink_error *err)
{
    struct ink_sources sources = {
        .bucket = bucket, .model_count = 1, .deadline_us = deadline_us, .compute_until_us = r->compute_until_us};
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
    bool second = kind == INK_KEY_WEIGHTS && !ink_key_beside(key, "model.onnx", main_model, NULL) &&
                  !(named && strcmp(owner, main_model) == 0);
    r->overdue.more = second;
    ink_status st = named ? report_model(r, bucket, owner, deadline_us, err) : INK_OK;
    r->overdue.more = false;
    return st || !second ? st : report_model(r, bucket, main_model, deadline_us, err);
}

static ink_status recognise(struct ink_recogniser *r, const char *bucket, const char *key, uint64_t deadline_us,
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

/* --- a picture that was posted ---------------------------------------------------------------------------------- */

static ink_status posted_round(struct ink_recogniser *r, struct ink_sources *sources, struct ink_view picture,
                               struct ink_posted *out, struct ink_error *err)
{
    struct ink_answer answer;
    uint64_t started_us = ink_clock_us();
    ink_status st = r->bucket ? ink_sources_fetch(sources, &r->models, &r->arena, err) : INK_OK;
    if (!st) st = ink_recogniser_read(r, sources, picture, started_us, &answer, err);
    if (st) return st;
    struct ink_subject subject = ink_answers_subject(sources);
    out->refusal = answer.error;
    const struct ink_classifier *classifier =
        sources->model ? sources->model->classifier : ink_models_fallback(&r->models);
    out->by_model = sources->refusal.status || (classifier && classifier->error.status);
    st = ink_results_json(&answer, &subject, &out->json, err);
    if (!st) ink_recogniser_tell(sources, ink_recogniser_model_name(sources, &r->arena), &answer);
    return st;
}

static ink_status answer_posted(struct ink_recogniser *r, const char *folder, struct ink_view picture,
                                uint64_t deadline_us, struct ink_posted *out, struct ink_error *err)
{
    struct ink_sources sources = {.bucket = r->bucket,
                                  .posted = "the picture",
                                  .fallback = ink_models_fallback_name(&r->models),
                                  .deadline_us = deadline_us,
                                  .compute_until_us = r->compute_until_us};
    char key[INK_KEY_MAX + 1];
    size_t len = folder ? strlen(folder) : 0;
    bool closed = len == 0 || folder[len - 1] == '/';
    if (snprintf(key, sizeof key, "%s%sx", folder ? folder : "", closed ? "" : "/") > INK_KEY_MAX ||
        ink_sources_name_models(&sources, key, NULL))
        return ink_fail(err, INK_E_ARGUMENT, "the folder's name is too long");
    r->overdue.sources = &sources;
    ink_status st = INK_E_CHANGED;
    for (int i = 0; i < ROUNDS_MAX && st == INK_E_CHANGED; i++) {
        ink_arena_reset(&r->arena);
        st = posted_round(r, &sources, picture, out, err);
    }
    return st;
}

/* --- the time there is ------------------------------------------------------------------------------------------ */

/* When computing has to end, so that there is time left to say so. */
static uint64_t end_of_computing(uint64_t deadline_us)
{
    uint64_t now = ink_clock_us(), store_us = deadline_us > now ? (deadline_us - now) / STORE_PART : 0;
    if (store_us < STORE_US_MIN) store_us = STORE_US_MIN;
    if (store_us > STORE_US_MAX) store_us = STORE_US_MAX;
    return deadline_us > store_us ? deadline_us - store_us : deadline_us;
}

/* Where there is nobody to act, or no time to do it at, time is only counted. */
void ink_recogniser_watch(struct ink_recogniser *r, uint64_t deadline_us, bool act)
{
    bool watched = act && r->overdue.standby && deadline_us;
    r->compute_until_us = end_of_computing(deadline_us);
    r->overdue.sources = NULL;
    r->overdue.when_us = watched ? r->compute_until_us + OVERDUE_US : 0;
    ink_watchdog_watch(r->watchdog, r->overdue.when_us, watched ? ink_standby_act : NULL, &r->overdue);
}

void ink_recogniser_watch_no_more(struct ink_recogniser *r)
{
    ink_watchdog_watch(r->watchdog, 0, NULL, NULL);
}

ink_status ink_recognise(struct ink_recogniser *r, const char *bucket, const char *key, uint64_t deadline_us,
                         struct ink_error *err)
{
    r->began_us = r->overdue.invoked ? r->overdue.invoked->began_us : ink_clock_us();
    ink_recogniser_watch(r, deadline_us, r->overdue.invoked != NULL);
    /* one of a batch, behind others: begun now, it would only be stopped */
    bool late = r->compute_until_us && ink_clock_us() >= r->compute_until_us;
    ink_status st = late ? ink_fail(err, INK_E_TIMEOUT, "%s/%s: no time was left for it", bucket, key)
                         : recognise(r, bucket, key, deadline_us, err);
    ink_recogniser_watch_no_more(r);
    return st;
}

ink_status ink_recognise_posted(struct ink_recogniser *r, const char *folder, struct ink_view picture,
                                uint64_t deadline_us, struct ink_posted *out, struct ink_error *err)
{
    *out = (struct ink_posted){0};
    ink_buffer_init(&out->json, POSTED_JSON_MAX);
    r->began_us = r->overdue.invoked ? r->overdue.invoked->began_us : ink_clock_us();
    ink_recogniser_watch(r, deadline_us, r->overdue.invoked != NULL);
    ink_status st = answer_posted(r, folder, picture, deadline_us, out, err);
    ink_recogniser_watch_no_more(r);
    return st;
}

void ink_recogniser_invoked(struct ink_recogniser *r, const struct ink_invoked *invoked)
{
    r->overdue.invoked = invoked;
}

void ink_recogniser_warm(struct ink_recogniser *r, const char *bucket, uint64_t deadline_us)
{
    ink_recogniser_watch(r, deadline_us, true);
    struct ink_sources sources = {
        .bucket = bucket, .model_count = 1, .deadline_us = deadline_us, .compute_until_us = r->compute_until_us};
    struct ink_error err = {0};
    snprintf(sources.models[0], sizeof sources.models[0], "model.onnx");
    if (ink_sources_fetch(&sources, &r->models, &r->arena, &err))
        ink_log(INK_LOG_WARN, "%s/model.onnx: not loaded at start: %s", bucket, err.text);
    else if (sources.gone)
        (void)!ink_models_fallback(&r->models);
    ink_recogniser_watch_no_more(r);
    ink_arena_reset(&r->arena);
}

ink_status ink_recogniser_look(struct ink_recogniser *r, const struct ink_event_look *look, uint64_t deadline_us,
                               struct ink_buffer *out, struct ink_error *err)
{
    enum ink_fit fit = INK_FIT_AUTO;
    if (look->fit && !ink_fit_named(look->fit, &fit))
        return ink_fail(err, INK_E_FORMAT, "there is no fit \"%.60s\"", look->fit);
    const struct ink_look what = {
        .bucket = look->bucket, .key = look->key, .graph = look->graph, .fit = fit, .deadline_us = deadline_us};
    return ink_look_at(&r->models, &r->arena, &what, out, err);
}
