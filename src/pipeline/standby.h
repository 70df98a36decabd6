/* SPDX-License-Identifier: MIT */
/* standby.h - what is done when time runs out while an object is being computed on (watchdog.h):
 *
 *   too-slow is written for it  ->  the invocation gets its answer  ->  the program starts over
 *
 * for a computation cannot be stopped from outside. A picture that was fetched too late, or while others of the same
 * invocation used up the time, is none that is too slow: the invocation fails and is tried again. */
#ifndef INK_PIPELINE_STANDBY_H
#define INK_PIPELINE_STANDBY_H

#include "pipeline/sources.h"

/* What the program provides; all of it is called on the watching thread, while the main one computes. */
struct ink_standby {
    /* A way to the bucket that the main thread does not use. NULL: err. */
    struct ink_objects *(*objects)(struct ink_standby *self, struct ink_error *err);
    /* Ends the invocation: with its answer, or with why there is none where err->status. */
    void (*finish)(struct ink_standby *self, struct ink_view answer, const struct ink_error *err);
    void (*restart)(struct ink_standby *self); /* does not return */
};

/* The invocation that an object belongs to. */
struct ink_invoked {
    uint64_t began_us; /* of ink_clock_us */
    /* Appends the invocation's answer, now that the object at hand has its own (why->status INK_OK) or can have none, and
     * nothing behind it is begun. An error is the invocation's. */
    ink_status (*settle)(void *arg, const struct ink_error *why, struct ink_buffer *answer, struct ink_error *err);
    void *arg;
};

/* Answers of other objects of the same invocation, which are there but do not stand yet. */
struct ink_overdue_others {
    void (*store)(void *arg, struct ink_objects *objects); /* NULL: there are none */
    void *arg;
};

/* What the main thread leaves for ink_standby_act; not changed while it computes. */
struct ink_overdue {
    struct ink_standby *standby;
    const struct ink_invoked *invoked;
    const struct ink_sources *sources; /* NULL: for nobody: the model that is loaded before the first invocation */
    struct ink_overdue_others others;
    bool more; /* its key stands for other objects as well, whose turn is still to come */
    uint64_t when_us;
};

/* ink_watchdog_act; arg: struct ink_overdue. */
void ink_standby_act(void *arg, uint64_t busy_us);

/* INK_E_TIMEOUT in *answer, when at least half of the time from began_us to when_us went into computing; else in *err,
 * as what may pass by itself. Returns err's.
 *
 * what  was not done in time: "the model was not loaded" */
INK_NODISCARD ink_status ink_too_slow(const struct ink_sources *sources, const char *what, uint64_t busy_us,
                                      uint64_t began_us, uint64_t when_us, struct ink_error *answer,
                                      struct ink_error *err);

#endif
