/* SPDX-License-Identifier: MIT */
/* An event from its JSON to the function's answer: each object once, each queue message with its own fate; an HTTP request
 * is respond.c's. */
#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "pipeline/keys.h"
#include "pipeline/recognise.h"
#include "pipeline/respond.h"
#include "pipeline/stage.h"

enum { EVENT_ARENA_MAX = 64 * 1024 * 1024 };

struct handling {
    struct ink_recogniser *recogniser;
    const struct ink_event *event;
    uint64_t deadline_us;
    size_t current;   /* the item that is being handled */
    ink_status *done; /* of each item */
    size_t handled, ignored;
    json_t *failures;       /* batchItemFailures */
    struct ink_error first; /* failure of an item without a message, which is the invocation's */
};

/* The item before it that names the same object; the item itself where there is none. What is read is the current
 * object, so that once is enough. */
static size_t first_like(const struct ink_event *event, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!event->items[k].ignored && strcmp(event->items[k].key, event->items[i].key) == 0 &&
            strcmp(event->items[k].bucket, event->items[i].bucket) == 0)
            return k;
    return i;
}

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
static void log_failure(const struct ink_event_item *item, const struct ink_error *err)
{
    size_t bucket_len = strlen(item->bucket);
    bool named = strncmp(err->text, item->bucket, bucket_len) == 0 && err->text[bucket_len] == '/';
    if (named)
        ink_log(INK_LOG_ERROR, "%s", err->text);
    else
        ink_log(INK_LOG_ERROR, "%s/%s: %s", item->bucket, item->key, err->text);
}

static void note_failure(struct handling *h, size_t i, const struct ink_error *why)
{
    const char *message_id = h->event->items[i].message_id;
    if (h->event->batch && message_id)
        add_failure(h, message_id);
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

static ink_status handle_item(struct handling *h, size_t i, struct ink_error *err)
{
    const struct ink_event_item *item = &h->event->items[i];
    if (left_alone(item)) {
        h->ignored++;
        return INK_OK;
    }
    size_t first = first_like(h->event, i);
    if (first == i) {
        h->done[i] = ink_recognise(h->recogniser, item->bucket, item->key, h->deadline_us, err);
        h->handled += !h->done[i];
        if (h->done[i]) log_failure(item, err);
    } else {
        h->done[i] = h->done[first];
    }
    return h->done[i];
}

/* Outside of a queue the first failure is the invocation's; the items behind it are still handled. */
static void handle_items(struct handling *h)
{
    for (size_t i = 0; i < h->event->item_count; i++) {
        struct ink_error why = {0};
        h->current = i;
        if (handle_item(h, i, &why)) note_failure(h, i, &why);
    }
}

/* The answer when all items have been handled, or have failed. */
static ink_status write_answer(struct handling *h, struct ink_buffer *answer, struct ink_error *err)
{
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
                       : json_pack("{s:I,s:I}", "handled", (json_int_t)h->handled, "ignored", (json_int_t)h->ignored);
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    if (text) ink_buffer_text(answer, text);
    bool ok = text && !answer->failed;
    free(text);
    return ok ? INK_OK : ink_fail(err, INK_E_OOM, "no memory for the answer");
}

/* struct ink_invoked's: what is not begun fails, so that it comes again. Of what was asked for twice, the later ones share
 * the fate of the first. */
static ink_status settle(void *arg, const struct ink_error *why, struct ink_buffer *answer, struct ink_error *err)
{
    struct handling *h = arg;
    const struct ink_event *event = h->event;
    struct ink_error not_begun = {0};
    ink_fail(&not_begun, INK_E_TIMEOUT, "%s/%s took the time of what was asked for behind it",
             event->items[h->current].bucket, event->items[h->current].key);
    for (size_t i = h->current; i < event->item_count; i++) {
        if (left_alone(&event->items[i])) {
            h->ignored++;
            continue;
        }
        size_t first = first_like(event, i);
        const struct ink_error earlier = {.status = first < h->current ? h->done[first] : why->status};
        const struct ink_error *failure = first > h->current ? &not_begun : first == h->current ? why : &earlier;
        h->done[i] = failure->status;
        h->handled += i == h->current && !failure->status;
        if (failure->status) note_failure(h, i, failure);
    }
    return write_answer(h, answer, err);
}

static ink_status handle_objects(struct ink_recogniser *recogniser, const struct ink_event *event,
                                 struct ink_arena *arena, uint64_t deadline_us, struct ink_buffer *answer,
                                 struct ink_error *err)
{
    struct handling h = {.recogniser = recogniser,
                         .event = event,
                         .deadline_us = deadline_us,
                         .done = INK_ARENA_ARRAY(arena, ink_status, event->item_count + 1),
                         .failures = json_array()};
    struct ink_invoked invoked = {.began_us = ink_clock_us(), .settle = settle, .arg = &h};
    ink_status st = INK_OK;
    if (!h.done || !h.failures) st = ink_fail(err, INK_E_OOM, "no memory for the event");
    if (!st) {
        ink_recogniser_invoked(recogniser, &invoked);
        handle_items(&h);
        ink_recogniser_invoked(recogniser, NULL);
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
