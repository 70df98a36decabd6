/* SPDX-License-Identifier: MIT */
#include "pipeline/standby.h"

#include <stdio.h>

#include "base/log.h"
#include "pipeline/answers.h"
#include "pipeline/metrics.h"

enum { ANSWER_BYTES_MAX = 1024 * 1024, ARENA_MAX = 4 * 1024 * 1024 };

static const char *key_of(const struct ink_sources *sources)
{
    return sources->picture_key ? sources->picture_key : sources->posted ? sources->posted : sources->models[0];
}

ink_status ink_too_slow(const struct ink_sources *sources, const char *what, uint64_t busy_us, uint64_t began_us,
                        uint64_t when_us, struct ink_error *answer, struct ink_error *err)
{
    const char *key = key_of(sources);
    if (began_us + 2 * busy_us < when_us)
        return ink_fail(err, INK_E_TIMEOUT, "%s%s%s: fetching, or what came before it, left too little time",
                        sources->posted ? "" : sources->bucket, sources->posted ? "" : "/", key);
    ink_fail(answer, INK_E_TIMEOUT,
             "%s: %s after %.1f s, the function's time: give it more memory or a longer time-out", ink_key_name(key),
             what, (double)busy_us / 1e6);
    return INK_OK;
}

/* Looks, writes, looks again, as the main thread does; but where something changed, the next try has to start over. The
 * look before: many seconds have gone by, and a newer picture's answer may stand there. */
static ink_status write_unless_changed(struct ink_objects *objects, const struct ink_sources *sources,
                                       struct ink_arena *arena, struct ink_error *err)
{
    struct ink_answer answer = {.error = sources->refusal};
    for (int look = 0; look < 2; look++) {
        bool same = false, gone = false;
        ink_status st = ink_sources_look_again(sources, objects, arena, &same, &gone, err);
        if (st || gone) return st;
        if (!same) return ink_fail(err, INK_E_CHANGED, "%s/%s: it changed", sources->bucket, key_of(sources));
        if (look) break;
        st = sources->picture_key ? ink_answers_write_results(objects, sources, &answer, err)
                                  : ink_answers_write_report(objects, sources, err);
        if (st) return st;
    }
    ink_log(INK_LOG_WARN, "%s/%s: %s: %s", sources->bucket, key_of(sources), ink_status_word(sources->refusal.status),
            sources->refusal.text);
    if (sources->picture_key) ink_metrics_picture(&answer);
    return INK_OK;
}

/* A model that is too slow for its report is that for the digit.png beside it as well, which would be read next. */
static ink_status write_for_digit(struct ink_objects *objects, const struct ink_sources *report,
                                  struct ink_arena *arena, struct ink_error *err)
{
    char digit[INK_KEY_MAX + 1];
    if (strcmp(ink_key_name(report->models[0]), "model.onnx") != 0) return INK_OK;
    if (ink_key_beside(report->models[0], "digit.png", digit, err)) return err->status;
    struct ink_s3_call head = {.op = INK_S3_HEAD, .bucket = report->bucket, .key = digit};
    objects->perform(objects, &head, 1, report->deadline_us);
    ink_status st = head.status == INK_E_NOT_FOUND || !head.status ? INK_OK : ink_source_error(&head, err);
    struct ink_sources sources = *report;
    sources.picture_key = digit;
    sources.count = report->count + 1;
    sources.all = INK_ARENA_ARRAY(arena, struct ink_source, sources.count);
    if (!st && !head.status && !sources.all) st = ink_fail(err, INK_E_OOM, "no memory for %s", digit);
    if (!st && !head.status) {
        memcpy(sources.all + 1, report->all, report->count * sizeof *report->all);
        snprintf(sources.all[0].key, sizeof sources.all[0].key, "%s", digit);
        snprintf(sources.all[0].etag, sizeof sources.all[0].etag, "%s", head.etag);
        snprintf(sources.picture_version, sizeof sources.picture_version, "%s", head.found_version);
        st = write_unless_changed(objects, &sources, arena, err);
    }
    ink_s3_call_cleanup(&head);
    return st;
}

/* A model in the sources that is not in memory is just being loaded; the built-in one has no ETag. */
static bool is_loading(const struct ink_sources *sources)
{
    bool found = false;
    for (size_t i = sources->picture_key ? 1 : 0; i < sources->count; i++) found = found || *sources->all[i].etag;
    return found && !sources->model;
}

static ink_status answer_object(const struct ink_overdue *overdue, uint64_t busy_us, struct ink_error *err)
{
    struct ink_arena arena;
    struct ink_sources sources = *overdue->sources;
    const char *what = is_loading(&sources)                    ? "the model was not loaded"
                       : sources.picture_key || sources.posted ? "it was not read"
                                                               : "the report was not done";
    struct ink_objects *objects = overdue->standby->objects(overdue->standby, err);
    if (!objects) return err->status;
    ink_arena_init(&arena, ARENA_MAX);
    ink_status st =
        ink_too_slow(&sources, what, busy_us, overdue->invoked->began_us, overdue->when_us, &sources.refusal, err);
    /* nothing is written about a posted picture: the refusal is the invocation's answer */
    if (!st && sources.posted) st = ink_fail(err, sources.refusal.status, "%s", sources.refusal.text);
    if (!sources.picture_key) sources.model = NULL; /* what its report says is the refusal */
    if (!st) st = write_unless_changed(objects, &sources, &arena, err);
    if (!st && !sources.picture_key) st = write_for_digit(objects, &sources, &arena, err);
    if (!st && overdue->more)
        st = ink_fail(err, INK_E_TIMEOUT, "%s/%s: no time was left for the other model that its weights may belong to",
                      sources.bucket, key_of(&sources));
    if (overdue->others.store) overdue->others.store(overdue->others.arg, objects);
    ink_arena_cleanup(&arena);
    return st;
}

void ink_standby_act(void *arg, uint64_t busy_us)
{
    const struct ink_overdue *overdue = arg;
    struct ink_standby *standby = overdue->standby;
    struct ink_error why = {0}, err = {0};
    struct ink_buffer answer;
    ink_buffer_init(&answer, ANSWER_BYTES_MAX);
    if (overdue->sources && answer_object(overdue, busy_us, &why)) ink_log(INK_LOG_ERROR, "%s", why.text);
    if (overdue->sources && overdue->invoked->settle) {
        (void)overdue->invoked->settle(overdue->invoked->arg, &why, &answer, &err);
        standby->finish(standby, ink_buffer_view(&answer), &err);
    }
    ink_buffer_cleanup(&answer);
    standby->restart(standby);
}
