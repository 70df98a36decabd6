/* SPDX-License-Identifier: MIT */
#include "local/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

struct ink_http_server {
    struct MHD_Daemon *daemon;
    struct ink_http_handler handler;
    uint16_t port;
};

/* One request, from its first line to MHD's completion callback. */
struct exchange {
    struct ink_http_request request;
    struct ink_arena arena;
    bool begun;       /* the handler has seen it */
    bool answered;    /* the handler wants no more of the body */
    uint64_t drained; /* bytes read since then */
};

/* libmicrohttpd unescapes the path in place, so what came over the wire is kept here, before it is touched. */
static void *keep_target(void *self, const char *target, struct MHD_Connection *connection)
{
    struct exchange *ex = ink_calloc(1, sizeof *ex);
    if (!ex) return NULL;
    ink_arena_init(&ex->arena, INK_HTTP_ARENA_MAX);
    ex->request.arena = &ex->arena;
    ex->request.response.fd = -1;
    ex->request.target = ink_arena_text(&ex->arena, ink_view_text(target));
    return ex;
}

static enum MHD_Result keep_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct ink_http_request *request = cls;
    struct ink_http_header *header = (struct ink_http_header *)request->headers + request->header_count++;
    *header = (struct ink_http_header){name, value ? value : ""};
    return MHD_YES;
}

static const char *peer_text(struct ink_arena *arena, struct MHD_Connection *connection)
{
    char text[INET6_ADDRSTRLEN] = "";
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info && info->client_addr) {
        socklen_t len =
            info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        getnameinfo(info->client_addr, len, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    }
    const char *kept = ink_arena_text(arena, ink_view_text(text));
    return kept ? kept : "";
}

static bool fill_request(struct exchange *ex, struct MHD_Connection *connection, const char *method)
{
    struct ink_http_request *request = &ex->request;
    int count = MHD_get_connection_values(connection, MHD_HEADER_KIND, NULL, NULL);
    request->headers = INK_ARENA_ARRAY(&ex->arena, struct ink_http_header, count > 0 ? (size_t)count : 1);
    request->method = ink_arena_text(&ex->arena, ink_view_text(method));
    if (!request->headers || !request->method || !request->target) return false;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_header, request);
    request->peer = peer_text(&ex->arena, connection);
    request->began_us = ink_clock_us();
    const char *length = ink_http_header(request, "Content-Length");
    const char *coding = ink_http_header(request, "Transfer-Encoding");
    if (length && !ink_text_u64(ink_view_text(length), INT64_MAX, &request->content_length)) return false;
    request->chunked = coding != NULL;
    return true;
}

static ssize_t no_body(void *self, uint64_t at, char *out, size_t room)
{
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

bool ink_http_stream_left(const struct ink_http_stream *stream)
{
    struct pollfd poller = {stream->socket, POLLRDHUP, 0};
    return poll(&poller, 1, 0) > 0 && (poller.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static ssize_t read_stream(void *self, uint64_t at, char *out, size_t room)
{
    const struct ink_http_stream *stream = self;
    ssize_t len = stream->read(stream, out, room);
    return len > 0 ? len : len == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *make_response(const struct ink_http_request *request, struct ink_http_response *response)
{
    enum { STREAM_BLOCK = 16 * 1024 };
    if (response->stream.read)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, &response->stream, NULL);
    if (response->fd >= 0) {
        struct MHD_Response *made =
            MHD_create_response_from_fd_at_offset64(response->len, response->fd, response->offset);
        if (made) response->fd = -1; /* libmicrohttpd closes it from now on */
        return made;
    }
    if (response->len > 0 && strcmp(request->method, "HEAD") == 0)
        return MHD_create_response_from_callback(response->len, 4096, no_body, NULL, NULL);
    return MHD_create_response_from_buffer(response->body.len, (void *)(uintptr_t)response->body.data,
                                           MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_answer(struct exchange *ex, struct MHD_Connection *connection)
{
    struct ink_http_response *response = &ex->request.response;
    if (!response->status) ink_http_respond(&ex->request, 500, "text/plain", ink_view_text("no answer was made\n"));
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    response->stream.socket = info ? info->connect_fd : -1;
    struct MHD_Response *made = make_response(&ex->request, response);
    if (!made) return MHD_NO;
    for (size_t i = 0; i < response->count; i++)
        MHD_add_response_header(made, response->headers[i].name, response->headers[i].value);
    enum MHD_Result queued = MHD_queue_response(connection, response->status, made);
    MHD_destroy_response(made);
    return queued;
}

static bool has_body(const struct ink_http_request *request)
{
    return request->chunked || request->content_length > 0;
}

static enum MHD_Result on_headers(struct ink_http_server *server, struct exchange *ex,
                                  struct MHD_Connection *connection, const char *method)
{
    if (!fill_request(ex, connection, method)) return MHD_NO;
    ex->begun = true;
    ex->request.handler = &server->handler;
    ex->answered = server->handler.begin(server->handler.self, &ex->request) == INK_HTTP_ANSWER;
    /* MHD says "100 Continue" after this call unless an answer is there: so a refusal can come before the body */
    if (ex->answered && has_body(&ex->request) && ink_http_header(&ex->request, "Expect")) {
        ink_http_respond_header(&ex->request, "Connection", "close");
        return send_answer(ex, connection);
    }
    return MHD_YES;
}

static enum MHD_Result on_piece(struct exchange *ex, const char *data, size_t len)
{
    const struct ink_http_handler *handler = ex->request.handler;
    if (!ex->answered) {
        ex->answered = handler->body(handler->self, &ex->request, ink_view_of(data, len)) == INK_HTTP_ANSWER;
        return MHD_YES;
    }
    ex->drained += len;
    return ex->drained <= INK_HTTP_DRAIN_MAX ? MHD_YES : MHD_NO;
}

static enum MHD_Result on_access(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_len, void **state)
{
    struct ink_http_server *server = self;
    struct exchange *ex = *state;
    if (!ex) return MHD_NO;
    if (!ex->begun) return on_headers(server, ex, connection, method);
    if (*upload_len > 0) {
        size_t len = *upload_len;
        *upload_len = 0;
        return on_piece(ex, upload, len);
    }
    const struct ink_http_handler *handler = ex->request.handler;
    if (!ex->answered) handler->end(handler->self, &ex->request);
    return send_answer(ex, connection);
}

static void on_done(void *self, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode how)
{
    struct exchange *ex = *state;
    if (!ex) return;
    const struct ink_http_handler *handler = ex->request.handler;
    if (ex->begun) handler->close(handler->self, &ex->request);
    if (ex->request.response.fd >= 0) close(ex->request.response.fd);
    ink_arena_cleanup(&ex->arena);
    ink_free(ex);
    *state = NULL;
}

static void on_log(void *self, const char *format, va_list args)
{
    char line[400];
    vsnprintf(line, sizeof line, format, args);
    line[strcspn(line, "\n")] = '\0';
    ink_log(INK_LOG_DEBUG, "http: %s", line);
}

/* The path stays as it came. */
static size_t no_unescape(void *self, struct MHD_Connection *connection, char *text)
{
    return strlen(text);
}

static bool parse_address(const struct ink_http_options *options, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, options->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(options->port);
        return true;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options->port);
    return inet_pton(AF_INET6, options->address, &v6->sin6_addr) == 1;
}

ink_status ink_http_server_start(const struct ink_http_options *options, const struct ink_http_handler *handler,
                                 struct ink_http_server **out, struct ink_error *err)
{
    struct sockaddr_storage address;
    if (!parse_address(options, &address))
        return ink_fail(err, INK_E_ARGUMENT, "%s is not an IP address to listen on", options->address);
    struct ink_http_server *server = ink_calloc(1, sizeof *server);
    if (!server) return ink_fail(err, INK_E_OOM, "no memory for a server");
    server->handler = *handler;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG;
    if (address.ss_family == AF_INET6) flags |= MHD_USE_IPv6;
    errno = 0;
    server->daemon = MHD_start_daemon(
        flags, options->port, NULL, NULL, on_access, server,                                                 //
        MHD_OPTION_EXTERNAL_LOGGER, on_log, server,                                                          //
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, keep_target, server, //
        MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_done, server,       //
        MHD_OPTION_CONNECTION_LIMIT, options->connections_max ? options->connections_max : 256u,             //
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_s,                                              //
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)64 * 1024, MHD_OPTION_CONNECTION_MEMORY_INCREMENT,
        (size_t)16 * 1024, MHD_OPTION_THREAD_STACK_SIZE, (size_t)1024 * 1024, MHD_OPTION_END);
    if (!server->daemon) {
        ink_free(server);
        return ink_fail(err, INK_E_NETWORK, "cannot listen on %s port %u: %s", options->address, options->port,
                        errno ? strerror(errno) : "the server did not start");
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info && info->port ? info->port : options->port;
    *out = server;
    return INK_OK;
}

uint16_t ink_http_server_port(const struct ink_http_server *server)
{
    return server->port;
}

void ink_http_server_quiesce(struct ink_http_server *server)
{
    MHD_socket listener = MHD_quiesce_daemon(server->daemon);
    if (listener != MHD_INVALID_SOCKET) close(listener);
}

void ink_http_server_stop(struct ink_http_server *server)
{
    if (!server) return;
    MHD_stop_daemon(server->daemon);
    ink_free(server);
}

const char *ink_http_header(const struct ink_http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (ink_text_equal_nocase(request->headers[i].name, name)) return request->headers[i].value;
    return NULL;
}

void ink_http_respond(struct ink_http_request *request, unsigned status, const char *type, struct ink_view body)
{
    request->response.status = status;
    request->response.body = body;
    if (type) ink_http_respond_header(request, "Content-Type", type);
}

static bool grow_headers(struct ink_http_request *request)
{
    struct ink_http_response *response = &request->response;
    if (response->count < response->room) return true;
    size_t room = response->room ? response->room * 2 : 16;
    struct ink_http_header *headers = INK_ARENA_ARRAY(request->arena, struct ink_http_header, room);
    if (!headers) return false;
    if (response->count) memcpy(headers, response->headers, response->count * sizeof *headers);
    response->headers = headers;
    response->room = room;
    return true;
}

void ink_http_respond_header(struct ink_http_request *request, const char *name, const char *value)
{
    for (const char *c = value; *c; c++)
        if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7F) return;
    if (!grow_headers(request)) return;
    const char *kept = ink_arena_text(request->arena, ink_view_text(value));
    if (kept) request->response.headers[request->response.count++] = (struct ink_http_header){name, kept};
}
