/* SPDX-License-Identifier: MIT */
/* failure_record.h - what is kept of an event that was given up: the record that Lambda sends to an on-failure destination
 * (AWS Lambda developer guide, "Capturing records of Lambda asynchronous invocations", version 1.0). */
#ifndef INK_LOCAL_FAILURE_RECORD_H
#define INK_LOCAL_FAILURE_RECORD_H

#include "local/queue.h"

/* condition: "RetriesExhausted" or "EventAgeExceeded". failure may be NULL (never tried). NULL when out of memory; to be
 * freed with free(). */
char *ink_failure_record(const struct ink_store_event *event, const char *condition, int invocations,
                         const struct ink_queue_failure *failure);

/* What went wrong, for people: what the function said, where it said anything, else what ended it. */
struct ink_failure_words {
    char type[128], message[480];
};
void ink_failure_words(const struct ink_queue_failure *failure, struct ink_failure_words *out);

#endif
