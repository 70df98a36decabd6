/* SPDX-License-Identifier: MIT */
/* log_line.h - a function's log as people read it.
 *
 *   {"timestamp":..,"level":"INFO","message":"digit.png: 7"}         ->  10:15:27.103  INFO   digit.png: 7
 *   {"time":..,"type":"platform.report","record":{"metrics":{..}}}   ->  10:15:27.110  REPORT 12.3 ms, 41 of 512 MB, ...
 *   START RequestId .., metrics, and what else is for machines       ->  nothing
 *
 * Sources: "Working with Lambda function logs" and "Lambda Telemetry API Event schema" (Lambda Developer Guide). Hostile bytes;
 * thread-safe. */
#ifndef INK_CLI_LOG_LINE_H
#define INK_CLI_LOG_LINE_H

#include "base/buffer.h"

/* Appends the line, with a newline; nothing for a line that is not for people. wall_ms: when the log got it. */
void ink_log_line(const char *message, int64_t wall_ms, struct ink_buffer *out);

/* "90s", "10m", "2h", "1d" in milliseconds; false for anything else, and for more than ten years. */
bool ink_log_since(const char *text, int64_t *ms);

#endif
