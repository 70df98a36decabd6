/* SPDX-License-Identifier: MIT */
/* Runs: what is under way and what was, one with all that is known of it, and once more. */
#include "base/text.h"
#include "local/console_call.h"
#include "local/queue.h"
#include "local/runs.h"
#include "local/store_run.h"

static json_t *parsed(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    return json ? json : json_object();
}

static const char *text_in(const json_t *record, const char *name)
{
    const char *text = json_string_value(json_object_get(record, name));
    return text ? text : "";
}

static bool passes(const struct ink_store_run_filter *filter, const json_t *record)
{
    const char *key = text_in(record, "key");
    return (!filter->bucket || strcmp(filter->bucket, text_in(record, "bucket")) == 0) &&
           (!filter->prefix || strncmp(filter->prefix, key, strlen(filter->prefix)) == 0) &&
           (!filter->outcome || strcmp(filter->outcome, "running") == 0);
}

static bool has_id(const json_t *runs, const char *id)
{
    const json_t *run;
    size_t i;
    json_array_foreach(runs, i, run)
    {
        if (strcmp(text_in(run, "id"), id) == 0) return true;
    }
    return false;
}

/* What is under way stands before the first page of what has ended. */
static json_t *first_ones(struct ink_console_call *call, const struct ink_store_run_filter *filter)
{
    json_t *list = json_array(), *running = ink_runs_under_way(call->console->runs), *run;
    size_t i;
    json_array_foreach(running, i, run)
    {
        if (!filter->before && passes(filter, run)) json_array_append(list, run);
    }
    json_decref(running);
    return list;
}

void ink_console_list_runs(struct ink_console_call *call)
{
    enum { USUAL = 50, MOST = 500 };
    uint64_t limit, before;
    struct ink_store_run_filter filter = {.bucket = ink_console_param(call, "bucket"),
                                          .prefix = ink_console_param(call, "prefix"),
                                          .outcome = ink_console_param(call, "outcome")};
    struct ink_store_run *rows;
    size_t count;
    if (!ink_console_number(call, "limit", 1, MOST, USUAL, &limit) ||
        !ink_console_number(call, "before", 0, INT64_MAX, 0, &before))
        return;
    filter.before = before;
    json_t *list = first_ones(call, &filter);
    if (!ink_console_stored(
            call, ink_store_run_list(call->console->store, &filter, (size_t)limit, call->arena, &rows, &count))) {
        json_decref(list);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        json_t *record = parsed(rows[i].record);
        if (!has_id(list, text_in(record, "id"))) json_array_append(list, record); /* it is tried again just now */
        json_decref(record);
    }
    const char *next =
        count == limit ? ink_arena_printf(call->arena, "%llu", (unsigned long long)rows[count - 1].id) : NULL;
    ink_console_answer(call, json_pack("{s:o,s:o,s:I}", "runs", list, "next", ink_json_text(next), "waiting",
                                       (json_int_t)ink_queue_waiting(call->console->queue)));
}

/* Refuses and returns false where there is no such run. */
static bool find_run(struct ink_console_call *call, struct ink_store_run *run)
{
    uint64_t id = 0;
    json_decref(ink_runs_under_way(call->console->runs)); /* so that all that has ended is in the store */
    if (!ink_console_need(call, "id") || !ink_console_number(call, "id", 1, INT64_MAX, 0, &id)) return false;
    ink_store_status status = ink_store_run_get(call->console->store, id, call->arena, run);
    if (status != INK_STORE_NO_KEY) return ink_console_stored(call, status);
    ink_console_refuse(call, INK_CONSOLE_NOT_FOUND, "There is no run of that id, or it has not ended yet.");
    return false;
}

void ink_console_get_run(struct ink_console_call *call)
{
    struct ink_store_run run;
    struct ink_store_failure failure;
    ink_queue_catch_up(call->console->queue);
    if (!find_run(call, &run)) return;
    json_t *record = parsed(run.record), *detail = parsed(run.detail);
    json_object_update(record, detail);
    json_decref(detail);
    ink_store_status status = ink_store_failure_get(call->console->store, run.id, call->arena, &failure);
    json_object_set_new(record, "failure", status ? json_null() : parsed(failure.record));
    ink_console_answer(call, record);
}

void ink_console_retry(struct ink_console_call *call)
{
    struct ink_store_run run;
    if (!find_run(call, &run)) return;
    json_t *detail = parsed(run.detail);
    const char *payload = text_in(detail, "event_json");
    if (!*payload)
        ink_console_refuse(call, INK_CONSOLE_NOT_FOUND, "The event of that run is not kept.");
    else if (ink_console_stored(call, ink_store_event_add(call->console->store, call->console->function, payload)))
        ink_console_answer(call,
                           json_pack("{s:o,s:o}", "bucket", ink_json_text(run.bucket), "key", ink_json_text(run.key)));
    json_decref(detail);
}
