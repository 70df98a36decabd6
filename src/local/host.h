/* SPDX-License-Identifier: MIT */
/* host.h - who may talk to a server on loopback: those who call it by a name of loopback. Else a page that a browser shows
 * could, under a name of its own that it has resolved to 127.0.0.1 (DNS rebinding). */
#ifndef INK_LOCAL_HOST_H
#define INK_LOCAL_HOST_H

#include "base/arena.h"

/* host: a Host header's value, "name:port"; NULL: there is none. True for localhost, *.localhost, 127.* and [::1]. */
bool ink_host_is_loopback(const char *host, struct ink_arena *arena);

/* origin: an Origin header's value, "http://name:port". Its authority, or NULL where it has none ("null"). */
const char *ink_host_of_origin(const char *origin);

#endif
