/* SPDX-License-Identifier: MIT */
/* event.h - what an invocation asks for.
 *
 *   JSON, in any of the wrappings below  ->  a list of {bucket, key, ...}
 *
 *   S3         {"Records":[{"eventSource":"aws:s3","s3":{...}}]}    keys form-encoded: '+' and %XX
 *   Ceph RGW   the same with "ceph:s3"                              keys as they are
 *   SQS        {"Records":[{"eventSource":"aws:sqs","messageId":..,"body":"<any of these>"}]}
 *   SNS        {"Records":[{"EventSource":"aws:sns","Sns":{"Message":"<any of these>"}}]}, and its message in a queue
 *   EventBridge {"source":"aws.s3","detail-type":"Object Created","detail":{...}}    keys as they are
 *   direct     {"bucket":"b","key":"k"}                             keys as they are
 *              with "look":true [,"fit":"seed"] or "graph":true: a question (look.h)
 *   failed     {"requestContext":{"condition":..},"requestPayload":<any of these>}    what a queue keeps of an invocation
 *                                                               that failed: the event comes back as it was
 *   test       {"Event":"s3:TestEvent"}                             asks for nothing
 *   HTTP       {"requestContext":{"http":{"method":"POST"}},..}     no list, but a struct ink_request (request.h)
 *
 * Sources: "Event message structure" (Amazon S3 User Guide), aws-checklist of the tests' golden cases, and captures from
 * Ceph 16.2. Thread-safe with one arena a thread. */
#ifndef INK_PIPELINE_EVENT_H
#define INK_PIPELINE_EVENT_H

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"

enum { INK_EVENT_BYTES_MAX = 6 * 1024 * 1024, INK_EVENT_ITEMS_MAX = 10000 };

/* One object to look at. All strings live in the arena given to ink_event_read; NULL where the event does not say. */
struct ink_event_item {
    const char *bucket;
    const char *key; /* decoded, 1..INK_KEY_MAX bytes */
    const char *version;
    const char *etag;
    const char *sequencer;
    const char *message_id; /* of the queue's message that it came in */
    const char *ignored;    /* why there is nothing to do: "ObjectRemoved:Delete"; NULL: something is */
};

struct ink_request;

/* A message of a queue that could not be read. */
struct ink_event_bad {
    const char *message_id;
    const char *why;
};

/* A question about an object, whose answer is the invocation's (look.h). */
struct ink_event_look {
    const char *bucket, *key; /* key NULL: nothing is asked */
    bool graph;               /* of a model; else a picture is to be looked at ... */
    const char *fit;          /* ... in this way; NULL: as its model's settings say */
};

struct ink_event {
    const char *source; /* "s3", "ceph", "sqs", "sns", "eventbridge", "direct", "test", "http" */
    bool batch;         /* from a queue: the answer names the messages that failed */
    struct ink_event_item *items;
    size_t item_count;
    struct ink_event_bad *bad; /* batch only */
    size_t bad_count;
    struct ink_event_look look;        /* direct only; there are no items then */
    const struct ink_request *request; /* "http" only: there are no items then */
};

/* INK_E_FORMAT: not JSON, or of no form above; the text says what was found. INK_E_LIMIT: too long or too many.
 * INK_E_OOM. */
INK_NODISCARD ink_status ink_event_read(struct ink_view json, struct ink_arena *arena, struct ink_event *out,
                                        struct ink_error *err);

#endif
