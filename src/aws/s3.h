/* SPDX-License-Identifier: MIT */
/* s3.h - an S3 client: many calls at once, each with its own result.
 *
 *   fill calls  ->  ink_s3_perform(s3, calls, count, deadline)  ->  read their answers
 *
 * Signed with SigV4. Tried again with growing, jittered waits while the deadline allows: 5xx, 429, throttling,
 * RequestTimeout, broken connections. A bucket in another region is followed there once. What is read is checked against
 * its length and its checksum; what is sent carries its SHA-256 (signed) and its MD5.
 *
 * One client belongs to one thread. */
#ifndef INK_AWS_S3_H
#define INK_AWS_S3_H

#include "aws/config.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "net/http.h"

struct ink_s3;

enum ink_s3_op { INK_S3_GET, INK_S3_HEAD, INK_S3_PUT, INK_S3_DELETE, INK_S3_LIST };

enum { INK_S3_ETAG_MAX = 127, INK_S3_VERSION_MAX = 1024, INK_S3_TYPE_MAX = 127, INK_S3_CODE_MAX = 63 };

/* One key of a listing. */
struct ink_s3_item {
    const char *key;  /* decoded; NUL-terminated */
    const char *etag; /* without quotes */
    uint64_t size_bytes;
    int64_t modified_ms; /* since 1970-01-01 UTC */
};

struct ink_s3_call {
    /* asked: borrowed until ink_s3_perform returns. NULL: not asked for */
    enum ink_s3_op op;
    const char *bucket;
    const char *key; /* as it is, not encoded: any bytes but NUL. LIST: the prefix, or NULL */
    const char *version_id;
    const char *owner;         /* account that must own the bucket; NULL: any */
    const char *if_match;      /* an ETag as it stands in an answer here: without quotes */
    const char *if_none_match; /* the same, or "*" */
    struct ink_view body;      /* PUT */
    const char *content_type;  /* PUT */
    size_t cap_bytes;          /* GET: longest body taken */
    const char *start_after;   /* LIST: behind this key */
    const char *next;          /* LIST: the `token` of the page before */
    unsigned max_keys;         /* LIST: 1..1000; 0: 1000 */
    struct ink_arena *arena;   /* LIST: where items and token go; needed */

    /* answered */
    ink_status status; /* see ink_s3_perform */
    struct ink_error error;
    int code;                         /* HTTP's; 0 when no answer came */
    char reason[INK_S3_CODE_MAX + 1]; /* S3's own word: "NoSuchKey"; "" where there is none */
    struct ink_buffer body_in;        /* GET; may be taken: copy the struct and zero this one */
    char etag[INK_S3_ETAG_MAX + 1];   /* without quotes; "" where there is none */
    char found_version[INK_S3_VERSION_MAX + 1];
    char found_type[INK_S3_TYPE_MAX + 1];
    uint64_t found_bytes; /* GET and HEAD: Content-Length */
    int64_t modified_ms;  /* GET and HEAD; since 1970-01-01 UTC; 0 where it is not told */
    const struct ink_s3_item *items;
    size_t item_count;
    const char *token; /* LIST: there is more; NULL: that was all */
    unsigned attempts;
};

/* config and http are borrowed and must live longer. endpoint: a URL for another S3 than Amazon's (then buckets are in the
 * path), or NULL: what AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL say, else Amazon's in the config's region. */
INK_NODISCARD ink_status ink_s3_new(struct ink_http_client *http, const struct ink_aws_config *config,
                                    const char *endpoint, struct ink_s3 **out, struct ink_error *err);
void ink_s3_free(struct ink_s3 *s3);

/* Performs all calls, returns when each has its result or deadline_us (of ink_clock_us; 0: none) is reached.
 *
 * status    INK_OK
 *           INK_E_NOT_FOUND  404: no such key, version or bucket (reason tells which)
 *           INK_E_DENIED     403, or no credentials; a missing key answers so too where the role lacks s3:ListBucket
 *           INK_E_CHANGED    412 or 304: if_match or if_none_match did not hold; 409 of two conditional writes at once
 *           INK_E_LIMIT      the object is longer than cap_bytes
 *           INK_E_NETWORK, INK_E_TIMEOUT, INK_E_TLS, INK_E_REMOTE (5xx, throttling): may pass by itself; given up at the
 *                            deadline or after the last try
 *           INK_E_FORMAT     the answer contradicts itself: a checksum, its length, XML that is none
 *           INK_E_ARGUMENT   the call or S3's other 4xx
 * Returns the first that is not INK_OK. */
ink_status ink_s3_perform(struct ink_s3 *s3, struct ink_s3_call *calls, size_t count, uint64_t deadline_us);

/* Whether the same call may work later, so that the invocation should fail and be tried again: all of the "may pass" kind, and
 * answers that contradict themselves. */
bool ink_s3_may_pass(ink_status status);

/* Frees the body; zero the struct or fill it anew for the next call. */
void ink_s3_call_cleanup(struct ink_s3_call *call);

#endif
