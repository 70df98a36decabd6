/* SPDX-License-Identifier: MIT */
/* An event from its JSON to the function's answer: each object once, each queue message with its own fate; an HTTP request
 * is respond.c's. */
#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "pipeline/json.h"
#include "pipeline/keys.h"
#include "pipeline/recognise.h"
#include "pipeline/respond.h"
#include "pipeline/stage.h"

enum { EVENT_ARENA_MAX = 64 * 1024 * 1024 };

struct handling {
    const struct ink_event *event;
    struct ink_job *jobs; /* each object once */
    size_t job_count;
    size_t *job_of; /* of each item; NOTHING: it is left alone */
    size_t ignored;
    json_t *failures;       /* batchItemFailures */
    struct ink_error first; /* failure of an item without a message, which is the invocation's */
};

#define NOTHING SIZE_MAX

static void add_failure(struct handling *h, const char *message_id)
{
    const json_t *failure;
    size_t i;
    json_array_foreach(h->failures, i, failure)
    {
        if (strcmp(json_string_value(json_object_get(failure, "itemIdentifier")), message_id) == 0) return;
    }
    json_array_append_new(h->failures, json_pack("{s:s}", "itemIdentifier", message_id));
}

/* What went wrong with S3 already begins with the object that it was about. */
static void log_failure(const struct ink_job *job)
{
    size_t bucket_len = strlen(job->bucket);
    const char *text = job->error.text;
    if (strncmp(text, job->bucket, bucket_len) == 0 && text[bucket_len] == '/')
        ink_log(INK_LOG_ERROR, "%s", text);
    else
        ink_log(INK_LOG_ERROR, "%s/%s: %s", job->bucket, job->key, text);
}

static void note_failure(struct handling *h, const struct ink_event_item *item, const struct ink_error *why)
{
    if (h->event->batch && item->message_id)
        add_failure(h, item->message_id);
    else if (!h->first.status)
        h->first = *why;
}

/* Whether there is nothing to do for it, which is logged. */
static bool left_alone(const struct ink_event_item *item)
{
    enum ink_key_kind kind = ink_key_kind(item->key);
    if (item->ignored)
        ink_log(INK_LOG_INFO, "%s/%s: %s: nothing to do", item->bucket, item->key, item->ignored);
    else if (kind == INK_KEY_OTHER || kind == INK_KEY_OURS)
        ink_log(INK_LOG_INFO, "%s/%s: %s, left alone", item->bucket, item->key, ink_key_word(kind));
    else
        return false;
    return true;
}

/* The job that the same object has already; job_count where it has none. What is read is the current object, so that once
 * is enough. */
static size_t find_job(const struct handling *h, const struct ink_event_item *item)
{
    size_t i = 0;
    while (i < h->job_count && (strcmp(h->jobs[i].key, item->key) != 0 || strcmp(h->jobs[i].bucket, item->bucket) != 0))
        i++;
    return i;
}

static void make_jobs(struct handling *h)
{
    for (size_t i = 0; i < h->event->item_count; i++) {
        const struct ink_event_item *item = &h->event->items[i];
        h->job_of[i] = NOTHING;
        if (left_alone(item)) {
            h->ignored++;
            continue;
        }
        h->job_of[i] = find_job(h, item);
        if (h->job_of[i] == h->job_count)
            h->jobs[h->job_count++] = (struct ink_job){.bucket = item->bucket, .key = item->key};
    }
}

/* The answer when all jobs are done, or have failed. Outside of a queue the first failure is the invocation's. */
static ink_status write_answer(struct handling *h, struct ink_buffer *answer, struct ink_error *err)
{
    size_t handled = 0;
    for (size_t i = 0; i < h->job_count; i++) handled += !h->jobs[i].error.status;
    for (size_t i = 0; i < h->event->item_count; i++) {
        const struct ink_error *why = h->job_of[i] == NOTHING ? NULL : &h->jobs[h->job_of[i]].error;
        if (why && why->status) note_failure(h, &h->event->items[i], why);
    }
    for (size_t i = 0; i < h->event->bad_count; i++) {
        ink_log(INK_LOG_ERROR, "message %s: %s", h->event->bad[i].message_id, h->event->bad[i].why);
        add_failure(h, h->event->bad[i].message_id);
    }
    if (h->first.status) {
        if (err) *err = h->first;
        return h->first.status;
    }
    json_t *root = h->event->batch
                       ? json_pack("{s:O}", "batchItemFailures", h->failures)
                       : json_pack("{s:I,s:I}", "handled", (json_int_t)handled, "ignored", (json_int_t)h->ignored);
    return ink_json_write(root, JSON_COMPACT, answer) ? ink_fail(err, INK_E_OOM, "no memory for the answer") : INK_OK;
}

/* struct ink_invoked's: what is not done fails, so that it comes again, but for the one whose fate is known. */
static ink_status settle(void *arg, const struct ink_error *why, struct ink_buffer *answer, struct ink_error *err)
{
    struct handling *h = arg;
    for (size_t i = 0; i < h->job_count; i++) {
        struct ink_job *job = &h->jobs[i];
        if (job->state == INK_JOB_COMPUTING)
            job->error = *why;
        else if (job->state == INK_JOB_WAITING)
            ink_fail(&job->error, INK_E_TIMEOUT, "%s/%s: another of the same invocation took its time", job->bucket,
                     job->key);
    }
    return write_answer(h, answer, err);
}

static ink_status handle_objects(struct ink_recogniser *recogniser, const struct ink_event *event,
                                 struct ink_arena *arena, uint64_t deadline_us, struct ink_buffer *answer,
                                 struct ink_error *err)
{
    struct handling h = {.event = event,
                         .jobs = INK_ARENA_ARRAY(arena, struct ink_job, event->item_count),
                         .job_of = INK_ARENA_ARRAY(arena, size_t, event->item_count),
                         .failures = json_array()};
    struct ink_invoked invoked = {.began_us = ink_clock_us(), .settle = settle, .arg = &h};
    ink_status st = INK_OK;
    if (!h.jobs || !h.job_of || !h.failures) st = ink_fail(err, INK_E_OOM, "no memory for the event");
    if (!st && !event->item_count && !event->bad_count)
        ink_log(INK_LOG_INFO, "%s: nothing to do",
                strcmp(event->source, "test") == 0 ? "S3's test event" : "an event without objects");
    if (!st) {
        make_jobs(&h);
        ink_recogniser_invoked(recogniser, &invoked);
        ink_recognise_all(recogniser, h.jobs, h.job_count, deadline_us);
        ink_recogniser_invoked(recogniser, NULL);
        for (size_t i = 0; i < h.job_count; i++)
            if (h.jobs[i].error.status) log_failure(&h.jobs[i]);
        st = write_answer(&h, answer, err);
    }
    json_decref(h.failures);
    return st;
}

ink_status ink_recognise_event(struct ink_recogniser *recogniser, struct ink_view json, uint64_t deadline_us,
                               struct ink_buffer *answer, struct ink_error *err)
{
    struct ink_arena arena;
    struct ink_event event;
    ink_arena_init(&arena, EVENT_ARENA_MAX);
    ink_stage_start();
    ink_status st = ink_event_read(json, &arena, &event, err);
    if (!st)
        st = event.request    ? ink_respond(recogniser, event.request, deadline_us, answer, err)
             : event.look.key ? ink_recogniser_look(recogniser, &event.look, deadline_us, answer, err)
                              : handle_objects(recogniser, &event, &arena, deadline_us, answer, err);
    ink_stage("done");
    ink_arena_cleanup(&arena);
    return st;
}
