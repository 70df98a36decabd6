/* SPDX-License-Identifier: MIT */
/* log.h - log lines on stderr: text for people, JSON for Lambda (AWS_LAMBDA_LOG_FORMAT=JSON).
 *
 * One line a call, written with one write(2), so that lines of threads and processes do not mix. Thread-safe after
 * ink_log_setup. Text is hostile: control characters are escaped. */
#ifndef INK_BASE_LOG_H
#define INK_BASE_LOG_H

#include "base/status.h"

enum ink_log_level { INK_LOG_DEBUG, INK_LOG_INFO, INK_LOG_WARN, INK_LOG_ERROR };

/* Lines below `least` are dropped. json: {"timestamp","level","message","requestId"} a line, the last one within a
 * request. Default: text, INFO. */
void ink_log_setup(enum ink_log_level least, bool json);

/* The request that the lines of this thread belong to; copied; NULL ends it. */
void ink_log_request(const char *request_id);

/* Of this thread; "" where there is none. Lives until the next ink_log_request. */
const char *ink_log_request_id(void);

/* A line that has its form already (no newline in it), whatever the level. */
void ink_log_verbatim(const char *line);

void ink_log(enum ink_log_level level, const char *format, ...) INK_PRINTF(2, 3);

#endif
