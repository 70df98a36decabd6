/* SPDX-License-Identifier: MIT */
#include "local/host.h"

#include <arpa/inet.h>

#include "base/text.h"
#include "local/uri.h"

bool ink_host_is_loopback(const char *host, struct ink_arena *arena)
{
    const char *name = host ? ink_uri_host_name(host, arena) : NULL;
    struct in_addr address; /* 127.0.0.1.example.org starts the same way: the whole must be an address */
    if (!name) return false;
    return ink_text_equal_nocase(name, "localhost") || ink_text_ends_nocase(name, ".localhost") ||
           (inet_pton(AF_INET, name, &address) == 1 && strncmp(name, "127.", 4) == 0) || strcmp(name, "[::1]") == 0;
}

const char *ink_host_of_origin(const char *origin)
{
    const char *authority = strstr(origin, "://");
    return authority ? authority + 3 : NULL;
}
