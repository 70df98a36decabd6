/* SPDX-License-Identifier: MIT */
/* queue.h - hands events to the functions' workers, tries again what failed, records what was given up.
 *
 *   store's commit -> listener -> an idle worker's seat (or the ready list) -> worker -> ink_queue_settle -> store
 *
 * The store has every event until it is settled; in memory there are at most known_max of them, the others are read when
 * there is room. An event may be handled twice (a crash between handling and settling), never not at all. */
#ifndef INK_LOCAL_QUEUE_H
#define INK_LOCAL_QUEUE_H

#include "base/buffer.h"
#include "base/view.h"
#include "local/store_event.h"

enum { INK_QUEUE_RETRIES_MAX = 8 };

struct ink_queue_options {
    int retries;                                  /* after the first try; AWS: 2 */
    int64_t retry_wait_ms[INK_QUEUE_RETRIES_MAX]; /* before the first, the second ... */
    int64_t age_max_ms;                           /* older events are given up; AWS: 6 h */
    size_t known_max;                             /* events in memory, at least 8 */
};

/* Two retries as on AWS, but after 1 and 5 seconds instead of 1 and 2 minutes: somebody is waiting before the screen. */
struct ink_queue_options ink_queue_defaults(void);

struct ink_queue;

/* A worker's place in the queue; the worker's memory, until ink_queue_leave. `wake` becomes readable when `event` is set. */
struct ink_queue_seat {
    const char *function;
    int wake; /* an eventfd, the worker's */
    struct ink_store_event *event;
    struct ink_queue_seat *next;
    bool idle;
    bool warm; /* set by the worker before it sits down: its process runs already */
};

/* Reads what an earlier run left, and listens to the store. A function that no seat was ever taken for keeps its events. */
INK_NODISCARD ink_status ink_queue_new(struct ink_store *store, const struct ink_queue_options *options,
                                       struct ink_queue **out, struct ink_error *err);

/* Writes down what was settled; what was not comes again at the next start. All seats must be left. */
void ink_queue_free(struct ink_queue *queue);

/* The worker is free: an event comes to its seat, at once or later. Warm seats are served first, and of these the last
 * that was used. */
void ink_queue_sit(struct ink_queue *queue, struct ink_queue_seat *seat);

/* The event that came, for the worker to settle; NULL when there is none (yet). */
struct ink_store_event *ink_queue_take(struct ink_queue *queue, struct ink_queue_seat *seat);

/* An event that came meanwhile goes to another seat. */
void ink_queue_leave(struct ink_queue *queue, struct ink_queue_seat *seat);

struct ink_queue_failure {
    const char *error_type; /* "Runtime.ExitError"; goes into the record with ... */
    const char *message;
    struct ink_view payload; /* ... or instead of them: what the function answered, JSON; empty: none */
};

/* What became of an event that was settled. */
struct ink_queue_fate {
    bool given_up;
    int64_t retry_at_ms; /* wall clock; 0: it is not tried again */
};

/* The event was handled (failure NULL; answer is the function's) or not; frees it. */
struct ink_queue_fate ink_queue_settle(struct ink_queue *queue, struct ink_store_event *event,
                                       const struct ink_queue_failure *failure, struct ink_view answer);

/* Waits until what was settled is in the store, but not for long: for who wants to read failure records there. */
void ink_queue_catch_up(struct ink_queue *queue);

/* Gives an event back that was not tried: a server that stops. Frees it; the store still has it. */
void ink_queue_put_back(struct ink_queue *queue, struct ink_store_event *event);

/* How many events nobody has taken yet, of those in memory. */
size_t ink_queue_waiting(struct ink_queue *queue);

/* --- asking a function, and waiting for its answer: Lambda's RequestResponse. Nothing of it is kept, nothing is tried again */

enum { INK_QUEUE_CALLS_MAX = 16 };

/* Appends the answer. INK_E_REMOTE: the function failed, in its words; INK_E_TIMEOUT: no answer after timeout_ms;
 * INK_E_LIMIT: INK_QUEUE_CALLS_MAX wait already; INK_E_OOM. */
INK_NODISCARD ink_status ink_queue_call(struct ink_queue *queue, const char *function, const char *payload,
                                        int64_t timeout_ms, struct ink_buffer *answer, struct ink_error *err);

/* Lets go of all who wait for an answer, for good: INK_E_TIMEOUT. Before a server stops. */
void ink_queue_hang_up(struct ink_queue *queue);

enum { INK_QUEUE_REQUEST_ID_LEN = 36 };

/* The request id of an event, the same at every try, as on AWS. */
void ink_queue_request_id(const struct ink_store_event *event, char id[INK_QUEUE_REQUEST_ID_LEN + 1]);

#endif
