/* SPDX-License-Identifier: MIT */
/* Objects are small rows in one tree, ordered by bucket and key, so that listing reads nothing else; inline bodies lie in
 * a tree of their own. Numbers that name bodies and events come from one sequence that never goes back (store.c). */
#include "local/store_db.h"

#include <errno.h>
#include <stdarg.h>

#include "base/log.h"

enum { SCHEMA_VERSION = 2, BUSY_MS = 10000 };

/* schemas[n] makes version n + 1 of version n; 0 is an empty file. */
static const char *const schemas[SCHEMA_VERSION] = {
    "CREATE TABLE settings(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE buckets(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL);"
    "CREATE TABLE rules(bucket INTEGER, position INTEGER, id TEXT, function TEXT, events TEXT, prefix TEXT, suffix "
    "TEXT,"
    "  PRIMARY KEY(bucket, position)) WITHOUT ROWID;"
    "CREATE TABLE bodies(id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE objects(bucket INTEGER, key TEXT, body INTEGER, size INTEGER, modified_ms INTEGER, etag TEXT,"
    "  headers BLOB, upload TEXT, PRIMARY KEY(bucket, key)) WITHOUT ROWID;"
    "CREATE TABLE uploads(bucket INTEGER, key TEXT, id TEXT, started_ms INTEGER, headers BLOB,"
    "  PRIMARY KEY(bucket, key, id)) WITHOUT ROWID;"
    "CREATE TABLE parts(upload TEXT, number INTEGER, body INTEGER, size INTEGER, modified_ms INTEGER, etag TEXT,"
    "  headers BLOB, PRIMARY KEY(upload, number)) WITHOUT ROWID;"
    "CREATE TABLE events(id INTEGER PRIMARY KEY, function TEXT, payload TEXT, trace TEXT, created_ms INTEGER,"
    "  attempts INTEGER, not_before_ms INTEGER);"
    "CREATE TABLE failures(id INTEGER PRIMARY KEY, function TEXT, failed_ms INTEGER, record TEXT);",

    "CREATE TABLE runs(id INTEGER PRIMARY KEY, bucket TEXT, key TEXT, outcome TEXT, record TEXT, detail TEXT);",
};

static const char *const texts[INK_SQL_COUNT] = {
    [INK_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [INK_SQL_COMMIT] = "COMMIT",
    [INK_SQL_ROLLBACK] = "ROLLBACK",
    [INK_SQL_SAVE] = "SAVEPOINT job",
    [INK_SQL_SAVE_UNDO] = "ROLLBACK TO job",
    [INK_SQL_SAVE_END] = "RELEASE job",
    [INK_SQL_SETTING_GET] = "SELECT value FROM settings WHERE name = ?1",
    [INK_SQL_SETTING_SET] = "INSERT OR REPLACE INTO settings VALUES(?1, ?2)",
    [INK_SQL_BUCKET_ADD] = "INSERT INTO buckets(name, created_ms) VALUES(?1, ?2)",
    [INK_SQL_BUCKET_ID] = "SELECT id FROM buckets WHERE name = ?1",
    [INK_SQL_BUCKET_LIST] = "SELECT name, created_ms FROM buckets ORDER BY name",
    [INK_SQL_BUCKET_IN_USE] = "SELECT 1 FROM objects WHERE bucket = ?1 LIMIT 1",
    [INK_SQL_BUCKET_DELETE] = "DELETE FROM buckets WHERE id = ?1",
    [INK_SQL_RULE_ADD] = "INSERT INTO rules VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [INK_SQL_RULE_LIST] = "SELECT id, function, events, prefix, suffix FROM rules WHERE bucket = ?1 ORDER BY position",
    [INK_SQL_RULE_CLEAR] = "DELETE FROM rules WHERE bucket = ?1",
    [INK_SQL_BODY_ADD] = "INSERT INTO bodies VALUES(?1, ?2)",
    [INK_SQL_BODY_DELETE] = "DELETE FROM bodies WHERE id = ?1",
    [INK_SQL_OBJECT_SET] = "INSERT OR REPLACE INTO objects VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [INK_SQL_OBJECT_GET] = "SELECT body, size, modified_ms, etag, headers, upload FROM objects"
                           " WHERE bucket = ?1 AND key = ?2",
    [INK_SQL_OBJECT_READ] = "SELECT o.body, o.size, o.modified_ms, o.etag, o.headers, b.data FROM objects o"
                            " LEFT JOIN bodies b ON b.id = o.body WHERE o.bucket = ?1 AND o.key = ?2",
    [INK_SQL_OBJECT_DELETE] = "DELETE FROM objects WHERE bucket = ?1 AND key = ?2",
    [INK_SQL_OBJECT_LIST] = "SELECT key, size, modified_ms, etag FROM objects WHERE bucket = ?1 AND key >= ?2"
                            " ORDER BY key",
    [INK_SQL_FILES] = "SELECT body FROM objects WHERE size > ?1 UNION ALL SELECT body FROM parts WHERE size > ?1",
    [INK_SQL_UPLOAD_ADD] = "INSERT INTO uploads VALUES(?1, ?2, ?3, ?4, ?5)",
    [INK_SQL_UPLOAD_GET] = "SELECT headers FROM uploads WHERE bucket = ?1 AND key = ?2 AND id = ?3",
    [INK_SQL_UPLOAD_LIST] = "SELECT key, id, started_ms FROM uploads WHERE bucket = ?1 AND (key, id) > (?2, ?3)"
                            " AND substr(key, 1, length(?4)) = ?4 ORDER BY key, id",
    [INK_SQL_UPLOAD_OF_BUCKET] = "SELECT key, id FROM uploads WHERE bucket = ?1 LIMIT 1",
    [INK_SQL_UPLOAD_DELETE] = "DELETE FROM uploads WHERE bucket = ?1 AND key = ?2 AND id = ?3",
    [INK_SQL_PART_SET] = "INSERT OR REPLACE INTO parts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [INK_SQL_PART_GET] = "SELECT body, size FROM parts WHERE upload = ?1 AND number = ?2",
    [INK_SQL_PART_LIST] = "SELECT number, size, modified_ms, etag, headers, body FROM parts"
                          " WHERE upload = ?1 AND number > ?2 ORDER BY number",
    [INK_SQL_PART_READ] = "SELECT data FROM bodies WHERE id = ?1",
    [INK_SQL_PART_CLEAR] = "DELETE FROM parts WHERE upload = ?1",
    [INK_SQL_EVENT_ADD] = "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, 0, 0)",
    [INK_SQL_EVENT_LIST] = "SELECT id, payload, trace, created_ms, attempts, not_before_ms, function FROM events"
                           " WHERE id > ?1 ORDER BY id LIMIT ?2",
    [INK_SQL_EVENT_RETRY] = "UPDATE events SET attempts = ?2, not_before_ms = ?3 WHERE id = ?1",
    [INK_SQL_EVENT_DELETE] = "DELETE FROM events WHERE id = ?1",
    [INK_SQL_EVENT_COUNT] = "SELECT count(*) FROM events",
    [INK_SQL_FAILURE_ADD] = "INSERT OR REPLACE INTO failures VALUES(?1, ?2, ?3, ?4)",
    [INK_SQL_FAILURE_LIST] = "SELECT id, function, failed_ms, record FROM failures ORDER BY id DESC LIMIT ?1",
    [INK_SQL_FAILURE_GET] = "SELECT id, function, failed_ms, record FROM failures WHERE id = ?1",
    [INK_SQL_RUN_SET] = "INSERT OR REPLACE INTO runs VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [INK_SQL_RUN_LIST] = "SELECT id, bucket, key, outcome, record FROM runs WHERE id < ?1"
                         " AND (?2 IS NULL OR bucket = ?2) AND (?3 IS NULL OR substr(key, 1, length(?3)) = ?3)"
                         " AND (?4 IS NULL OR outcome = ?4) ORDER BY id DESC LIMIT ?5",
    [INK_SQL_RUN_GET] = "SELECT id, bucket, key, outcome, record, detail FROM runs WHERE id = ?1",
    [INK_SQL_RUN_TRIM] = "DELETE FROM runs WHERE id <= (SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?1)",
    [INK_SQL_FAILURE_TRIM] = "DELETE FROM failures WHERE id NOT IN (SELECT id FROM failures ORDER BY id DESC LIMIT ?1)",
};

static ink_status fail_open(struct ink_db *db, const char *path, struct ink_error *err)
{
    int code = db->handle ? sqlite3_errcode(db->handle) : SQLITE_NOMEM;
    ink_status status = code == SQLITE_NOMEM ? INK_E_OOM : code == SQLITE_NOTADB ? INK_E_FORMAT : INK_E_IO;
    return ink_fail(err, status, "%s: %s", path, db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
}

static int read_version(struct ink_db *db)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db->handle, "PRAGMA user_version", -1, &statement, NULL)) return -1;
    int version = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    return version;
}

/* Brings an empty file, or one of an earlier version, up to this one. */
static ink_status bring_up(struct ink_db *db, const char *path, struct ink_error *err)
{
    int version = read_version(db);
    if (version == SCHEMA_VERSION) return INK_OK;
    if (version < 0) return fail_open(db, path, err);
    if (version > SCHEMA_VERSION)
        return ink_fail(err, INK_E_FORMAT, "%s: written by a later version of inkling (format %d, this one reads %d)",
                        path, version, SCHEMA_VERSION);
    char number[64];
    sqlite3_snprintf(sizeof number, number, "PRAGMA user_version = %d", SCHEMA_VERSION);
    bool good = !sqlite3_exec(db->handle, "BEGIN", NULL, NULL, NULL);
    for (int i = version; i < SCHEMA_VERSION && good; i++)
        good = !sqlite3_exec(db->handle, schemas[i], NULL, NULL, NULL);
    good = good && !sqlite3_exec(db->handle, number, NULL, NULL, NULL) &&
           !sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL);
    return good ? INK_OK : fail_open(db, path, err);
}

ink_status ink_db_open(const char *path, bool setup, struct ink_db *db, struct ink_error *err)
{
    *db = (struct ink_db){0};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (setup ? SQLITE_OPEN_CREATE : 0);
    ink_status st = sqlite3_open_v2(path, &db->handle, flags, NULL) ? fail_open(db, path, err) : INK_OK;
    if (!st) {
        sqlite3_busy_timeout(db->handle, BUSY_MS);
        /* checkpoints are store_commit.c's, in a thread of its own */
        if (sqlite3_exec(db->handle, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;",
                         NULL, NULL, NULL))
            st = fail_open(db, path, err);
    }
    if (!st && setup) st = bring_up(db, path, err);
    if (st) ink_db_close(db);
    return st;
}

void ink_db_close(struct ink_db *db)
{
    for (int i = 0; i < INK_SQL_COUNT; i++) sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->handle);
    *db = (struct ink_db){0};
}

static sqlite3_stmt *bind_list(struct ink_db *db, enum ink_sql which, const char *format, va_list args)
{
    if (!db->statements[which] &&
        sqlite3_prepare_v3(db->handle, texts[which], -1, SQLITE_PREPARE_PERSISTENT, &db->statements[which], NULL))
        return NULL;
    sqlite3_stmt *statement = db->statements[which];
    int rc = SQLITE_OK;
    for (int i = 0; format[i] && !rc; i++) {
        if (format[i] == 't') {
            rc = sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1, SQLITE_STATIC);
        } else if (format[i] == 'T') {
            const struct ink_buffer *text = va_arg(args, const struct ink_buffer *);
            rc = sqlite3_bind_text64(statement, i + 1, text->data ? (const char *)text->data : "", text->len,
                                     SQLITE_STATIC, SQLITE_UTF8);
        } else if (format[i] == 'i') {
            rc = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
        } else {
            const struct ink_view *view = va_arg(args, const struct ink_view *);
            rc = sqlite3_bind_blob64(statement, i + 1, view->len ? (const void *)view->data : "", view->len,
                                     SQLITE_STATIC);
        }
    }
    return rc ? NULL : statement;
}

sqlite3_stmt *ink_db_bind(struct ink_db *db, enum ink_sql which, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sqlite3_stmt *statement = bind_list(db, which, format, args);
    va_end(args);
    return statement;
}

bool ink_db_step(struct ink_db *db, sqlite3_stmt *statement, ink_store_status *status)
{
    int rc = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    *status = rc == SQLITE_ROW || rc == SQLITE_DONE ? INK_STORE_OK : ink_db_failure(db);
    if (rc == SQLITE_ROW) return true;
    ink_db_reset(statement);
    return false;
}

void ink_db_reset(sqlite3_stmt *statement)
{
    if (!statement) return;
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement); /* they point into the caller's memory */
}

ink_store_status ink_db_run(struct ink_db *db, enum ink_sql which, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sqlite3_stmt *statement = bind_list(db, which, format, args);
    va_end(args);
    ink_store_status status;
    while (ink_db_step(db, statement, &status)) continue;
    return status;
}

ink_store_status ink_db_failure(struct ink_db *db)
{
    int code = sqlite3_errcode(db->handle), extended = sqlite3_extended_errcode(db->handle);
    int os = sqlite3_system_errno(db->handle);
    if (code == SQLITE_NOMEM) return INK_STORE_OOM;
    if (code == SQLITE_FULL ||
        (code == SQLITE_IOERR && (os == ENOSPC || os == EDQUOT || extended == SQLITE_IOERR_SHMSIZE)))
        return INK_STORE_FULL;
    ink_log(INK_LOG_ERROR, "store: %s (SQLite %d%s%s)", sqlite3_errmsg(db->handle), extended, os ? ", " : "",
            os ? strerror(os) : "");
    return INK_STORE_BROKEN;
}
