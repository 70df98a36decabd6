/* SPDX-License-Identifier: MIT */
/* A body on its way in: in memory up to INK_STORE_INLINE_MAX, then a file. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "local/store_internal.h"

enum { WRITEBACK_STEP = 8 << 20 };
static const uint64_t object_max = 5ull << 30; /* S3's limit of one PUT */

struct ink_store_put {
    struct ink_store *store;
    char *bucket, *key, *upload; /* in the same block; upload NULL: an object, else a part */
    int number;
    int64_t bucket_id;
    EVP_MD_CTX *digest;
    uint8_t md5[16];
    bool digested;
    struct ink_buffer small;
    int fd; /* -1 while small */
    uint64_t body, size;
};

static char *keep_text(char **room, const char *text)
{
    char *kept = *room;
    *room = stpcpy(kept, text) + 1;
    return kept;
}

static struct ink_store_put *new_put(struct ink_store *store, const char *bucket, const char *key, const char *upload)
{
    struct ink_store_put *put =
        ink_calloc(1, sizeof *put + strlen(bucket) + strlen(key) + (upload ? strlen(upload) : 0) + 3);
    EVP_MD_CTX *digest = put ? EVP_MD_CTX_new() : NULL;
    if (!digest || !EVP_DigestInit_ex(digest, EVP_md5(), NULL)) {
        EVP_MD_CTX_free(digest);
        ink_free(put);
        return NULL;
    }
    char *room = (char *)(put + 1);
    put->bucket = keep_text(&room, bucket);
    put->key = keep_text(&room, key);
    put->upload = upload ? keep_text(&room, upload) : NULL;
    put->store = store;
    put->digest = digest;
    put->fd = -1;
    put->body = ink_store_next(store);
    ink_buffer_init(&put->small, INK_STORE_INLINE_MAX);
    return put;
}

static void free_put(struct ink_store_put *put)
{
    if (put->fd >= 0) close(put->fd);
    EVP_MD_CTX_free(put->digest);
    ink_buffer_cleanup(&put->small);
    ink_free(put);
}

static ink_store_status begin(struct ink_store *store, const char *bucket, const char *key, const char *upload,
                              uint64_t size_hint, struct ink_store_put **out)
{
    if (size_hint > object_max) return INK_STORE_TOO_BIG;
    *out = new_put(store, bucket, key, upload);
    if (!*out) return INK_STORE_OOM;
    if (size_hint <= INK_STORE_INLINE_MAX) (void)ink_buffer_reserve(&(*out)->small, (size_t)size_hint);
    return INK_STORE_OK;
}

ink_store_status ink_store_put_begin(struct ink_store *store, const char *bucket, const char *key, uint64_t size_hint,
                                     struct ink_store_put **out)
{
    *out = NULL;
    ink_store_status status = ink_store_check_key(key);
    if (!status) status = ink_store_bucket_head(store, bucket);
    return status ? status : begin(store, bucket, key, NULL, size_hint, out);
}

ink_store_status ink_store_put_begin_part(struct ink_store *store, const char *bucket, const char *key,
                                          const char *upload_id, int number, uint64_t size_hint,
                                          struct ink_store_put **out)
{
    *out = NULL;
    if (number < 1 || number > INK_STORE_PARTS_MAX) return INK_STORE_BAD_ARGUMENT;
    ink_store_status status = ink_store_upload_head(store, bucket, key, upload_id);
    if (!status) status = begin(store, bucket, key, upload_id, size_hint, out);
    if (!status) (*out)->number = number;
    return status;
}

/* From memory to a file, once it is too much for a row. */
static ink_store_status spill(struct ink_store_put *put)
{
    put->fd = ink_store_file_create(put->store, put->body);
    if (put->fd < 0) return ink_store_errno("created");
    ink_store_status status = ink_store_file_write(put->fd, ink_buffer_view(&put->small));
    ink_buffer_cleanup(&put->small);
    return status;
}

ink_store_status ink_store_put_append(struct ink_store_put *put, struct ink_view bytes)
{
    if (bytes.len > object_max - put->size) return INK_STORE_TOO_BIG;
    if (!EVP_DigestUpdate(put->digest, bytes.data, bytes.len)) return INK_STORE_OOM;
    uint64_t before = put->size;
    put->size += bytes.len;
    if (put->size <= INK_STORE_INLINE_MAX)
        return ink_buffer_append(&put->small, bytes.data, bytes.len) ? INK_STORE_OOM : INK_STORE_OK;
    ink_store_status status = put->fd < 0 ? spill(put) : INK_STORE_OK;
    if (!status) status = ink_store_file_write(put->fd, bytes);
    /* on its way to the disk while more comes in, so that the sync at the end has little left to do */
    if (!status && before / WRITEBACK_STEP != put->size / WRITEBACK_STEP)
        sync_file_range(put->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    return status;
}

void ink_store_put_md5(struct ink_store_put *put, uint8_t md5[16])
{
    if (!put->digested) EVP_DigestFinal_ex(put->digest, put->md5, NULL);
    put->digested = true;
    memcpy(md5, put->md5, sizeof put->md5);
}

void ink_store_etag(const uint8_t md5[16], char etag[INK_STORE_ETAG_LEN + 1])
{
    for (int i = 0; i < 16; i++) {
        etag[2 * i] = "0123456789abcdef"[md5[i] >> 4];
        etag[2 * i + 1] = "0123456789abcdef"[md5[i] & 15];
    }
    etag[32] = '\0';
}

static ink_store_status commit_object(struct ink_store_put *put, const struct ink_store_commit *commit,
                                      const char *etag, struct ink_view headers, struct ink_store_object *out)
{
    struct ink_store_row row = {.bucket = put->bucket,
                                .key = put->key,
                                .body = put->body,
                                .bytes = ink_buffer_view(&put->small),
                                .size = put->size,
                                .etag = etag,
                                .headers = headers,
                                .upload = "",
                                .condition = &commit->condition,
                                .origin = &commit->origin,
                                .event = commit->event ? commit->event : "ObjectCreated:Put"};
    return ink_store_submit_row(put->store, &row, out);
}

static ink_store_status commit_part(struct ink_store_put *put, const char *etag, struct ink_view headers,
                                    struct ink_store_object *out)
{
    struct ink_store_part_row row = {.bucket = put->bucket,
                                     .key = put->key,
                                     .upload = put->upload,
                                     .number = put->number,
                                     .body = put->body,
                                     .bytes = ink_buffer_view(&put->small),
                                     .size = put->size,
                                     .etag = etag,
                                     .headers = headers};
    return ink_store_submit_part(put->store, &row, out);
}

ink_store_status ink_store_put_commit(struct ink_store_put *put, const struct ink_store_commit *commit,
                                      struct ink_store_object *out)
{
    uint8_t md5[16];
    char etag[INK_STORE_ETAG_LEN + 1];
    struct ink_buffer headers;
    bool is_file = put->fd >= 0;
    ink_buffer_init(&headers, INK_STORE_HEADERS_MAX);
    ink_store_put_md5(put, md5);
    ink_store_etag(md5, etag);
    ink_store_status status = ink_store_headers_pack(&commit->headers, &headers);
    if (!status && is_file) {
        status = ink_store_file_finish(put->store, put->fd);
        put->fd = -1;
    }
    if (!status && put->upload)
        status = commit_part(put, etag, ink_buffer_view(&headers), out);
    else if (!status)
        status = commit_object(put, commit, etag, ink_buffer_view(&headers), out);
    if (status && is_file) ink_store_file_remove(put->store, put->body);
    ink_buffer_cleanup(&headers);
    free_put(put);
    return status;
}

void ink_store_put_abort(struct ink_store_put *put)
{
    if (!put) return;
    if (put->fd >= 0) ink_store_file_remove(put->store, put->body);
    free_put(put);
}
