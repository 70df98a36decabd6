/* SPDX-License-Identifier: MIT */
/* Group commit without a writer thread: the first thread that comes leads. It runs its own job and all that wait in one
 * transaction, syncs once, wakes the others; whoever came meanwhile is led by the first of them. A change alone costs one
 * sync and no switch of threads.
 *
 * The write-ahead log is carried over into the database by a thread of its own, beside the commits. Only when the log has
 * grown far does that thread take the leader's place for a moment, so that the log can start from its beginning again. */
#include "local/store_internal.h"

#include "base/alloc.h"
#include "base/log.h"

enum {
    CHECKPOINT_PAGES = 1000,   /* 4 MB of log: carry it over */
    CHECKPOINT_RESTART = 8000, /* 32 MB: hold the commits up until it is empty */
};

static ink_store_status grow_after(struct ink_store_after *after)
{
    if (after->count < after->room) return INK_STORE_OK;
    size_t room = after->room ? 2 * after->room : 64;
    uint64_t *files = ink_realloc(after->files, room * sizeof *files);
    if (!files) return INK_STORE_OOM;
    after->files = files;
    after->room = room;
    return INK_STORE_OK;
}

ink_store_status ink_store_drop_body(struct ink_store *store, uint64_t body, uint64_t size)
{
    if (size <= INK_STORE_INLINE_MAX) return ink_db_run(&store->writer, INK_SQL_BODY_DELETE, "i", (int64_t)body);
    ink_store_status status = grow_after(&store->after);
    if (!status) store->after.files[store->after.count++] = body;
    return status;
}

static void free_events(struct ink_store_event *event, const struct ink_store_event *until)
{
    while (event != until) {
        struct ink_store_event *next = event->next;
        ink_free(event);
        event = next;
    }
}

static ink_store_status run_job(struct ink_store *store, struct ink_store_job *job)
{
    struct ink_db *db = &store->writer;
    struct ink_store_after before = store->after;
    ink_store_status status = ink_db_run(db, INK_SQL_SAVE, "");
    if (status) return status;
    status = job->run(store, job);
    if (status) {
        store->after.count = before.count;
        free_events(store->after.events, before.events);
        store->after.events = before.events;
        ink_store_forget_changes(store->after.changes, before.changes);
        store->after.changes = before.changes;
        if (!sqlite3_get_autocommit(db->handle)) (void)ink_db_run(db, INK_SQL_SAVE_UNDO, "");
    }
    if (!sqlite3_get_autocommit(db->handle)) (void)ink_db_run(db, INK_SQL_SAVE_END, "");
    return status;
}

/* A full disk or a lack of memory may end SQLite's whole transaction: then it has failed for everybody in the group. */
static ink_store_status run_group(struct ink_store *store, struct ink_store_job *group, bool only_freeing)
{
    struct ink_db *db = &store->writer;
    ink_store_status status = ink_db_run(db, INK_SQL_BEGIN, "");
    for (struct ink_store_job *job = group; job && !status; job = job->next) {
        job->status = only_freeing && !job->frees ? INK_STORE_FULL : run_job(store, job);
        if (sqlite3_get_autocommit(db->handle)) status = job->status ? job->status : INK_STORE_BROKEN;
    }
    uint64_t sequence = atomic_load(&store->sequence);
    if (!status && sqlite3_total_changes64(db->handle) != store->changes) {
        status = ink_db_run(db, INK_SQL_SETTING_SET, "ti", "sequence", (int64_t)sequence);
        store->changes = sqlite3_total_changes64(db->handle);
    }
    if (!status) status = ink_db_run(db, INK_SQL_COMMIT, "");
    if (status && !sqlite3_get_autocommit(db->handle)) (void)ink_db_run(db, INK_SQL_ROLLBACK, "");
    return status;
}

static void tell_listener(struct ink_store *store, struct ink_store_event *newest)
{
    struct ink_store_event *oldest = NULL;
    while (newest) {
        struct ink_store_event *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    if (store->listener)
        store->listener(store->listener_arg, oldest);
    else
        free_events(oldest, NULL); /* they stay in the database */
}

/* Called with commit_lock held. Somebody else leads from now on, if anybody waits. */
static void hand_over(struct ink_store *store)
{
    store->leading = store->first != NULL;
    if (store->leading) {
        store->first->state = INK_JOB_LEADS;
        pthread_cond_signal(&store->first->wake);
    } else {
        pthread_cond_broadcast(&store->idle);
    }
}

static void ask_for_checkpoint(struct ink_store *store, int pages)
{
    pthread_mutex_lock(&store->checkpoint_lock);
    store->wal_pages = pages;
    pthread_cond_signal(&store->checkpoint_wake);
    pthread_mutex_unlock(&store->checkpoint_lock);
}

/* What a transaction that failed would have left to do. */
static void forget_after(struct ink_store *store)
{
    free_events(store->after.events, NULL);
    store->after.events = NULL;
    ink_store_forget_changes(store->after.changes, NULL);
    store->after.changes = NULL;
    store->after.count = 0;
}

/* On a full disk, what gives room back gets the reserve, and what the log takes up. */
static ink_store_status run_full(struct ink_store *store, struct ink_store_job *group)
{
    bool any = false;
    for (const struct ink_store_job *job = group; job; job = job->next) any = any || job->frees;
    if (!any) return INK_STORE_FULL;
    ink_store_reserve_drop(store);
    sqlite3_wal_checkpoint_v2(store->writer.handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return run_group(store, group, true);
}

static void lead(struct ink_store *store)
{
    struct ink_store_job *group = store->first;
    store->first = store->last = NULL;
    pthread_mutex_unlock(&store->commit_lock);

    ink_store_status status = run_group(store, group, false);
    if (status) forget_after(store);
    if (status == INK_STORE_FULL) {
        status = run_full(store, group);
        if (status) forget_after(store);
        ask_for_checkpoint(store, CHECKPOINT_RESTART);
    }
    struct ink_store_after *after = &store->after;
    if (after->events) tell_listener(store, after->events);
    after->events = NULL;
    ink_store_tell_watcher(store, after->changes);
    uint64_t *files = after->files;
    size_t count = after->count;
    *after = (struct ink_store_after){0};
    bool reserved = store->reserved;

    pthread_mutex_lock(&store->commit_lock);
    for (struct ink_store_job *job = group, *next; job; job = next) {
        next = job->next; /* the job is its owner's again, and gone, once it is done */
        if (status) job->status = status;
        job->state = INK_JOB_DONE;
        pthread_cond_signal(&job->wake);
    }
    if (reserved) hand_over(store);
    pthread_mutex_unlock(&store->commit_lock);
    for (size_t i = 0; i < count; i++) ink_store_file_remove(store, files[i]);
    ink_free(files);
    if (reserved) return;
    ink_store_reserve_make(store); /* perhaps those files made room for it */
    pthread_mutex_lock(&store->commit_lock);
    hand_over(store);
    pthread_mutex_unlock(&store->commit_lock);
}

ink_store_status ink_store_submit(struct ink_store *store, struct ink_store_job *job)
{
    job->state = INK_JOB_WAITS;
    job->next = NULL;
    pthread_cond_init(&job->wake, NULL);
    pthread_mutex_lock(&store->commit_lock);
    if (store->last)
        store->last->next = job;
    else
        store->first = job;
    store->last = job;
    if (!store->leading) {
        store->leading = true;
        job->state = INK_JOB_LEADS;
    }
    while (job->state == INK_JOB_WAITS) pthread_cond_wait(&job->wake, &store->commit_lock);
    bool leads = job->state == INK_JOB_LEADS;
    if (leads)
        lead(store); /* unlocks */
    else
        pthread_mutex_unlock(&store->commit_lock);
    pthread_cond_destroy(&job->wake);
    return job->status;
}

/* --- carrying the log over -------------------------------------------------------------------------------------- */

static int count_pages(void *arg, sqlite3 *handle, const char *name, int pages)
{
    if (pages >= CHECKPOINT_PAGES) ask_for_checkpoint(arg, pages);
    return SQLITE_OK;
}

static void become_leader(struct ink_store *store)
{
    pthread_mutex_lock(&store->commit_lock);
    while (store->leading) pthread_cond_wait(&store->idle, &store->commit_lock);
    store->leading = true;
    pthread_mutex_unlock(&store->commit_lock);
}

static void *checkpoint_thread(void *arg)
{
    struct ink_store *store = arg;
    pthread_mutex_lock(&store->checkpoint_lock);
    while (!store->checkpoint_stop) {
        int pages = store->wal_pages;
        store->wal_pages = 0;
        if (pages == 0) {
            pthread_cond_wait(&store->checkpoint_wake, &store->checkpoint_lock);
            continue;
        }
        pthread_mutex_unlock(&store->checkpoint_lock);
        sqlite3 *handle = store->checkpoint_db.handle;
        sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        if (pages >= CHECKPOINT_RESTART) {
            become_leader(store);
            sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
            pthread_mutex_lock(&store->commit_lock);
            hand_over(store);
            pthread_mutex_unlock(&store->commit_lock);
        }
        pthread_mutex_lock(&store->checkpoint_lock);
    }
    pthread_mutex_unlock(&store->checkpoint_lock);
    return NULL;
}

ink_status ink_store_commit_start(struct ink_store *store, struct ink_error *err)
{
    store->changes = sqlite3_total_changes64(store->writer.handle);
    sqlite3_wal_hook(store->writer.handle, count_pages, store);
    if (pthread_create(&store->checkpointer, NULL, checkpoint_thread, store))
        return ink_fail(err, INK_E_OOM, "%s: no thread can be started", store->folder);
    store->checkpointing = true;
    return INK_OK;
}

void ink_store_commit_stop(struct ink_store *store)
{
    if (!store->checkpointing) return;
    pthread_mutex_lock(&store->checkpoint_lock);
    store->checkpoint_stop = true;
    pthread_cond_signal(&store->checkpoint_wake);
    pthread_mutex_unlock(&store->checkpoint_lock);
    pthread_join(store->checkpointer, NULL);
    store->checkpointing = false;
}
