/* SPDX-License-Identifier: MIT */
/* bucket.h - whole buckets: whether they are there and whose, made private, counted, emptied, deleted.
 *
 * Every call says which account must own the bucket (x-amz-expected-bucket-owner): nothing is read from, written to or deleted
 * in a bucket of somebody else that has the same name. One thread. */
#ifndef INK_AWS_BUCKET_H
#define INK_AWS_BUCKET_H

#include "aws/account.h"
#include "aws/s3.h"

struct ink_bucket {
    struct ink_aws *aws;
    const char *name;
    const char *owner; /* account, 12 digits */
};

enum ink_bucket_state { INK_BUCKET_NONE, INK_BUCKET_OWN, INK_BUCKET_FOREIGN };

/* FOREIGN: somebody else's, or one that these credentials may not see. */
INK_NODISCARD ink_status ink_bucket_look(const struct ink_bucket *bucket, enum ink_bucket_state *out,
                                         struct ink_error *err);

/* Makes it where it is not there; in either case nobody else may read it, what lies in it is encrypted, and only TLS is spoken.
 * INK_E_CHANGED: somebody else has a bucket of that name. */
INK_NODISCARD ink_status ink_bucket_make_private(const struct ink_bucket *bucket, struct ink_error *err);

/* The calls of ink_bucket_make_private, for --dry-run: "PUT /?publicAccessBlock"; NULL behind the last. */
const char *ink_bucket_private_step(size_t index);

struct ink_bucket_contents {
    uint64_t objects, bytes; /* older versions and the marks of deletions included */
    bool more;               /* there are more than the first 100,000, which are counted here */
};

INK_NODISCARD ink_status ink_bucket_count(const struct ink_bucket *bucket, struct ink_bucket_contents *out,
                                          struct ink_error *err);

/* Deletes all versions of all objects. progress may be NULL. s3 must be a client of the same account. */
INK_NODISCARD ink_status ink_bucket_empty(const struct ink_bucket *bucket, struct ink_s3 *s3,
                                          void (*progress)(uint64_t deleted, void *arg), void *arg,
                                          struct ink_error *err);

/* Deletes it. INK_E_CHANGED: something is in it. One that is not there is fine. */
INK_NODISCARD ink_status ink_bucket_delete(const struct ink_bucket *bucket, struct ink_error *err);

#endif
