/* SPDX-License-Identifier: MIT */
#include "local/store_watch.h"

#include "base/alloc.h"
#include "local/store_internal.h"

void ink_store_watch(struct ink_store *store, ink_store_watcher watcher, void *arg)
{
    store->watcher = watcher;
    store->watcher_arg = arg;
}

ink_store_status ink_store_note(struct ink_store *store, const struct ink_store_row *row)
{
    if (!store->watcher) return INK_STORE_OK;
    size_t bucket_len = strlen(row->bucket) + 1, key_len = strlen(row->key) + 1;
    struct ink_store_change *change = ink_calloc(1, sizeof *change + bucket_len + key_len);
    if (!change) return INK_STORE_OOM;
    char *room = (char *)(change + 1);
    change->bucket = memcpy(room, row->bucket, bucket_len);
    change->key = memcpy(room + bucket_len, row->key, key_len);
    change->deleted = !row->etag;
    if (row->etag) strncpy(change->etag, row->etag, INK_STORE_ETAG_LEN);
    change->size = row->size;
    change->modified_ms = row->modified_ms;
    change->next = store->after.changes;
    store->after.changes = change;
    return INK_STORE_OK;
}

void ink_store_forget_changes(struct ink_store_change *change, const struct ink_store_change *until)
{
    while (change != until) {
        struct ink_store_change *next = change->next;
        ink_free(change);
        change = next;
    }
}

void ink_store_tell_watcher(struct ink_store *store, struct ink_store_change *newest)
{
    struct ink_store_change *oldest = NULL;
    while (newest) {
        struct ink_store_change *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    if (oldest) store->watcher(store->watcher_arg, oldest);
    ink_store_forget_changes(oldest, NULL);
}
