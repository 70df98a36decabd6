/* SPDX-License-Identifier: MIT */
/* store_watch.h - tells somebody of every object that was put or deleted, whoever did it. Nothing is kept for it: what was
 * not told before a crash is not told after it. */
#ifndef INK_LOCAL_STORE_WATCH_H
#define INK_LOCAL_STORE_WATCH_H

#include "local/store.h"

/* One block of memory. */
struct ink_store_change {
    struct ink_store_change *next;
    const char *bucket;
    const char *key;
    bool deleted; /* then the rest is 0 */
    char etag[INK_STORE_ETAG_LEN + 1];
    uint64_t size;
    int64_t modified_ms;
};

/* Called after a commit with what it changed, oldest first; the list is the store's. Called as ink_store_listener: it must
 * be quick and must not call the store. */
typedef void (*ink_store_watcher)(void *arg, const struct ink_store_change *changes);

/* Before the first change; NULL ends it (no change may be under way). */
void ink_store_watch(struct ink_store *store, ink_store_watcher watcher, void *arg);

#endif
