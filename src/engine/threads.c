/* SPDX-License-Identifier: MIT */
/* threads.c - a small pool. The first run that has something for workers starts them, so that a model that never needs them
 * never pays. Between two jobs of a run they look out for the next one for a moment (a sleeper takes longer to wake than most
 * steps take), then they sleep: an idle program uses no processor.
 *
 * A job is open until its last task is taken. Who comes later finds it closed and leaves again, so that nobody waits for a
 * worker that the system has not let run yet. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "engine/steps.h"

enum {
    THREADS_MAX = 64,
    LOOKS =
        40000, /* at the next job before a worker sleeps: some 0.5 ms; to wake one takes up to 0.2 ms in a virtual machine */
};

struct pool {
    struct ink_parallel face; /* first: what operators see */
    pthread_mutex_t lock;
    pthread_cond_t work_there, work_done;
    pthread_t workers[THREADS_MAX - 1];
    int started;

    atomic_bool stop;
    atomic_ulong job;   /* counts jobs, so that a worker knows a new one */
    atomic_bool open;   /* the job has tasks that nobody has taken yet */
    atomic_int active;  /* workers that are at it, or about to see whether it is open */
    atomic_int asleep;  /* workers that wait for work_there */
    atomic_bool waits;  /* the caller waits for work_done */
    atomic_size_t next; /* task */

    /* the job at hand: written while it is closed and nobody active, read by who is active and has seen it open */
    size_t count;
    void (*task)(void *arg, size_t index, int worker);
    void *arg;
};

struct worker {
    struct pool *pool;
    int number;
};

static void rest(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void take_tasks(struct pool *p, int worker)
{
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);
        if (index >= p->count) return;
        p->task(p->arg, index, worker);
    }
}

/* Until there is a job that was not seen yet, or the end. */
static void await_job(struct pool *p, unsigned long seen)
{
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load(&p->job) != seen || atomic_load(&p->stop)) return;
        rest();
    }
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->asleep, 1);
    while (atomic_load(&p->job) == seen && !atomic_load(&p->stop)) pthread_cond_wait(&p->work_there, &p->lock);
    atomic_fetch_sub(&p->asleep, 1);
    pthread_mutex_unlock(&p->lock);
}

static void leave(struct pool *p)
{
    if (atomic_fetch_sub(&p->active, 1) != 1 || !atomic_load(&p->waits)) return;
    pthread_mutex_lock(&p->lock);
    pthread_cond_signal(&p->work_done);
    pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg)
{
    struct worker me = *(struct worker *)arg;
    struct pool *p = me.pool;
    unsigned long seen = 0;
    ink_free(arg);
    for (;;) {
        await_job(p, seen);
        if (atomic_load(&p->stop)) return NULL;
        seen = atomic_load(&p->job);
        atomic_fetch_add(&p->active, 1);
        if (atomic_load(&p->open)) take_tasks(p, me.number);
        leave(p);
    }
}

/* As many workers as wanted, or as the system gives. */
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

/* Until nobody is at the job any more. */
static void await_workers(struct pool *p)
{
    for (int i = 0; i < LOOKS; i++) {
        if (!atomic_load(&p->active)) return;
        rest();
    }
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->waits, true);
    while (atomic_load(&p->active)) pthread_cond_wait(&p->work_done, &p->lock);
    atomic_store(&p->waits, false);
    pthread_mutex_unlock(&p->lock);
}

static void run(struct ink_parallel *self, size_t count, void (*task)(void *arg, size_t index, int worker), void *arg)
{
    struct pool *p = (struct pool *)self;
    if (!p->started) start_workers(p);
    p->count = count;
    p->task = task;
    p->arg = arg;
    atomic_store(&p->next, 0);
    atomic_store(&p->open, true);
    atomic_fetch_add(&p->job, 1);
    if (atomic_load(&p->asleep)) {
        pthread_mutex_lock(&p->lock);
        pthread_cond_broadcast(&p->work_there);
        pthread_mutex_unlock(&p->lock);
    }
    take_tasks(p, 0);
    atomic_store(&p->open, false);
    await_workers(p);
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
    atomic_store(&p->stop, true);
    pthread_cond_broadcast(&p->work_there);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->started; i++) pthread_join(p->workers[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work_there);
    pthread_cond_destroy(&p->work_done);
    ink_free(p);
}
