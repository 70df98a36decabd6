/* SPDX-License-Identifier: MIT */
/* peer.h - a small server for tests that answers as its script says: late, wrongly, cut off. Threads with plain sockets. */
#ifndef INK_TESTS_PEER_H
#define INK_TESTS_PEER_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_answer {
    const char *bytes;
    size_t len;       /* 0: strlen(bytes) */
    unsigned wait_ms; /* before the answer */
    unsigned drip_ms; /* between its bytes; 0: all at once */
    bool close;       /* afterwards, cleanly */
    bool reset;       /* afterwards, with RST */
    bool unread;      /* answer before the body was read */
};

enum { PEER_REQUESTS_MOST = 64, PEER_REQUEST_MAX = 8192 };

struct peer;

/* The n-th request, over all connections, gets the n-th answer; the last one is repeated. answers is borrowed.
 * tls: NULL for plain. */
struct peer *peer_start(const struct peer_answer *answers, size_t count, SSL_CTX *tls);
uint16_t peer_port(const struct peer *peer);
unsigned peer_connections(const struct peer *peer);
unsigned peer_requests(const struct peer *peer);

/* The text of the n-th request, head and body. */
const char *peer_request(const struct peer *peer, unsigned n);

/* Closes what is open, waits for its threads, frees. */
void peer_stop(struct peer *peer);

#define PEER_OK(length, body) "HTTP/1.1 200 OK\r\nContent-Length: " #length "\r\n\r\n" body

#endif
