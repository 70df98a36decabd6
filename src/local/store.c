/* SPDX-License-Identifier: MIT */
#include "local/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "local/store_internal.h"

static const struct {
    const char *word, *meaning;
} answers[] = {
#define X(code, word, meaning) [INK_STORE_##code] = {word, meaning},
    INK_STORE_MAP(X)
#undef X
};

const char *ink_store_word(ink_store_status status)
{
    return (size_t)status < sizeof answers / sizeof *answers ? answers[status].word : "InternalError";
}

const char *ink_store_meaning(ink_store_status status)
{
    return (size_t)status < sizeof answers / sizeof *answers ? answers[status].meaning : "";
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static ink_status fail_folder(struct ink_error *err, const char *path)
{
    int code = errno;
    return ink_fail(err, INK_E_IO, "%s: %s", path, strerror(code));
}

/* mkdir -p, the last of it for its owner only. */
/* The name of a new folder is in the one above it, which must be on the disk as well. */
static ink_status sync_above(const char *path, struct ink_error *err)
{
    char above[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int len = !slash ? 0 : slash == path ? 1 : (int)(slash - path);
    snprintf(above, sizeof above, "%.*s", len ? len : 1, len ? path : ".");
    int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno == EACCES ? INK_OK : fail_folder(err, above); /* may be written to, but not read */
    ink_status st = fsync(fd) ? fail_folder(err, above) : INK_OK;
    close(fd);
    return st;
}

static ink_status make_one(const char *path, mode_t mode, struct ink_error *err)
{
    if (mkdir(path, mode) == 0) return sync_above(path, err);
    return errno == EEXIST ? INK_OK : fail_folder(err, path);
}

static ink_status make_folder(const char *folder, struct ink_error *err)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path)
        return ink_fail(err, INK_E_ARGUMENT, "%s: the path is too long", folder);
    ink_status st = INK_OK;
    for (char *slash = path + 1; !st && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        st = make_one(path, 0755, err);
        *slash = '/';
    }
    return st ? st : make_one(path, 0700, err);
}

static ink_status take_lock(struct ink_store *store, const char *path, struct ink_error *err)
{
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0) return fail_folder(err, path);
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB)) {
        char pid[16] = "";
        if (errno != EWOULDBLOCK) return fail_folder(err, path);
        if (read(store->lock_fd, pid, sizeof pid - 1) < 0) pid[0] = '\0';
        return ink_fail(err, INK_E_DENIED,
                        "%s: another inkling-serve (process %s) works in this folder: end it, or choose "
                        "another with --dir",
                        store->folder, *pid ? pid : "unknown");
    }
    char pid[16];
    int len = snprintf(pid, sizeof pid, "%d", (int)getpid());
    if (ftruncate(store->lock_fd, 0) || pwrite(store->lock_fd, pid, (size_t)len, 0) != len)
        return fail_folder(err, path);
    return INK_OK;
}

static ink_status open_bodies(struct ink_store *store, const char *path, struct ink_error *err)
{
    if (mkdir(path, 0700) && errno != EEXIST) return fail_folder(err, path);
    store->bodies_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return store->bodies_fd < 0 ? fail_folder(err, path) : INK_OK;
}

/* Names made in the folder (the database, its log, bodies/) are kept from here on. */
static ink_status sync_folder(const char *folder, struct ink_error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail_folder(err, folder);
    ink_status st = fsync(fd) ? fail_folder(err, folder) : INK_OK;
    close(fd);
    return st;
}

static ink_status read_sequence(struct ink_store *store, struct ink_error *err)
{
    sqlite3_stmt *row = ink_db_bind(&store->writer, INK_SQL_SETTING_GET, "t", "sequence");
    ink_store_status status;
    if (ink_db_step(&store->writer, row, &status)) {
        atomic_store(&store->sequence, (uint64_t)ink_db_int(row, 0));
        ink_db_reset(row);
    }
    return status ? ink_fail(err, INK_E_IO, "%s: the database cannot be read", store->folder) : INK_OK;
}

static ink_status open_files(struct ink_store *store, struct ink_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.4000s/lock", store->folder);
    ink_status st = take_lock(store, path, err);
    snprintf(path, sizeof path, "%.4000s/bodies", store->folder);
    if (!st) st = open_bodies(store, path, err);
    snprintf(path, sizeof path, "%.4000s/inkling.db", store->folder);
    if (!st) st = ink_db_open(path, true, &store->writer, err);
    if (!st) st = ink_db_open(path, false, &store->checkpoint_db, err);
    if (!st) st = sync_folder(store->folder, err);
    if (!st) st = read_sequence(store, err);
    if (!st && ink_store_file_sweep(store))
        st = ink_fail(err, INK_E_IO, "%s: what an earlier run left cannot be swept up", store->folder);
    return st;
}

ink_status ink_store_open(const char *folder, struct ink_store **out, struct ink_error *err)
{
    *out = NULL;
    ink_status st = make_folder(folder, err);
    if (st) return st;
    struct ink_store *store = ink_calloc(1, sizeof *store);
    char *copy = ink_malloc(strlen(folder) + 1);
    if (!store || !copy) {
        ink_free(store);
        ink_free(copy);
        return ink_fail(err, INK_E_OOM, "%s: out of memory", folder);
    }
    store->folder = strcpy(copy, folder);
    store->lock_fd = store->bodies_fd = -1;
    pthread_mutex_init(&store->commit_lock, NULL);
    pthread_cond_init(&store->idle, NULL);
    pthread_mutex_init(&store->readers_lock, NULL);
    pthread_cond_init(&store->reader_back, NULL);
    pthread_mutex_init(&store->checkpoint_lock, NULL);
    pthread_cond_init(&store->checkpoint_wake, NULL);
    st = open_files(store, err);
    if (!st) ink_store_reserve_make(store);
    if (!st) st = ink_store_commit_start(store, err);
    if (st)
        ink_store_close(store);
    else
        *out = store;
    return st;
}

void ink_store_close(struct ink_store *store)
{
    if (!store) return;
    ink_store_commit_stop(store);
    for (int i = 0; i < store->readers_idle; i++) {
        ink_db_close(store->readers[i]);
        ink_free(store->readers[i]);
    }
    ink_db_close(&store->checkpoint_db);
    ink_db_close(&store->writer);
    ink_free(store->after.files);
    if (store->bodies_fd >= 0) close(store->bodies_fd);
    if (store->lock_fd >= 0) close(store->lock_fd);
    pthread_cond_destroy(&store->checkpoint_wake);
    pthread_mutex_destroy(&store->checkpoint_lock);
    pthread_cond_destroy(&store->reader_back);
    pthread_mutex_destroy(&store->readers_lock);
    pthread_cond_destroy(&store->idle);
    pthread_mutex_destroy(&store->commit_lock);
    ink_free(store->folder);
    ink_free(store);
}

uint64_t ink_store_next(struct ink_store *store)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    uint64_t last = atomic_load(&store->sequence), next;
    do next = us > last ? us : last + 1;
    while (!atomic_compare_exchange_weak(&store->sequence, &last, next));
    return next;
}

static struct ink_db *open_reader(struct ink_store *store)
{
    char path[PATH_MAX];
    struct ink_error err = {0};
    struct ink_db *db = ink_malloc(sizeof *db);
    snprintf(path, sizeof path, "%.4000s/inkling.db", store->folder);
    if (db && ink_db_open(path, false, db, &err)) {
        ink_free(db);
        db = NULL;
    }
    return db;
}

struct ink_db *ink_store_reader(struct ink_store *store)
{
    struct ink_db *db = NULL;
    pthread_mutex_lock(&store->readers_lock);
    while (store->readers_idle == 0 && store->readers_open == INK_STORE_READERS)
        pthread_cond_wait(&store->reader_back, &store->readers_lock);
    if (store->readers_idle > 0)
        db = store->readers[--store->readers_idle];
    else
        store->readers_open++;
    pthread_mutex_unlock(&store->readers_lock);
    if (db) return db;
    db = open_reader(store);
    if (!db) {
        pthread_mutex_lock(&store->readers_lock);
        store->readers_open--;
        pthread_cond_signal(&store->reader_back);
        pthread_mutex_unlock(&store->readers_lock);
    }
    return db;
}

void ink_store_reader_back(struct ink_store *store, struct ink_db *db)
{
    pthread_mutex_lock(&store->readers_lock);
    store->readers[store->readers_idle++] = db;
    pthread_cond_signal(&store->reader_back);
    pthread_mutex_unlock(&store->readers_lock);
}

ink_store_status ink_store_check_key(const char *key)
{
    size_t len = strlen(key);
    if (len == 0) return INK_STORE_BAD_ARGUMENT;
    if (len > INK_STORE_KEY_MAX) return INK_STORE_KEY_TOO_LONG;
    for (size_t at = 0, n; at < len; at += n) {
        n = ink_text_utf8_length(key + at, len - at);
        if (n == 0) return INK_STORE_BAD_ARGUMENT;
    }
    return INK_STORE_OK;
}
