/* SPDX-License-Identifier: MIT */
/* Multipart uploads. The parts are put together by the thread that completes, outside the commit; the commit then checks
 * that they are still the same ones. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/store_internal.h"

/* Its headers are packed into `headers` when that is not NULL. */
static ink_store_status find_upload(struct ink_db *db, const char *bucket, const char *key, const char *upload_id,
                                    int64_t *bucket_id, struct ink_buffer *headers)
{
    ink_store_status status = ink_store_bucket_id(db, bucket, bucket_id);
    if (status) return status;
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_UPLOAD_GET, "itt", *bucket_id, key, upload_id);
    if (!ink_db_step(db, row, &status)) return status ? status : INK_STORE_NO_UPLOAD;
    struct ink_view packed = ink_db_blob(row, 0);
    if (headers && ink_buffer_append(headers, packed.data, packed.len)) status = INK_STORE_OOM;
    ink_db_reset(row);
    return status;
}

ink_store_status ink_store_upload_head(struct ink_store *store, const char *bucket, const char *key,
                                       const char *upload_id)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    int64_t id;
    ink_store_status status = find_upload(db, bucket, key, upload_id, &id, NULL);
    ink_store_reader_back(store, db);
    return status;
}

/* --- create, abort ---------------------------------------------------------------------------------------------- */

struct upload_job {
    struct ink_store_job job;
    const char *bucket, *key, *id;
    struct ink_view headers;
};

static ink_store_status run_create(struct ink_store *store, struct ink_store_job *job)
{
    const struct upload_job *self = (const struct upload_job *)job;
    int64_t bucket;
    ink_store_status status = ink_store_bucket_id(&store->writer, self->bucket, &bucket);
    if (status) return status;
    return ink_db_run(&store->writer, INK_SQL_UPLOAD_ADD, "ittiv", bucket, self->key, self->id, ink_clock_wall_ms(),
                      &self->headers);
}

/* Begins with the time, so that the ids of one key sort by start; ends with chance, so that they cannot be guessed. */
static ink_store_status make_upload_id(struct ink_store *store, char id[INK_STORE_UPLOAD_ID_LEN + 1])
{
    uint64_t chance;
    if (RAND_bytes((unsigned char *)&chance, sizeof chance) != 1) return INK_STORE_BROKEN;
    snprintf(id, INK_STORE_UPLOAD_ID_LEN + 1, "%016llx%016llx", (unsigned long long)ink_store_next(store),
             (unsigned long long)chance);
    return INK_STORE_OK;
}

ink_store_status ink_store_upload_create(struct ink_store *store, const char *bucket, const char *key,
                                         const struct ink_store_headers *headers,
                                         char upload_id[INK_STORE_UPLOAD_ID_LEN + 1])
{
    struct ink_buffer packed;
    ink_buffer_init(&packed, INK_STORE_HEADERS_MAX);
    ink_store_status status = ink_store_check_key(key);
    if (!status) status = make_upload_id(store, upload_id);
    if (!status) status = ink_store_headers_pack(headers, &packed);
    struct upload_job job = {.job = {.run = run_create}, .bucket = bucket, .key = key, .id = upload_id};
    job.headers = ink_buffer_view(&packed);
    if (!status) status = ink_store_submit(store, &job.job);
    ink_buffer_cleanup(&packed);
    return status;
}

ink_store_status ink_store_drop_upload(struct ink_store *store, int64_t bucket, const char *key, const char *upload_id)
{
    struct ink_db *db = &store->writer;
    sqlite3_stmt *part = ink_db_bind(db, INK_SQL_PART_LIST, "ti", upload_id, (int64_t)0);
    ink_store_status status;
    while (ink_db_step(db, part, &status)) {
        status = ink_store_drop_body(store, (uint64_t)ink_db_int(part, 5), (uint64_t)ink_db_int(part, 1));
        if (status) break;
    }
    ink_db_reset(part);
    if (!status) status = ink_db_run(db, INK_SQL_PART_CLEAR, "t", upload_id);
    if (!status) status = ink_db_run(db, INK_SQL_UPLOAD_DELETE, "itt", bucket, key, upload_id);
    return status;
}

static ink_store_status run_abort(struct ink_store *store, struct ink_store_job *job)
{
    const struct upload_job *self = (const struct upload_job *)job;
    int64_t bucket;
    ink_store_status status = find_upload(&store->writer, self->bucket, self->key, self->id, &bucket, NULL);
    return status ? status : ink_store_drop_upload(store, bucket, self->key, self->id);
}

ink_store_status ink_store_upload_abort(struct ink_store *store, const char *bucket, const char *key,
                                        const char *upload_id)
{
    struct upload_job job = {.job = {.run = run_abort, .frees = true}, .bucket = bucket, .key = key, .id = upload_id};
    return ink_store_submit(store, &job.job);
}

/* --- parts ------------------------------------------------------------------------------------------------------ */

struct part_job {
    struct ink_store_job job;
    const struct ink_store_part_row *row;
    int64_t modified_ms;
};

static ink_store_status run_part(struct ink_store *store, struct ink_store_job *job)
{
    struct part_job *self = (struct part_job *)job;
    const struct ink_store_part_row *row = self->row;
    struct ink_db *db = &store->writer;
    int64_t bucket;
    ink_store_status status = find_upload(db, row->bucket, row->key, row->upload, &bucket, NULL);
    if (status) return status;
    sqlite3_stmt *old = ink_db_bind(db, INK_SQL_PART_GET, "ti", row->upload, (int64_t)row->number);
    if (ink_db_step(db, old, &status)) {
        status = ink_store_drop_body(store, (uint64_t)ink_db_int(old, 0), (uint64_t)ink_db_int(old, 1));
        ink_db_reset(old);
    }
    if (!status && row->size <= INK_STORE_INLINE_MAX)
        status = ink_db_run(db, INK_SQL_BODY_ADD, "iv", (int64_t)row->body, &row->bytes);
    self->modified_ms = ink_clock_wall_ms();
    if (status) return status;
    return ink_db_run(db, INK_SQL_PART_SET, "tiiiitv", row->upload, (int64_t)row->number, (int64_t)row->body,
                      (int64_t)row->size, self->modified_ms, row->etag, &row->headers);
}

ink_store_status ink_store_submit_part(struct ink_store *store, const struct ink_store_part_row *row,
                                       struct ink_store_object *out)
{
    struct part_job job = {.job = {.run = run_part}, .row = row};
    ink_store_status status = ink_store_submit(store, &job.job);
    if (!status && out) {
        *out = (struct ink_store_object){.size = row->size, .modified_ms = job.modified_ms};
        strncpy(out->etag, row->etag, INK_STORE_ETAG_LEN);
    }
    return status;
}

static bool read_part(sqlite3_stmt *row, struct ink_arena *arena, void *out)
{
    struct ink_store_part *part = out;
    part->number = (int)ink_db_int(row, 0);
    part->size = (uint64_t)ink_db_int(row, 1);
    part->modified_ms = ink_db_int(row, 2);
    strncpy(part->etag, ink_db_text(row, 3), INK_STORE_ETAG_LEN);
    part->body = (uint64_t)ink_db_int(row, 5);
    return ink_store_headers_unpack(ink_db_blob(row, 4), arena, &part->headers) == INK_STORE_OK;
}

ink_store_status ink_store_upload_parts(struct ink_store *store, const char *bucket, const char *key,
                                        const char *upload_id, int after, size_t max, struct ink_arena *arena,
                                        struct ink_store_parts *out)
{
    *out = (struct ink_store_parts){0};
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    struct ink_buffer packed;
    ink_buffer_init(&packed, 2 * INK_STORE_HEADERS_MAX);
    struct ink_store_rows rows = {read_part, sizeof *out->items, max, arena};
    int64_t id;
    ink_store_status status = find_upload(db, bucket, key, upload_id, &id, &packed);
    if (!status) status = ink_store_headers_unpack(ink_buffer_view(&packed), arena, &out->headers);
    if (!status)
        status = ink_store_collect(db, ink_db_bind(db, INK_SQL_PART_LIST, "ti", upload_id, (int64_t)after), &rows,
                                   (void **)&out->items, &out->count);
    out->truncated = rows.truncated;
    ink_buffer_cleanup(&packed);
    ink_store_reader_back(store, db);
    return status;
}

/* --- listing ---------------------------------------------------------------------------------------------------- */

static bool read_upload(sqlite3_stmt *row, struct ink_arena *arena, void *out)
{
    struct ink_store_upload *upload = out;
    upload->key = ink_arena_text(arena, ink_view_text(ink_db_text(row, 0)));
    upload->id = ink_arena_text(arena, ink_view_text(ink_db_text(row, 1)));
    upload->started_ms = ink_db_int(row, 2);
    return upload->key && upload->id;
}

ink_store_status ink_store_upload_list(struct ink_store *store, const char *bucket, const char *prefix,
                                       const char *after_key, const char *after_id, size_t max, struct ink_arena *arena,
                                       struct ink_store_uploads *out)
{
    *out = (struct ink_store_uploads){0};
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    struct ink_store_rows rows = {read_upload, sizeof *out->items, max, arena};
    /* a key alone stands for all of its uploads: no id is above this one */
    const char *id = after_id && *after_id ? after_id : after_key && *after_key ? "g" : "";
    int64_t bucket_id;
    ink_store_status status = ink_store_bucket_id(db, bucket, &bucket_id);
    if (!status)
        status = ink_store_collect(db,
                                   ink_db_bind(db, INK_SQL_UPLOAD_LIST, "ittt", bucket_id, after_key ? after_key : "",
                                               id, prefix ? prefix : ""),
                                   &rows, (void **)&out->items, &out->count);
    out->truncated = rows.truncated;
    ink_store_reader_back(store, db);
    return status;
}

/* --- complete --------------------------------------------------------------------------------------------------- */

static const struct ink_store_part *find_part(const struct ink_store_parts *have, int number)
{
    size_t low = 0, high = have->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (have->items[mid].number == number) return &have->items[mid];
        if (have->items[mid].number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* The parts named, as they are stored, in order; their sizes added up. */
static ink_store_status choose_parts(const struct ink_store_complete *complete, const struct ink_store_parts *have,
                                     const struct ink_store_part **chosen, uint64_t *size)
{
    *size = 0;
    for (size_t i = 0; i < complete->count; i++) {
        const struct ink_store_part *want = &complete->parts[i];
        if (i > 0 && want->number <= want[-1].number) return INK_STORE_PART_ORDER;
        chosen[i] = find_part(have, want->number);
        if (!chosen[i] || strcmp(chosen[i]->etag, want->etag) != 0) return INK_STORE_BAD_PART;
        *size += chosen[i]->size;
    }
    for (size_t i = 0; i + 1 < complete->count; i++)
        if (chosen[i]->size < INK_STORE_PART_MIN) return INK_STORE_PART_TOO_SMALL;
    return complete->count ? INK_STORE_OK : INK_STORE_BAD_ARGUMENT;
}

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static ink_store_status whole_etag(const struct ink_store_part *const *parts, size_t count,
                                   char etag[INK_STORE_ETAG_LEN + 1])
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    uint8_t md5[16];
    bool ok = digest && EVP_DigestInit_ex(digest, EVP_md5(), NULL);
    for (size_t i = 0; i < count && ok; i++) {
        for (int k = 0; k < 16; k++)
            md5[k] = (uint8_t)(hex_value(parts[i]->etag[2 * k]) << 4 | hex_value(parts[i]->etag[2 * k + 1]));
        ok = EVP_DigestUpdate(digest, md5, sizeof md5);
    }
    ok = ok && EVP_DigestFinal_ex(digest, md5, NULL);
    EVP_MD_CTX_free(digest);
    if (!ok) return INK_STORE_OOM;
    ink_store_etag(md5, etag);
    snprintf(etag + 32, INK_STORE_ETAG_LEN + 1 - 32, "-%zu", count <= INK_STORE_PARTS_MAX ? count : 0);
    return INK_STORE_OK;
}

/* Appends a part's body to the file `to`, or to `small` when that is -1. */
static ink_store_status append_part(struct ink_store *store, const struct ink_store_part *part, int to,
                                    struct ink_buffer *small)
{
    if (part->size > INK_STORE_INLINE_MAX) {
        int from = ink_store_file_open(store, part->body);
        if (from < 0) return errno == ENOENT ? INK_STORE_BAD_PART : ink_store_errno("opened");
        ink_store_status status = ink_store_file_append(to, from, part->size);
        close(from);
        return status;
    }
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    ink_store_status status;
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_PART_READ, "i", (int64_t)part->body);
    bool found = ink_db_step(db, row, &status);
    if (!status && !found) status = INK_STORE_BAD_PART;
    if (found && to >= 0) status = ink_store_file_write(to, ink_db_blob(row, 0));
    if (found && to < 0 && ink_buffer_append(small, ink_db_blob(row, 0).data, part->size)) status = INK_STORE_OOM;
    ink_db_reset(row);
    ink_store_reader_back(store, db);
    return status;
}

/* Leaves a file for body behind when size says so, and on success only. */
static ink_store_status join_parts(struct ink_store *store, const struct ink_store_part *const *parts, size_t count,
                                   uint64_t size, uint64_t body, struct ink_buffer *small)
{
    bool is_file = size > INK_STORE_INLINE_MAX;
    if (is_file && count == 1) {
        ink_store_status linked = ink_store_file_link(store, parts[0]->body, body);
        return linked == INK_STORE_NO_KEY ? INK_STORE_BAD_PART : linked;
    }
    int fd = is_file ? ink_store_file_create(store, body) : -1;
    if (is_file && fd < 0) return ink_store_errno("created");
    ink_store_status status = INK_STORE_OK;
    for (size_t i = 0; i < count && !status; i++) status = append_part(store, parts[i], fd, small);
    if (!is_file) return status;
    ink_store_status finished = ink_store_file_finish(store, fd);
    if (!status) status = finished;
    if (status) ink_store_file_remove(store, body);
    return status;
}

struct complete_job {
    struct ink_store_job job;
    struct ink_store_row row;
    const struct ink_store_part *const *parts;
    size_t count;
};

static ink_store_status run_complete(struct ink_store *store, struct ink_store_job *job)
{
    struct complete_job *self = (struct complete_job *)job;
    struct ink_db *db = &store->writer;
    int64_t bucket;
    ink_store_status status = find_upload(db, self->row.bucket, self->row.key, self->row.upload, &bucket, NULL);
    for (size_t i = 0; i < self->count && !status; i++) {
        sqlite3_stmt *now = ink_db_bind(db, INK_SQL_PART_GET, "ti", self->row.upload, (int64_t)self->parts[i]->number);
        bool same = ink_db_step(db, now, &status) && (uint64_t)ink_db_int(now, 0) == self->parts[i]->body;
        ink_db_reset(now);
        if (!status && !same) status = INK_STORE_BAD_PART;
    }
    if (!status) status = ink_store_put_row(store, &self->row);
    return status ? status : ink_store_drop_upload(store, bucket, self->row.key, self->row.upload);
}

static ink_store_status complete_parts(struct ink_store *store, struct complete_job *job, struct ink_buffer *small)
{
    job->row.body = ink_store_next(store);
    ink_store_status status = join_parts(store, job->parts, job->count, job->row.size, job->row.body, small);
    if (status) return status;
    job->row.bytes = ink_buffer_view(small);
    status = ink_store_submit(store, &job->job);
    if (status && job->row.size > INK_STORE_INLINE_MAX) ink_store_file_remove(store, job->row.body);
    return status;
}

/* The answer to a complete that was answered before: the object must still be the one that it made. */
static ink_store_status completed_before(struct ink_store *store, const char *bucket, const char *key,
                                         const char *upload_id, struct ink_store_object *out)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    int64_t id;
    ink_store_status status = ink_store_bucket_id(db, bucket, &id);
    if (!status) {
        sqlite3_stmt *row = ink_db_bind(db, INK_SQL_OBJECT_GET, "it", id, key);
        bool same = ink_db_step(db, row, &status) && strcmp(ink_db_text(row, 5), upload_id) == 0;
        if (!same && !status) status = INK_STORE_NO_UPLOAD;
        if (same && out) {
            *out = (struct ink_store_object){.size = (uint64_t)ink_db_int(row, 1), .modified_ms = ink_db_int(row, 2)};
            strncpy(out->etag, ink_db_text(row, 3), INK_STORE_ETAG_LEN);
        }
        ink_db_reset(row);
    }
    ink_store_reader_back(store, db);
    return status;
}

static ink_store_status complete_in(struct ink_store *store, struct ink_arena *arena, struct complete_job *job,
                                    const struct ink_store_complete *complete, struct ink_store_object *out)
{
    struct ink_store_row *row = &job->row;
    struct ink_store_parts have;
    struct ink_buffer headers, small;
    char etag[INK_STORE_ETAG_LEN + 1];
    const struct ink_store_part **chosen = INK_ARENA_ARRAY(arena, const struct ink_store_part *, complete->count);
    if (!chosen) return INK_STORE_OOM;
    ink_buffer_init(&headers, 2 * INK_STORE_HEADERS_MAX);
    ink_buffer_init(&small, INK_STORE_INLINE_MAX);
    ink_store_status status =
        ink_store_upload_parts(store, row->bucket, row->key, row->upload, 0, INK_STORE_PARTS_MAX, arena, &have);
    if (!status) status = choose_parts(complete, &have, chosen, &row->size);
    if (!status) status = whole_etag(chosen, complete->count, etag);
    if (!status) status = ink_store_headers_pack(&have.headers, &headers);
    if (!status) status = ink_store_headers_pack(&complete->headers, &headers);
    job->parts = chosen;
    job->count = complete->count;
    row->etag = etag;
    row->headers = ink_buffer_view(&headers);
    if (!status) status = complete_parts(store, job, &small);
    if (!status && out) {
        *out = (struct ink_store_object){.size = row->size, .modified_ms = row->modified_ms};
        memcpy(out->etag, etag, sizeof out->etag);
    }
    ink_buffer_cleanup(&headers);
    ink_buffer_cleanup(&small);
    return status;
}

ink_store_status ink_store_upload_complete(struct ink_store *store, const char *bucket, const char *key,
                                           const char *upload_id, const struct ink_store_complete *complete,
                                           struct ink_store_object *out)
{
    if (complete->count == 0 || complete->count > INK_STORE_PARTS_MAX) return INK_STORE_BAD_ARGUMENT;
    struct ink_arena arena;
    ink_arena_init(&arena, 256 << 20);
    struct complete_job job = {.job = {.run = run_complete},
                               .row = {.bucket = bucket,
                                       .key = key,
                                       .upload = upload_id,
                                       .condition = &complete->condition,
                                       .origin = &complete->origin,
                                       .event = "ObjectCreated:CompleteMultipartUpload"}};
    ink_store_status status = complete_in(store, &arena, &job, complete, out);
    ink_arena_cleanup(&arena);
    if (status == INK_STORE_NO_UPLOAD) status = completed_before(store, bucket, key, upload_id, out);
    return status;
}
