/* SPDX-License-Identifier: MIT */
/* ahead.h - answers of the bucket that were asked for before they are needed: for several pictures at once, each thing that
 * they have in common once.
 *
 *   note the calls  ->  fetch: all at once  ->  while `open`, who asks for the same is answered from here
 *
 * What comes from here is older than what the bucket would say now, so only those may open it who look at the bucket again
 * afterwards. Whatever is not here goes to the bucket. One thread. */
#ifndef INK_PIPELINE_AHEAD_H
#define INK_PIPELINE_AHEAD_H

#include "pipeline/objects.h"

struct ink_ahead {
    struct ink_objects objects; /* first: the bucket, with what is here */
    struct ink_objects *bucket; /* borrowed: the bucket itself */
    bool open;
    struct ink_s3_call *calls;
    size_t count, room;
    struct ink_arena names; /* keys, ETags */
};

void ink_ahead_init(struct ink_ahead *ahead, struct ink_objects *bucket);

/* Notes a call to be made, unless it is noted; copies it. body_cap_bytes: a longer body is not kept; who wants it asks the bucket. INK_E_OOM. */
INK_NODISCARD ink_status ink_ahead_note(struct ink_ahead *ahead, const struct ink_s3_call *call, size_t body_cap_bytes);

/* Makes all that are noted. */
void ink_ahead_fetch(struct ink_ahead *ahead, uint64_t deadline_us);

/* Forgets calls and answers; also for the end. */
void ink_ahead_forget(struct ink_ahead *ahead);

#endif
