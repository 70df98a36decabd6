/* SPDX-License-Identifier: MIT */
/* function.h - a function of the local cloud: workers, each with one process and one Runtime API port, that take events
 * from the queue one at a time.
 *
 * The first process is started at once, the others when there is more than one event to work on. A process that dies, or
 * takes longer or more memory than it may, costs its event one try; the next event gets a new process. */
#ifndef INK_LOCAL_FUNCTION_H
#define INK_LOCAL_FUNCTION_H

#include "local/queue.h"

/* How a try to handle an event ended. */
struct ink_function_end {
    const struct ink_queue_failure *failure; /* NULL: it did not fail */
    bool unfinished;                         /* put back, because the server stops */
    struct ink_queue_fate fate;
    uint64_t took_us;
};

/* Is told what goes on, by the workers' threads: what stands for a try is its own. Calls (queue.h) are not told of. */
struct ink_function_watcher {
    void *self;
    /* The process has been given the event. cold: it was started for it. */
    void *(*begin)(void *self, const struct ink_store_event *event, const char *request_id, bool cold);
    /* Whether lines are wanted as they come. Else they come together, a tenth of a second later or with the end of the try:
     * the worker is not woken for each. */
    bool (*live)(void *self);
    /* The process has written a line; try: NULL outside of one. True: it is kept in the function's output. */
    bool (*line)(void *self, void *try, struct ink_view line);
    void (*end)(void *self, void *try, const struct ink_function_end *end);
};

struct ink_function_options {
    const char *name;
    const char *program; /* speaks the Runtime API; absolute path */
    int workers;         /* at least 1 */
    int64_t timeout_ms;  /* of one invocation */
    unsigned memory_mb;
    const char *const *env; /* more "NAME=value", NULL at the end: the S3 address, the key pair */
    bool walls;             /* it sees its folder alone, where the system allows that (sandbox/walls.h) */
    int output;             /* where its output goes; borrowed */
    const struct ink_function_watcher *watcher; /* borrowed; NULL: nobody */
};

struct ink_function;

/* Options and what they point to are copied. INK_E_NOT_FOUND and the like when the program cannot be run. */
INK_NODISCARD ink_status ink_function_start(const struct ink_function_options *options, struct ink_queue *queue,
                                            struct ink_function **out, struct ink_error *err);

/* Lets invocations that run have up to grace_ms to end; the others stay queued. Ends all processes. NULL is allowed. */
void ink_function_stop(struct ink_function *function, int64_t grace_ms);

#endif
