/* SPDX-License-Identifier: MIT */
/* Rows to arrays, and the listing of a bucket: a walk over its keys in order that, at a common prefix, seeks to the first
 * key behind everything that begins with it. */
#include "local/store_internal.h"

#include <assert.h>

static void *keep_items(struct ink_buffer *items, struct ink_arena *arena)
{
    void *kept = ink_arena_alloc(arena, items->len, 16);
    if (kept && items->len) memcpy(kept, items->data, items->len);
    return kept;
}

ink_store_status ink_store_collect(struct ink_db *db, sqlite3_stmt *statement, struct ink_store_rows *rows, void **out,
                                   size_t *count)
{
    union {
        max_align_t align;
        char bytes[256];
    } item;
    assert(rows->item_size <= sizeof item);
    struct ink_buffer items;
    ink_buffer_init(&items, SIZE_MAX / 2);
    ink_store_status status;
    rows->truncated = false;
    *count = 0;
    while (ink_db_step(db, statement, &status)) {
        rows->truncated = *count == rows->max;
        if (rows->truncated) break;
        memset(&item, 0, sizeof item);
        if (!rows->read(statement, rows->arena, &item) || ink_buffer_append(&items, &item, rows->item_size)) {
            status = INK_STORE_OOM;
            break;
        }
        ++*count;
    }
    ink_db_reset(statement);
    *out = status ? NULL : keep_items(&items, rows->arena);
    ink_buffer_cleanup(&items);
    return status || *out ? status : INK_STORE_OOM;
}

/* --- the objects of a bucket ------------------------------------------------------------------------------------ */

struct walk {
    struct ink_db *db;
    int64_t bucket;
    const char *prefix, *delimiter, *after;
    size_t max;
    struct ink_arena *arena;
    struct ink_buffer entries;
    struct ink_buffer from; /* the next key is this or above */
    bool more;
};

/* The least text above all that begin with `prefix` (not empty; UTF-8 has no byte FF, so the last one can be raised). */
static bool skip_prefix(struct walk *walk, struct ink_view prefix)
{
    ink_buffer_clear(&walk->from);
    if (ink_buffer_append(&walk->from, prefix.data, prefix.len)) return false;
    walk->from.data[prefix.len - 1]++;
    return true;
}

/* The common prefix that key is rolled up into, with its delimiter; empty when there is none. */
static struct ink_view common_prefix(const struct walk *walk, const char *key)
{
    if (!*walk->delimiter) return ink_view_of(NULL, 0);
    const char *found = strstr(key + strlen(walk->prefix), walk->delimiter);
    return found ? ink_view_of(key, (size_t)(found - key) + strlen(walk->delimiter)) : ink_view_of(NULL, 0);
}

static ink_store_status add_entry(struct walk *walk, struct ink_store_entry entry, struct ink_view key)
{
    entry.key = ink_arena_text(walk->arena, key);
    return !entry.key || ink_buffer_append(&walk->entries, &entry, sizeof entry) ? INK_STORE_OOM : INK_STORE_OK;
}

static size_t count_entries(const struct walk *walk)
{
    return walk->entries.len / sizeof(struct ink_store_entry);
}

static ink_store_status add_key(struct walk *walk, sqlite3_stmt *row, const char *key)
{
    struct ink_store_entry entry = {.size = (uint64_t)ink_db_int(row, 1), .modified_ms = ink_db_int(row, 2)};
    strncpy(entry.etag, ink_db_text(row, 3), INK_STORE_ETAG_LEN);
    return add_entry(walk, entry, ink_view_text(key));
}

/* Steps through keys until the end, or until a common prefix makes a seek worth while (*again). */
static ink_store_status walk_run(struct walk *walk, bool *again)
{
    *again = false;
    ink_store_status status;
    sqlite3_stmt *row = ink_db_bind(walk->db, INK_SQL_OBJECT_LIST, "iT", walk->bucket, &walk->from);
    while (ink_db_step(walk->db, row, &status)) {
        const char *key = ink_db_text(row, 0);
        if (strncmp(key, walk->prefix, strlen(walk->prefix)) != 0) break;
        struct ink_view common = common_prefix(walk, key);
        bool seen = common.len && strncmp(walk->after, (const char *)common.data, common.len) == 0;
        if (!seen && count_entries(walk) == walk->max) {
            walk->more = true;
            break;
        }
        if (common.len == 0) {
            status = add_key(walk, row, key);
            if (status) break;
            continue;
        }
        if (!seen) status = add_entry(walk, (struct ink_store_entry){.is_prefix = true}, common);
        if (!status && !skip_prefix(walk, common)) status = INK_STORE_OOM;
        *again = !status;
        break;
    }
    ink_db_reset(row);
    return status;
}

static ink_store_status walk_start(struct walk *walk)
{
    /* nothing lies between a key and that key with a zero byte behind it */
    bool behind = *walk->after && strcmp(walk->after, walk->prefix) >= 0;
    const char *start = behind ? walk->after : walk->prefix;
    return ink_buffer_append(&walk->from, start, strlen(start) + (behind ? 1 : 0)) ? INK_STORE_OOM : INK_STORE_OK;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

ink_store_status ink_store_list(struct ink_store *store, const char *bucket,
                                const struct ink_store_list_options *options, struct ink_arena *arena,
                                struct ink_store_listing *out)
{
    *out = (struct ink_store_listing){0};
    struct walk walk = {.arena = arena,
                        .db = ink_store_reader(store),
                        .prefix = or_empty(options->prefix),
                        .delimiter = or_empty(options->delimiter),
                        .after = or_empty(options->after),
                        .max = options->max < INK_STORE_LIST_MAX ? options->max : INK_STORE_LIST_MAX};
    if (!walk.db) return INK_STORE_BROKEN;
    ink_buffer_init(&walk.entries, SIZE_MAX / 2);
    ink_buffer_init(&walk.from, SIZE_MAX / 2);
    ink_store_status status = ink_store_bucket_id(walk.db, bucket, &walk.bucket);
    if (!status) status = walk_start(&walk);
    for (bool again = walk.max > 0; again && !status;) status = walk_run(&walk, &again);
    if (!status) {
        out->count = count_entries(&walk);
        out->entries = keep_items(&walk.entries, arena);
        out->truncated = walk.more;
        if (!out->entries)
            status = INK_STORE_OOM;
        else if (walk.more)
            out->next = out->entries[out->count - 1].key;
    }
    ink_buffer_cleanup(&walk.from);
    ink_buffer_cleanup(&walk.entries);
    ink_store_reader_back(store, walk.db);
    return status;
}
