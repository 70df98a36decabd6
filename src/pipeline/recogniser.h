/* SPDX-License-Identifier: MIT */
/* recogniser.h - inside recognise.h: what one object at a time (recognise.c) and several together (batch.c) share. */
#ifndef INK_PIPELINE_RECOGNISER_H
#define INK_PIPELINE_RECOGNISER_H

#include "pipeline/recognise.h"
#include "pipeline/watchdog.h"

struct ink_recogniser {
    struct ink_ahead ahead; /* the bucket, as everything here sees it */
    struct ink_models models;
    struct ink_arena arena; /* of one round: pixels, classes, keys */
    size_t memory_bytes;
    const char *bucket; /* of posted pictures' models; NULL: none */
    struct ink_watchdog *watchdog;
    struct ink_overdue overdue; /* standby NULL: nobody is watched */
    uint64_t began_us;          /* the invocation; without one the key */
    uint64_t compute_until_us;  /* of the present key; 0: no end */
};

/* What a picture is answered: decode, prepare, infer; or why it cannot be (answer->error, which is one of those that are
 * answers). The answer lives in r->arena. An error is the invocation's.
 *
 * started_us  when its fetching began */
INK_NODISCARD ink_status ink_recogniser_read(struct ink_recogniser *r, const struct ink_sources *sources,
                                             struct ink_view picture, uint64_t started_us, struct ink_answer *answer,
                                             struct ink_error *err);

/* What people are told answered it: a key, or "the model that is built-in". Lives in the arena; NULL: no memory. */
const char *ink_recogniser_model_name(const struct ink_sources *sources, struct ink_arena *arena);

/* The log's line about an answer that stands, and its metrics. */
void ink_recogniser_tell(const struct ink_sources *sources, const char *model_name, const struct ink_answer *answer);

/* Sets r->compute_until_us; what is not done soon after it is acted upon, where somebody may. Until watch_no_more. */
void ink_recogniser_watch(struct ink_recogniser *r, uint64_t deadline_us, bool act);
void ink_recogniser_watch_no_more(struct ink_recogniser *r);

#endif
