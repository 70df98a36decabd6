/* SPDX-License-Identifier: MIT */
/* resolve.h - from a host name to addresses, without ever blocking.
 *
 * Addresses and "localhost" (and what ends in ".localhost", RFC 6761) are answered at once, so that they work in an empty
 * root and start nothing. Other names start libevent's evdns, with /etc/hosts and /etc/resolv.conf where there are any. */
#ifndef INK_NET_RESOLVE_H
#define INK_NET_RESOLVE_H

#include <event2/event.h>
#include <sys/socket.h>

#include "base/status.h"

enum { INK_ADDRESSES_MOST = 8 };

struct ink_addresses {
    size_t count;
    struct ink_address {
        struct sockaddr_storage at;
        socklen_t len;
    } list[INK_ADDRESSES_MOST]; /* IPv4 first: where both are given, IPv6 is the one that is more often broken */
};

struct ink_resolver;
struct ink_lookup;

/* base is borrowed. NULL when memory runs out. */
struct ink_resolver *ink_resolver_new(struct event_base *base);
void ink_resolver_free(struct ink_resolver *resolver);

/* addresses is NULL when there are none; why then says so in a few words. */
typedef void ink_resolved(void *arg, const struct ink_addresses *addresses, const char *why);

/* Calls done(arg) once: before it returns, or from the event loop; *pending is set in the second case only, and is valid
 * until done is called or it is abandoned. */
void ink_resolve(struct ink_resolver *resolver, const char *host, uint16_t port, ink_resolved *done, void *arg,
                 struct ink_lookup **pending);

/* done will not be called any more. */
void ink_lookup_abandon(struct ink_lookup *lookup);

#endif
