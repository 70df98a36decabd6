/* SPDX-License-Identifier: MIT */
/* one_shot.h - the Lambda Runtime API for one function process and one event, on a loopback port.
 *
 * Speaks just enough HTTP for a runtime client: one connection after the other, bodies with a Content-Length. Source:
 * "Using the Lambda runtime API for custom runtimes" (Lambda Developer Guide). One thread. */
#ifndef INK_CLI_ONE_SHOT_H
#define INK_CLI_ONE_SHOT_H

#include <sys/types.h>

#include "base/buffer.h"

enum ink_one_shot_request {
    INK_ONE_SHOT_NEXT,       /* it wants an event */
    INK_ONE_SHOT_RESPONSE,   /* it has answered; `body` */
    INK_ONE_SHOT_ERROR,      /* it says that it failed; `body` */
    INK_ONE_SHOT_INIT_ERROR, /* it says that it cannot start; `body` */
    INK_ONE_SHOT_OTHER,      /* something else; answer with 404 */
    INK_ONE_SHOT_GONE,       /* the process ended; it was waited for, see `exit_status` and `max_rss_kb` */
    INK_ONE_SHOT_LATE,       /* nothing came before the deadline */
};

#define INK_ONE_SHOT_ID "00000000-0000-4000-8000-000000000001"

struct ink_one_shot {
    int listener, connection; /* -1: none */
    char address[32];         /* for AWS_LAMBDA_RUNTIME_API */
    struct ink_buffer text;   /* the request at hand */
    struct ink_view body;     /* points into text */
    int exit_status;          /* of waitpid */
    long max_rss_kb;
};

INK_NODISCARD ink_status ink_one_shot_open(struct ink_one_shot *o, struct ink_error *err);
void ink_one_shot_close(struct ink_one_shot *o);

/* The next request of the process `child`. */
enum ink_one_shot_request ink_one_shot_read(struct ink_one_shot *o, pid_t child, uint64_t deadline_us);

/* Answers with an event, with the headers that the Runtime API has. */
void ink_one_shot_give(struct ink_one_shot *o, struct ink_view event, int64_t deadline_wall_ms);

/* Answers with a status line ("202 Accepted") and {}. */
void ink_one_shot_answer(struct ink_one_shot *o, const char *status);

#endif
