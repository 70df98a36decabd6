/* SPDX-License-Identifier: MIT */
/* run.h - an event's way through the function, as JSON for people to look at (docs/console-api.md): what caused it, each
 * stage, the lines of its log, how it ended. Data only; one thread at a time. */
#ifndef INK_LOCAL_RUN_H
#define INK_LOCAL_RUN_H

#include <jansson.h>

#include "local/function.h"

enum { INK_RUN_LINES_MAX = 200, INK_RUN_LINE_MAX = 1000, INK_RUN_STAGES_MAX = 64 };

struct ink_run {
    struct ink_run *next;
    uint64_t id; /* the event's */
    int64_t started_ms;
    json_t *record; /* without ... */
    json_t *log;    /* ... this, an array */
    char *payload;
    const char *bucket, *key; /* in record; "" where the event does not say */
    const char *request_id;   /* in record */
    bool good;                /* the function said that it has done its work */
};

/* A try begins. NULL: out of memory. */
struct ink_run *ink_run_new(const struct ink_store_event *event, const char *request_id, bool cold);
void ink_run_free(struct ink_run *run);

enum ink_run_line { INK_RUN_STAGE, INK_RUN_LINE, INK_RUN_OTHER };

/* Whether a line is one of base/log.h's at level DEBUG. */
bool ink_run_is_debug(struct ink_view line);

/* Takes a line of the process's output; `told` (a new reference, or NULL) is what is new: {"id","stage","at_ms"} or
 * {"id","level","text"}. OTHER: metrics, or more than is kept. */
enum ink_run_line ink_run_take(struct ink_run *run, struct ink_view line, json_t **told);

/* The try is over: duration_ms, attempts, error, and an outcome that is "retrying", "failed", or, when it went well, "done"
 * until ink_run_answer finds more. */
void ink_run_end(struct ink_run *run, const struct ink_function_end *end);

/* The answer that stands: results.json of a picture or report.json of a model, under `key`. */
void ink_run_answer(struct ink_run *run, const char *key, struct ink_view json);

#endif
