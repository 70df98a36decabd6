/* SPDX-License-Identifier: MIT */
/* http_server.h - HTTP/1.1 in front of a handler: the S3 port and the functions' Runtime API stand on it.
 *
 *   begin(request)   the headers are in           -> INK_HTTP_READ, or an answer is set: INK_HTTP_ANSWER
 *   body(request)    a piece of the body          -> the same choice, once a piece
 *   end(request)     the body is in, all of it    -> sets the answer
 *   close(request)   always comes, once: answered, refused or broken off
 *
 * `begin` may hand the request on to another handler: http->handler = &other, and return what other.begin returns.
 *
 * Each connection has a thread, so a handler may block: on a disk, or for hours in a long poll. Connections are capped.
 * An answer that comes before the body is read goes out at once when the client said "Expect: 100-continue"; else the
 * body is drained first, up to INK_HTTP_DRAIN_MAX, because a client that is still sending would see a reset instead. */
#ifndef INK_LOCAL_HTTP_SERVER_H
#define INK_LOCAL_HTTP_SERVER_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"

enum {
    INK_HTTP_DRAIN_MAX = 64 * 1024 * 1024,
    INK_HTTP_ARENA_MAX = 64 * 1024 * 1024, /* of one request */
};

struct ink_http_header {
    const char *name; /* as sent; names are compared without regard to case */
    const char *value;
};

/* An answer that is made while it is sent: each time there is room, `read` writes up to `room` bytes and returns how many.
 * It may wait for them as long as it looks now and then whether the client has left and whether the server stops.
 * 0: the answer ends here; -1: it is broken off. */
struct ink_http_stream {
    ssize_t (*read)(const struct ink_http_stream *stream, char *out, size_t room);
    void *self;
    int socket; /* the server's own */
};

/* Whether the client has hung up. */
bool ink_http_stream_left(const struct ink_http_stream *stream);

struct ink_http_response {
    unsigned status; /* 0 until set */
    struct ink_http_header *headers;
    size_t count, room;
    struct ink_view body;          /* in the request's arena, or constant; used while fd is -1 */
    int fd;                        /* a file to send from `offset` on; the server closes it. -1: none */
    uint64_t offset, len;          /* of the file; without one, len is the Content-Length that a HEAD is told */
    struct ink_http_stream stream; /* used where read is set */
};

struct ink_http_handler;

struct ink_http_request {
    const char *method;
    const char *target; /* path and query as they came over the wire: signatures are over these bytes */
    const struct ink_http_header *headers;
    size_t header_count;
    const char *peer;        /* "127.0.0.1" */
    uint64_t began_us;       /* ink_clock_us when the headers were in */
    uint64_t content_length; /* 0 when chunked or without a body */
    bool chunked;            /* Transfer-Encoding: chunked; the handler gets the bytes inside */
    struct ink_arena *arena; /* lives until close has returned */
    struct ink_http_response response;
    const struct ink_http_handler *handler; /* whose it is; must live as long as the request */
    void *state;                            /* the handler's own */
};

enum ink_http_next { INK_HTTP_READ, INK_HTTP_ANSWER };

struct ink_http_handler {
    void *self;
    enum ink_http_next (*begin)(void *self, struct ink_http_request *request);
    enum ink_http_next (*body)(void *self, struct ink_http_request *request, struct ink_view piece);
    void (*end)(void *self, struct ink_http_request *request);
    void (*close)(void *self, struct ink_http_request *request);
};

struct ink_http_options {
    const char *address;      /* "127.0.0.1", "::1", "0.0.0.0" */
    uint16_t port;            /* 0: any that is free */
    unsigned connections_max; /* 0: 256 */
    unsigned idle_timeout_s;  /* for a silent client; 0: none */
};

struct ink_http_server;

/* Listens and starts answering. INK_E_ARGUMENT for an address that is not one, INK_E_NETWORK when it is taken. */
INK_NODISCARD ink_status ink_http_server_start(const struct ink_http_options *options,
                                               const struct ink_http_handler *handler, struct ink_http_server **out,
                                               struct ink_error *err);

uint16_t ink_http_server_port(const struct ink_http_server *server);

/* Takes no more connections. Those that are there go on; call it before waking long polls. */
void ink_http_server_quiesce(struct ink_http_server *server);

/* Closes every connection and waits for the handlers to return. NULL is allowed. */
void ink_http_server_stop(struct ink_http_server *server);

/* --- for handlers ------------------------------------------------------------------------------------------------- */

/* The first header of that name, or NULL. */
const char *ink_http_header(const struct ink_http_request *request, const char *name);

/* Sets status and body (in the arena, or constant). Content-Type when type is not NULL. */
void ink_http_respond(struct ink_http_request *request, unsigned status, const char *type, struct ink_view body);

/* Adds a header; name is constant, value is copied. Values with control characters are left out: they would split the
 * answer. */
void ink_http_respond_header(struct ink_http_request *request, const char *name, const char *value);

#endif
