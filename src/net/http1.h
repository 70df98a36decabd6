/* SPDX-License-Identifier: MIT */
/* http1.h - reads an HTTP/1.1 answer from pieces of any size (RFC 9112).
 *
 *   bytes  ->  code, header lines, body
 *
 * Strict where two readers could disagree about where the answer ends: two lengths, a length that is not a number, a folded
 * header line, a transfer coding that is not "chunked" are refused. 1xx answers are passed over. */
#ifndef INK_NET_HTTP1_H
#define INK_NET_HTTP1_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/view.h"

enum { INK_HTTP1_HEAD_MAX = 64 * 1024 }; /* bytes: status line, headers and trailers together */

enum ink_http1_state {
    INK_HTTP1_STATUS,
    INK_HTTP1_HEADER,
    INK_HTTP1_LENGTH, /* body of known length */
    INK_HTTP1_CLOSE,  /* body up to the end of the connection */
    INK_HTTP1_SIZE,   /* a chunk's size line */
    INK_HTTP1_CHUNK,  /* its bytes */
    INK_HTTP1_CHUNK_END,
    INK_HTTP1_TRAILER,
    INK_HTTP1_DONE,
};

struct ink_http1 {
    enum ink_http1_state state;
    bool no_body;    /* the request was HEAD */
    bool keep_alive; /* valid in DONE: another request may follow on this connection */
    bool any;        /* at least one byte has come */
    int code;
    uint64_t left; /* bytes of this body or chunk */
    bool chunked, sized;
    size_t head_bytes;
    struct ink_buffer line;  /* the line that is not whole yet */
    struct ink_buffer *head; /* the caller's: name, 0, value, 0, ... */
    struct ink_buffer *body; /* the caller's; its cap is the longest body taken */
};

void ink_http1_init(struct ink_http1 *parser, bool no_body, struct ink_buffer *head, struct ink_buffer *body);
void ink_http1_cleanup(struct ink_http1 *parser);

/* Takes bytes until the answer is whole (state DONE) or they are used up; *used says how many it took.
 * INK_E_FORMAT, INK_E_LIMIT (head, or the body over its cap: already when its length is told), INK_E_OOM. */
INK_NODISCARD ink_status ink_http1_feed(struct ink_http1 *parser, struct ink_view bytes, size_t *used,
                                        struct ink_error *err);

/* The connection has ended: INK_OK when that is where this answer ends, else INK_E_NETWORK. */
INK_NODISCARD ink_status ink_http1_end(struct ink_http1 *parser, struct ink_error *err);

/* The first value of a header in `head`, names compared without case; NULL when there is none. */
const char *ink_http1_header(const struct ink_buffer *head, const char *name);

#endif
