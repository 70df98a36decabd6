/* SPDX-License-Identifier: MIT */
/* console.h - the web console's side of the server: the page, and what it asks under /_inkling/ (docs/console-api.md).
 *
 *   request -> Host, Origin, token -> table of calls (console_routes.c) -> store, function, runs -> JSON or a stream
 *
 * It is a handler of http_server.h beside the gateway, which hands on what is the console's. */
#ifndef INK_LOCAL_CONSOLE_H
#define INK_LOCAL_CONSOLE_H

#include "local/http_server.h"
#include "local/serve_options.h"
#include "local/store.h"

enum { INK_CONSOLE_TOKEN_LEN = 32 }; /* hex digits */

struct ink_console {
    struct ink_store *store;
    struct ink_queue *queue;
    struct ink_feed *feed;
    struct ink_runs *runs;
    struct ink_evaluations *evaluations;
    const struct ink_serve_options *options;
    const char *function; /* its name: what new buckets are wired to */
    char boot[17];        /* differs after each start */
    char token[INK_CONSOLE_TOKEN_LEN + 1];
    struct ink_http_handler handler; /* set by init; the gateway hands requests on to it */
};

/* store, options and function are given. Sets boot, token, feed, runs, evaluations and handler. The token is kept in FOLDER/console-token, made at the first start, so that a page goes on
 * after a restart. INK_E_IO. */
INK_NODISCARD ink_status ink_console_init(struct ink_console *console, const char *folder, struct ink_error *err);

/* Ends the streams, so that the server can stop; then, when it has, frees what init made. Zeroed is allowed. */
void ink_console_quiesce(struct ink_console *console);
void ink_console_cleanup(struct ink_console *console);

/* Whether the request is for the console: below /_inkling/, or the page itself at "/". */
bool ink_console_wants(const struct ink_http_request *http);

#endif
