/* SPDX-License-Identifier: MIT */
/* store_db.h - one SQLite connection and the statements that run on it. All SQL of the store is in store_db.c.
 *
 * A connection is used by one thread at a time. Statements are prepared at first use and kept. */
#ifndef INK_LOCAL_STORE_DB_H
#define INK_LOCAL_STORE_DB_H

#include <sqlite3.h>

#include "base/buffer.h"
#include "local/store.h"

enum ink_sql {
    INK_SQL_BEGIN,
    INK_SQL_COMMIT,
    INK_SQL_ROLLBACK,
    INK_SQL_SAVE,
    INK_SQL_SAVE_UNDO,
    INK_SQL_SAVE_END,
    INK_SQL_SETTING_GET,
    INK_SQL_SETTING_SET,
    INK_SQL_BUCKET_ADD,
    INK_SQL_BUCKET_ID,
    INK_SQL_BUCKET_LIST,
    INK_SQL_BUCKET_IN_USE,
    INK_SQL_BUCKET_DELETE,
    INK_SQL_RULE_ADD,
    INK_SQL_RULE_LIST,
    INK_SQL_RULE_CLEAR,
    INK_SQL_BODY_ADD,
    INK_SQL_BODY_DELETE,
    INK_SQL_OBJECT_SET,
    INK_SQL_OBJECT_GET,
    INK_SQL_OBJECT_READ,
    INK_SQL_OBJECT_DELETE,
    INK_SQL_OBJECT_LIST,
    INK_SQL_FILES,
    INK_SQL_UPLOAD_ADD,
    INK_SQL_UPLOAD_GET,
    INK_SQL_UPLOAD_LIST,
    INK_SQL_UPLOAD_OF_BUCKET,
    INK_SQL_UPLOAD_DELETE,
    INK_SQL_PART_SET,
    INK_SQL_PART_GET,
    INK_SQL_PART_LIST,
    INK_SQL_PART_READ,
    INK_SQL_PART_CLEAR,
    INK_SQL_EVENT_ADD,
    INK_SQL_EVENT_LIST,
    INK_SQL_EVENT_RETRY,
    INK_SQL_EVENT_DELETE,
    INK_SQL_EVENT_COUNT,
    INK_SQL_FAILURE_ADD,
    INK_SQL_FAILURE_LIST,
    INK_SQL_FAILURE_TRIM,
    INK_SQL_FAILURE_GET,
    INK_SQL_RUN_SET,
    INK_SQL_RUN_LIST,
    INK_SQL_RUN_GET,
    INK_SQL_RUN_TRIM,
    INK_SQL_COUNT
};

struct ink_db {
    sqlite3 *handle;
    sqlite3_stmt *statements[INK_SQL_COUNT];
};

/* Opens path; makes and checks the tables when `setup`. Messages name the path. */
INK_NODISCARD ink_status ink_db_open(const char *path, bool setup, struct ink_db *db, struct ink_error *err);
void ink_db_close(struct ink_db *db);

/* Binds and hands out a statement, ready to step; NULL on failure. `format` has a letter an argument, in order of ?1, ?2:
 * 't' const char * (NULL is SQL's NULL), 'i' int64_t, 'v' const struct ink_view * (a BLOB), 'T' const struct
 * ink_buffer * (text that may hold a zero byte). Nothing is copied: arguments
 * stay until the statement is reset. */
sqlite3_stmt *ink_db_bind(struct ink_db *db, enum ink_sql which, const char *format, ...);

/* True: there is a row, to be read with ink_db_text and the like. False: the end or a failure; the statement is reset then,
 * and *status is set (OK at the end). A NULL statement is a failure. */
bool ink_db_step(struct ink_db *db, sqlite3_stmt *statement, ink_store_status *status);

/* Ends a statement before its last row: a reader that does not holds an old snapshot. NULL is allowed. */
void ink_db_reset(sqlite3_stmt *statement);

/* Binds and runs to the end; rows are thrown away. */
ink_store_status ink_db_run(struct ink_db *db, enum ink_sql which, const char *format, ...);

/* What the last failure on the connection means: FULL, OOM or BROKEN (which is logged with SQLite's words). */
ink_store_status ink_db_failure(struct ink_db *db);

static inline int64_t ink_db_int(sqlite3_stmt *row, int column)
{
    return sqlite3_column_int64(row, column);
}

/* Never NULL; lives until the next step. */
static inline const char *ink_db_text(sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);
    return text ? (const char *)text : "";
}

static inline struct ink_view ink_db_blob(sqlite3_stmt *row, int column)
{
    const void *data = sqlite3_column_blob(row, column); /* before its length: SQLite wants this order */
    return ink_view_of(data, (size_t)sqlite3_column_bytes(row, column));
}

#endif
