/* SPDX-License-Identifier: MIT */
/* queue_internal.h - what queue.c and queue_call.c share. */
#ifndef INK_LOCAL_QUEUE_INTERNAL_H
#define INK_LOCAL_QUEUE_INTERNAL_H

#include <pthread.h>

#include "local/queue.h"

struct settled {
    struct settled *next;
    struct ink_store_settled what;
    char *record; /* free() */
    char function[];
};

struct ink_queue {
    struct ink_store *store;
    struct ink_queue_options options;

    pthread_mutex_t lock;
    struct ink_queue_seat *idle;                /* the last that sat down first */
    struct ink_store_event *ready, **ready_end; /* the oldest first */
    struct ink_store_event *waiting;            /* by not_before_ms */
    size_t known;                               /* events in memory, those with workers included */
    uint64_t last_id;                           /* all up to this one were in memory once */
    bool more;                                  /* the store has events above last_id */

    pthread_cond_t answered; /* some call */
    size_t calls;
    uint64_t call_id;
    bool hung_up;

    struct settled *settled;
    size_t settled_count;
    int64_t settle_at_ms;   /* monotonic; when settled is not NULL */
    bool writing;           /* some that were settled are on their way into the store */
    pthread_cond_t written; /* ... and have arrived */
    pthread_cond_t work;
    pthread_t thread;
    bool threaded, stop;
};

/* --- queue.c; with the lock held */

/* To an idle seat, or to the end of the ready list. */
void ink_queue_dispatch(struct ink_queue *queue, struct ink_store_event *event);

/* Frees an event that is over. */
void ink_queue_forget(struct ink_queue *queue, struct ink_store_event *event);

/* --- queue_call.c */

/* An event that is direct is over: tells who waits, if anybody still does. With the lock held; frees the event. */
void ink_queue_answer(struct ink_queue *queue, struct ink_store_event *event, const struct ink_queue_failure *failure,
                      struct ink_view answer);

#endif
