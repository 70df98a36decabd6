/* SPDX-License-Identifier: MIT */
/* store_internal.h - what the store's own files share.
 *
 *   store_commit.c   jobs of many threads, one transaction, one sync
 *   store_file.c     bodies that are files
 *   store.c          opening, buckets, rules;  store_object.c, store_list.c, store_upload.c */
#ifndef INK_LOCAL_STORE_INTERNAL_H
#define INK_LOCAL_STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "local/store.h"
#include "local/store_db.h"
#include "local/store_event.h"
#include "local/store_watch.h"

enum { INK_STORE_READERS = 16 };

/* A change. `run` is called inside a transaction on store->writer, by some thread, with no other change beside it; what it
 * wrote is undone when it does not return OK. It must not touch what its caller reads before ink_store_submit returns OK. */
struct ink_store_job {
    ink_store_status (*run)(struct ink_store *store, struct ink_store_job *job);
    bool frees; /* gives room back in the end: allowed the reserve when the disk is full */
    ink_store_status status;
    enum { INK_JOB_WAITS, INK_JOB_LEADS, INK_JOB_DONE } state;
    struct ink_store_job *next;
    pthread_cond_t wake;
};

/* What a transaction leaves to be done when it is on the disk. */
struct ink_store_after {
    uint64_t *files; /* bodies that nothing names any more */
    size_t count, room;
    struct ink_store_event *events;   /* newest first */
    struct ink_store_change *changes; /* newest first */
};

struct ink_store {
    char *folder;
    int lock_fd, bodies_fd;
    bool reserved;             /* the leader's: the reserve is there */
    _Atomic uint64_t sequence; /* the last number given: microseconds since 1970, or one more than the last */

    pthread_mutex_t commit_lock; /* the next three */
    struct ink_store_job *first, *last;
    bool leading;
    pthread_cond_t idle; /* leading became false */

    struct ink_db writer; /* the leader's */
    struct ink_store_after after;
    sqlite3_int64 changes; /* that the writer had made after its last commit */

    pthread_mutex_t readers_lock;
    pthread_cond_t reader_back;
    struct ink_db *readers[INK_STORE_READERS]; /* those not in use, [0, readers_idle) */
    int readers_idle, readers_open;

    struct ink_db checkpoint_db;
    pthread_t checkpointer;
    bool checkpointing;
    pthread_mutex_t checkpoint_lock;
    pthread_cond_t checkpoint_wake;
    bool checkpoint_stop;
    int wal_pages;

    ink_store_listener listener;
    void *listener_arg;
    ink_store_watcher watcher;
    void *watcher_arg;
};

/* --- store_commit.c */

/* Runs the job in the next group; returns its status when the group is on the disk. */
ink_store_status ink_store_submit(struct ink_store *store, struct ink_store_job *job);

/* For jobs: remember to remove a body's file (called with every body that goes; small ones have no file). */
ink_store_status ink_store_drop_body(struct ink_store *store, uint64_t body, uint64_t size);

INK_NODISCARD ink_status ink_store_commit_start(struct ink_store *store, struct ink_error *err);
void ink_store_commit_stop(struct ink_store *store);

/* --- store.c */

/* A number above all that were given before. */
uint64_t ink_store_next(struct ink_store *store);

/* A connection to read with, to be given back by the same thread; NULL when none can be opened. */
struct ink_db *ink_store_reader(struct ink_store *store);
void ink_store_reader_back(struct ink_store *store, struct ink_db *db);

/* NO_BUCKET when there is none. */
ink_store_status ink_store_bucket_id(struct ink_db *db, const char *bucket, int64_t *id);
ink_store_status ink_store_check_key(const char *key);

/* --- store_list.c */

/* How rows become an array in an arena. */
struct ink_store_rows {
    bool (*read)(sqlite3_stmt *row, struct ink_arena *arena, void *item); /* false: out of memory */
    size_t item_size;                                                     /* at most 256 */
    size_t max;
    struct ink_arena *arena;
    bool truncated; /* out: there were more than max */
};

/* Steps the statement to its end, or to max, and resets it. */
ink_store_status ink_store_collect(struct ink_db *db, sqlite3_stmt *statement, struct ink_store_rows *rows, void **out,
                                   size_t *count);

/* --- store_upload.c */

/* For jobs: the upload's row and its parts go. */
ink_store_status ink_store_drop_upload(struct ink_store *store, int64_t bucket, const char *key, const char *upload_id);

ink_store_status ink_store_upload_head(struct ink_store *store, const char *bucket, const char *key,
                                       const char *upload_id);

struct ink_store_part_row {
    const char *bucket, *key, *upload;
    int number;
    uint64_t body;
    struct ink_view bytes; /* as in ink_store_row */
    uint64_t size;
    const char *etag;
    struct ink_view headers; /* packed */
};
ink_store_status ink_store_submit_part(struct ink_store *store, const struct ink_store_part_row *row,
                                       struct ink_store_object *out);

/* --- store_put.c */

void ink_store_etag(const uint8_t md5[16], char etag[INK_STORE_ETAG_LEN + 1]);

/* --- store_object.c */

/* Headers to "name\0value\0..." and back (copied into the arena). */
ink_store_status ink_store_headers_pack(const struct ink_store_headers *headers, struct ink_buffer *out);
ink_store_status ink_store_headers_unpack(struct ink_view packed, struct ink_arena *arena,
                                          struct ink_store_headers *out);

/* The row that a job puts in place; the old one's body goes. */
struct ink_store_row {
    const char *bucket;
    const char *key;
    uint64_t body;
    struct ink_view bytes; /* the body when size is at most INK_STORE_INLINE_MAX; else it is a file already */
    uint64_t size;
    int64_t modified_ms; /* set by the job */
    const char *etag;
    struct ink_view headers; /* packed */
    const char *upload;      /* the upload that it came from, or "" */
    const struct ink_store_condition *condition;
    const struct ink_store_origin *origin;
    const char *event;
};
ink_store_status ink_store_put_row(struct ink_store *store, struct ink_store_row *row);

/* Puts it in place in a commit of its own. On failure the body's file is still the caller's to remove. out may be NULL. */
ink_store_status ink_store_submit_row(struct ink_store *store, const struct ink_store_row *row,
                                      struct ink_store_object *out);

/* --- store_event.c */

/* For jobs: queues an event for each rule of the bucket that wants it. etag NULL: a delete. */
ink_store_status ink_store_raise(struct ink_store *store, int64_t bucket_id, const struct ink_store_row *row);

/* --- store_watch.c */

/* For jobs: remember to tell the watcher of it. etag NULL: a delete. */
ink_store_status ink_store_note(struct ink_store *store, const struct ink_store_row *row);
/* Frees the newest ones, up to but without `until`. */
void ink_store_forget_changes(struct ink_store_change *change, const struct ink_store_change *until);
void ink_store_tell_watcher(struct ink_store *store, struct ink_store_change *newest); /* takes them */

/* --- store_file.c: bodies over INK_STORE_INLINE_MAX */

/* Makes a new file for body; -1 with errno. Visible to nobody until a row names it. */
int ink_store_file_create(struct ink_store *store, uint64_t body);
int ink_store_file_open(struct ink_store *store, uint64_t body); /* to read; -1 with errno */
ink_store_status ink_store_file_write(int fd, struct ink_view bytes);
ink_store_status ink_store_file_append(int to, int from, uint64_t len); /* from's first len bytes */
/* Syncs the file, closes it (always) and syncs the folder. */
ink_store_status ink_store_file_finish(struct ink_store *store, int fd);
ink_store_status ink_store_file_link(struct ink_store *store, uint64_t from, uint64_t to); /* NO_KEY: from went away */
void ink_store_file_remove(struct ink_store *store, uint64_t body);
/* Removes the files that no row names. Before anything else runs. */
ink_store_status ink_store_file_sweep(struct ink_store *store);
/* FOLDER/reserve: room to delete with when there is none left. Making it may fail, which is no error. */
void ink_store_reserve_make(struct ink_store *store);
void ink_store_reserve_drop(struct ink_store *store);
ink_store_status ink_store_errno(const char *what); /* FULL for ENOSPC and EDQUOT, else BROKEN, logged */

#endif
