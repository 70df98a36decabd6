/* SPDX-License-Identifier: MIT */
/* lambda_runtime.h - the Lambda Runtime API for one function process, on a loopback port of its own.
 *
 *   GET  /2018-06-01/runtime/invocation/next            waits for an invocation
 *   POST /2018-06-01/runtime/invocation/ID/response     its answer         POST .../ID/error   it failed
 *   POST /2018-06-01/runtime/init/error                 the process cannot start
 *
 * Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes"; status codes as AWS's runtime
 * interface emulator answers. An invocation counts as taken only when its answer arrives: a process that asks for the next
 * one instead gets the same again, because the first one's connection may have died unnoticed. */
#ifndef INK_LOCAL_LAMBDA_RUNTIME_H
#define INK_LOCAL_LAMBDA_RUNTIME_H

#include "base/status.h"
#include "base/view.h"

enum { INK_RUNTIME_RESPONSE_MAX = 6291556 }; /* bytes; Lambda's own limit */

struct ink_runtime;

/* Listens. `notify` (an eventfd, borrowed) is written to whenever ink_runtime_state has changed. */
INK_NODISCARD ink_status ink_runtime_new(int notify, struct ink_runtime **out, struct ink_error *err);
void ink_runtime_free(struct ink_runtime *runtime);
uint16_t ink_runtime_port(const struct ink_runtime *runtime);

struct ink_runtime_invocation {
    const char *request_id;
    const char *function_arn;
    const char *trace;   /* "" for none */
    const char *payload; /* JSON */
    int64_t timeout_ms;  /* from the moment that the process takes it */
};

/* One at a time; borrowed until ink_runtime_end. */
void ink_runtime_offer(struct ink_runtime *runtime, const struct ink_runtime_invocation *invocation);

enum ink_runtime_state {
    INK_RUNTIME_OFFERED,     /* not asked for yet */
    INK_RUNTIME_TAKEN,       /* given to the process; nothing came back yet */
    INK_RUNTIME_ANSWERED,    /* body is the response */
    INK_RUNTIME_FAILED,      /* body is the error document (maybe empty), error_type the header's */
    INK_RUNTIME_TOO_LARGE,   /* the response was over INK_RUNTIME_RESPONSE_MAX */
    INK_RUNTIME_INIT_FAILED, /* body and error_type as in FAILED; the process should end now */
};

struct ink_runtime_result {
    enum ink_runtime_state state;
    int64_t deadline_ms;  /* wall clock; from TAKEN on */
    struct ink_view body; /* until ink_runtime_end */
    char error_type[128]; /* "" when none was given */
};

void ink_runtime_look(struct ink_runtime *runtime, struct ink_runtime_result *out);

/* The invocation is over. expired: an answer that still comes gets 410 Gone. */
void ink_runtime_end(struct ink_runtime *runtime, bool expired);

/* The process is gone: its waiting requests are let go of, and what it said before its end is forgotten. */
void ink_runtime_process_gone(struct ink_runtime *runtime);

#endif
