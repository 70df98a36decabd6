/* SPDX-License-Identifier: MIT */
/* Power lost at random moments, on a disk that keeps only what was synced (disk_shim.h): everything that the store had
 * acknowledged is there, nothing is half there, and the store opens and goes on. INK_LONG=1 tries ten times as many. */
#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/alloc.h"
#include "base/log.h"
#include "disk_shim.h"
#include "folder.h"
#include "local/store.h"
#include "local/store_event.h"

enum { THREADS = 3, KEYS = 6, CHANGES = 120 };

/* A change of one key: seed 0 deletes. Under way from step `begun`, acknowledged at `done`. */
struct change {
    size_t begun, done, len;
    unsigned seed;
};

struct history {
    struct change changes[CHANGES];
    size_t count;
};

static struct history histories[THREADS][KEYS];
static struct ink_store *store;

static void key_name(int thread, int key, char out[32])
{
    snprintf(out, 32, "t%d/k%d.%s", thread, key, key % 2 ? "png" : "txt");
}

static uint8_t byte_at(size_t i, unsigned seed)
{
    return (uint8_t)(i * 7 + i / 509 + seed);
}

static bool put_value(struct ink_store_put *put, size_t len, unsigned seed)
{
    uint8_t *bytes = malloc(len + 1);
    for (size_t i = 0; i < len; i++) bytes[i] = byte_at(i, seed);
    ink_store_status status = ink_store_put_append(put, ink_view_of(bytes, len));
    free(bytes);
    return status == INK_STORE_OK;
}

static bool put_object(const char *key, size_t len, unsigned seed)
{
    struct ink_store_put *put;
    if (ink_store_put_begin(store, "b", key, len, &put) || !put_value(put, len, seed)) return false;
    return ink_store_put_commit(put, &(struct ink_store_commit){0}, NULL) == INK_STORE_OK;
}

static bool upload_object(const char *key, size_t len, unsigned seed)
{
    char id[INK_STORE_UPLOAD_ID_LEN + 1];
    struct ink_store_put *put;
    struct ink_store_object out;
    struct ink_store_headers none = {0};
    if (ink_store_upload_create(store, "b", key, &none, id)) return false;
    if (ink_store_put_begin_part(store, "b", key, id, 1, len, &put) || !put_value(put, len, seed)) return false;
    if (ink_store_put_commit(put, &(struct ink_store_commit){0}, &out)) return false;
    struct ink_store_part part = {.number = 1};
    memcpy(part.etag, out.etag, sizeof part.etag);
    struct ink_store_complete complete = {.parts = &part, .count = 1};
    return ink_store_upload_complete(store, "b", key, id, &complete, NULL) == INK_STORE_OK;
}

static bool change_once(int thread, int key, unsigned *random)
{
    static const size_t sizes[] = {0, 100, 5000, 40000, 65536, 65537, 100000};
    char name[32];
    struct history *history = &histories[thread][key];
    struct change *change = &history->changes[history->count++];
    key_name(thread, key, name);
    *change = (struct change){.begun = disk_steps(), .done = SIZE_MAX};
    unsigned what = (unsigned)rand_r(random) % 10;
    bool ok;
    if (what < 2) {
        ok = ink_store_delete(store, "b", name, NULL, NULL) == INK_STORE_OK;
    } else {
        change->len = sizes[(unsigned)rand_r(random) % 7];
        change->seed = 1 + (unsigned)rand_r(random) % 200;
        ok = what < 8 ? put_object(name, change->len, change->seed) : upload_object(name, change->len, change->seed);
    }
    change->done = disk_steps();
    return ok;
}

static void *change_much(void *arg)
{
    int thread = (int)(intptr_t)arg;
    unsigned random = (unsigned)thread + 7;
    for (int i = 0; i < CHANGES; i++)
        if (!change_once(thread, rand_r(&random) % KEYS, &random)) return "a change failed";
    return NULL;
}

/* Everything that is to be remembered happens here. */
static void record(const char *folder)
{
    struct ink_error err = {0};
    pthread_t threads[THREADS];
    struct ink_store_rule rule = {"png", "inkling", "s3:ObjectCreated:*", "", ".png"};
    memset(histories, 0, sizeof histories);
    disk_record(folder);
    if (ink_store_open(folder, &store, &err)) fail_msg("%s", err.text);
    assert_int_equal(ink_store_bucket_create(store, "b"), INK_STORE_OK);
    assert_int_equal(ink_store_rules_set(store, "b", &rule, 1), INK_STORE_OK);
    size_t ready = disk_steps();
    for (intptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, change_much, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *failure;
        pthread_join(threads[i], &failure);
        if (failure) fail_msg("%s", (char *)failure);
    }
    disk_stop();
    ink_store_close(store);
    assert_true(ready > 0);
}

/* --- after the crash -------------------------------------------------------------------------------------------- */

static bool body_is(const struct ink_store_body *body, const struct change *change)
{
    if (body->object.size != change->len || change->seed == 0) return false;
    uint8_t *bytes = malloc(change->len + 1);
    if (body->fd < 0 && body->bytes.len)
        memcpy(bytes, body->bytes.data, body->bytes.len);
    else if (body->fd >= 0 && pread(body->fd, bytes, change->len + 1, 0) != (ssize_t)change->len)
        memset(bytes, 0, change->len);
    bool same = true;
    for (size_t i = 0; i < change->len && same; i++) same = bytes[i] == byte_at(i, change->seed);
    free(bytes);
    return same;
}

/* What stands must be the last change acknowledged, or the one that was under way. */
static bool key_right(struct ink_store *found, struct ink_arena *arena, int thread, int key, size_t moment)
{
    const struct history *history = &histories[thread][key];
    char name[32];
    struct ink_store_body body;
    static const struct change nothing;
    const struct change *last = &nothing, *under_way = NULL;
    for (size_t i = 0; i < history->count && history->changes[i].begun < moment; i++) {
        if (history->changes[i].done <= moment)
            last = &history->changes[i];
        else
            under_way = &history->changes[i];
    }
    key_name(thread, key, name);
    ink_store_status status = ink_store_get(found, "b", name, arena, &body);
    if (status == INK_STORE_NO_KEY || status == INK_STORE_NO_BUCKET)
        return last->seed == 0 || (under_way && under_way->seed == 0);
    if (status) return false;
    bool right = body_is(&body, last) || (under_way && body_is(&body, under_way));
    if (body.fd >= 0) close(body.fd);
    return right;
}

/* At least one event for each acknowledged put of a picture. */
static bool events_right(struct ink_store *found, size_t moment)
{
    size_t puts = 0, under_way = 0, events;
    for (int thread = 0; thread < THREADS; thread++)
        for (int key = 1; key < KEYS; key += 2)
            for (size_t i = 0; i < histories[thread][key].count; i++) {
                const struct change *change = &histories[thread][key].changes[i];
                if (change->seed == 0) continue;
                puts += change->done <= moment;
                under_way += change->begun < moment && change->done > moment;
            }
    if (ink_store_event_count(found, &events)) return false;
    return events >= puts && events <= puts + under_way;
}

static bool database_sound(const char *folder)
{
    char path[128];
    sqlite3 *db;
    sqlite3_stmt *check = NULL;
    snprintf(path, sizeof path, "%s/inkling.db", folder);
    bool sound = !sqlite3_open(path, &db) && !sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &check, NULL) &&
                 sqlite3_step(check) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(check, 0), "ok") == 0;
    sqlite3_finalize(check);
    sqlite3_close(db);
    return sound;
}

/* NULL, or what is wrong. */
static const char *look_at(const char *folder, size_t moment)
{
    struct ink_store *found;
    struct ink_error err = {0};
    struct ink_arena arena;
    const char *wrong = NULL;
    if (ink_store_open(folder, &found, &err)) return "the store does not open";
    ink_arena_init(&arena, 64 << 20);
    for (int thread = 0; thread < THREADS; thread++)
        for (int key = 0; key < KEYS; key++)
            if (!key_right(found, &arena, thread, key, moment)) wrong = "an object is lost, old or damaged";
    if (!wrong && !events_right(found, moment)) wrong = "events do not fit the objects";
    store = found;
    bool bucket_there = ink_store_bucket_head(found, "b") == INK_STORE_OK;
    if (!wrong && bucket_there && !put_object("new", 100000, 3)) wrong = "nothing can be put any more";
    ink_arena_cleanup(&arena);
    ink_store_close(found);
    if (!wrong && !database_sound(folder)) wrong = "the database is damaged";
    return wrong;
}

static int count_wrong(int crashes, const char **wrong)
{
    int count = 0;
    size_t steps = disk_steps();
    for (int i = 0; i < crashes; i++) {
        char target[TEST_FOLDER_LEN];
        size_t moment = steps * (size_t)(i + 1) / (size_t)crashes;
        test_folder_make(target);
        disk_crash(moment, target, (uint64_t)i + 1);
        const char *what = look_at(target, moment);
        test_folder_remove(target);
        count += what != NULL;
        if (what) *wrong = what;
    }
    return count;
}

static void nothing_acknowledged_is_lost(void **state)
{
    char folder[TEST_FOLDER_LEN];
    const char *wrong = NULL;
    test_folder_make(folder);
    record(folder);
    int crashes = getenv("INK_LONG") ? 600 : 60;
    int count = count_wrong(crashes, &wrong);
    test_folder_remove(folder);
    if (count) fail_msg("%d of %d: %s", count, crashes, wrong);
}

/* The same with syncs that do nothing must be noticed: else this test would show nothing. */
static void a_missing_sync_is_noticed(void **state)
{
    char folder[TEST_FOLDER_LEN];
    const char *wrong = NULL;
    test_folder_make(folder);
    disk_ignore_syncs(1);
    record(folder);
    disk_ignore_syncs(0);
    int count = count_wrong(20, &wrong);
    test_folder_remove(folder);
    assert_true(count > 5);
}

int main(void)
{
    ink_log_setup(INK_LOG_ERROR + 1, false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_acknowledged_is_lost),
        cmocka_unit_test(a_missing_sync_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
