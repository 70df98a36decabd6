/* SPDX-License-Identifier: MIT */
/* stack_watch.h - waiting for a stack, showing what happens to it: each event on a terminal, what failed everywhere. */
#ifndef INK_CLI_STACK_WATCH_H
#define INK_CLI_STACK_WATCH_H

#include "aws/cloudformation.h"
#include "cli/command.h"

enum { INK_EVENT_ID_MAX = 255 };

struct ink_stack_watch {
    const struct ink_args *args; /* whose name failures are printed under */
    struct ink_aws *aws;
    char last[INK_EVENT_ID_MAX + 1]; /* the newest event that was seen */
    size_t failures;                 /* printed so far */
};

/* Takes note of what has happened already, so that it is not shown again. The stack may be missing. */
INK_NODISCARD ink_status ink_stack_watch_begin(struct ink_stack_watch *watch, const struct ink_args *args,
                                               struct ink_aws *aws, const struct ink_stack *stack,
                                               struct ink_error *err);

/* Returns when nothing is under way any more; *end is how it is then. id: a stack's id. */
INK_NODISCARD ink_status ink_stack_watch_wait(struct ink_stack_watch *watch, const char *id,
                                              const struct ink_stack_state **end, struct ink_error *err);

#endif
