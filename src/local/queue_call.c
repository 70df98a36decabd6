/* SPDX-License-Identifier: MIT */
/* Calls: events that are not in the store, with somebody who waits for what comes of them. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/cond.h"
#include "local/failure_record.h"
#include "local/queue_internal.h"

/* Who waits; on his stack. */
struct caller {
    struct ink_buffer *answer;
    struct ink_error *err;
    ink_status status;
    bool done;
};

void ink_queue_answer(struct ink_queue *queue, struct ink_store_event *event, const struct ink_queue_failure *failure,
                      struct ink_view answer)
{
    struct caller *caller = event->caller;
    ink_queue_forget(queue, event);
    if (!caller) return;
    if (failure) {
        struct ink_failure_words words;
        ink_failure_words(failure, &words);
        caller->status = ink_fail(caller->err, INK_E_REMOTE, "%s", words.message);
    } else {
        caller->status = ink_buffer_append(caller->answer, answer.data, answer.len)
                             ? ink_fail(caller->err, INK_E_OOM, "no memory for the function's answer")
                             : INK_OK;
    }
    caller->done = true;
    pthread_cond_broadcast(&queue->answered);
}

/* Called with the lock held. False: a worker has it, and will find that nobody waits. */
static bool unlink_ready(struct ink_queue *queue, const struct ink_store_event *event)
{
    for (struct ink_store_event **at = &queue->ready; *at; at = &(*at)->next) {
        if (*at != event) continue;
        *at = event->next;
        if (!*at) queue->ready_end = at;
        return true;
    }
    return false;
}

static struct ink_store_event *new_call(struct ink_queue *queue, const char *function, const char *payload)
{
    size_t function_len = strlen(function) + 1, payload_len = strlen(payload) + 1;
    struct ink_store_event *event = ink_calloc(1, sizeof *event + function_len + payload_len);
    if (!event) return NULL;
    char *room = (char *)(event + 1);
    event->function = memcpy(room, function, function_len);
    event->payload = memcpy(room + function_len, payload, payload_len);
    event->trace = "";
    event->created_ms = ink_clock_wall_ms();
    event->id = ++queue->call_id;
    event->direct = true;
    return event;
}

ink_status ink_queue_call(struct ink_queue *queue, const char *function, const char *payload, int64_t timeout_ms,
                          struct ink_buffer *answer, struct ink_error *err)
{
    struct caller caller = {.answer = answer, .err = err};
    struct timespec until = ink_cond_moment(timeout_ms);
    pthread_mutex_lock(&queue->lock);
    struct ink_store_event *event = NULL;
    if (queue->calls == INK_QUEUE_CALLS_MAX)
        caller.status = ink_fail(err, INK_E_LIMIT, "%d calls wait for an answer already", INK_QUEUE_CALLS_MAX);
    else if (!(event = new_call(queue, function, payload)))
        caller.status = ink_fail(err, INK_E_OOM, "no memory for a call");
    if (event) {
        queue->calls++;
        queue->known++;
        event->caller = &caller;
        ink_queue_dispatch(queue, event);
        int late = 0;
        while (!caller.done && !queue->hung_up && !late)
            late = pthread_cond_timedwait(&queue->answered, &queue->lock, &until);
        queue->calls--;
        if (!caller.done) {
            caller.status =
                ink_fail(err, INK_E_TIMEOUT, "the function did not answer within %.1f s", (double)timeout_ms / 1000);
            event->caller = NULL;
            if (unlink_ready(queue, event)) ink_queue_forget(queue, event);
        }
    }
    pthread_mutex_unlock(&queue->lock);
    return caller.status;
}

void ink_queue_hang_up(struct ink_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->hung_up = true;
    pthread_cond_broadcast(&queue->answered);
    pthread_mutex_unlock(&queue->lock);
}
