/* SPDX-License-Identifier: MIT */
/* One lock, three lists: seats that are idle, events that are ready, events that wait for their next try. A thread of its
 * own does what may block: it writes down what was settled, several in one commit, wakes what is due, and reads more. */
#include "local/queue.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "local/failure_record.h"
#include "local/queue_internal.h"

enum {
    SETTLE_DELAY_MS = 20,   /* so that what is settled together commits together: nobody waits for it */
    CATCH_UP_MS = 1000,     /* how long somebody waits for what is settled to be written */
    SETTLE_AGAIN_MS = 1000, /* the store refused (a full disk): try again then */
};

struct ink_queue_options ink_queue_defaults(void)
{
    return (struct ink_queue_options){
        .retries = 2, .retry_wait_ms = {1000, 5000}, .age_max_ms = 6 * 3600 * 1000LL, .known_max = 4096};
}

void ink_queue_request_id(const struct ink_store_event *event, char id[INK_QUEUE_REQUEST_ID_LEN + 1])
{
    unsigned long long n = event->id;
    snprintf(id, INK_QUEUE_REQUEST_ID_LEN + 1, "%08x-%04x-4000-8000-%012llx",
             (unsigned)(event->created_ms & 0xffffffff), (unsigned)(n >> 48 & 0xffff), n & 0xffffffffffffULL);
}

static int64_t now_ms(void)
{
    return (int64_t)(ink_clock_us() / 1000);
}

/* --- with the lock held ----------------------------------------------------------------------------------------- */

static struct ink_queue_seat *take_seat(struct ink_queue *queue, const char *function)
{
    struct ink_queue_seat **best = NULL;
    for (struct ink_queue_seat **at = &queue->idle; *at; at = &(*at)->next)
        if (strcmp((*at)->function, function) == 0 && (!best || ((*at)->warm && !(*best)->warm))) best = at;
    if (!best) return NULL;
    struct ink_queue_seat *seat = *best;
    *best = seat->next;
    seat->idle = false;
    return seat;
}

static void append_ready(struct ink_queue *queue, struct ink_store_event *event)
{
    event->next = NULL;
    *queue->ready_end = event;
    queue->ready_end = &event->next;
}

static struct ink_store_event *take_ready(struct ink_queue *queue, const char *function)
{
    for (struct ink_store_event **at = &queue->ready; *at; at = &(*at)->next) {
        struct ink_store_event *event = *at;
        if (strcmp(event->function, function) != 0) continue;
        *at = event->next;
        if (!*at) queue->ready_end = at;
        return event;
    }
    return NULL;
}

/* To an idle seat, or to the end of the ready list. */
void ink_queue_dispatch(struct ink_queue *queue, struct ink_store_event *event)
{
    struct ink_queue_seat *seat = take_seat(queue, event->function);
    if (!seat) {
        append_ready(queue, event);
        return;
    }
    seat->event = event;
    eventfd_write(seat->wake, 1);
}

static void wait_until_due(struct ink_queue *queue, struct ink_store_event *event)
{
    struct ink_store_event **at = &queue->waiting;
    while (*at && (*at)->not_before_ms <= event->not_before_ms) at = &(*at)->next;
    event->next = *at;
    *at = event;
    pthread_cond_signal(&queue->work);
}

static void add_event(struct ink_queue *queue, struct ink_store_event *event)
{
    queue->known++;
    queue->last_id = event->id;
    if (event->not_before_ms > ink_clock_wall_ms())
        wait_until_due(queue, event);
    else
        ink_queue_dispatch(queue, event);
}

void ink_queue_forget(struct ink_queue *queue, struct ink_store_event *event)
{
    ink_free(event);
    queue->known--;
    if (queue->more && queue->known < queue->options.known_max / 2) pthread_cond_signal(&queue->work);
}

/* --- from the store --------------------------------------------------------------------------------------------- */

static void on_events(void *arg, struct ink_store_event *events)
{
    struct ink_queue *queue = arg;
    pthread_mutex_lock(&queue->lock);
    while (events) {
        struct ink_store_event *event = events;
        events = event->next;
        bool fits = !queue->more && queue->known < queue->options.known_max;
        if (event->id <= queue->last_id) { /* read from the store already */
            ink_free(event);
        } else if (fits) {
            add_event(queue, event);
        } else {
            queue->more = true;
            ink_free(event);
        }
    }
    pthread_mutex_unlock(&queue->lock);
}

/* Reads on while there is room. The lock is held meanwhile, so that what commits now is told after this. */
static void load_more(struct ink_queue *queue)
{
    size_t step = queue->options.known_max / 4;
    while (queue->more && queue->known + step <= queue->options.known_max) {
        struct ink_store_event *events;
        if (ink_store_event_list(queue->store, queue->last_id, step, &events)) return; /* logged; later again */
        queue->more = events != NULL;
        while (events) {
            struct ink_store_event *event = events;
            events = event->next;
            add_event(queue, event);
        }
    }
}

/* --- what was settled ------------------------------------------------------------------------------------------- */

static void free_settled(struct settled *settled)
{
    while (settled) {
        struct settled *next = settled->next;
        free(settled->record);
        ink_free(settled);
        settled = next;
    }
}

/* Called with the lock held, which is let go of during the commit. */
static void write_settled(struct ink_queue *queue)
{
    struct settled *batch = queue->settled;
    size_t count = queue->settled_count, i = 0;
    if (!batch) return;
    struct ink_store_settled *what = ink_malloc(count * sizeof *what);
    queue->settle_at_ms = now_ms() + SETTLE_AGAIN_MS;
    if (!what) return;
    queue->settled = NULL;
    queue->settled_count = 0;
    queue->writing = true;
    for (struct settled *one = batch; one; one = one->next) what[i++] = one->what;
    pthread_mutex_unlock(&queue->lock);
    ink_store_status status = ink_store_event_settle(queue->store, what, count);
    ink_free(what);
    if (!status) free_settled(batch);
    pthread_mutex_lock(&queue->lock);
    queue->writing = false;
    pthread_cond_broadcast(&queue->written);
    if (!status) return;
    struct settled **end = &batch;
    while (*end) end = &(*end)->next;
    *end = queue->settled;
    queue->settled = batch;
    queue->settled_count += count;
    queue->settle_at_ms = now_ms() + SETTLE_AGAIN_MS;
}

/* Out of memory here costs a repetition after the next start, no more. */
static void add_settled(struct ink_queue *queue, const struct ink_store_event *event, struct ink_store_settled what,
                        char *record)
{
    struct settled *one = ink_malloc(sizeof *one + strlen(event->function) + 1);
    if (!one) {
        free(record);
        return;
    }
    *one = (struct settled){.next = queue->settled, .what = what, .record = record};
    strcpy(one->function, event->function);
    one->what.id = event->id;
    one->what.function = one->function;
    one->what.record = record;
    if (!queue->settled) queue->settle_at_ms = now_ms() + SETTLE_DELAY_MS;
    queue->settled = one;
    if (queue->settled_count++ == 0) pthread_cond_signal(&queue->work);
}

static bool too_old(const struct ink_queue *queue, const struct ink_store_event *event)
{
    return ink_clock_wall_ms() - event->created_ms > queue->options.age_max_ms;
}

static void give_up(struct ink_queue *queue, struct ink_store_event *event, const char *condition,
                    const struct ink_queue_failure *failure)
{
    char id[INK_QUEUE_REQUEST_ID_LEN + 1];
    ink_queue_request_id(event, id);
    ink_log(INK_LOG_ERROR, "%s: %s gave up after %d tries: %s: %s", id, event->function, event->attempts, condition,
            failure ? failure->message : "not tried");
    char *record = ink_failure_record(event, condition, event->attempts, failure);
    if (record) add_settled(queue, event, (struct ink_store_settled){0}, record);
    ink_queue_forget(queue, event);
}

struct ink_queue_fate ink_queue_settle(struct ink_queue *queue, struct ink_store_event *event,
                                       const struct ink_queue_failure *failure, struct ink_view answer)
{
    struct ink_queue_fate fate = {0};
    pthread_mutex_lock(&queue->lock);
    if (event->direct) {
        ink_queue_answer(queue, event, failure, answer);
    } else if (!failure) {
        add_settled(queue, event, (struct ink_store_settled){0}, NULL);
        ink_queue_forget(queue, event);
    } else if (++event->attempts > queue->options.retries) {
        fate.given_up = true;
        give_up(queue, event, "RetriesExhausted", failure);
    } else if (too_old(queue, event)) {
        fate.given_up = true;
        give_up(queue, event, "EventAgeExceeded", failure);
    } else {
        event->not_before_ms = ink_clock_wall_ms() + queue->options.retry_wait_ms[event->attempts - 1];
        add_settled(queue, event,
                    (struct ink_store_settled){.attempts = event->attempts, .not_before_ms = event->not_before_ms},
                    NULL);
        fate.retry_at_ms = event->not_before_ms;
        wait_until_due(queue, event);
    }
    pthread_mutex_unlock(&queue->lock);
    return fate;
}

void ink_queue_put_back(struct ink_queue *queue, struct ink_store_event *event)
{
    const struct ink_queue_failure stopping = {.error_type = "Stopped", .message = "the local cloud is stopping"};
    pthread_mutex_lock(&queue->lock);
    if (event->direct)
        ink_queue_answer(queue, event, &stopping, (struct ink_view){0});
    else
        ink_queue_forget(queue, event);
    pthread_mutex_unlock(&queue->lock);
}

size_t ink_queue_waiting(struct ink_queue *queue)
{
    size_t count = 0;
    pthread_mutex_lock(&queue->lock);
    for (const struct ink_store_event *event = queue->ready; event; event = event->next) count++;
    pthread_mutex_unlock(&queue->lock);
    return count;
}

void ink_queue_catch_up(struct ink_queue *queue)
{
    struct timespec until = ink_cond_moment(CATCH_UP_MS);
    int late = 0;
    pthread_mutex_lock(&queue->lock);
    if (queue->settled) queue->settle_at_ms = now_ms();
    pthread_cond_signal(&queue->work);
    while ((queue->settled || queue->writing) && !late)
        late = pthread_cond_timedwait(&queue->written, &queue->lock, &until);
    pthread_mutex_unlock(&queue->lock);
}

/* --- seats ------------------------------------------------------------------------------------------------------ */

void ink_queue_sit(struct ink_queue *queue, struct ink_queue_seat *seat)
{
    pthread_mutex_lock(&queue->lock);
    for (;;) {
        seat->event = take_ready(queue, seat->function);
        if (!seat->event || !too_old(queue, seat->event)) break;
        give_up(queue, seat->event, "EventAgeExceeded", NULL);
    }
    if (seat->event) {
        eventfd_write(seat->wake, 1);
    } else {
        seat->next = queue->idle;
        queue->idle = seat;
        seat->idle = true;
    }
    pthread_mutex_unlock(&queue->lock);
}

struct ink_store_event *ink_queue_take(struct ink_queue *queue, struct ink_queue_seat *seat)
{
    pthread_mutex_lock(&queue->lock);
    struct ink_store_event *event = seat->event;
    seat->event = NULL;
    pthread_mutex_unlock(&queue->lock);
    return event;
}

void ink_queue_leave(struct ink_queue *queue, struct ink_queue_seat *seat)
{
    pthread_mutex_lock(&queue->lock);
    for (struct ink_queue_seat **at = &queue->idle; seat->idle && *at; at = &(*at)->next) {
        if (*at != seat) continue;
        *at = seat->next;
        seat->idle = false;
        break;
    }
    if (seat->event) ink_queue_dispatch(queue, seat->event);
    seat->event = NULL;
    pthread_mutex_unlock(&queue->lock);
}

/* --- the thread ------------------------------------------------------------------------------------------------- */

/* Hands out what is due; returns in how many milliseconds the next one is, or -1. */
static int64_t wake_due(struct ink_queue *queue)
{
    int64_t now = ink_clock_wall_ms();
    while (queue->waiting && queue->waiting->not_before_ms <= now) {
        struct ink_store_event *event = queue->waiting;
        queue->waiting = event->next;
        ink_queue_dispatch(queue, event);
    }
    return queue->waiting ? queue->waiting->not_before_ms - now : -1;
}

static void wait_for_work(struct ink_queue *queue, int64_t due_ms)
{
    if (queue->settled) {
        int64_t left = queue->settle_at_ms - now_ms();
        if (due_ms < 0 || left < due_ms) due_ms = left;
    }
    if (due_ms < 0 && !queue->settled) {
        pthread_cond_wait(&queue->work, &queue->lock);
        return;
    }
    if (due_ms <= 0) return;
    struct timespec until = ink_cond_moment(due_ms);
    pthread_cond_timedwait(&queue->work, &queue->lock, &until);
}

static void *queue_thread(void *arg)
{
    struct ink_queue *queue = arg;
    pthread_mutex_lock(&queue->lock);
    while (!queue->stop) {
        load_more(queue);
        int64_t due_ms = wake_due(queue);
        if (queue->settled && queue->settle_at_ms <= now_ms()) {
            write_settled(queue);
            continue;
        }
        wait_for_work(queue, due_ms);
    }
    write_settled(queue);
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

ink_status ink_queue_new(struct ink_store *store, const struct ink_queue_options *options, struct ink_queue **out,
                         struct ink_error *err)
{
    struct ink_queue *queue = *out = ink_calloc(1, sizeof *queue);
    if (!queue) return ink_fail(err, INK_E_OOM, "the queue: out of memory");
    queue->store = store;
    queue->options = *options;
    queue->ready_end = &queue->ready;
    queue->more = true;
    ink_cond_init(&queue->work);
    ink_cond_init(&queue->answered);
    ink_cond_init(&queue->written);
    pthread_mutex_init(&queue->lock, NULL);
    ink_store_listen(store, on_events, queue);
    queue->threaded = !pthread_create(&queue->thread, NULL, queue_thread, queue);
    if (queue->threaded) return INK_OK;
    ink_queue_free(queue);
    *out = NULL;
    return ink_fail(err, INK_E_OOM, "the queue: no thread can be started");
}

static void free_events(struct ink_store_event *event)
{
    while (event) {
        struct ink_store_event *next = event->next;
        ink_free(event);
        event = next;
    }
}

void ink_queue_free(struct ink_queue *queue)
{
    if (!queue) return;
    pthread_mutex_lock(&queue->lock);
    queue->stop = true;
    pthread_cond_signal(&queue->work);
    pthread_mutex_unlock(&queue->lock);
    if (queue->threaded) pthread_join(queue->thread, NULL);
    ink_store_listen(queue->store, NULL, NULL);
    free_events(queue->ready);
    free_events(queue->waiting);
    free_settled(queue->settled);
    pthread_cond_destroy(&queue->work);
    pthread_cond_destroy(&queue->answered);
    pthread_cond_destroy(&queue->written);
    pthread_mutex_destroy(&queue->lock);
    ink_free(queue);
}
