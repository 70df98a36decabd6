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

#endif
