/* SPDX-License-Identifier: MIT */
/* unanswered.h - which uploads have no answer, told from the names in a bucket alone: one listing, nothing is read. Whether an
 * answer is for the present content, `inkling sweep` finds out. */
#ifndef INK_CLI_UNANSWERED_H
#define INK_CLI_UNANSWERED_H

#include "aws/s3.h"

enum { INK_UNANSWERED_KEYS_MAX = 20000 };

struct ink_unanswered {
    uint64_t uploads;    /* pictures and models */
    uint64_t unanswered; /* of them */
    bool more;           /* the bucket has more than INK_UNANSWERED_KEYS_MAX keys; the others were not looked at */
};

INK_NODISCARD ink_status ink_unanswered_count(struct ink_s3 *s3, const char *bucket, struct ink_unanswered *out,
                                              struct ink_error *err);

#endif
