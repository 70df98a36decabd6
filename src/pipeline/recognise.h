/* SPDX-License-Identifier: MIT */
/* recognise.h - the whole way of one object: fetch -> decode -> prepare -> infer -> results -> store.
 *
 * Never a wrong or stale answer: what stands in the bucket in the end was written by somebody who afterwards looked again
 * and found picture, model and settings as he had read them. Models stay in memory by their ETag. One thread. */
#ifndef INK_PIPELINE_RECOGNISE_H
#define INK_PIPELINE_RECOGNISE_H

#include "pipeline/event.h"
#include "pipeline/standby.h"

struct ink_recogniser;

struct ink_recogniser_options {
    size_t memory_bytes; /* what this process may use; 0: 2 GiB */
    int threads;
    struct ink_standby *standby; /* borrowed; NULL: what overruns is not stopped */
    const char *packaged_folder; /* where a model of the function's own may lie (packaged.h); NULL: nowhere */
    const char *bucket;          /* whose models read posted pictures; borrowed; NULL: the built-in one does */
};

/* objects is borrowed and must live longer. NULL: out of memory. */
struct ink_recogniser *ink_recogniser_new(struct ink_objects *objects, const struct ink_recogniser_options *options);
void ink_recogniser_free(struct ink_recogniser *recogniser);

/* The invocation that the keys from now on belong to, until NULL: without one, what overruns is not stopped. Borrowed. */
void ink_recogniser_invoked(struct ink_recogniser *recogniser, const struct ink_invoked *invoked);

/* Loads the root model of a bucket, or the function's own where there is none, before there is a picture. Failures are left to the first picture; where it
 * overruns, the standby starts the program over. */
void ink_recogniser_warm(struct ink_recogniser *recogniser, const char *bucket, uint64_t deadline_us);

/* Handles one key: reads a picture, reports on a model, or has nothing to do. What cannot be read is an answer in the
 * bucket, and INK_OK; an error here means that the same event may work later, or that somebody has to give permission.
 *
 * deadline_us  of ink_clock_us: all is done, or given up, before it; 0: none */
INK_NODISCARD ink_status ink_recognise(struct ink_recogniser *recogniser, const char *bucket, const char *key,
                                       uint64_t deadline_us, struct ink_error *err);

enum ink_job_state {
    INK_JOB_WAITING,
    INK_JOB_COMPUTING, /* the one that time is running out for, where an invocation is settled (standby.h) */
    INK_JOB_DONE,      /* its answer stands, or `error` says why not */
};

struct ink_job {
    const char *bucket, *key;
    enum ink_job_state state;
    struct ink_error error;
};

/* Handles several keys, each as ink_recognise does. Pictures are worked on together, up to 16: what they need is fetched at
 * once, what they have in common only once; they are read one after the other; their answers are written and looked after
 * at once. */
void ink_recognise_all(struct ink_recogniser *recogniser, struct ink_job *jobs, size_t count, uint64_t deadline_us);

/* Appends what is asked for, and writes nothing (look.h). */
INK_NODISCARD ink_status ink_recogniser_look(struct ink_recogniser *recogniser, const struct ink_event_look *look,
                                             uint64_t deadline_us, struct ink_buffer *out, struct ink_error *err);
/* The answer to a picture that came with the question. */
struct ink_posted {
    struct ink_buffer json;   /* results.json's text, about a picture without key and ETag; the caller cleans it up */
    struct ink_error refusal; /* why it has no classes; status INK_OK: it has */
    bool by_model;            /* ... which is the model's fault, not the picture's */
};

/* Reads such a picture; nothing is written into the bucket.
 *
 * folder  "a/b": its model is asked, or the nearest one going up, as for a picture there; NULL: the root's
 *
 * INK_E_ARGUMENT: a folder that is too long; other errors as above. */
INK_NODISCARD ink_status ink_recognise_posted(struct ink_recogniser *recogniser, const char *folder,
                                              struct ink_view picture, uint64_t deadline_us, struct ink_posted *out,
                                              struct ink_error *err);

/* Handles an event as it came and appends the function's answer: {"handled":2,"ignored":1}, for a queue's event
 * {"batchItemFailures":[...]}, for an HTTP request {"statusCode":200,...} (respond.h). An error is the invocation's:
 * INK_E_FORMAT for an event that cannot be read. */
INK_NODISCARD ink_status ink_recognise_event(struct ink_recogniser *recogniser, struct ink_view event,
                                             uint64_t deadline_us, struct ink_buffer *answer, struct ink_error *err);

#endif
