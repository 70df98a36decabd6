/* SPDX-License-Identifier: MIT */
#include "pipeline/metrics.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

static char function[INK_FUNCTION_NAME_MAX + 1]; /* "": no metrics */
static bool warm;

void ink_metrics_setup(const char *function_name)
{
    snprintf(function, sizeof function, "%s", function_name);
}

struct line {
    json_t *definitions; /* Metrics */
    json_t *root;
};

static void add(struct line *line, const char *name, const char *unit, json_t *value)
{
    json_array_append_new(line->definitions, json_pack("{s:s,s:s}", "Name", name, "Unit", unit));
    json_object_set_new(line->root, name, value);
}

static void count(struct line *line, const char *name, bool one)
{
    add(line, name, "Count", json_integer(one));
}

/* A step that was not reached has no time, and would make the others' average smaller. */
static void time_of(struct line *line, const char *name, bool reached, uint64_t us)
{
    if (reached) add(line, name, "Milliseconds", json_real((double)us / 1000.0));
}

void ink_metrics_picture(const struct ink_answer *answer)
{
    const struct ink_times *times = &answer->times;
    if (!*function) return;
    struct line line = {.definitions = json_array()};
    line.root = json_pack("{s:{s:I,s:[{s:s,s:[[s]],s:o}]},s:s}", "_aws", "Timestamp", (json_int_t)ink_clock_wall_ms(),
                          "CloudWatchMetrics", "Namespace", "inkling", "Dimensions", "FunctionName", "Metrics",
                          line.definitions, "FunctionName", function);
    if (*ink_log_request_id()) json_object_set_new(line.root, "requestId", json_string(ink_log_request_id()));
    count(&line, "Pictures", true);
    count(&line, "Refused", answer->error.status != INK_OK);
    count(&line, "ColdStart", !warm);
    time_of(&line, "FetchMs", times->fetch_us, times->fetch_us);
    time_of(&line, "DecodeMs", answer->decoded, times->decode_us);
    time_of(&line, "PrepareMs", answer->prepared, times->prepare_us);
    time_of(&line, "InferMs", !answer->error.status, times->infer_us);
    time_of(&line, "StoreMs", times->store_us, times->store_us);
    char *text = line.root ? json_dumps(line.root, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) ink_log_verbatim(text);
    json_decref(line.root);
    free(text);
    warm = true;
}
