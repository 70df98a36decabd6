/* SPDX-License-Identifier: MIT */
#include "aws/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/url.h"

enum {
    TRIES = 3,
    EVENT_MAX = 16 * 1024 * 1024, /* Lambda's own limit is 6 MB */
    ANSWER_MAX = 64 * 1024,
    QUIET_US = 10 * 1000 * 1000, /* for everything but next */
    HEADERS_MOST = 4,
};

struct ink_runtime {
    struct ink_http_client *http;
    struct ink_origin origin;
    char base[512]; /* path before /2018-06-01; "" mostly */
};

ink_status ink_runtime_new(struct ink_http_client *http, const char *address, struct ink_runtime **out,
                           struct ink_error *err)
{
    struct ink_runtime *runtime = ink_calloc(1, sizeof *runtime);
    const char *path;
    size_t path_len;
    if (!runtime) return ink_fail(err, INK_E_OOM, "no memory for the Runtime API's client");
    ink_status st = ink_url_parse(address, &runtime->origin, &path, &path_len, err);
    if (!st && path_len >= sizeof runtime->base) st = ink_fail(err, INK_E_FORMAT, "its path is too long");
    if (st) {
        ink_free(runtime);
        return ink_fail_in(err, "AWS_LAMBDA_RUNTIME_API");
    }
    runtime->http = http;
    memcpy(runtime->base, path, path_len);
    *out = runtime;
    return INK_OK;
}

void ink_runtime_free(struct ink_runtime *runtime)
{
    ink_free(runtime);
}

static void pause_before(unsigned tries)
{
    struct timespec wait = {.tv_nsec = (long)tries * tries * 50 * 1000 * 1000};
    nanosleep(&wait, NULL);
}

/* Sends one request, again where the connection failed; the caller cleans the exchange up. */
static ink_status ask(struct ink_runtime *runtime, struct ink_http_exchange *x, struct ink_error *err)
{
    x->origin = runtime->origin;
    for (unsigned tries = 1;; tries++) {
        ink_status st = ink_http_perform(runtime->http, x, 1);
        if (!st) return INK_OK;
        if (st != INK_E_NETWORK || tries == TRIES) {
            ink_fail(err, st, "the Runtime API: %s", x->error.text);
            return st;
        }
        ink_http_exchange_cleanup(x);
        pause_before(tries);
    }
}

static bool copy_header(const struct ink_http_exchange *x, const char *name, char *out, size_t cap)
{
    const char *value = ink_http_answer_header(x, name);
    size_t len = value ? strlen(value) : 0;
    if (len >= cap) len = 0; /* half of one would be a wrong one */
    memcpy(out, value ? value : "", len);
    out[len] = '\0';
    return len > 0;
}

static uint64_t monotonic_deadline(const char *wall_ms)
{
    uint64_t deadline_ms;
    if (!wall_ms || !ink_text_u64(ink_view_text(wall_ms), INT64_MAX / 1000, &deadline_ms)) return 0;
    int64_t left_ms = (int64_t)deadline_ms - ink_clock_wall_ms();
    return ink_clock_us() + (left_ms > 0 ? (uint64_t)left_ms * 1000 : 0);
}

static ink_status take_invocation(struct ink_http_exchange *x, struct ink_invocation *out, struct ink_error *err)
{
    if (x->code != 200)
        return ink_fail(err, INK_E_REMOTE, "the Runtime API answers %d to /next: %.200s", x->code,
                        x->body_in.data ? (const char *)x->body_in.data : "");
    if (!copy_header(x, "Lambda-Runtime-Aws-Request-Id", out->request_id, sizeof out->request_id))
        return ink_fail(err, INK_E_FORMAT, "the Runtime API gave an invocation without Lambda-Runtime-Aws-Request-Id");
    copy_header(x, "Lambda-Runtime-Invoked-Function-Arn", out->arn, sizeof out->arn);
    copy_header(x, "Lambda-Runtime-Invocation-Id", out->invocation_id, sizeof out->invocation_id);
    bool traced = copy_header(x, "Lambda-Runtime-Trace-Id", out->trace_id, sizeof out->trace_id);
    out->deadline_us = monotonic_deadline(ink_http_answer_header(x, "Lambda-Runtime-Deadline-Ms"));
    if (traced ? setenv("_X_AMZN_TRACE_ID", out->trace_id, 1) : unsetenv("_X_AMZN_TRACE_ID"))
        return ink_fail(err, INK_E_OOM, "no memory for the trace id");
    ink_buffer_cleanup(&out->event);
    out->event = x->body_in;
    x->body_in = (struct ink_buffer){0};
    return INK_OK;
}

ink_status ink_runtime_next(struct ink_runtime *runtime, struct ink_invocation *out, struct ink_error *err)
{
    char target[600];
    snprintf(target, sizeof target, "%s/2018-06-01/runtime/invocation/next", runtime->base);
    /* neither deadline nor quiet_us: between two invocations there may be days */
    struct ink_http_exchange x = {.method = "GET", .target = target, .answer_cap_bytes = EVENT_MAX};
    ink_status st = ask(runtime, &x, err);
    if (!st) st = take_invocation(&x, out, err);
    ink_http_exchange_cleanup(&x);
    return st;
}

void ink_invocation_cleanup(struct ink_invocation *invocation)
{
    ink_buffer_cleanup(&invocation->event);
}

static ink_status judge(const struct ink_http_exchange *x, struct ink_error *err)
{
    const char *text = x->body_in.data ? (const char *)x->body_in.data : "";
    if (x->code >= 200 && x->code < 300) return INK_OK;
    switch (x->code) {
    case 410: return ink_fail(err, INK_E_CHANGED, "this invocation has timed out; its answer is not wanted any more");
    case 400:
    case 403:
        return ink_fail(err, INK_E_CHANGED, "the Runtime API does not wait for this answer (%d): %.200s", x->code,
                        text);
    case 413:
        return ink_fail(err, INK_E_LIMIT, "the answer is longer than Lambda's %d bytes; the caller has been told so",
                        INK_RUNTIME_RESPONSE_MAX);
    default: return ink_fail(err, INK_E_REMOTE, "the Runtime API answers %d: %.200s", x->code, text);
    }
}

static ink_status post(struct ink_runtime *runtime, const char *target, const char *type,
                       const struct ink_invocation *invocation, struct ink_view body, struct ink_error *err)
{
    struct ink_http_header headers[HEADERS_MOST];
    size_t count = 0;
    headers[count++] = (struct ink_http_header){"Content-Type", "application/json"};
    if (type) headers[count++] = (struct ink_http_header){"Lambda-Runtime-Function-Error-Type", type};
    if (invocation && invocation->invocation_id[0])
        headers[count++] = (struct ink_http_header){"Lambda-Runtime-Invocation-Id", invocation->invocation_id};
    struct ink_http_exchange x = {.method = "POST",
                                  .target = target,
                                  .headers = headers,
                                  .header_count = count,
                                  .body = body,
                                  .quiet_us = QUIET_US,
                                  .answer_cap_bytes = ANSWER_MAX};
    ink_status st = ask(runtime, &x, err);
    if (!st) st = judge(&x, err);
    ink_http_exchange_cleanup(&x);
    return st;
}

/* The path of an invocation's answer. */
static ink_status post_for(struct ink_runtime *runtime, const struct ink_invocation *invocation, const char *what,
                           const char *type, struct ink_view body, struct ink_error *err)
{
    struct ink_buffer target;
    ink_buffer_init(&target, 4096);
    ink_buffer_printf(&target, "%s/2018-06-01/runtime/invocation/", runtime->base);
    ink_url_encode(ink_view_text(invocation->request_id), false, &target);
    ink_buffer_printf(&target, "/%s", what);
    ink_status st = target.failed ? ink_fail(err, INK_E_OOM, "no memory for an answer")
                                  : post(runtime, (const char *)target.data, type, invocation, body, err);
    ink_buffer_cleanup(&target);
    return st;
}

ink_status ink_runtime_respond(struct ink_runtime *runtime, const struct ink_invocation *invocation,
                               struct ink_view body, struct ink_error *err)
{
    return post_for(runtime, invocation, "response", NULL, body, err);
}

/* A header's value, and an identifier for people's filters. */
static void clean_type(const char *type, char *out, size_t cap)
{
    size_t len = 0;
    for (; *type && len + 1 < cap; type++) {
        char c = ink_text_lower(*type);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_') out[len++] = *type;
    }
    out[len] = '\0';
}

/* A JSON string (RFC 8259, 7); bytes that are not UTF-8 become U+FFFD. */
static void json_string(const char *text, struct ink_buffer *out)
{
    ink_buffer_text(out, "\"");
    for (size_t len = strlen(text); len;) {
        size_t step = ink_text_utf8_length(text, len);
        unsigned char c = (unsigned char)*text;
        if (step == 0)
            ink_buffer_text(out, "\\ufffd");
        else if (c < 0x20)
            ink_buffer_printf(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            ink_buffer_printf(out, "\\%c", c);
        else
            ink_buffer_append(out, text, step);
        text += step ? step : 1;
        len -= step ? step : 1;
    }
    ink_buffer_text(out, "\"");
}

static void error_body(const char *type, const char *message, struct ink_buffer *out)
{
    ink_buffer_init(out, ANSWER_MAX);
    ink_buffer_text(out, "{\"errorMessage\":");
    json_string(message, out);
    ink_buffer_text(out, ",\"errorType\":");
    json_string(type, out);
    ink_buffer_text(out, ",\"stackTrace\":[]}");
}

ink_status ink_runtime_fail(struct ink_runtime *runtime, const struct ink_invocation *invocation, const char *type,
                            const char *message, struct ink_error *err)
{
    char name[128];
    struct ink_buffer body;
    clean_type(type, name, sizeof name);
    error_body(name, message, &body);
    ink_status st = body.failed ? ink_fail(err, INK_E_LIMIT, "the error's text is too long to be told")
                                : post_for(runtime, invocation, "error", name, ink_buffer_view(&body), err);
    ink_buffer_cleanup(&body);
    return st;
}

ink_status ink_runtime_init_fail(struct ink_runtime *runtime, const char *type, const char *message,
                                 struct ink_error *err)
{
    char name[128], target[600];
    struct ink_buffer body;
    clean_type(type, name, sizeof name);
    error_body(name, message, &body);
    snprintf(target, sizeof target, "%s/2018-06-01/runtime/init/error", runtime->base);
    ink_status st = body.failed ? ink_fail(err, INK_E_LIMIT, "the error's text is too long to be told")
                                : post(runtime, target, name, NULL, ink_buffer_view(&body), err);
    ink_buffer_cleanup(&body);
    return st;
}
