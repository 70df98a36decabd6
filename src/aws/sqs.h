/* SPDX-License-Identifier: MIT */
/* sqs.h - the three things that are done with a queue here: how much is in it, taking from it, and being done with that. */
#ifndef INK_AWS_SQS_H
#define INK_AWS_SQS_H

#include "aws/account.h"

enum { INK_SQS_BATCH_MAX = 10 };

struct ink_sqs_message {
    const char *id, *receipt, *body; /* in the arena */
};

/* Messages that can be taken, and those that somebody has taken and not yet deleted; both about right. */
INK_NODISCARD ink_status ink_sqs_count(struct ink_aws *aws, const char *queue_url, uint64_t *waiting, uint64_t *taken,
                                       struct ink_error *err);

/* Takes up to INK_SQS_BATCH_MAX; count 0: there is none. They come back after the queue's visibility time-out unless they are
 * deleted. */
INK_NODISCARD ink_status ink_sqs_receive(struct ink_aws *aws, const char *queue_url, struct ink_arena *arena,
                                         struct ink_sqs_message messages[INK_SQS_BATCH_MAX], size_t *count,
                                         struct ink_error *err);

INK_NODISCARD ink_status ink_sqs_delete(struct ink_aws *aws, const char *queue_url,
                                        const struct ink_sqs_message *message, struct ink_error *err);

#endif
