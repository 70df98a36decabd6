/* SPDX-License-Identifier: MIT */
#include "local/runs.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "local/run.h"
#include "local/store_run.h"
#include "pipeline/keys.h"

enum {
    WRITE_DELAY_MS = 200, /* so that many are written in one commit */
    WRITE_MAX = 64,       /* at once */
    ENDED_MAX = 4096,     /* that wait to be written: more are forgotten, it is only a memory */
    ANSWER_MAX = 4 * 1024 * 1024,
};

struct ink_runs {
    struct ink_store *store;
    struct ink_feed *feed;
    struct ink_function_watcher watcher;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct ink_run *under_way;          /* the newest first */
    struct ink_run *ended, **ended_end; /* the oldest first */
    uint64_t given, written;            /* to the thread, since the start; by it */
    uint64_t wanted;                    /* somebody waits until that many are written */
    bool stop;
    pthread_t thread;
    bool threaded;
};

static void tell_run(struct ink_runs *runs, const struct ink_run *run)
{
    ink_feed_tell(runs->feed, "run", json_incref(run->record));
}

/* --- what the function's workers say -------------------------------------------------------------------------------- */

static void *on_begin(void *self, const struct ink_store_event *event, const char *request_id, bool cold)
{
    struct ink_runs *runs = self;
    struct ink_run *run = ink_run_new(event, request_id, cold);
    if (!run) return NULL;
    pthread_mutex_lock(&runs->lock);
    run->next = runs->under_way;
    runs->under_way = run;
    tell_run(runs, run);
    pthread_mutex_unlock(&runs->lock);
    return run;
}

static bool on_line(void *self, void *try, struct ink_view line)
{
    static const char *const events[] = {[INK_RUN_STAGE] = "stage", [INK_RUN_LINE] = "log"};
    struct ink_runs *runs = self;
    json_t *told;
    bool kept = !ink_run_is_debug(line); /* that level is for the console, not for the log */
    if (!try) return kept;
    pthread_mutex_lock(&runs->lock);
    enum ink_run_line kind = ink_run_take(try, line, &told);
    if (told) ink_feed_tell(runs->feed, events[kind], told);
    pthread_mutex_unlock(&runs->lock);
    return kept;
}

static bool is_live(void *self)
{
    return ink_feed_heard(((struct ink_runs *)self)->feed);
}

static void unlink_run(struct ink_runs *runs, const struct ink_run *run)
{
    for (struct ink_run **at = &runs->under_way; *at; at = &(*at)->next) {
        if (*at != run) continue;
        *at = run->next;
        return;
    }
}

static void on_end(void *self, void *try, const struct ink_function_end *end)
{
    struct ink_runs *runs = self;
    struct ink_run *run = try;
    pthread_mutex_lock(&runs->lock);
    ink_run_end(run, end);
    unlink_run(runs, run);
    run->next = NULL;
    bool kept = !end->unfinished && runs->given - runs->written < ENDED_MAX;
    if (kept) {
        *runs->ended_end = run;
        runs->ended_end = &run->next;
        runs->given++;
        pthread_cond_broadcast(&runs->changed);
    }
    pthread_mutex_unlock(&runs->lock);
    if (!kept) ink_run_free(run);
}

/* --- what came of it ------------------------------------------------------------------------------------------------ */

static bool answer_key(const char *key, char out[INK_KEY_MAX + 1])
{
    enum ink_key_kind kind = ink_key_kind(key);
    if (kind == INK_KEY_PICTURE || kind == INK_KEY_FOREIGN) return !ink_key_answer(key, "results.json", out, NULL);
    return kind == INK_KEY_MODEL && !ink_key_answer(key, "report.json", out, NULL);
}

static ink_store_status read_whole(struct ink_store_body *body, struct ink_arena *arena)
{
    if (body->fd < 0) return INK_STORE_OK;
    uint8_t *bytes = body->object.size <= ANSWER_MAX ? ink_arena_alloc(arena, body->object.size, 1) : NULL;
    bool good = bytes && pread(body->fd, bytes, body->object.size, 0) == (ssize_t)body->object.size;
    close(body->fd);
    body->bytes = ink_view_of(bytes, body->object.size);
    return good ? INK_STORE_OK : INK_STORE_BROKEN;
}

/* An answer that was written since the run began; an older one is to another picture. */
static void look_up_answer(struct ink_runs *runs, struct ink_run *run)
{
    char key[INK_KEY_MAX + 1];
    struct ink_arena arena;
    struct ink_store_body body;
    if (!run->good || !answer_key(run->key, key)) return;
    ink_arena_init(&arena, 2 * ANSWER_MAX);
    if (!ink_store_get(runs->store, run->bucket, key, &arena, &body) && !read_whole(&body, &arena) &&
        body.object.modified_ms >= run->started_ms)
        ink_run_answer(run, key, body.bytes);
    ink_arena_cleanup(&arena);
}

static void free_runs(struct ink_run *run)
{
    while (run) {
        struct ink_run *next = run->next;
        ink_run_free(run);
        run = next;
    }
}

static void write_runs(struct ink_runs *runs, struct ink_run *first)
{
    struct ink_store_run rows[WRITE_MAX];
    char *texts[2 * WRITE_MAX];
    size_t count = 0;
    for (struct ink_run *run = first; run && count < WRITE_MAX; run = run->next, count++) {
        json_t *detail = json_pack("{s:O,s:s}", "log", run->log, "event_json", run->payload);
        char *record = texts[2 * count] = json_dumps(run->record, JSON_COMPACT | JSON_REAL_PRECISION(9));
        char *rest = texts[2 * count + 1] = detail ? json_dumps(detail, JSON_COMPACT) : NULL;
        json_decref(detail);
        rows[count] = (struct ink_store_run){.id = run->id,
                                             .bucket = run->bucket,
                                             .key = run->key,
                                             .outcome = json_string_value(json_object_get(run->record, "outcome")),
                                             .record = record ? record : "{}",
                                             .detail = rest ? rest : "{}"};
    }
    ink_store_status status = count ? ink_store_run_put(runs->store, rows, count) : INK_STORE_OK;
    if (status) ink_log(INK_LOG_WARN, "%zu runs are forgotten: %s", count, ink_store_meaning(status));
    for (size_t i = 0; i < 2 * count; i++) free(texts[i]);
}

/* --- the thread ----------------------------------------------------------------------------------------------------- */

/* What has been looked up and is still to be written. */
struct batch {
    struct ink_run *first, **end;
    size_t count;
    uint64_t since_us; /* of the first */
};

static const struct batch empty_batch;

/* These are called with the lock held, and let go of it meanwhile. */
static void look_up_next(struct ink_runs *runs, struct batch *batch)
{
    struct ink_run *run = runs->ended;
    runs->ended = run->next;
    if (!runs->ended) runs->ended_end = &runs->ended;
    pthread_mutex_unlock(&runs->lock);
    run->next = NULL;
    look_up_answer(runs, run);
    tell_run(runs, run);
    if (batch->count++ == 0) {
        batch->since_us = ink_clock_us();
        batch->end = &batch->first;
    }
    *batch->end = run;
    batch->end = &run->next;
    pthread_mutex_lock(&runs->lock);
}

static void write_batch(struct ink_runs *runs, struct batch *batch)
{
    pthread_mutex_unlock(&runs->lock);
    write_runs(runs, batch->first);
    free_runs(batch->first);
    pthread_mutex_lock(&runs->lock);
    runs->written += batch->count;
    *batch = empty_batch;
    pthread_cond_broadcast(&runs->changed);
}

static int64_t due_in_ms(const struct batch *batch)
{
    return WRITE_DELAY_MS - (int64_t)((ink_clock_us() - batch->since_us) / 1000);
}

static void wait_for_runs(struct ink_runs *runs, const struct batch *batch)
{
    if (!batch->count) {
        pthread_cond_wait(&runs->changed, &runs->lock);
        return;
    }
    struct timespec until = ink_cond_moment(due_in_ms(batch));
    pthread_cond_timedwait(&runs->changed, &runs->lock, &until);
}

static void *runs_thread(void *arg)
{
    struct ink_runs *runs = arg;
    struct batch batch = empty_batch;
    pthread_mutex_lock(&runs->lock);
    while (!runs->stop || runs->ended || batch.count) {
        bool hurry = runs->wanted > runs->written || runs->stop;
        bool due = batch.count && (hurry || due_in_ms(&batch) <= 0);
        if (runs->ended && batch.count < WRITE_MAX)
            look_up_next(runs, &batch);
        else if (due || batch.count == WRITE_MAX)
            write_batch(runs, &batch);
        else
            wait_for_runs(runs, &batch);
    }
    pthread_mutex_unlock(&runs->lock);
    return NULL;
}

json_t *ink_runs_under_way(struct ink_runs *runs)
{
    json_t *list = json_array();
    pthread_mutex_lock(&runs->lock);
    uint64_t wanted = runs->given; /* what ends meanwhile is not waited for: there may be no end to it */
    if (wanted > runs->wanted) runs->wanted = wanted;
    if (wanted > runs->written) pthread_cond_broadcast(&runs->changed);
    while (runs->written < wanted) pthread_cond_wait(&runs->changed, &runs->lock);
    for (const struct ink_run *run = runs->under_way; run; run = run->next)
        json_array_append_new(list, json_deep_copy(run->record));
    pthread_mutex_unlock(&runs->lock);
    return list;
}

const struct ink_function_watcher *ink_runs_watcher(struct ink_runs *runs)
{
    return &runs->watcher;
}

ink_status ink_runs_new(struct ink_store *store, struct ink_feed *feed, struct ink_runs **out, struct ink_error *err)
{
    struct ink_runs *runs = *out = ink_calloc(1, sizeof *runs);
    if (!runs) return ink_fail(err, INK_E_OOM, "the console's runs: out of memory");
    runs->store = store;
    runs->feed = feed;
    runs->watcher = (struct ink_function_watcher){runs, on_begin, is_live, on_line, on_end};
    runs->ended_end = &runs->ended;
    ink_cond_init(&runs->changed);
    pthread_mutex_init(&runs->lock, NULL);
    runs->threaded = !pthread_create(&runs->thread, NULL, runs_thread, runs);
    if (runs->threaded) return INK_OK;
    ink_runs_free(runs);
    *out = NULL;
    return ink_fail(err, INK_E_OOM, "the console's runs: no thread can be started");
}

void ink_runs_free(struct ink_runs *runs)
{
    if (!runs) return;
    pthread_mutex_lock(&runs->lock);
    runs->stop = true;
    pthread_cond_broadcast(&runs->changed);
    pthread_mutex_unlock(&runs->lock);
    if (runs->threaded) pthread_join(runs->thread, NULL);
    free_runs(runs->under_way);
    free_runs(runs->ended);
    pthread_cond_destroy(&runs->changed);
    pthread_mutex_destroy(&runs->lock);
    ink_free(runs);
}
