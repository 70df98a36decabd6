/* SPDX-License-Identifier: MIT */
/* Buckets and their notification rules. */
#include "base/clock.h"
#include "local/store_internal.h"

ink_store_status ink_store_bucket_id(struct ink_db *db, const char *bucket, int64_t *id)
{
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_BUCKET_ID, "t", bucket);
    ink_store_status status;
    if (!ink_db_step(db, row, &status)) return status ? status : INK_STORE_NO_BUCKET;
    *id = ink_db_int(row, 0);
    ink_db_reset(row);
    return INK_STORE_OK;
}

struct bucket_job {
    struct ink_store_job job;
    const char *bucket;
    const struct ink_store_rule *rules;
    size_t count;
};

static ink_store_status create(struct ink_store *store, struct ink_store_job *job)
{
    const struct bucket_job *self = (const struct bucket_job *)job;
    int64_t id;
    ink_store_status status = ink_store_bucket_id(&store->writer, self->bucket, &id);
    if (status == INK_STORE_OK) return INK_STORE_BUCKET_EXISTS;
    if (status != INK_STORE_NO_BUCKET) return status;
    return ink_db_run(&store->writer, INK_SQL_BUCKET_ADD, "ti", self->bucket, ink_clock_wall_ms());
}

ink_store_status ink_store_bucket_create(struct ink_store *store, const char *bucket)
{
    struct bucket_job job = {.job = {.run = create}, .bucket = bucket};
    return ink_store_submit(store, &job.job);
}

static ink_store_status drop_uploads(struct ink_store *store, int64_t bucket)
{
    struct ink_db *db = &store->writer;
    for (;;) {
        ink_store_status status;
        sqlite3_stmt *row = ink_db_bind(db, INK_SQL_UPLOAD_OF_BUCKET, "i", bucket);
        if (!ink_db_step(db, row, &status)) return status;
        status = ink_store_drop_upload(store, bucket, ink_db_text(row, 0), ink_db_text(row, 1));
        ink_db_reset(row);
        if (status) return status;
    }
}

static ink_store_status delete (struct ink_store *store, struct ink_store_job *job)
{
    const struct bucket_job *self = (const struct bucket_job *)job;
    struct ink_db *db = &store->writer;
    int64_t id;
    ink_store_status status = ink_store_bucket_id(db, self->bucket, &id);
    if (status) return status;
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_BUCKET_IN_USE, "i", id);
    bool in_use = ink_db_step(db, row, &status);
    ink_db_reset(row);
    if (in_use) return INK_STORE_BUCKET_NOT_EMPTY;
    if (!status) status = drop_uploads(store, id);
    if (!status) status = ink_db_run(db, INK_SQL_RULE_CLEAR, "i", id);
    if (!status) status = ink_db_run(db, INK_SQL_BUCKET_DELETE, "i", id);
    return status;
}

ink_store_status ink_store_bucket_delete(struct ink_store *store, const char *bucket)
{
    struct bucket_job job = {.job = {.run = delete, .frees = true}, .bucket = bucket};
    return ink_store_submit(store, &job.job);
}

ink_store_status ink_store_bucket_head(struct ink_store *store, const char *bucket)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    int64_t id;
    ink_store_status status = ink_store_bucket_id(db, bucket, &id);
    ink_store_reader_back(store, db);
    return status;
}

static bool read_bucket(sqlite3_stmt *row, struct ink_arena *arena, void *out)
{
    struct ink_store_bucket *bucket = out;
    bucket->name = ink_arena_text(arena, ink_view_text(ink_db_text(row, 0)));
    bucket->created_ms = ink_db_int(row, 1);
    return bucket->name != NULL;
}

ink_store_status ink_store_bucket_list(struct ink_store *store, struct ink_arena *arena, struct ink_store_bucket **out,
                                       size_t *count)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    struct ink_store_rows rows = {read_bucket, sizeof **out, SIZE_MAX, arena};
    ink_store_status status =
        ink_store_collect(db, ink_db_bind(db, INK_SQL_BUCKET_LIST, ""), &rows, (void **)out, count);
    ink_store_reader_back(store, db);
    return status;
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

static ink_store_status set_rules(struct ink_store *store, struct ink_store_job *job)
{
    const struct bucket_job *self = (const struct bucket_job *)job;
    struct ink_db *db = &store->writer;
    int64_t id;
    ink_store_status status = ink_store_bucket_id(db, self->bucket, &id);
    if (!status) status = ink_db_run(db, INK_SQL_RULE_CLEAR, "i", id);
    for (size_t i = 0; i < self->count && !status; i++) {
        const struct ink_store_rule *rule = &self->rules[i];
        status = ink_db_run(db, INK_SQL_RULE_ADD, "iittttt", id, (int64_t)i, rule->id, rule->function, rule->events,
                            rule->prefix, rule->suffix);
    }
    return status;
}

ink_store_status ink_store_rules_set(struct ink_store *store, const char *bucket, const struct ink_store_rule *rules,
                                     size_t count)
{
    struct bucket_job job = {.job = {.run = set_rules}, .bucket = bucket, .rules = rules, .count = count};
    return ink_store_submit(store, &job.job);
}

static bool read_rule(sqlite3_stmt *row, struct ink_arena *arena, void *out)
{
    struct ink_store_rule *rule = out;
    const char **fields[] = {&rule->id, &rule->function, &rule->events, &rule->prefix, &rule->suffix};
    for (int i = 0; i < 5; i++) {
        *fields[i] = ink_arena_text(arena, ink_view_text(ink_db_text(row, i)));
        if (!*fields[i]) return false;
    }
    return true;
}

ink_store_status ink_store_rules_get(struct ink_store *store, const char *bucket, struct ink_arena *arena,
                                     struct ink_store_rule **out, size_t *count)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    struct ink_store_rows rows = {read_rule, sizeof **out, SIZE_MAX, arena};
    int64_t id;
    ink_store_status status = ink_store_bucket_id(db, bucket, &id);
    if (!status)
        status = ink_store_collect(db, ink_db_bind(db, INK_SQL_RULE_LIST, "i", id), &rows, (void **)out, count);
    ink_store_reader_back(store, db);
    return status;
}
