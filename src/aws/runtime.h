/* SPDX-License-Identifier: MIT */
/* runtime.h - the Lambda Runtime API: take an invocation, answer it.
 *
 *   next -> respond | fail -> next -> ...      (init_fail instead, when the function cannot start)
 *
 * Source: "Using the Lambda runtime API for custom runtimes" (Lambda Developer Guide), 2018-06-01. One thread. */
#ifndef INK_AWS_RUNTIME_H
#define INK_AWS_RUNTIME_H

#include "base/buffer.h"
#include "base/status.h"
#include "net/http.h"

struct ink_runtime;

enum { INK_RUNTIME_RESPONSE_MAX = 6291556 }; /* bytes; a longer answer gets 413 */

struct ink_invocation {
    struct ink_buffer event; /* JSON, as it came */
    char request_id[129];
    char arn[513];
    char trace_id[513];      /* also in the environment as _X_AMZN_TRACE_ID until the next one */
    char invocation_id[129]; /* echoed with the answer; "" where the platform sends none */
    uint64_t deadline_us;    /* of ink_clock_us; 0: none was given */
};

/* address: AWS_LAMBDA_RUNTIME_API, "host:port", perhaps with a path. http is borrowed and must live longer. */
INK_NODISCARD ink_status ink_runtime_new(struct ink_http_client *http, const char *address, struct ink_runtime **out,
                                         struct ink_error *err);
void ink_runtime_free(struct ink_runtime *runtime);

/* Waits, however long, for the next invocation. Broken connections are tried again a few times; an error from here means
 * that the process should end. Zero `out` before its first use; each call reuses its memory. */
INK_NODISCARD ink_status ink_runtime_next(struct ink_runtime *runtime, struct ink_invocation *out,
                                          struct ink_error *err);
void ink_invocation_cleanup(struct ink_invocation *invocation);

/* Both: INK_OK; INK_E_CHANGED: the platform no longer waits for this one (410: it timed out; 400 and 403: it has its
 * answer), log it and go on with next; INK_E_LIMIT: the answer was too long, the caller has been told so; anything else:
 * the platform cannot be reached.
 *
 * body     JSON
 * type     as "Runtime.BadImage"; letters, digits, '.', '-', '_' go out
 * message  for the person who reads the failure; any text, escaped here */
INK_NODISCARD ink_status ink_runtime_respond(struct ink_runtime *runtime, const struct ink_invocation *invocation,
                                             struct ink_view body, struct ink_error *err);
INK_NODISCARD ink_status ink_runtime_fail(struct ink_runtime *runtime, const struct ink_invocation *invocation,
                                          const char *type, const char *message, struct ink_error *err);

/* The function cannot start: say so, then exit with 1; the platform tries again at the first invocation. */
INK_NODISCARD ink_status ink_runtime_init_fail(struct ink_runtime *runtime, const char *type, const char *message,
                                               struct ink_error *err);

#endif
