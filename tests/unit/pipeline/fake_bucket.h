/* SPDX-License-Identifier: MIT */
/* fake_bucket.h - a bucket in memory behind struct ink_objects, in which things happen at chosen moments.
 *
 * Calls that the pipeline makes at the same time are answered one after the other, in their order. Before the `at`-th call
 * (counted from 1 over all of them) `happen` runs, so that a test can try a change at every moment there is. */
#ifndef FAKE_BUCKET_H
#define FAKE_BUCKET_H

#include "pipeline/objects.h"

enum { FAKE_OBJECTS_MAX = 32 };

struct fake_object {
    char key[128];
    char etag[32];
    uint8_t *body;
    size_t len;
};

struct fake_bucket {
    struct ink_objects objects; /* first */
    struct fake_object all[FAKE_OBJECTS_MAX];
    size_t count;
    unsigned versions; /* an ETag is the number of its put */

    unsigned calls, puts;
    unsigned at;
    void (*happen)(struct fake_bucket *bucket);
    void *arg;

    /* calls of `refused_op` on this key fail so */
    const char *refused_key;
    enum ink_s3_op refused_op;
    ink_status refused_status;
    int refused_code;

    const char *watched_key; /* bodies of it that were sent out are counted */
    unsigned sent;
};

void fake_bucket_init(struct fake_bucket *bucket);
void fake_bucket_cleanup(struct fake_bucket *bucket);

void fake_put(struct fake_bucket *bucket, const char *key, const void *body, size_t len);
void fake_put_text(struct fake_bucket *bucket, const char *key, const char *text);
void fake_delete(struct fake_bucket *bucket, const char *key);

/* NULL: not there. Lives until the next put or delete. */
const struct fake_object *fake_get(const struct fake_bucket *bucket, const char *key);

/* The body as text, "" where it is not there. */
const char *fake_text(const struct fake_bucket *bucket, const char *key);

#endif
