/* SPDX-License-Identifier: MIT */
#include "local/lambda_runtime.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "local/http_server.h"

#define API "/2018-06-01/runtime/"

enum { ID_MAX = 64, CONNECTIONS_MAX = 32 };

struct ink_runtime {
    struct ink_http_server *server;
    int notify;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop;
    uint64_t waiter;                              /* the newest GET next; older ones are let go of */
    const struct ink_runtime_invocation *current; /* NULL: none */
    struct ink_runtime_result result;
    struct ink_buffer body;                         /* of the answer */
    char finished[ID_MAX + 1], expired[ID_MAX + 1]; /* the last ones */
};

/* What a request is for. */
struct call {
    enum { NEXT, RESPONSE, INVOCATION_ERROR, INIT_ERROR, UNKNOWN } kind;
    char id[ID_MAX + 1];
    struct ink_buffer body;
    bool too_large;
};

static void answer_json(struct ink_http_request *request, unsigned status, const char *json)
{
    ink_http_respond(request, status, "application/json", ink_view_text(json));
}

static void accept_call(struct ink_http_request *request)
{
    answer_json(request, 202, "{\"status\":\"OK\"}\n");
}

static void refuse(struct ink_http_request *request, unsigned status, const char *type, const char *message)
{
    char *text = ink_arena_printf(request->arena, "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}\n", message, type);
    answer_json(request, status, text ? text : "{}");
}

/* --- routes ----------------------------------------------------------------------------------------------------- */

static bool invocation_path(const char *path, const char *ending, char id[ID_MAX + 1])
{
    size_t len = strcspn(path, "/");
    if (len == 0 || len > ID_MAX || strcmp(path + len, ending) != 0) return false;
    memcpy(id, path, len);
    id[len] = '\0';
    return true;
}

static void route(const struct ink_http_request *request, struct call *call)
{
    const char *path = request->target;
    bool get = strcmp(request->method, "GET") == 0, post = strcmp(request->method, "POST") == 0;
    call->kind = UNKNOWN;
    if (strncmp(path, API, strlen(API)) != 0) return;
    path += strlen(API);
    if (get && strcmp(path, "invocation/next") == 0) call->kind = NEXT;
    if (post && strcmp(path, "init/error") == 0) call->kind = INIT_ERROR;
    if (!post || strncmp(path, "invocation/", 11) != 0) return;
    if (invocation_path(path + 11, "/response", call->id)) call->kind = RESPONSE;
    if (invocation_path(path + 11, "/error", call->id)) call->kind = INVOCATION_ERROR;
}

static enum ink_http_next on_begin(void *self, struct ink_http_request *request)
{
    struct call *call = request->state = INK_ARENA_NEW(request->arena, struct call);
    if (!call) {
        refuse(request, 500, "ServiceError", "out of memory");
        return INK_HTTP_ANSWER;
    }
    ink_buffer_init(&call->body, INK_RUNTIME_RESPONSE_MAX);
    route(request, call);
    return INK_HTTP_READ;
}

static enum ink_http_next on_body(void *self, struct ink_http_request *request, struct ink_view piece)
{
    struct call *call = request->state;
    if (ink_buffer_append(&call->body, piece.data, piece.len)) call->too_large = true;
    return INK_HTTP_READ;
}

static void on_close(void *self, struct ink_http_request *request)
{
    struct call *call = request->state;
    if (call) ink_buffer_cleanup(&call->body);
}

/* --- next ------------------------------------------------------------------------------------------------------- */

static void set_number(struct ink_http_request *request, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    ink_http_respond_header(request, name, text);
}

/* Called with the lock held. The first delivery starts the clock; a repeated one keeps it. */
static void deliver(struct ink_runtime *runtime, struct ink_http_request *request)
{
    const struct ink_runtime_invocation *current = runtime->current;
    char *payload = ink_arena_text(request->arena, ink_view_text(current->payload));
    if (!payload) {
        refuse(request, 500, "ServiceError", "out of memory");
        return;
    }
    if (runtime->result.state == INK_RUNTIME_OFFERED) {
        runtime->result.state = INK_RUNTIME_TAKEN;
        runtime->result.deadline_ms = ink_clock_wall_ms() + current->timeout_ms;
        eventfd_write(runtime->notify, 1);
    }
    answer_json(request, 200, payload);
    ink_http_respond_header(request, "Lambda-Runtime-Aws-Request-Id", current->request_id);
    ink_http_respond_header(request, "Lambda-Runtime-Invoked-Function-Arn", current->function_arn);
    set_number(request, "Lambda-Runtime-Deadline-Ms", runtime->result.deadline_ms);
    if (*current->trace) ink_http_respond_header(request, "Lambda-Runtime-Trace-Id", current->trace);
}

static bool undelivered(const struct ink_runtime *runtime)
{
    return runtime->current && runtime->result.state <= INK_RUNTIME_TAKEN;
}

static void on_next(struct ink_runtime *runtime, struct ink_http_request *request)
{
    pthread_mutex_lock(&runtime->lock);
    uint64_t self = ++runtime->waiter;
    pthread_cond_broadcast(&runtime->changed);
    while (!runtime->stop && self == runtime->waiter && !undelivered(runtime))
        pthread_cond_wait(&runtime->changed, &runtime->lock);
    if (runtime->stop)
        refuse(request, 503, "ServiceError", "the local cloud is shutting down");
    else if (self != runtime->waiter)
        refuse(request, 403, "InvalidStateTransition", "another request for the next invocation came after this one");
    else
        deliver(runtime, request);
    pthread_mutex_unlock(&runtime->lock);
}

/* --- answers ---------------------------------------------------------------------------------------------------- */

/* Called with the lock held. The body changes hands. */
static void settle(struct ink_runtime *runtime, struct ink_http_request *request, struct call *call,
                   enum ink_runtime_state state)
{
    const char *type = ink_http_header(request, "Lambda-Runtime-Function-Error-Type");
    runtime->result.state = state;
    snprintf(runtime->result.error_type, sizeof runtime->result.error_type, "%s", type ? type : "");
    ink_buffer_cleanup(&runtime->body);
    runtime->body = call->body;
    ink_buffer_init(&call->body, INK_RUNTIME_RESPONSE_MAX);
    runtime->result.body = ink_buffer_view(&runtime->body);
    eventfd_write(runtime->notify, 1);
}

static void on_answer(struct ink_runtime *runtime, struct ink_http_request *request, struct call *call)
{
    enum ink_runtime_state state = call->kind == RESPONSE ? INK_RUNTIME_ANSWERED : INK_RUNTIME_FAILED;
    pthread_mutex_lock(&runtime->lock);
    bool is_current = runtime->current && strcmp(call->id, runtime->current->request_id) == 0;
    if (is_current && runtime->result.state == INK_RUNTIME_TAKEN) {
        settle(runtime, request, call, call->too_large ? INK_RUNTIME_TOO_LARGE : state);
        if (call->too_large)
            refuse(request, 413, "RequestEntityTooLarge", "the response is over 6291556 bytes");
        else
            accept_call(request);
    } else if (is_current || strcmp(call->id, runtime->finished) == 0) {
        refuse(request, 403, "InvalidStateTransition",
               "State transition from Ready to InvocationResponse failed for runtime");
    } else if (strcmp(call->id, runtime->expired) == 0) {
        refuse(request, 410, "InvocationExpired", "the invocation timed out");
    } else {
        refuse(request, 400, "InvalidRequestID", "Invalid request ID");
    }
    pthread_mutex_unlock(&runtime->lock);
}

static void on_init_error(struct ink_runtime *runtime, struct ink_http_request *request, struct call *call)
{
    pthread_mutex_lock(&runtime->lock);
    settle(runtime, request, call, INK_RUNTIME_INIT_FAILED);
    accept_call(request);
    pthread_mutex_unlock(&runtime->lock);
}

static void on_end(void *self, struct ink_http_request *request)
{
    struct ink_runtime *runtime = self;
    struct call *call = request->state;
    switch (call->kind) {
    case NEXT: on_next(runtime, request); break;
    case RESPONSE:
    case INVOCATION_ERROR: on_answer(runtime, request, call); break;
    case INIT_ERROR: on_init_error(runtime, request, call); break;
    case UNKNOWN: refuse(request, 404, "NotFound", "the Runtime API has no such path"); break;
    }
}

/* --- the worker's side ------------------------------------------------------------------------------------------ */

ink_status ink_runtime_new(int notify, struct ink_runtime **out, struct ink_error *err)
{
    struct ink_runtime *runtime = *out = ink_calloc(1, sizeof *runtime);
    if (!runtime) return ink_fail(err, INK_E_OOM, "Runtime API: out of memory");
    runtime->notify = notify;
    pthread_mutex_init(&runtime->lock, NULL);
    pthread_cond_init(&runtime->changed, NULL);
    ink_buffer_init(&runtime->body, INK_RUNTIME_RESPONSE_MAX);
    struct ink_http_options options = {.address = "127.0.0.1", .connections_max = CONNECTIONS_MAX};
    struct ink_http_handler handler = {runtime, on_begin, on_body, on_end, on_close};
    ink_status st = ink_http_server_start(&options, &handler, &runtime->server, err);
    if (st) {
        ink_runtime_free(runtime);
        *out = NULL;
        return ink_fail_in(err, "Runtime API");
    }
    return INK_OK;
}

void ink_runtime_free(struct ink_runtime *runtime)
{
    if (!runtime) return;
    pthread_mutex_lock(&runtime->lock);
    runtime->stop = true;
    pthread_cond_broadcast(&runtime->changed);
    pthread_mutex_unlock(&runtime->lock);
    ink_http_server_stop(runtime->server);
    ink_buffer_cleanup(&runtime->body);
    pthread_cond_destroy(&runtime->changed);
    pthread_mutex_destroy(&runtime->lock);
    ink_free(runtime);
}

uint16_t ink_runtime_port(const struct ink_runtime *runtime)
{
    return ink_http_server_port(runtime->server);
}

void ink_runtime_offer(struct ink_runtime *runtime, const struct ink_runtime_invocation *invocation)
{
    pthread_mutex_lock(&runtime->lock);
    runtime->current = invocation;
    if (runtime->result.state != INK_RUNTIME_INIT_FAILED)
        runtime->result = (struct ink_runtime_result){.state = INK_RUNTIME_OFFERED};
    else
        eventfd_write(runtime->notify, 1); /* it had said so before there was anything to do */
    pthread_cond_broadcast(&runtime->changed);
    pthread_mutex_unlock(&runtime->lock);
}

void ink_runtime_look(struct ink_runtime *runtime, struct ink_runtime_result *out)
{
    pthread_mutex_lock(&runtime->lock);
    *out = runtime->result;
    pthread_mutex_unlock(&runtime->lock);
}

void ink_runtime_end(struct ink_runtime *runtime, bool expired)
{
    pthread_mutex_lock(&runtime->lock);
    if (runtime->current)
        snprintf(expired ? runtime->expired : runtime->finished, ID_MAX + 1, "%s", runtime->current->request_id);
    runtime->current = NULL;
    runtime->result = (struct ink_runtime_result){0};
    pthread_mutex_unlock(&runtime->lock);
}

void ink_runtime_process_gone(struct ink_runtime *runtime)
{
    pthread_mutex_lock(&runtime->lock);
    runtime->waiter++;
    runtime->result = (struct ink_runtime_result){0};
    pthread_cond_broadcast(&runtime->changed);
    pthread_mutex_unlock(&runtime->lock);
}
