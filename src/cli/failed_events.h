/* SPDX-License-Identifier: MIT */
/* failed_events.h - the events that a deployed function gave up on: brought back from the failure queue and worked on here. */
#ifndef INK_CLI_FAILED_EVENTS_H
#define INK_CLI_FAILED_EVENTS_H

#include "aws/account.h"
#include "cli/command.h"
#include "pipeline/recognise.h"

struct ink_failed_events {
    size_t messages, answered;
};

/* Empties the failure queue of the bucket's stack: each message is deleted once all that it asks for has its answer; what fails
 * again is told and stays. A bucket without a stack has no such queue, which is no error. */
INK_NODISCARD ink_status ink_failed_events_sweep(struct ink_aws *aws, const char *bucket,
                                                 struct ink_recogniser *recogniser, const struct ink_args *args,
                                                 struct ink_failed_events *out, struct ink_error *err);

#endif
