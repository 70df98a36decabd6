/* SPDX-License-Identifier: MIT */
/* http.h - an HTTP/1.1 client that works on many requests at once behind a plain call.
 *
 *   fill exchanges  ->  ink_http_perform(client, exchanges, count)  ->  read their answers
 *
 * One client belongs to one thread. It keeps connections alive between calls; the first name looked up starts DNS, the
 * first https starts TLS, so a program that speaks plain HTTP to an address pays for neither.
 *
 * Peers are verified: chain, date and name (RFC 6125, IP addresses too). Trusted are the roots in AWS_CA_BUNDLE or
 * SSL_CERT_FILE where one is set and nothing else then; otherwise Amazon's own roots, built in, and whatever
 * /etc/ssl/certs (or SSL_CERT_DIR) has under the hash of the issuer that is asked for. */
#ifndef INK_NET_HTTP_H
#define INK_NET_HTTP_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/view.h"
#include "net/url.h"

struct ink_http_client;

struct ink_http_header {
    const char *name;
    const char *value;
};

/* One request and its answer. Zero it, fill the first part, perform, read the second part, clean it up. */
struct ink_http_exchange {
    /* the request: all borrowed until ink_http_perform returns */
    struct ink_origin origin;
    const char *method;
    const char *target; /* path and query as they go over the wire: encoded, starts with '/' */
    const struct ink_http_header *headers;
    size_t header_count; /* Host, Content-Length and Connection are added when they are not among them */
    struct ink_view body;
    uint64_t deadline_us;    /* ink_clock_us() that ends it; 0: none */
    uint64_t quiet_us;       /* longest wait for the next byte, for a connection, for a name; 0: none */
    size_t answer_cap_bytes; /* of the body; checked while it arrives, and against Content-Length before */
    bool once;               /* never send it twice, not even after a kept connection turned out to be closed */

    /* the answer */
    ink_status status; /* INK_OK: an answer came in full, whatever its code; else error says what happened */
    struct ink_error error;
    int code;                  /* 100..599; 0 while no status line came */
    struct ink_buffer head;    /* the header lines, each name and each value NUL-terminated; see ink_http_header */
    struct ink_buffer body_in; /* may be taken: copy the struct and zero this one */
    bool sent;                 /* the request may have reached the peer, so it may have acted on it */
};

/* NULL when memory runs out. */
struct ink_http_client *ink_http_client_new(void);
void ink_http_client_free(struct ink_http_client *client);

/* Sends all and returns when all have their answer, an error, or are past their deadline. At most 16 run at a time, the
 * others wait for their turn (inside their deadline). A kept connection that breaks before the first byte of an answer is
 * replaced by a fresh one, once. Redirects are handed to the caller.
 *
 * Each exchange has its own status: INK_E_NETWORK (refused, broke, name not found), INK_E_TIMEOUT, INK_E_TLS,
 * INK_E_LIMIT (head or body too long), INK_E_FORMAT (not HTTP), INK_E_OOM. Returns the first that is not INK_OK. */
ink_status ink_http_perform(struct ink_http_client *client, struct ink_http_exchange *exchanges, size_t count);

/* The value of an answer's header; NULL when it has none. Names are compared without case; the first one counts. Lives as
 * long as the exchange. */
const char *ink_http_answer_header(const struct ink_http_exchange *exchange, const char *name);

/* Frees the answer; the request's part is left. */
void ink_http_exchange_cleanup(struct ink_http_exchange *exchange);

#endif
