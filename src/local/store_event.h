/* SPDX-License-Identifier: MIT */
/* store_event.h - the events that wait for a function: rows of the store, committed with the change that caused them.
 *
 * An event is handled at least once: it stays until ink_store_event_done. queue.h builds on this. */
#ifndef INK_LOCAL_STORE_EVENT_H
#define INK_LOCAL_STORE_EVENT_H

#include "local/store.h"

/* One block of memory, freed with ink_free. */
struct ink_store_event {
    struct ink_store_event *next;
    uint64_t id; /* rises; also the order of the commits */
    int64_t created_ms;
    int64_t not_before_ms; /* 0: at once */
    int attempts;          /* that failed so far */
    const char *function;
    const char *payload; /* JSON */
    const char *trace;   /* X-Amzn-Trace-Id, or "" */
    bool direct;         /* the queue's own: not in the store, and ... */
    void *caller;        /* ... who waits for its answer; NULL: nobody any more */
};

/* Called after a commit with the events that it brought, oldest first: the list is the listener's. Called by any thread,
 * one at a time, while a commit is being acknowledged: it must be quick and must not call the store. */
typedef void (*ink_store_listener)(void *arg, struct ink_store_event *events);

/* Before the first change; NULL ends it (no change may be under way). */
void ink_store_listen(struct ink_store *store, ink_store_listener listener, void *arg);

/* Up to max events with an id above `after`, oldest first; the list is the caller's. */
INK_NODISCARD ink_store_status ink_store_event_list(struct ink_store *store, uint64_t after, size_t max,
                                                    struct ink_store_event **out);
INK_NODISCARD ink_store_status ink_store_event_count(struct ink_store *store, size_t *out);

/* Puts an event that does not come from a bucket (an invocation, a test). */
INK_NODISCARD ink_store_status ink_store_event_add(struct ink_store *store, const char *function, const char *payload);

/* What became of an event. Many in one commit. */
struct ink_store_settled {
    uint64_t id;
    int attempts;          /* > 0: to be tried again, not before ... */
    int64_t not_before_ms; /* ... this */
    const char *function;  /* with record */
    const char *record;    /* the failure record, JSON: given up; NULL: done, or to be tried again */
};
INK_NODISCARD ink_store_status ink_store_event_settle(struct ink_store *store, const struct ink_store_settled *settled,
                                                      size_t count);

struct ink_store_failure {
    uint64_t event;
    const char *function;
    int64_t failed_ms;
    const char *record;
};

enum { INK_STORE_FAILURES_MAX = 1000 }; /* older ones are dropped */

/* The newest first. */
INK_NODISCARD ink_store_status ink_store_failure_list(struct ink_store *store, size_t max, struct ink_arena *arena,
                                                      struct ink_store_failure **out, size_t *count);

/* The one of that event; NO_KEY when there is none. */
INK_NODISCARD ink_store_status ink_store_failure_get(struct ink_store *store, uint64_t event, struct ink_arena *arena,
                                                     struct ink_store_failure *out);

#endif
