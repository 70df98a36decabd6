/* SPDX-License-Identifier: MIT */
/* gateway.h - the local cloud's front: from an HTTP request to the store.
 *
 *   target and headers -> Host checked -> signature -> table of calls (s3_routes.c) -> body into the store -> answer
 *
 * Stands on http_server.h, which calls it from many threads. One log line a request at INK_LOG_INFO. */
#ifndef INK_LOCAL_GATEWAY_H
#define INK_LOCAL_GATEWAY_H

#include "local/auth.h"
#include "local/console.h"
#include "local/http_server.h"
#include "local/store.h"

struct ink_gateway {
    struct ink_store *store;
    struct ink_auth_keys keys;
    bool loopback; /* listening on loopback only: then Host and Origin must be names of loopback, or a web page that a
                      browser shows could talk to it under a name of its own (DNS rebinding) */

    struct ink_console *console; /* gets what is for it; NULL: there is none */

    /* Whether a function of that name is there, for notification rules. */
    bool (*function_known)(void *self, const char *name);
    void *functions;
};

/* What ink_http_server_start wants. gateway is borrowed until the server has stopped. */
struct ink_http_handler ink_gateway_handler(struct ink_gateway *gateway);

#endif
