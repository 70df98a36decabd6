/* SPDX-License-Identifier: MIT */
/* objects.h - the bucket as the pipeline sees it, so that tests can stand in for S3 and let things happen in between. */
#ifndef INK_PIPELINE_OBJECTS_H
#define INK_PIPELINE_OBJECTS_H

#include "aws/s3.h"

struct ink_objects {
    /* As ink_s3_perform. */
    ink_status (*perform)(struct ink_objects *self, struct ink_s3_call *calls, size_t count, uint64_t deadline_us);
};

/* The real one. */
struct ink_s3_objects {
    struct ink_objects objects;
    struct ink_s3 *s3; /* borrowed */
};
void ink_s3_objects_init(struct ink_s3_objects *out, struct ink_s3 *s3);

#endif
