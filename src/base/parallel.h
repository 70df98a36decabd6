/* SPDX-License-Identifier: MIT */
/* parallel.h - how operators use several threads without knowing where these come from.
 *
 * The engine's pool (engine/threads.c) provides one; NULL or threads == 1 means: do it here. */
#ifndef INK_BASE_PARALLEL_H
#define INK_BASE_PARALLEL_H

#include <stddef.h>

struct ink_parallel {
    int threads; /* at least 1; workers are numbered 0 .. threads-1 */

    /* Calls task(arg, index, worker) once for each index in [0, count), from any thread, in any order; returns when all
     * are done. Not reentrant: a task must not call it again. */
    void (*run)(struct ink_parallel *self, size_t count, void (*task)(void *arg, size_t index, int worker), void *arg);
};

static inline void ink_parallel_run(struct ink_parallel *parallel, size_t count,
                                    void (*task)(void *arg, size_t index, int worker), void *arg)
{
    if (parallel && parallel->threads > 1 && count > 1) {
        parallel->run(parallel, count, task, arg);
        return;
    }
    for (size_t i = 0; i < count; i++) task(arg, i, 0);
}

#endif
