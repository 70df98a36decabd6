/* SPDX-License-Identifier: MIT */
/* bucket.h - a bucket in memory behind struct ink_objects, in which things happen at chosen moments. */
#ifndef INK_TESTS_BUCKET_H
#define INK_TESTS_BUCKET_H

#include "base/buffer.h"
#include "pipeline/objects.h"

enum { BUCKET_OBJECTS_MAX = 64 };

struct object {
    char key[256];
    char etag[32];
    struct ink_buffer bytes;
};

struct bucket {
    struct ink_objects objects; /* first: what the pipeline sees */
    struct object all[BUCKET_OBJECTS_MAX];
    int count;
    unsigned writes; /* counts puts, makes ETags */

    /* Before each call: may change the bucket, or let the call fail by returning another status than INK_OK. */
    ink_status (*before)(struct bucket *bucket, const struct ink_s3_call *call);
    int moment; /* for `before` */

    int calls, puts, bodies; /* bodies: GETs that gave one */
    int trips;               /* calls that are made together count once */
};

/* A file of the source tree, into a buffer that it makes; a test without it ends. */
void bucket_read_source(const char *name, struct ink_buffer *out);

void bucket_init(struct bucket *bucket);
void bucket_cleanup(struct bucket *bucket);

/* Puts an object and returns its ETag; a copy is kept. */
const char *bucket_put(struct bucket *bucket, const char *key, struct ink_view bytes);
void bucket_delete(struct bucket *bucket, const char *key);

/* NULL where there is none. */
const struct object *bucket_find(const struct bucket *bucket, const char *key);

/* Its text; "" where there is none. */
const char *bucket_text(const struct bucket *bucket, const char *key);

#endif
