/* SPDX-License-Identifier: MIT */
#include "pipeline/watchdog.h"

#include <pthread.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

/* Of the thread: an answer's JSON, a TLS handshake, log lines. Counts against the function's memory only where used. */
enum { STACK_BYTES = 1 << 20 };

struct ink_watchdog {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool running, stop;
    bool computing; /* between begin and end */
    bool acted;
    uint64_t when_us;  /* 0: nobody is watched */
    uint64_t looks_us; /* when the thread looks again by itself; UINT64_MAX: when it is told to */
    uint64_t begun_us, busy_us;
    ink_watchdog_act act;
    void *arg;
};

struct ink_watchdog *ink_watchdog_new(void)
{
    struct ink_watchdog *w = ink_calloc(1, sizeof *w);
    pthread_condattr_t monotonic;
    if (!w) return NULL;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return w;
}

void ink_watchdog_free(struct ink_watchdog *w)
{
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (w->running) pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    ink_free(w);
}

/* --- the watching thread ---------------------------------------------------------------------------------------- */

static void wait_until(struct ink_watchdog *w, uint64_t us)
{
    struct timespec at = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
    w->looks_us = us;
    if (us == UINT64_MAX)
        pthread_cond_wait(&w->changed, &w->lock);
    else
        pthread_cond_timedwait(&w->changed, &w->lock, &at);
}

static void *watch_thread(void *arg)
{
    struct ink_watchdog *w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        uint64_t now = ink_clock_us();
        if (w->computing && w->when_us && now >= w->when_us) {
            w->acted = true;
            pthread_mutex_unlock(&w->lock);
            w->act(w->arg, w->busy_us + (now - w->begun_us));
            return NULL;
        }
        /* an earlier time than the next one's costs one look too many, and spares telling the thread each time */
        wait_until(w, w->when_us > now ? w->when_us : UINT64_MAX);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static bool start_thread(struct ink_watchdog *w)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    bool ok = pthread_create(&w->thread, &attributes, watch_thread, w) == 0;
    pthread_attr_destroy(&attributes);
    if (!ok) ink_log(INK_LOG_WARN, "no thread to watch the time with: what takes too long is stopped by the platform");
    return ok;
}

/* --- the watched one -------------------------------------------------------------------------------------------- */

void ink_watchdog_watch(struct ink_watchdog *w, uint64_t when_us, ink_watchdog_act act, void *arg)
{
    pthread_mutex_lock(&w->lock);
    w->when_us = act ? when_us : 0;
    w->act = act;
    w->arg = arg;
    w->busy_us = 0;
    pthread_mutex_unlock(&w->lock);
}

void ink_watchdog_begin(struct ink_watchdog *w)
{
    pthread_mutex_lock(&w->lock);
    w->computing = true;
    w->begun_us = ink_clock_us();
    if (w->when_us && !w->running)
        w->running = start_thread(w);
    else if (w->when_us && w->when_us < w->looks_us)
        pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

void ink_watchdog_end(struct ink_watchdog *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->acted) pthread_cond_wait(&w->changed, &w->lock);
    w->computing = false;
    w->busy_us += ink_clock_us() - w->begun_us;
    pthread_mutex_unlock(&w->lock);
}

uint64_t ink_watchdog_busy_us(const struct ink_watchdog *w)
{
    return w->busy_us; /* changed by the computing thread only */
}
