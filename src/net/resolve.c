/* SPDX-License-Identifier: MIT */
#include "net/resolve.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

struct ink_resolver {
    struct event_base *base;
    struct evdns_base *dns; /* NULL until a name needs it */
};

/* Lives until evdns has answered, which may be after its caller has gone. */
struct ink_lookup {
    ink_resolved *done; /* NULL: nobody waits any more */
    void *arg;
    uint16_t port;
    bool answered;
    struct evdns_getaddrinfo_request *request;
};

struct ink_resolver *ink_resolver_new(struct event_base *base)
{
    struct ink_resolver *resolver = ink_calloc(1, sizeof *resolver);
    if (resolver) resolver->base = base;
    return resolver;
}

void ink_resolver_free(struct ink_resolver *resolver)
{
    if (!resolver) return;
    if (resolver->dns) {
        event_base_loop(resolver->base, EVLOOP_NONBLOCK); /* abandoned lookups get their last call */
        evdns_base_free(resolver->dns, 1);
        event_base_loop(resolver->base, EVLOOP_NONBLOCK);
    }
    ink_free(resolver);
}

static bool start_dns(struct ink_resolver *resolver)
{
    static const char hosts[] = "/etc/hosts", servers[] = "/etc/resolv.conf";
    if (resolver->dns) return true;
    resolver->dns =
        evdns_base_new(resolver->base, 0); /* 0: no reading of files by itself, which fails in an empty root */
    if (!resolver->dns) return false;
    evdns_base_load_hosts(resolver->dns, access(hosts, R_OK) == 0 ? hosts : NULL);
    if (access(servers, R_OK) == 0)
        evdns_base_resolv_conf_parse(resolver->dns, DNS_OPTION_NAMESERVERS | DNS_OPTION_SEARCH | DNS_OPTION_MISC,
                                     servers);
    /* many small name servers cannot bear questions in mIxEd case; what answers is verified by TLS where it matters */
    evdns_base_set_option(resolver->dns, "randomize-case:", "0");
    return true;
}

static bool add(struct ink_addresses *addresses, const struct sockaddr *at, socklen_t len, uint16_t port)
{
    if (addresses->count == INK_ADDRESSES_MOST || len > sizeof addresses->list[0].at) return false;
    struct ink_address *address = &addresses->list[addresses->count];
    memcpy(&address->at, at, len);
    address->len = len;
    if (at->sa_family == AF_INET)
        ((struct sockaddr_in *)(void *)&address->at)->sin_port = htons(port);
    else if (at->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)&address->at)->sin6_port = htons(port);
    else
        return false;
    addresses->count++;
    return true;
}

static bool add_literal(struct ink_addresses *addresses, const char *text, uint16_t port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return add(addresses, (struct sockaddr *)(void *)&v4, sizeof v4, port);
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        return add(addresses, (struct sockaddr *)(void *)&v6, sizeof v6, port);
    return false;
}

static void answered(int error, struct evutil_addrinfo *found, void *arg)
{
    struct ink_lookup *lookup = arg;
    struct ink_addresses addresses = {0};
    for (int family = 0; family < 2; family++)
        for (struct evutil_addrinfo *at = found; at; at = at->ai_next)
            if (at->ai_family == (family ? AF_INET6 : AF_INET))
                add(&addresses, at->ai_addr, at->ai_addrlen, lookup->port);
    if (found) evutil_freeaddrinfo(found);
    ink_resolved *done = lookup->done;
    void *done_arg = lookup->arg;
    bool later = lookup->request != NULL;
    lookup->answered = true;
    lookup->done = NULL;
    if (later) ink_free(lookup); /* else ink_resolve, which is still running, frees it */
    const char *why = error ? evutil_gai_strerror(error) : "it has no address";
    if (done) done(done_arg, addresses.count ? &addresses : NULL, why);
}

static void ask(struct ink_resolver *resolver, const char *host, struct ink_lookup *lookup, struct ink_lookup **pending)
{
    struct evutil_addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = EVUTIL_AI_ADDRCONFIG};
    struct evdns_getaddrinfo_request *request = evdns_getaddrinfo(resolver->dns, host, NULL, &hints, answered, lookup);
    if (lookup->answered || !request) {
        ink_free(lookup);
        return;
    }
    lookup->request = request;
    *pending = lookup;
    if (evdns_base_count_nameservers(resolver->dns) > 0) return;
    ink_resolved *done = lookup->done;
    *pending = NULL;
    ink_lookup_abandon(lookup);
    done(lookup->arg, NULL, "it is not in /etc/hosts, and /etc/resolv.conf names no name server");
}

void ink_resolve(struct ink_resolver *resolver, const char *host, uint16_t port, ink_resolved *done, void *arg,
                 struct ink_lookup **pending)
{
    struct ink_addresses addresses = {0};
    *pending = NULL;
    if (strcmp(host, "localhost") == 0 || ink_text_ends_nocase(host, ".localhost")) {
        add_literal(&addresses, "127.0.0.1", port);
        add_literal(&addresses, "::1", port);
    } else {
        add_literal(&addresses, host, port);
    }
    if (addresses.count) {
        done(arg, &addresses, NULL);
        return;
    }
    struct ink_lookup *lookup = start_dns(resolver) ? ink_calloc(1, sizeof *lookup) : NULL;
    if (!lookup) {
        done(arg, NULL, "out of memory");
        return;
    }
    *lookup = (struct ink_lookup){.done = done, .arg = arg, .port = port};
    ask(resolver, host, lookup, pending);
}

void ink_lookup_abandon(struct ink_lookup *lookup)
{
    lookup->done = NULL;
    evdns_getaddrinfo_cancel(lookup->request);
}
