/* SPDX-License-Identifier: MIT */
/* threads.c - a small pool. Workers sleep on a condition while there is nothing to do; they are started by the first run
 * that has something for them, so that a model that never needs them never pays. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "engine/steps.h"

enum { THREADS_MAX = 64 };

struct pool {
    struct ink_parallel face; /* first: what operators see */
    pthread_mutex_t lock;
    pthread_cond_t work_there, work_done;
    pthread_t workers[THREADS_MAX - 1];
    int started;
    bool stop;

    /* the job at hand, guarded by lock but for `next` */
    unsigned long job; /* counts jobs, so that a worker knows a new one */
    int busy;          /* workers that are still at it */
    size_t count;
    atomic_size_t next;
    void (*task)(void *arg, size_t index, int worker);
    void *arg;
};

struct worker {
    struct pool *pool;
    int number;
};

static void take_tasks(struct pool *p, int worker)
{
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);
        if (index >= p->count) return;
        p->task(p->arg, index, worker);
    }
}

static void *work(void *arg)
{
    struct worker me = *(struct worker *)arg;
    struct pool *p = me.pool;
    unsigned long seen = 0;
    ink_free(arg);
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->job == seen && !p->stop) pthread_cond_wait(&p->work_there, &p->lock);
        if (p->stop) break;
        seen = p->job;
        pthread_mutex_unlock(&p->lock);
        take_tasks(p, me.number);
        pthread_mutex_lock(&p->lock);
        if (--p->busy == 0) pthread_cond_signal(&p->work_done);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* As many workers as wanted, or as the system gives. Called with the lock held. */
static void start_workers(struct pool *p)
{
    while (p->started < p->face.threads - 1) {
        struct worker *w = ink_malloc(sizeof *w);
        if (!w) break;
        *w = (struct worker){p, p->started + 1};
        if (pthread_create(&p->workers[p->started], NULL, work, w)) {
            ink_free(w);
            break;
        }
        p->started++;
    }
}

static void run(struct ink_parallel *self, size_t count, void (*task)(void *arg, size_t index, int worker), void *arg)
{
    struct pool *p = (struct pool *)self;
    pthread_mutex_lock(&p->lock);
    if (!p->started && !p->job) start_workers(p);
    p->count = count;
    p->task = task;
    p->arg = arg;
    atomic_store_explicit(&p->next, 0, memory_order_relaxed);
    p->busy = p->started;
    p->job++;
    pthread_cond_broadcast(&p->work_there);
    pthread_mutex_unlock(&p->lock);
    take_tasks(p, 0);
    pthread_mutex_lock(&p->lock);
    while (p->busy) pthread_cond_wait(&p->work_done, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

struct ink_parallel *ink_threads_new(int threads)
{
    struct pool *p = ink_calloc(1, sizeof *p);
    if (!p) return NULL;
    cpu_set_t cpus;
    int there = sched_getaffinity(0, sizeof cpus, &cpus) ? 1 : CPU_COUNT(&cpus);
    if (threads > there) threads = there;
    p->face.threads = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    p->face.run = run;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work_there, NULL);
    pthread_cond_init(&p->work_done, NULL);
    return &p->face;
}

void ink_threads_free(struct ink_parallel *parallel)
{
    struct pool *p = (struct pool *)parallel;
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->work_there);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->started; i++) pthread_join(p->workers[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work_there);
    pthread_cond_destroy(&p->work_done);
    ink_free(p);
}
