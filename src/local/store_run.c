/* SPDX-License-Identifier: MIT */
#include "local/store_run.h"

#include "local/store_internal.h"

struct put_runs {
    struct ink_store_job job;
    const struct ink_store_run *runs;
    size_t count;
};

static ink_store_status run_put_runs(struct ink_store *store, struct ink_store_job *job)
{
    const struct put_runs *self = (const struct put_runs *)job;
    ink_store_status status = INK_STORE_OK;
    for (size_t i = 0; i < self->count && !status; i++) {
        const struct ink_store_run *run = &self->runs[i];
        status = ink_db_run(&store->writer, INK_SQL_RUN_SET, "ittttt", (int64_t)run->id, run->bucket, run->key,
                            run->outcome, run->record, run->detail);
    }
    return status ? status : ink_db_run(&store->writer, INK_SQL_RUN_TRIM, "i", (int64_t)INK_STORE_RUNS_MAX);
}

ink_store_status ink_store_run_put(struct ink_store *store, const struct ink_store_run *runs, size_t count)
{
    struct put_runs job = {.job = {.run = run_put_runs}, .runs = runs, .count = count};
    return ink_store_submit(store, &job.job);
}

static const char *text_at(sqlite3_stmt *row, int column, struct ink_arena *arena)
{
    return ink_arena_text(arena, ink_view_text(ink_db_text(row, column)));
}

static bool read_run(sqlite3_stmt *row, struct ink_arena *arena, void *out)
{
    struct ink_store_run *run = out;
    run->id = (uint64_t)ink_db_int(row, 0);
    run->bucket = text_at(row, 1, arena);
    run->key = text_at(row, 2, arena);
    run->outcome = text_at(row, 3, arena);
    run->record = text_at(row, 4, arena);
    return run->bucket && run->key && run->outcome && run->record;
}

ink_store_status ink_store_run_list(struct ink_store *store, const struct ink_store_run_filter *filter, size_t max,
                                    struct ink_arena *arena, struct ink_store_run **out, size_t *count)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    struct ink_store_rows rows = {read_run, sizeof **out, max, arena};
    int64_t before = filter->before && filter->before < INT64_MAX ? (int64_t)filter->before : INT64_MAX;
    sqlite3_stmt *list = ink_db_bind(db, INK_SQL_RUN_LIST, "ittti", before, filter->bucket, filter->prefix,
                                     filter->outcome, (int64_t)(max < INT32_MAX ? max : INT32_MAX));
    ink_store_status status = ink_store_collect(db, list, &rows, (void **)out, count);
    ink_store_reader_back(store, db);
    return status;
}

ink_store_status ink_store_run_get(struct ink_store *store, uint64_t id, struct ink_arena *arena,
                                   struct ink_store_run *out)
{
    struct ink_db *db = ink_store_reader(store);
    if (!db) return INK_STORE_BROKEN;
    ink_store_status status;
    *out = (struct ink_store_run){0};
    sqlite3_stmt *row = ink_db_bind(db, INK_SQL_RUN_GET, "i", (int64_t)id);
    bool found = ink_db_step(db, row, &status);
    if (found) {
        bool read = read_run(row, arena, out) && (out->detail = text_at(row, 5, arena));
        status = read ? INK_STORE_OK : INK_STORE_OOM;
    } else if (!status) {
        status = INK_STORE_NO_KEY;
    }
    ink_db_reset(row);
    ink_store_reader_back(store, db);
    return status;
}
