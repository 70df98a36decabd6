/* SPDX-License-Identifier: MIT */
#include "net/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

enum {
    KEPT_MOST = 32,
    KEPT_US = 60 * 1000 * 1000
}; /* servers close sooner; nothing is asked of one that has been silent */

struct ink_link *ink_link_open(const struct ink_origin *origin, const struct ink_address *address)
{
    struct ink_link *link = ink_calloc(1, sizeof *link);
    if (!link) {
        errno = ENOMEM;
        return NULL;
    }
    link->origin = *origin;
    link->fd = socket(address->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    if (link->fd >= 0) {
        setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(link->fd, (const struct sockaddr *)(const void *)&address->at, address->len) == 0 ||
            errno == EINPROGRESS)
            return link;
    }
    int why = errno;
    ink_link_close(link);
    errno = why;
    return NULL;
}

void ink_link_close(struct ink_link *link)
{
    if (!link) return;
    ink_tls_close(link->ssl);
    if (link->fd >= 0) close(link->fd);
    ink_free(link);
}

int ink_link_error(const struct ink_link *link)
{
    int error = 0;
    socklen_t len = sizeof error;
    return getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &len) ? errno : error;
}

static enum ink_io outcome(ssize_t result, enum ink_io wait, size_t *moved)
{
    if (result > 0) {
        *moved = (size_t)result;
        return INK_IO_READY;
    }
    if (result == 0) return INK_IO_CLOSED;
    return errno == EAGAIN || errno == EINTR ? wait : INK_IO_FAILED;
}

enum ink_io ink_link_send(struct ink_link *link, struct ink_view bytes, size_t *moved)
{
    if (link->ssl) return ink_tls_send(link->ssl, bytes, moved);
    return outcome(send(link->fd, bytes.data, bytes.len, MSG_NOSIGNAL), INK_IO_WRITE, moved);
}

enum ink_io ink_link_receive(struct ink_link *link, void *room, size_t len, size_t *moved)
{
    if (link->ssl) return ink_tls_receive(link->ssl, room, len, moved);
    return outcome(recv(link->fd, room, len, 0), INK_IO_READ, moved);
}

void ink_pool_keep(struct ink_pool *pool, struct ink_link *link)
{
    link->idle_since_us = ink_clock_us();
    link->next = pool->idle;
    pool->idle = link;
    struct ink_link **at = &pool->idle;
    for (size_t count = 0; *at && count < KEPT_MOST; count++) at = &(*at)->next;
    while (*at) {
        struct ink_link *oldest = *at;
        *at = oldest->next;
        ink_link_close(oldest);
    }
}

/* Nothing may come from the peer now: bytes would be an answer to nothing, an end is an end. (With TLS 1.3 a new session may
 * come, which reading takes in.) */
static bool looks_open(struct ink_link *link)
{
    char byte;
    size_t moved;
    return ink_clock_us() - link->idle_since_us < KEPT_US && ink_link_receive(link, &byte, 1, &moved) == INK_IO_READ;
}

struct ink_link *ink_pool_take(struct ink_pool *pool, const struct ink_origin *origin)
{
    for (struct ink_link **at = &pool->idle; *at;) {
        struct ink_link *link = *at;
        if (!ink_origin_equal(&link->origin, origin)) {
            at = &link->next;
            continue;
        }
        *at = link->next;
        if (looks_open(link)) return link;
        ink_link_close(link);
    }
    return NULL;
}

void ink_pool_cleanup(struct ink_pool *pool)
{
    while (pool->idle) {
        struct ink_link *link = pool->idle;
        pool->idle = link->next;
        ink_link_close(link);
    }
}
