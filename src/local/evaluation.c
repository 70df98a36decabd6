/* SPDX-License-Identifier: MIT */
#include "local/evaluation.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "aws/hash.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "local/evaluation_run.h"
#include "local/json_text.h"
#include "local/staging.h"
#include "pipeline/keys.h"

enum { TICKET_BYTES = 16 };

enum state { FILLING, RUNNING, DONE, FAILED, CANCELLED };
static const char *const state_words[] = {"filling", "running", "done", "failed", "cancelled"};

struct evaluation {
    struct evaluation *next;
    struct ink_evaluations *all;
    uint64_t id;
    char ticket[2 * TICKET_BYTES + 1];
    int64_t created_ms;
    json_t *model, *pictures; /* as they were wanted */
    struct ink_staging staging;
    char model_path[INK_STAGING_PATH_MAX + 8]; /* for the program */

    /* the list's lock holds for these */
    enum state state;
    size_t done, total;
    char message[INK_ERROR_TEXT_MAX];

    pthread_t thread;
    bool threaded;
    atomic_bool cancel;
};

struct ink_evaluations {
    struct ink_evaluations_options options;
    char *folder; /* DATA/evaluations */
    pthread_mutex_t lock;
    struct evaluation *first; /* the newest */
    uint64_t last_id;
};

/* --- one, with the lock held ---------------------------------------------------------------------------------------- */

static json_t *describe(const struct evaluation *e)
{
    char id[24], report[160];
    snprintf(id, sizeof id, "%llu", (unsigned long long)e->id);
    snprintf(report, sizeof report, "/_inkling/evaluation/report?id=%s&ticket=%s", id, e->ticket);
    return json_pack("{s:s,s:s,s:I,s:I,s:o,s:O,s:O,s:o,s:I}", "id", id, "state", state_words[e->state], "done",
                     (json_int_t)e->done, "total", (json_int_t)e->total, "message", ink_json_text(e->message), "model",
                     e->model, "pictures", e->pictures, "report", e->state == DONE ? json_string(report) : json_null(),
                     "created_at_ms", (json_int_t)e->created_ms);
}

static void tell(struct evaluation *e)
{
    if (ink_feed_heard(e->all->options.feed)) ink_feed_tell(e->all->options.feed, "evaluation", describe(e));
}

static struct evaluation *find(struct ink_evaluations *all, uint64_t id)
{
    struct evaluation *e = all->first;
    while (e && e->id != id) e = e->next;
    return e;
}

static void report_path(const struct evaluation *e, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%.4000s/%llu.html", e->all->folder, (unsigned long long)e->id);
}

/* Without the lock, after it has been taken from the list. */
static void end(struct evaluation *e)
{
    char path[PATH_MAX];
    atomic_store(&e->cancel, true);
    if (e->threaded) pthread_join(e->thread, NULL);
    report_path(e, path);
    unlink(path);
    ink_staging_close(&e->staging);
    json_decref(e->model);
    json_decref(e->pictures);
    ink_free(e);
}

/* --- its work, in a thread of its own ------------------------------------------------------------------------------- */

static void set_state(struct evaluation *e, enum state state, const char *message)
{
    pthread_mutex_lock(&e->all->lock);
    e->state = state;
    snprintf(e->message, sizeof e->message, "%s", message);
    tell(e);
    pthread_mutex_unlock(&e->all->lock);
}

static bool set_progress(void *arg, size_t done, size_t total)
{
    struct evaluation *e = arg;
    pthread_mutex_lock(&e->all->lock);
    e->done = done;
    e->total = total;
    tell(e);
    pthread_mutex_unlock(&e->all->lock);
    return !atomic_load(&e->cancel);
}

static const char *text_in(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The pictures of a bucket's folder, and its list of labels. What a file system cannot hold is left out. */
static ink_status fill_from_bucket(struct evaluation *e, struct ink_error *err)
{
    struct ink_store *store = e->all->options.store;
    const char *bucket = text_in(e->pictures, "bucket"), *prefix = text_in(e->pictures, "prefix");
    struct ink_store_list_options options = {.prefix = prefix, .max = INK_STORE_LIST_MAX};
    struct ink_store_listing listing = {.truncated = true};
    struct ink_arena arena;
    ink_status st = INK_OK;
    ink_arena_init(&arena, 64 << 20);
    while (listing.truncated && !st && !atomic_load(&e->cancel)) {
        ink_store_status status = ink_store_list(store, bucket, &options, &arena, &listing);
        if (status) st = ink_fail(err, INK_E_IO, "%s: %s", bucket, ink_store_meaning(status));
        for (size_t i = 0; i < listing.count && !st; i++) {
            const char *key = listing.entries[i].key, *path = key + strlen(prefix);
            bool wanted = ink_key_kind(key) == INK_KEY_PICTURE || strcmp(ink_key_name(key), "LABELS.tsv") == 0;
            if (!wanted || !ink_staging_path_fits(path)) continue;
            st = ink_staging_add_object(&e->staging, "pictures", path, store, bucket, key, err);
            if (st == INK_E_NOT_FOUND) st = INK_OK; /* deleted meanwhile */
        }
        options.after = listing.next;
    }
    ink_arena_cleanup(&arena);
    return st;
}

/* The model, its settings, and all that may be weights of it in its folder. */
static ink_status fill_model(struct evaluation *e, struct ink_error *err)
{
    struct ink_store *store = e->all->options.store;
    const char *bucket = text_in(e->model, "bucket"), *key = text_in(e->model, "key");
    char folder[INK_KEY_MAX + 1], settings[INK_KEY_MAX + 8];
    struct ink_store_listing listing;
    struct ink_arena arena;
    if (!key) {
        snprintf(e->model_path, sizeof e->model_path, "built-in");
        return INK_OK;
    }
    const char *name = ink_key_name(key);
    snprintf(e->model_path, sizeof e->model_path, "model/%s", name);
    snprintf(folder, sizeof folder, "%.*s", (int)ink_key_folder_len(key), key);
    snprintf(settings, sizeof settings, "%.*s.json", (int)(strlen(name) - strlen(".onnx")), name);
    ink_status st = ink_staging_add_object(&e->staging, "model", name, store, bucket, key, err);
    ink_arena_init(&arena, 16 << 20);
    const struct ink_store_list_options options = {.prefix = folder, .delimiter = "/", .max = INK_STORE_LIST_MAX};
    if (!st && ink_store_list(store, bucket, &options, &arena, &listing)) listing.count = 0;
    for (size_t i = 0; !st && i < listing.count; i++) {
        const char *other = listing.entries[i].key, *other_name = ink_key_name(other);
        bool wanted = ink_key_kind(other) == INK_KEY_WEIGHTS || strcmp(other_name, settings) == 0;
        if (!listing.entries[i].is_prefix && wanted && ink_staging_path_fits(other_name))
            st = ink_staging_add_object(&e->staging, "model", other_name, store, bucket, other, err);
    }
    ink_arena_cleanup(&arena);
    return st;
}

static ink_status work(struct evaluation *e, struct ink_error *err)
{
    char report[PATH_MAX];
    report_path(e, report);
    ink_status st = json_is_object(e->pictures) ? fill_from_bucket(e, err) : INK_OK;
    if (!st) st = fill_model(e, err);
    if (!st) st = ink_staging_add_program(&e->staging, "inkling", e->all->options.program, err);
    if (st || atomic_load(&e->cancel)) return st;
    set_state(e, RUNNING, "");
    const struct ink_evaluation_run run = {.folder = e->staging.folder,
                                           .model = e->model_path,
                                           .report = report,
                                           .progress = set_progress,
                                           .arg = e,
                                           .cancel = &e->cancel};
    return ink_evaluation_run(&run, err);
}

static void *evaluation_thread(void *arg)
{
    struct evaluation *e = arg;
    struct ink_error err = {0};
    ink_status st = work(e, &err);
    bool cancelled = atomic_load(&e->cancel);
    set_state(e, cancelled ? CANCELLED : st ? FAILED : DONE, cancelled ? "" : err.text);
    ink_staging_close(&e->staging);
    return NULL;
}

/* --- all of them ---------------------------------------------------------------------------------------------------- */

static bool is_under_way(const struct evaluation *e)
{
    return e->threaded && (e->state == FILLING || e->state == RUNNING);
}

/* With the lock held. */
static ink_status start(struct evaluation *e, struct ink_error *err)
{
    for (const struct evaluation *other = e->all->first; other; other = other->next)
        if (is_under_way(other)) return ink_fail(err, INK_E_LIMIT, "another evaluation runs: wait for it, or end it");
    if (e->threaded || e->state != FILLING) return ink_fail(err, INK_E_ARGUMENT, "it was started before");
    if (pthread_create(&e->thread, NULL, evaluation_thread, e))
        return ink_fail(err, INK_E_OOM, "no thread can be started");
    e->threaded = true;
    return INK_OK;
}

/* With the lock held: the oldest, where there are too many; taken from the list. */
static struct evaluation *take_oldest(struct ink_evaluations *all)
{
    size_t count = 0;
    struct evaluation **last = &all->first;
    for (struct evaluation **at = &all->first; *at; at = &(*at)->next, count++)
        if (!is_under_way(*at)) last = at;
    struct evaluation *oldest = *last;
    if (count < INK_EVALUATIONS_MAX || !oldest) return NULL;
    *last = oldest->next;
    return oldest;
}

static struct evaluation *make(struct ink_evaluations *all, const struct ink_evaluation_wanted *wanted,
                               struct ink_error *err)
{
    uint8_t random[TICKET_BYTES];
    char folder[PATH_MAX];
    struct evaluation *e = ink_calloc(1, sizeof *e);
    if (!e || getrandom(random, sizeof random, 0) != sizeof random) {
        ink_free(e);
        ink_fail(err, INK_E_OOM, "out of memory");
        return NULL;
    }
    e->all = all;
    e->created_ms = ink_clock_wall_ms();
    ink_hex(random, sizeof random, e->ticket);
    e->model = wanted->model_key ? json_pack("{s:o,s:o}", "bucket", ink_json_text(wanted->model_bucket), "key",
                                             ink_json_text(wanted->model_key))
                                 : json_null();
    e->pictures = wanted->bucket ? json_pack("{s:o,s:o}", "bucket", ink_json_text(wanted->bucket), "prefix",
                                             ink_json_text(wanted->prefix))
                                 : json_null();
    pthread_mutex_lock(&all->lock);
    e->id = ++all->last_id;
    pthread_mutex_unlock(&all->lock);
    snprintf(folder, sizeof folder, "%s/%llu", all->folder, (unsigned long long)e->id);
    if (!ink_staging_open(&e->staging, folder, err) && !ink_staging_make(&e->staging, "pictures", err)) return e;
    end(e);
    return NULL;
}

json_t *ink_evaluation_new(struct ink_evaluations *all, const struct ink_evaluation_wanted *wanted,
                           struct ink_error *err)
{
    struct evaluation *e = make(all, wanted, err);
    if (!e) return NULL;
    pthread_mutex_lock(&all->lock);
    json_t *json = !wanted->bucket || !start(e, err) ? describe(e) : NULL;
    struct evaluation *old = json ? take_oldest(all) : NULL;
    if (json) {
        e->next = all->first;
        all->first = e;
        tell(e);
    }
    pthread_mutex_unlock(&all->lock);
    if (!json) end(e);
    if (old) end(old);
    return json;
}

/* With the lock held when it returns one. */
static struct evaluation *find_locked(struct ink_evaluations *all, uint64_t id, struct ink_error *err)
{
    pthread_mutex_lock(&all->lock);
    struct evaluation *e = find(all, id);
    if (e) return e;
    pthread_mutex_unlock(&all->lock);
    ink_fail(err, INK_E_NOT_FOUND, "there is no such evaluation");
    return NULL;
}

json_t *ink_evaluation_file(struct ink_evaluations *all, uint64_t id, const char *path, struct ink_view bytes,
                            struct ink_error *err)
{
    struct evaluation *e = find_locked(all, id, err);
    if (!e) return NULL;
    ink_status st = e->threaded || e->state != FILLING ? ink_fail(err, INK_E_ARGUMENT, "it was started before")
                                                       : ink_staging_add(&e->staging, "pictures", path, bytes, err);
    if (!st) e->done = e->staging.files;
    json_t *json = st ? NULL : describe(e);
    pthread_mutex_unlock(&all->lock);
    return json;
}

json_t *ink_evaluation_start(struct ink_evaluations *all, uint64_t id, struct ink_error *err)
{
    struct evaluation *e = find_locked(all, id, err);
    if (!e) return NULL;
    json_t *json = start(e, err) ? NULL : describe(e);
    pthread_mutex_unlock(&all->lock);
    return json;
}

json_t *ink_evaluation_end(struct ink_evaluations *all, uint64_t id, struct ink_error *err)
{
    struct evaluation *e = find_locked(all, id, err);
    if (!e) return NULL;
    struct evaluation **at = &all->first;
    while (*at != e) at = &(*at)->next;
    *at = e->next;
    if (e->state == FILLING || e->state == RUNNING) e->state = CANCELLED;
    tell(e);
    json_t *json = describe(e);
    pthread_mutex_unlock(&all->lock);
    end(e);
    return json;
}

json_t *ink_evaluation_list(struct ink_evaluations *all)
{
    json_t *list = json_array();
    pthread_mutex_lock(&all->lock);
    for (const struct evaluation *e = all->first; e; e = e->next) json_array_append_new(list, describe(e));
    pthread_mutex_unlock(&all->lock);
    return list;
}

int ink_evaluation_report(struct ink_evaluations *all, uint64_t id, const char *ticket, uint64_t *size)
{
    char path[PATH_MAX];
    struct stat info;
    int fd = -1;
    pthread_mutex_lock(&all->lock);
    const struct evaluation *e = find(all, id);
    if (e && e->state == DONE && strlen(ticket) == 2 * TICKET_BYTES &&
        CRYPTO_memcmp(ticket, e->ticket, 2 * TICKET_BYTES) == 0) {
        report_path(e, path);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    pthread_mutex_unlock(&all->lock);
    if (fd >= 0 && fstat(fd, &info)) {
        close(fd);
        fd = -1;
    }
    *size = fd >= 0 ? (uint64_t)info.st_size : 0;
    return fd;
}

ink_status ink_evaluations_new(const struct ink_evaluations_options *options, struct ink_evaluations **out,
                               struct ink_error *err)
{
    char folder[PATH_MAX], absolute[PATH_MAX];
    struct ink_staging left; /* by a server that was killed */
    struct ink_evaluations *all = *out = ink_calloc(1, sizeof *all);
    if (!all) return ink_fail(err, INK_E_OOM, "out of memory");
    all->options = *options;
    pthread_mutex_init(&all->lock, NULL);
    if (!realpath(options->folder, absolute)) snprintf(absolute, sizeof absolute, "%s", options->folder);
    snprintf(folder, sizeof folder, "%.4000s/evaluations", absolute);
    ink_status st = ink_staging_open(&left, folder, err);
    all->folder = left.folder; /* it stays, empty */
    if (!st) return INK_OK;
    ink_evaluations_free(all);
    *out = NULL;
    return st;
}

void ink_evaluations_free(struct ink_evaluations *all)
{
    if (!all) return;
    for (struct evaluation *e = all->first, *next; e; e = next) {
        next = e->next;
        end(e);
    }
    struct ink_staging folder = {.folder = all->folder};
    ink_staging_close(&folder);
    pthread_mutex_destroy(&all->lock);
    ink_free(all);
}
