/* SPDX-License-Identifier: MIT */
/* store.h - the local cloud's memory: buckets, objects, uploads and the events that they cause, in one data folder.
 *
 *   FOLDER/inkling.db      SQLite, WAL, synchronous=FULL: everything but large bodies
 *   FOLDER/bodies/ID       a body over INK_STORE_INLINE_MAX bytes; written and synced before the commit that names it
 *   FOLDER/lock            held while a server uses the folder
 *
 * What a function here has returned INK_STORE_OK for is on the disk, and so is the event that it causes: they commit in
 * one transaction. Commits of many threads are grouped: whoever comes while one commit is being synced shares the next.
 *
 * All functions may be called from any thread, and block: a read for some microseconds, a change for one fsync. Text is
 * UTF-8 without NUL. What is handed out lies in the caller's arena and lives as long as that; arguments are borrowed for
 * the call. Names of buckets are the caller's to judge; keys are checked here (1..1024 bytes, UTF-8). */
#ifndef INK_LOCAL_STORE_H
#define INK_LOCAL_STORE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"

enum {
    INK_STORE_INLINE_MAX = 64 * 1024,     /* larger bodies are files */
    INK_STORE_KEY_MAX = 1024,             /* bytes */
    INK_STORE_PART_MIN = 5 * 1024 * 1024, /* of every part but the last */
    INK_STORE_PARTS_MAX = 10000,          /* part numbers are 1..10000 */
    INK_STORE_LIST_MAX = 1000,            /* entries an answer */
    INK_STORE_ETAG_LEN = 38,              /* 32 hex digits, or these and "-10000" */
    INK_STORE_HEADERS_MAX = 16 * 1024,    /* bytes of names and values of one object */
};

/* code, S3's own error code, what it means */
#define INK_STORE_MAP(X)                                                                                               \
    X(OK, "", "done")                                                                                                  \
    X(NO_BUCKET, "NoSuchBucket", "The specified bucket does not exist")                                                \
    X(NO_KEY, "NoSuchKey", "The specified key does not exist.")                                                        \
    X(NO_UPLOAD, "NoSuchUpload", "The specified upload does not exist. It may have been aborted or completed.")        \
    X(BUCKET_EXISTS, "BucketAlreadyOwnedByYou", "You already own a bucket of that name")                               \
    X(BUCKET_NOT_EMPTY, "BucketNotEmpty", "The bucket you tried to delete is not empty")                               \
    X(PRECONDITION, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")             \
    X(BAD_PART, "InvalidPart", "A part named was not found, or its ETag is another")                                   \
    X(PART_ORDER, "InvalidPartOrder", "The list of parts was not in ascending order")                                  \
    X(PART_TOO_SMALL, "EntityTooSmall", "A part other than the last is under 5 MiB")                                   \
    X(TOO_BIG, "EntityTooLarge", "The object is over the size limit")                                                  \
    X(KEY_TOO_LONG, "KeyTooLongError", "The key is over 1024 bytes")                                                   \
    X(BAD_ARGUMENT, "InvalidArgument", "A name or number is not allowed")                                              \
    X(FULL, "InsufficientStorage", "The disk is full; nothing was changed")                                            \
    X(BROKEN, "InternalError", "The store could not be read or written")                                               \
    X(OOM, "ServiceUnavailable", "Out of memory")

typedef enum ink_store_status {
#define X(code, word, meaning) INK_STORE_##code,
    INK_STORE_MAP(X)
#undef X
} ink_store_status;

/* S3's code ("NoSuchKey") and a sentence; never NULL. */
const char *ink_store_word(ink_store_status status);
const char *ink_store_meaning(ink_store_status status);

/* What goes back with a GET as it came with the PUT: content-type, cache-control, x-amz-meta-*, x-amz-checksum-* ...
 * Names in lower case, values as given, in this order. The store does not look into them. */
struct ink_store_header {
    const char *name;
    const char *value;
};

struct ink_store_headers {
    const struct ink_store_header *items;
    size_t count;
};

struct ink_store_object {
    uint64_t size;
    int64_t modified_ms;               /* wall clock; S3 shows whole seconds */
    char etag[INK_STORE_ETAG_LEN + 1]; /* without quotes: MD5 of the body in hex, or of its parts' MD5s and "-N" */
    struct ink_store_headers headers;
};

/* Who asked for a change, for the event that it causes. All may be NULL. */
struct ink_store_origin {
    const char *request_id; /* x-amz-request-id of the answer */
    const char *host_id;    /* x-amz-id-2 of the answer */
    const char *source_ip;
    const char *principal;    /* the access key */
    const char *trace_header; /* X-Amzn-Trace-Id of the request: handed on to the function */
};

/* What must hold at the moment of the commit, seen and done as one step. */
struct ink_store_condition {
    bool if_absent;       /* If-None-Match: * -> PRECONDITION when the key exists */
    const char *if_match; /* an ETag without quotes, or "*" -> PRECONDITION when another, NO_KEY when absent; or NULL */
};

/* --- opening ----------------------------------------------------------------------------------------------------- */

struct ink_store;

/* Opens, or makes, the folder (mode 0700) and what is in it; sweeps what a crash left.
 * INK_E_DENIED: another server has the folder; INK_E_IO, INK_E_FORMAT (not a store, or one of a later version), INK_E_OOM. */
INK_NODISCARD ink_status ink_store_open(const char *folder, struct ink_store **out, struct ink_error *err);

/* All calls must have returned, all puts been ended and all bodies been closed. NULL is allowed. */
void ink_store_close(struct ink_store *store);

/* --- buckets ----------------------------------------------------------------------------------------------------- */

struct ink_store_bucket {
    const char *name;
    int64_t created_ms;
};

INK_NODISCARD ink_store_status ink_store_bucket_create(struct ink_store *store, const char *bucket);
INK_NODISCARD ink_store_status ink_store_bucket_delete(struct ink_store *store,
                                                       const char *bucket); /* uploads go too */
INK_NODISCARD ink_store_status ink_store_bucket_head(struct ink_store *store, const char *bucket);

/* All of them, by name. */
INK_NODISCARD ink_store_status ink_store_bucket_list(struct ink_store *store, struct ink_arena *arena,
                                                     struct ink_store_bucket **out, size_t *count);

/* One notification rule: the S3 API shows it as a CloudFunctionConfiguration. See trigger.h for what matches. */
struct ink_store_rule {
    const char *id;
    const char *function; /* name, not ARN */
    const char *events;   /* with commas between: "s3:ObjectCreated:*,s3:ObjectRemoved:Delete" */
    const char *prefix;   /* of the key as it is, not URL-encoded; "" for all */
    const char *suffix;
};

/* Replaces all rules of a bucket (count 0: none). Whether they are sensible is trigger.h's ink_trigger_check. */
INK_NODISCARD ink_store_status ink_store_rules_set(struct ink_store *store, const char *bucket,
                                                   const struct ink_store_rule *rules, size_t count);
INK_NODISCARD ink_store_status ink_store_rules_get(struct ink_store *store, const char *bucket, struct ink_arena *arena,
                                                   struct ink_store_rule **out, size_t *count);

/* --- writing an object ------------------------------------------------------------------------------------------- */

/* A body on its way in: begin, append, then commit or abort (one of them, always). One thread at a time. */
struct ink_store_put;

/* Fails early with NO_BUCKET, KEY_TOO_LONG or BAD_ARGUMENT (not UTF-8, empty). size_hint: Content-Length, or 0 when unknown. */
INK_NODISCARD ink_store_status ink_store_put_begin(struct ink_store *store, const char *bucket, const char *key,
                                                   uint64_t size_hint, struct ink_store_put **out);

/* The same for a part of an upload; NO_UPLOAD when there is none, BAD_ARGUMENT for a number outside 1..10000. */
INK_NODISCARD ink_store_status ink_store_put_begin_part(struct ink_store *store, const char *bucket, const char *key,
                                                        const char *upload_id, int number, uint64_t size_hint,
                                                        struct ink_store_put **out);

/* After a failure only abort is left to do. FULL, BROKEN, OOM, TOO_BIG (over 5 GiB). */
INK_NODISCARD ink_store_status ink_store_put_append(struct ink_store_put *put, struct ink_view bytes);

/* MD5 of what was appended, to hold against Content-MD5 before the commit. Nothing may be appended afterwards. */
void ink_store_put_md5(struct ink_store_put *put, uint8_t md5[16]);

struct ink_store_commit {
    struct ink_store_headers headers;
    struct ink_store_condition condition; /* objects only */
    struct ink_store_origin origin;       /* objects only */
    const char *event;                    /* objects only: "ObjectCreated:Put" or "ObjectCreated:Post"; NULL is Put */
};

/* Makes it visible, all of it at once, and frees put, whatever is returned. `out` (may be NULL) gets size, date and ETag;
 * its headers are the caller's own. A part replaces one of the same number. */
INK_NODISCARD ink_store_status ink_store_put_commit(struct ink_store_put *put, const struct ink_store_commit *commit,
                                                    struct ink_store_object *out);

/* Frees put and leaves nothing behind. NULL is allowed. */
void ink_store_put_abort(struct ink_store_put *put);

/* --- reading an object ------------------------------------------------------------------------------------------- */

struct ink_store_body {
    struct ink_store_object object;
    struct ink_view bytes; /* the body when fd is -1; in the arena */
    int fd;        /* else a file of object.size bytes from offset 0; the caller reads with pread, and closes it.
                              Stays whole when the object is replaced or deleted meanwhile */
    uint64_t body; /* the store's own number for it */
};

INK_NODISCARD ink_store_status ink_store_get(struct ink_store *store, const char *bucket, const char *key,
                                             struct ink_arena *arena, struct ink_store_body *out);
INK_NODISCARD ink_store_status ink_store_head(struct ink_store *store, const char *bucket, const char *key,
                                              struct ink_arena *arena, struct ink_store_object *out);

/* --- deleting and copying ---------------------------------------------------------------------------------------- */

/* A key that is not there is deleted as well. */
INK_NODISCARD ink_store_status ink_store_delete(struct ink_store *store, const char *bucket, const char *key,
                                                const struct ink_store_condition *condition /* NULL: none */,
                                                const struct ink_store_origin *origin);

/* All in one commit; statuses[i] tells how keys[i] went (OK, KEY_TOO_LONG, BAD_ARGUMENT). The answer is for the whole. */
INK_NODISCARD ink_store_status ink_store_delete_many(struct ink_store *store, const char *bucket,
                                                     const char *const *keys, size_t count,
                                                     const struct ink_store_origin *origin, ink_store_status *statuses);

struct ink_store_copy {
    const char *from_bucket;
    const char *from_key;
    const char *from_etag; /* the source must still have this ETag, else PRECONDITION; NULL: whatever it has */
    const char *to_bucket;
    const char *to_key;
    const struct ink_store_headers *headers; /* NULL: the source's (x-amz-metadata-directive: COPY) */
    struct ink_store_condition condition;    /* of the target */
    struct ink_store_origin origin;
};

/* The target gets the source's body (linked, not copied, when it is a file). A multipart ETag stays as it is.
 * NO_BUCKET for either bucket, NO_KEY for the source. `out` may be NULL. */
INK_NODISCARD ink_store_status ink_store_copy(struct ink_store *store, const struct ink_store_copy *copy,
                                              struct ink_store_object *out);

/* --- listing ----------------------------------------------------------------------------------------------------- */

struct ink_store_list_options {
    const char *prefix;    /* NULL or "": all */
    const char *delimiter; /* NULL or "": none. Keys that have it behind the prefix are rolled up to one entry */
    const char *after;     /* keys and common prefixes above this one only (UTF-8 byte order); NULL: from the start */
    size_t max;            /* 0..INK_STORE_LIST_MAX; more is cut to that */
};

struct ink_store_entry {
    const char *key; /* or the common prefix, with its delimiter */
    bool is_prefix;  /* then the rest is 0 */
    uint64_t size;
    int64_t modified_ms;
    char etag[INK_STORE_ETAG_LEN + 1];
};

struct ink_store_listing {
    struct ink_store_entry *entries; /* keys and common prefixes in one order */
    size_t count;
    bool truncated;   /* there is more: go on with after = next */
    const char *next; /* the last entry's key, when truncated; else NULL */
};

/* Takes time for what it returns, not for what lies behind a common prefix. */
INK_NODISCARD ink_store_status ink_store_list(struct ink_store *store, const char *bucket,
                                              const struct ink_store_list_options *options, struct ink_arena *arena,
                                              struct ink_store_listing *out);

/* --- multipart uploads ------------------------------------------------------------------------------------------- */

enum { INK_STORE_UPLOAD_ID_LEN = 32 }; /* hex digits */

INK_NODISCARD ink_store_status ink_store_upload_create(struct ink_store *store, const char *bucket, const char *key,
                                                       const struct ink_store_headers *headers,
                                                       char upload_id[INK_STORE_UPLOAD_ID_LEN + 1]);

/* Parts: ink_store_put_begin_part, ink_store_put_append, ink_store_put_commit. */

struct ink_store_part {
    int number;
    uint64_t size;       /* not looked at by complete */
    int64_t modified_ms; /* not looked at by complete */
    char etag[INK_STORE_ETAG_LEN + 1];
    struct ink_store_headers headers; /* x-amz-checksum-* of the part; not looked at by complete */
    uint64_t body;                    /* the store's own number for it */
};

struct ink_store_parts {
    struct ink_store_part *items; /* by number */
    size_t count;
    bool truncated;                   /* go on with after = the last number */
    struct ink_store_headers headers; /* those of the upload */
};

INK_NODISCARD ink_store_status ink_store_upload_parts(struct ink_store *store, const char *bucket, const char *key,
                                                      const char *upload_id, int after, size_t max,
                                                      struct ink_arena *arena, struct ink_store_parts *out);

struct ink_store_upload {
    const char *key;
    const char *id;
    int64_t started_ms;
};

struct ink_store_uploads {
    struct ink_store_upload *items; /* by key, then by start, then by id */
    size_t count;
    bool truncated; /* go on with after_key and after_id = those of the last */
};

INK_NODISCARD ink_store_status ink_store_upload_list(struct ink_store *store, const char *bucket, const char *prefix,
                                                     const char *after_key, const char *after_id, size_t max,
                                                     struct ink_arena *arena, struct ink_store_uploads *out);

struct ink_store_complete {
    const struct ink_store_part *parts; /* number and etag, ascending; at least one */
    size_t count;
    struct ink_store_headers headers; /* added to those of the upload: x-amz-checksum-* of the whole */
    struct ink_store_condition condition;
    struct ink_store_origin origin;
};

/* Makes the object of the parts named (others are dropped) and ends the upload; a failure leaves the upload as it was.
 * The same complete again, after it succeeded, answers OK as long as that object stands. */
INK_NODISCARD ink_store_status ink_store_upload_complete(struct ink_store *store, const char *bucket, const char *key,
                                                         const char *upload_id,
                                                         const struct ink_store_complete *complete,
                                                         struct ink_store_object *out);

INK_NODISCARD ink_store_status ink_store_upload_abort(struct ink_store *store, const char *bucket, const char *key,
                                                      const char *upload_id);

#endif
