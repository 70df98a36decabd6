/* SPDX-License-Identifier: MIT */
#include "local/store_event.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "local/store_internal.h"
#include "local/trigger.h"

enum { PAYLOAD_MAX = 64 * 1024 }; /* S3's own limit of an event */

void ink_store_listen(struct ink_store *store, ink_store_listener listener, void *arg)
{
    store->listener = listener;
    store->listener_arg = arg;
}

static struct ink_store_event *new_event(uint64_t id, const char *function, const char *payload, const char *trace)
{
    size_t function_len = strlen(function) + 1, payload_len = strlen(payload) + 1, trace_len = strlen(trace) + 1;
    struct ink_store_event *event = ink_calloc(1, sizeof *event + function_len + payload_len + trace_len);
    if (!event) return NULL;
    char *room = (char *)(event + 1);
    event->id = id;
    event->function = memcpy(room, function, function_len);
    event->payload = memcpy(room + function_len, payload, payload_len);
    event->trace = memcpy(room + function_len + payload_len, trace, trace_len);
    return event;
}

/* --- raising, inside a job -------------------------------------------------------------------------------------- */

static ink_store_status queue_event(struct ink_store *store, const char *function, const char *payload,
                                    const char *trace)
{
    struct ink_store_event *event = new_event(ink_store_next(store), function, payload, trace);
    if (!event) return INK_STORE_OOM;
    event->created_ms = ink_clock_wall_ms();
    event->next = store->after.events;
    store->after.events = event;
    return ink_db_run(&store->writer, INK_SQL_EVENT_ADD, "ittti", (int64_t)event->id, event->function, event->payload,
                      event->trace, event->created_ms);
}

static ink_store_status raise_for_rule(struct ink_store *store, const struct ink_store_rule *rule,
                                       const struct ink_store_row *row)
{
    static const struct ink_store_origin nobody;
    const struct ink_store_origin *origin = row->origin ? row->origin : &nobody;
    struct ink_trigger_event event = {.name = row->event,
                                      .rule_id = rule->id,
                                      .bucket = row->bucket,
                                      .key = row->key,
                                      .size = row->size,
                                      .etag = row->etag,
                                      .sequencer = ink_store_next(store),
                                      .when_ms = row->modified_ms,
                                      .origin = origin};
    struct ink_buffer payload;
    ink_buffer_init(&payload, PAYLOAD_MAX);
    ink_store_status status = ink_trigger_write(&event, &payload) ? INK_STORE_OOM : INK_STORE_OK;
    if (!status)
        status = queue_event(store, rule->function, (const char *)payload.data,
                             origin->trace_header ? origin->trace_header : "");
    ink_buffer_cleanup(&payload);
    return status;
}

ink_store_status ink_store_raise(struct ink_store *store, int64_t bucket_id, const struct ink_store_row *row)
{
    ink_store_status status;
    sqlite3_stmt *rules = ink_db_bind(&store->writer, INK_SQL_RULE_LIST, "i", bucket_id);
    while (ink_db_step(&store->writer, rules, &status)) {
        struct ink_store_rule rule = {ink_db_text(rules, 0), ink_db_text(rules, 1), ink_db_text(rules, 2),
                                      ink_db_text(rules, 3), ink_db_text(rules, 4)};
        if (!ink_trigger_matches(&rule, row->event, row->key)) continue;
        status = raise_for_rule(store, &rule, row);
        if (status) break;
    }
    ink_db_reset(rules);
    return status;
}

struct add_job {
    struct ink_store_job job;
    const char *function, *payload;
};

static ink_store_status run_add(struct ink_store *store, struct ink_store_job *job)
{
    const struct add_job *self = (const struct add_job *)job;
    return queue_event(store, self->function, self->payload, "");
}

ink_store_status ink_store_event_add(struct ink_store *store, const char *function, const char *payload)
{
    struct add_job job = {.job = {.run = run_add}, .function = function, .payload = payload};
    return ink_store_submit(store, &job.job);
}

/* --- reading, settling ------------------------------------------------------------------------------------------ */

static struct ink_store_event *read_event(sqlite3_stmt *row)
{
    struct ink_store_event *event =
        new_event((uint64_t)ink_db_int(row, 0), ink_db_text(row, 6), ink_db_text(row, 1), ink_db_text(row, 2));
    if (!event) return NULL;
    event->created_ms = ink_db_int(row, 3);
    event->attempts = (int)ink_db_int(row, 4);
    event->not_before_ms = ink_db_int(row, 5);
    return event;
}

ink_store_status ink_store_event_list(struct ink_store *store, uint64_t after, size_t max, struct ink_store_event **out)
{
    *out = NULL;
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    struct ink_store_event **end = out;
    ink_store_status status;
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_EVENT_LIST, "ii", (int64_t)after, (int64_t)max);
    while (ink_db_step(db, row, &status)) {
        *end = read_event(row);
        if (!*end) break; /* what was read so far is of use; the rest is read later */
        end = &(*end)->next;
    }
    ink_db_reset(row);
    ink_store_reader_back(store, db);
    return status || *out || end != out ? status : INK_STORE_OK;
}

ink_store_status ink_store_event_count(struct ink_store *store, size_t *out)
{
    *out = 0;
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    ink_store_status status;
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_EVENT_COUNT, "");
    if (ink_db_step(db, row, &status)) *out = (size_t)ink_db_int(row, 0);
    ink_db_reset(row);
    ink_store_reader_back(store, db);
    return status;
}

struct settle_job {
    struct ink_store_job job;
    const struct ink_store_settled *settled;
    size_t count;
};

static ink_store_status settle_one(struct ink_db *db, const struct ink_store_settled *settled)
{
    int64_t id = (int64_t)settled->id;
    if (!settled->record && settled->attempts > 0)
        return ink_db_run(db, INK_SQL_EVENT_RETRY, "iii", id, (int64_t)settled->attempts, settled->not_before_ms);
    ink_store_status status = ink_db_run(db, INK_SQL_EVENT_DELETE, "i", id);
    if (!status && settled->record) {
        status =
            ink_db_run(db, INK_SQL_FAILURE_ADD, "itit", id, settled->function, ink_clock_wall_ms(), settled->record);
        if (!status) status = ink_db_run(db, INK_SQL_FAILURE_TRIM, "i", (int64_t)INK_STORE_FAILURES_MAX);
    }
    return status;
}

static ink_store_status run_settle(struct ink_store *store, struct ink_store_job *job)
{
    const struct settle_job *self = (const struct settle_job *)job;
    ink_store_status status = INK_STORE_OK;
    for (size_t i = 0; i < self->count && !status; i++) status = settle_one(&store->writer, &self->settled[i]);
    return status;
}

ink_store_status ink_store_event_settle(struct ink_store *store, const struct ink_store_settled *settled, size_t count)
{
    struct settle_job job = {.job = {.run = run_settle, .frees = true}, .settled = settled, .count = count};
    return ink_store_submit(store, &job.job);
}

static bool read_failure(sqlite3_stmt *row, struct ink_arena *arena, void *out)
{
    struct ink_store_failure *failure = out;
    failure->event = (uint64_t)ink_db_int(row, 0);
    failure->function = ink_arena_text(arena, ink_view_text(ink_db_text(row, 1)));
    failure->failed_ms = ink_db_int(row, 2);
    failure->record = ink_arena_text(arena, ink_view_text(ink_db_text(row, 3)));
    return failure->function && failure->record;
}

ink_store_status ink_store_failure_list(struct ink_store *store, size_t max, struct ink_arena *arena,
                                        struct ink_store_failure **out, size_t *count)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    struct ink_store_rows rows = {read_failure, sizeof **out, max, arena};
    sqlite3_stmt *list = ink_db_bind(db, INK_SQL_FAILURE_LIST, "i", (int64_t)(max < INT32_MAX ? max : INT32_MAX));
    ink_store_status status = ink_store_collect(db, list, &rows, (void **)out, count);
    ink_store_reader_back(store, db);
    return status;
}

ink_store_status ink_store_failure_get(struct ink_store *store, uint64_t event, struct ink_arena *arena,
                                       struct ink_store_failure *out)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    ink_store_status status;
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_FAILURE_GET, "i", (int64_t)event);
    bool found = ink_db_step(db, row, &status);
    if (found) status = read_failure(row, arena, out) ? INK_STORE_OK : INK_STORE_OOM;
    if (!found && !status) status = INK_STORE_NO_KEY;
    ink_db_reset(row);
    ink_store_reader_back(store, db);
    return status;
}
