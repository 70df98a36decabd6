/* SPDX-License-Identifier: MIT */
/* Objects: on their way in, out, away and across. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/store_internal.h"

/* --- headers ---------------------------------------------------------------------------------------------------- */

ink_store_status ink_store_headers_pack(const struct ink_store_headers *headers, struct ink_buffer *out)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct ink_store_header *header = &headers->items[i];
        ink_status st = ink_buffer_append(out, header->name, strlen(header->name) + 1);
        if (!st) st = ink_buffer_append(out, header->value, strlen(header->value) + 1);
        if (st) return st == INK_E_LIMIT ? INK_STORE_BAD_ARGUMENT : INK_STORE_OOM;
    }
    return INK_STORE_OK;
}

ink_store_status ink_store_headers_unpack(struct ink_view packed, struct ink_arena *arena,
                                          struct ink_store_headers *out)
{
    *out = (struct ink_store_headers){0};
    size_t ends = 0;
    for (size_t i = 0; i < packed.len; i++) ends += packed.data[i] == '\0';
    char *text = ink_arena_alloc(arena, packed.len, 1);
    struct ink_store_header *items = INK_ARENA_ARRAY(arena, struct ink_store_header, ends / 2);
    if (!text || !items) return INK_STORE_OOM;
    if (packed.len) memcpy(text, packed.data, packed.len);
    for (size_t i = 0; i < ends / 2; i++) {
        items[i].name = text;
        items[i].value = text += strlen(text) + 1;
        text += strlen(text) + 1;
    }
    *out = (struct ink_store_headers){items, ends / 2};
    return INK_STORE_OK;
}

/* --- putting a row in place ------------------------------------------------------------------------------------- */

static ink_store_status check_condition(const struct ink_store_condition *condition,
                                        const char *etag /* NULL: absent */)
{
    if (!condition) return INK_STORE_OK;
    if (condition->if_absent && etag) return INK_STORE_PRECONDITION;
    if (!condition->if_match) return INK_STORE_OK;
    if (!etag) return INK_STORE_NO_KEY;
    return strcmp(condition->if_match, "*") == 0 || strcmp(condition->if_match, etag) == 0 ? INK_STORE_OK
                                                                                           : INK_STORE_PRECONDITION;
}

/* Checks what is there against the condition and lets its body go; *found tells whether there was something. */
static ink_store_status clear_place(struct ink_store *store, int64_t bucket, const char *key,
                                    const struct ink_store_condition *condition, bool *found)
{
    ink_store_status status;
    sqlite3_stmt *old = ink_db_bind(&store->writer, INK_SQL_OBJECT_GET, "it", bucket, key);
    *found = ink_db_step(&store->writer, old, &status);
    if (status) return status;
    if (!*found) return check_condition(condition, NULL);
    uint64_t body = (uint64_t)ink_db_int(old, 0), size = (uint64_t)ink_db_int(old, 1);
    status = check_condition(condition, ink_db_text(old, 3));
    ink_db_reset(old);
    return status ? status : ink_store_drop_body(store, body, size);
}

ink_store_status ink_store_put_row(struct ink_store *store, struct ink_store_row *row)
{
    struct ink_db *db = &store->writer;
    int64_t bucket;
    bool found;
    ink_store_status status = ink_store_bucket_id(db, row->bucket, &bucket);
    if (!status) status = clear_place(store, bucket, row->key, row->condition, &found);
    if (!status && row->size <= INK_STORE_INLINE_MAX)
        status = ink_db_run(db, INK_SQL_BODY_ADD, "iv", (int64_t)row->body, &row->bytes);
    row->modified_ms = ink_clock_wall_ms();
    if (!status)
        status = ink_db_run(db, INK_SQL_OBJECT_SET, "itiiitvt", bucket, row->key, (int64_t)row->body,
                            (int64_t)row->size, row->modified_ms, row->etag, &row->headers, row->upload);
    if (!status) status = ink_store_note(store, row);
    return status ? status : ink_store_raise(store, bucket, row);
}

struct put_job {
    struct ink_store_job job;
    struct ink_store_row row;
};

static ink_store_status run_put(struct ink_store *store, struct ink_store_job *job)
{
    return ink_store_put_row(store, &((struct put_job *)job)->row);
}

ink_store_status ink_store_submit_row(struct ink_store *store, const struct ink_store_row *row,
                                      struct ink_store_object *out)
{
    struct put_job job = {.job = {.run = run_put}, .row = *row};
    ink_store_status status = ink_store_submit(store, &job.job);
    if (!status && out) {
        *out = (struct ink_store_object){.size = row->size, .modified_ms = job.row.modified_ms};
        strncpy(out->etag, row->etag, INK_STORE_ETAG_LEN);
    }
    return status;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* body, size, modified_ms, etag, headers: the columns that INK_SQL_OBJECT_GET and _READ begin with. */
static ink_store_status read_object(sqlite3_stmt *row, struct ink_arena *arena, struct ink_store_object *out)
{
    *out = (struct ink_store_object){.size = (uint64_t)ink_db_int(row, 1), .modified_ms = ink_db_int(row, 2)};
    strncpy(out->etag, ink_db_text(row, 3), INK_STORE_ETAG_LEN);
    return ink_store_headers_unpack(ink_db_blob(row, 4), arena, &out->headers);
}

static ink_store_status read_inline(sqlite3_stmt *row, struct ink_arena *arena, struct ink_store_body *out)
{
    struct ink_view data = ink_db_blob(row, 5);
    uint8_t *bytes = ink_arena_alloc(arena, data.len, 1);
    if (!bytes) return INK_STORE_OOM;
    if (data.len) memcpy(bytes, data.data, data.len);
    out->bytes = ink_view_of(bytes, data.len);
    return data.len == out->object.size ? INK_STORE_OK : INK_STORE_BROKEN;
}

/* NO_KEY with *again: the file went away between the row and its opening, because the object was replaced. */
static ink_store_status try_get(struct ink_store *store, struct ink_db *db, int64_t bucket, const char *key,
                                struct ink_arena *arena, struct ink_store_body *out, bool *again)
{
    ink_store_status status;
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_OBJECT_READ, "it", bucket, key);
    if (!ink_db_step(db, row, &status)) return status ? status : INK_STORE_NO_KEY;
    out->body = (uint64_t)ink_db_int(row, 0);
    status = read_object(row, arena, &out->object);
    if (!status && out->object.size <= INK_STORE_INLINE_MAX) {
        status = read_inline(row, arena, out);
    } else if (!status) {
        out->fd = ink_store_file_open(store, out->body);
        *again = out->fd < 0 && errno == ENOENT;
        if (out->fd < 0) status = *again ? INK_STORE_NO_KEY : ink_store_errno("opened");
    }
    ink_db_reset(row);
    return status;
}

ink_store_status ink_store_get(struct ink_store *store, const char *bucket, const char *key, struct ink_arena *arena,
                               struct ink_store_body *out)
{
    enum { TRIES = 100 };
    *out = (struct ink_store_body){.fd = -1};
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    int64_t id;
    ink_store_status status = ink_store_bucket_id(db, bucket, &id);
    bool again = !status;
    for (int i = 0; again && i < TRIES; i++) {
        again = false;
        status = try_get(store, db, id, key, arena, out, &again);
    }
    ink_store_reader_back(store, db);
    return again ? INK_STORE_BROKEN : status;
}

ink_store_status ink_store_head(struct ink_store *store, const char *bucket, const char *key, struct ink_arena *arena,
                                struct ink_store_object *out)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    int64_t id;
    ink_store_status status = ink_store_bucket_id(db, bucket, &id);
    if (!status) {
        sqlite3_stmt *row = ink_db_bind(db, INK_SQL_OBJECT_GET, "it", id, key);
        bool found = ink_db_step(db, row, &status);
        if (found) status = read_object(row, arena, out);
        if (!found && !status) status = INK_STORE_NO_KEY;
        ink_db_reset(row);
    }
    ink_store_reader_back(store, db);
    return status;
}

/* --- deleting --------------------------------------------------------------------------------------------------- */

struct delete_job {
    struct ink_store_job job;
    const char *bucket;
    const char *const *keys;
    size_t count;
    const struct ink_store_condition *condition;
    const struct ink_store_origin *origin;
    const ink_store_status *statuses; /* those that are not OK are left out; NULL: all are */
};

static ink_store_status delete_one(struct ink_store *store, int64_t bucket, const struct delete_job *self,
                                   const char *key)
{
    bool found;
    ink_store_status status = clear_place(store, bucket, key, self->condition, &found);
    if (status || !found) return status;
    status = ink_db_run(&store->writer, INK_SQL_OBJECT_DELETE, "it", bucket, key);
    struct ink_store_row gone = {
        .bucket = self->bucket, .key = key, .origin = self->origin, .event = "ObjectRemoved:Delete"};
    gone.modified_ms = ink_clock_wall_ms();
    if (!status) status = ink_store_note(store, &gone);
    return status ? status : ink_store_raise(store, bucket, &gone);
}

static ink_store_status run_delete(struct ink_store *store, struct ink_store_job *job)
{
    const struct delete_job *self = (const struct delete_job *)job;
    int64_t bucket;
    ink_store_status status = ink_store_bucket_id(&store->writer, self->bucket, &bucket);
    for (size_t i = 0; i < self->count && !status; i++)
        if (!self->statuses || !self->statuses[i]) status = delete_one(store, bucket, self, self->keys[i]);
    return status;
}

ink_store_status ink_store_delete(struct ink_store *store, const char *bucket, const char *key,
                                  const struct ink_store_condition *condition, const struct ink_store_origin *origin)
{
    ink_store_status status = ink_store_check_key(key);
    if (status) return status;
    struct delete_job job = {.job = {.run = run_delete, .frees = true},
                             .bucket = bucket,
                             .keys = &key,
                             .count = 1,
                             .condition = condition,
                             .origin = origin};
    return ink_store_submit(store, &job.job);
}

ink_store_status ink_store_delete_many(struct ink_store *store, const char *bucket, const char *const *keys,
                                       size_t count, const struct ink_store_origin *origin, ink_store_status *statuses)
{
    for (size_t i = 0; i < count; i++) statuses[i] = ink_store_check_key(keys[i]);
    struct delete_job job = {.job = {.run = run_delete, .frees = true},
                             .bucket = bucket,
                             .keys = keys,
                             .count = count,
                             .origin = origin,
                             .statuses = statuses};
    return ink_store_submit(store, &job.job);
}

/* --- copying ---------------------------------------------------------------------------------------------------- */

/* A link, or, when the source was replaced since it was opened, a copy of what is still open. */
static ink_store_status copy_file(struct ink_store *store, const struct ink_store_body *from, uint64_t to)
{
    ink_store_status status = ink_store_file_link(store, from->body, to);
    if (status != INK_STORE_NO_KEY) return status;
    int fd = ink_store_file_create(store, to);
    if (fd < 0) return ink_store_errno("created");
    status = ink_store_file_append(fd, from->fd, from->object.size);
    ink_store_status finished = ink_store_file_finish(store, fd);
    return status ? status : finished;
}

static ink_store_status copy_object(struct ink_store *store, const struct ink_store_copy *copy,
                                    const struct ink_store_body *from, struct ink_store_object *out)
{
    struct ink_buffer headers;
    ink_buffer_init(&headers, INK_STORE_HEADERS_MAX);
    struct ink_store_row row = {.bucket = copy->to_bucket,
                                .key = copy->to_key,
                                .body = ink_store_next(store),
                                .bytes = from->bytes,
                                .size = from->object.size,
                                .etag = from->object.etag,
                                .upload = "",
                                .condition = &copy->condition,
                                .origin = &copy->origin,
                                .event = "ObjectCreated:Copy"};
    ink_store_status status = ink_store_headers_pack(copy->headers ? copy->headers : &from->object.headers, &headers);
    row.headers = ink_buffer_view(&headers);
    if (!status && from->fd >= 0) status = copy_file(store, from, row.body);
    if (!status) status = ink_store_submit_row(store, &row, out);
    if (status && from->fd >= 0) ink_store_file_remove(store, row.body);
    ink_buffer_cleanup(&headers);
    return status;
}

ink_store_status ink_store_copy(struct ink_store *store, const struct ink_store_copy *copy,
                                struct ink_store_object *out)
{
    struct ink_arena arena;
    struct ink_store_body from;
    ink_store_status status = ink_store_check_key(copy->to_key);
    if (!status) status = ink_store_bucket_head(store, copy->to_bucket);
    if (status) return status;
    ink_arena_init(&arena, 1 << 20);
    status = ink_store_get(store, copy->from_bucket, copy->from_key, &arena, &from);
    if (!status && copy->from_etag && strcmp(copy->from_etag, from.object.etag) != 0) status = INK_STORE_PRECONDITION;
    if (!status) status = copy_object(store, copy, &from, out);
    if (from.fd >= 0) close(from.fd);
    ink_arena_cleanup(&arena);
    return status;
}
