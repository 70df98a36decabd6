/* SPDX-License-Identifier: MIT */
/* link.h - one connection to an origin, plain or TLS, and the ones that are kept for later. Nothing here blocks. */
#ifndef INK_NET_LINK_H
#define INK_NET_LINK_H

#include "net/resolve.h"
#include "net/tls.h"
#include "net/url.h"

struct ink_link {
    struct ink_link *next;
    struct ink_origin origin;
    int fd;
    SSL *ssl; /* NULL: plain */
    uint64_t idle_since_us;
};

/* Starts to connect. NULL with errno when that failed at once. */
struct ink_link *ink_link_open(const struct ink_origin *origin, const struct ink_address *address);
void ink_link_close(struct ink_link *link);

/* 0, or the errno with which connecting failed. Ask when the socket is writable. */
int ink_link_error(const struct ink_link *link);

/* As ink_tls_send and ink_tls_receive; on a plain connection FAILED leaves errno. */
enum ink_io ink_link_send(struct ink_link *link, struct ink_view bytes, size_t *moved);
enum ink_io ink_link_receive(struct ink_link *link, void *room, size_t len, size_t *moved);

/* Connections without a request, newest first. */
struct ink_pool {
    struct ink_link *idle;
};

/* The connection is the pool's from now on. */
void ink_pool_keep(struct ink_pool *pool, struct ink_link *link);

/* One to this origin that does not look closed, or NULL. The caller's from now on. */
struct ink_link *ink_pool_take(struct ink_pool *pool, const struct ink_origin *origin);
void ink_pool_cleanup(struct ink_pool *pool);

#endif
