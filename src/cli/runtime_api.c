/* SPDX-License-Identifier: MIT */
#include "cli/runtime_api.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define API "/2018-06-01/runtime/"

enum {
    LINE_MAX_BYTES = 4096,
    BODY_MAX = 64 << 20, /* read, so that the process can be told that it was too much */
    EVENT_MAX = 8 << 20,
};

/* --- open and close --------------------------------------------------------------------------------------------- */

static void make_id(char out[37])
{
    uint8_t r[16] = {0};
    if (getrandom(r, sizeof r, 0) != sizeof r) r[0] = 1; /* an id that is not unique does no harm here */
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-4%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1], r[2], r[3],
             r[4], r[5], r[6] & 15, r[7], (r[8] & 63) | 128, r[9], r[10], r[11], r[12], r[13], r[14], r[15]);
}

ink_status ink_runtime_api_open(struct ink_runtime_api *api, struct ink_error *err)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *api = (struct ink_runtime_api){0};
    for (int i = 0; i < INK_RUNTIME_API_CONNECTIONS; i++) api->connections[i].fd = -1;
    make_id(api->id);
    api->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (api->listener < 0 || bind(api->listener, (struct sockaddr *)&at, len) || listen(api->listener, 64) ||
        getsockname(api->listener, (struct sockaddr *)&at, &len))
        return ink_fail(err, INK_E_IO, "no port on 127.0.0.1 could be had: %s", strerror(errno));
    snprintf(api->address, sizeof api->address, "127.0.0.1:%d", ntohs(at.sin_port));
    return INK_OK;
}

static void hang_up(struct ink_runtime_api *api, struct ink_runtime_connection *c)
{
    if (c->fd < 0) return;
    close(c->fd);
    c->fd = -1;
    if (api->waiter == c) api->waiter = NULL;
    ink_http1_cleanup(&c->parser);
    ink_buffer_cleanup(&c->line);
    ink_buffer_cleanup(&c->head);
    ink_buffer_cleanup(&c->body);
}

void ink_runtime_api_reset(struct ink_runtime_api *api)
{
    for (int i = 0; i < INK_RUNTIME_API_CONNECTIONS; i++) hang_up(api, &api->connections[i]);
    api->body = (struct ink_view){0};
    api->given = api->answered = false;
}

void ink_runtime_api_close(struct ink_runtime_api *api)
{
    ink_runtime_api_reset(api);
    if (api->listener >= 0) close(api->listener);
}

/* Ready for a request: the first, or the next one on a connection that was kept. */
static void expect_request(struct ink_runtime_connection *c)
{
    c->begun = c->continued = false;
    ink_buffer_clear(&c->line);
    ink_buffer_clear(&c->head);
    ink_buffer_clear(&c->body);
    ink_http1_cleanup(&c->parser);
    ink_http1_init(&c->parser, false, &c->head, &c->body);
    c->parser.state = INK_HTTP1_HEADER; /* the request line is read here */
    c->parser.code = 200;
}

static void take_connection(struct ink_runtime_api *api)
{
    int fd = accept4(api->listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
    if (fd < 0) return;
    for (int i = 0; i < INK_RUNTIME_API_CONNECTIONS; i++) {
        struct ink_runtime_connection *c = &api->connections[i];
        if (c->fd >= 0) continue;
        *c = (struct ink_runtime_connection){.fd = fd};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        ink_buffer_init(&c->line, LINE_MAX_BYTES);
        ink_buffer_init(&c->head, INK_HTTP1_HEAD_MAX);
        ink_buffer_init(&c->body, BODY_MAX);
        expect_request(c);
        return;
    }
    close(fd);
}

/* --- answers ---------------------------------------------------------------------------------------------------- */

static void send_all(struct ink_runtime_api *api, struct ink_runtime_connection *c, struct ink_view bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = send(c->fd, bytes.data + done, bytes.len - done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return hang_up(api, c); /* the process is gone, which its pidfd tells */
        done += (size_t)n;
    }
}

static void answer(struct ink_runtime_api *api, struct ink_runtime_connection *c, const char *status,
                   const char *headers, struct ink_view body)
{
    struct ink_buffer text;
    ink_buffer_init(&text, EVENT_MAX);
    ink_buffer_printf(&text, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n", status,
                      body.len, headers);
    ink_buffer_append(&text, body.data, body.len);
    if (text.failed)
        hang_up(api, c);
    else
        send_all(api, c, ink_buffer_view(&text));
    ink_buffer_cleanup(&text);
}

static void refuse(struct ink_runtime_api *api, struct ink_runtime_connection *c, const char *status, const char *type,
                   const char *message)
{
    char text[256];
    snprintf(text, sizeof text, "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}\n", message, type);
    answer(api, c, status, "", ink_view_text(text));
}

void ink_runtime_api_give(struct ink_runtime_api *api, struct ink_view event, const char *arn, int64_t deadline_wall_ms)
{
    struct ink_runtime_connection *c = api->waiter;
    char headers[512];
    if (!c) return;
    api->waiter = NULL;
    api->given = true;
    snprintf(headers, sizeof headers,
             "Lambda-Runtime-Aws-Request-Id: %s\r\nLambda-Runtime-Deadline-Ms: %lld\r\n"
             "Lambda-Runtime-Invoked-Function-Arn: %s\r\n"
             "Lambda-Runtime-Trace-Id: Root=1-%08llx-%.8s%.4s%.12s;Sampled=0\r\n",
             api->id, (long long)deadline_wall_ms, arn, (unsigned long long)(deadline_wall_ms / 1000), api->id,
             api->id + 9, api->id + 24);
    expect_request(c);
    answer(api, c, "200 OK", headers, event);
}

/* --- calls ------------------------------------------------------------------------------------------------------ */

static bool take_text(const char **at, const char *text)
{
    size_t len = strlen(text);
    if (strncmp(*at, text, len) != 0) return false;
    *at += len;
    return true;
}

static enum ink_runtime_call accept_answer(struct ink_runtime_api *api, struct ink_runtime_connection *c,
                                           enum ink_runtime_call call)
{
    const char *type = ink_http1_header(&c->head, "Lambda-Runtime-Function-Error-Type");
    snprintf(api->error_type, sizeof api->error_type, "%s", type ? type : "");
    api->body = ink_buffer_view(&c->body);
    if (call == INK_CALL_RESPONSE && api->body.len > INK_RUNTIME_API_ANSWER_MAX) {
        refuse(api, c, "413 Content Too Large", "RequestEntityTooLarge", "the response is over 6291556 bytes");
        return INK_CALL_TOO_LARGE;
    }
    answer(api, c, "202 Accepted", "", ink_view_text("{\"status\":\"OK\"}\n"));
    return call;
}

/* path: behind "invocation/" */
static enum ink_runtime_call answer_for_id(struct ink_runtime_api *api, struct ink_runtime_connection *c,
                                           const char *path)
{
    bool known = take_text(&path, api->id);
    enum ink_runtime_call call = INK_CALL_NONE;
    if (!strcmp(path, "/response")) call = INK_CALL_RESPONSE;
    if (!strcmp(path, "/error")) call = INK_CALL_ERROR;
    if (!known || !api->given)
        refuse(api, c, "400 Bad Request", "InvalidRequestID", "Invalid request ID");
    else if (!call)
        refuse(api, c, "404 Not Found", "NotFound", "the Runtime API has no such path");
    else if (api->answered)
        refuse(api, c, "403 Forbidden", "InvalidStateTransition",
               "State transition from Ready to InvocationResponse failed for runtime");
    else {
        api->answered = true;
        return accept_answer(api, c, call);
    }
    return INK_CALL_NONE;
}

/* The request of a connection is whole. */
static enum ink_runtime_call take_call(struct ink_runtime_api *api, struct ink_runtime_connection *c)
{
    const char *at = (const char *)c->line.data;
    char *end = strstr((char *)c->line.data, " HTTP/1.");
    bool get = take_text(&at, "GET "), post = !get && take_text(&at, "POST ");
    if (end) *end = '\0';
    if (end && (get || post) && take_text(&at, API)) {
        if (get && !strcmp(at, "invocation/next")) {
            api->waiter = c;
            return INK_CALL_NEXT;
        }
        if (post && !strcmp(at, "init/error")) return accept_answer(api, c, INK_CALL_INIT_ERROR);
        if (post && take_text(&at, "invocation/")) return answer_for_id(api, c, at);
    }
    refuse(api, c, "404 Not Found", "NotFound", "the Runtime API has no such path");
    return INK_CALL_NONE;
}

/* --- bytes ------------------------------------------------------------------------------------------------------ */

/* Takes the request line off the bytes; what is behind it stays. False when it is too long. */
static bool take_line(struct ink_runtime_connection *c, struct ink_view *bytes)
{
    const uint8_t *end = memchr(bytes->data, '\n', bytes->len);
    size_t len = end ? (size_t)(end - bytes->data) : bytes->len;
    if (ink_buffer_append(&c->line, bytes->data, len)) return false;
    c->begun = end != NULL;
    if (end) len++;
    *bytes = ink_view_of(bytes->data + len, bytes->len - len);
    return c->line.len == 0 || !memchr(c->line.data, 0, c->line.len);
}

/* A request without a length has no body; an answer without one, which the parser is made for, goes on to the end. */
static bool is_whole(const struct ink_runtime_connection *c)
{
    return c->parser.state == INK_HTTP1_DONE || c->parser.state == INK_HTTP1_CLOSE;
}

static void continue_if_asked(struct ink_runtime_api *api, struct ink_runtime_connection *c)
{
    if (c->continued || c->parser.state == INK_HTTP1_HEADER || !ink_http1_header(&c->head, "Expect")) return;
    c->continued = true;
    send_all(api, c, ink_view_text("HTTP/1.1 100 Continue\r\n\r\n"));
}

static enum ink_runtime_call read_some(struct ink_runtime_api *api, struct ink_runtime_connection *c)
{
    uint8_t chunk[65536];
    struct ink_error err = {0};
    size_t used = 0;
    ssize_t got = recv(c->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return INK_CALL_NONE;
    struct ink_view bytes = ink_view_of(chunk, got > 0 ? (size_t)got : 0);
    bool good = got > 0 && (c->begun || take_line(c, &bytes));
    if (good && c->begun) good = !ink_http1_feed(&c->parser, bytes, &used, &err);
    if (!good) {
        hang_up(api, c);
        return INK_CALL_NONE;
    }
    if (!c->begun) return INK_CALL_NONE;
    if (is_whole(c)) return c->line.len ? take_call(api, c) : INK_CALL_NONE;
    continue_if_asked(api, c);
    return INK_CALL_NONE;
}

/* The connections whose last request was answered are ready for another one. Not earlier: the call's body is theirs. */
static void forget_answered(struct ink_runtime_api *api)
{
    for (int i = 0; i < INK_RUNTIME_API_CONNECTIONS; i++) {
        struct ink_runtime_connection *c = &api->connections[i];
        if (c->fd >= 0 && c != api->waiter && c->begun && is_whole(c)) expect_request(c);
    }
    api->body = (struct ink_view){0};
}

enum ink_runtime_call ink_runtime_api_wait(struct ink_runtime_api *api, int also, int wait_ms)
{
    struct pollfd fds[INK_RUNTIME_API_CONNECTIONS + 2] = {{api->listener, POLLIN, 0}, {also, POLLIN, 0}};
    forget_answered(api);
    for (int i = 0; i < INK_RUNTIME_API_CONNECTIONS; i++)
        fds[i + 2] = (struct pollfd){api->connections[i].fd, POLLIN, 0}; /* a free one's -1 is passed over */
    if (poll(fds, INK_RUNTIME_API_CONNECTIONS + 2, wait_ms) <= 0) return INK_CALL_NONE;
    enum ink_runtime_call call = INK_CALL_NONE;
    for (int i = 0; i < INK_RUNTIME_API_CONNECTIONS && !call; i++)
        if (fds[i + 2].revents) call = read_some(api, &api->connections[i]);
    if (fds[0].revents) take_connection(api);
    return call;
}
