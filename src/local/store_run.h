/* SPDX-License-Identifier: MIT */
/* store_run.h - what became of events: a row each, for people to look back at. The newest INK_STORE_RUNS_MAX are kept.
 * Not needed for anything to work, so they are written some time after what they tell of. */
#ifndef INK_LOCAL_STORE_RUN_H
#define INK_LOCAL_STORE_RUN_H

#include "local/store.h"

enum { INK_STORE_RUNS_MAX = 2000 };

struct ink_store_run {
    uint64_t id; /* the event's */
    const char *bucket, *key, *outcome;
    const char *record; /* the caller's own, and what is ... */
    const char *detail; /* ... only read one at a time; NULL from list */
};

/* Replaces those of the same ids. Many in one commit. */
INK_NODISCARD ink_store_status ink_store_run_put(struct ink_store *store, const struct ink_store_run *runs,
                                                 size_t count);

struct ink_store_run_filter {
    const char *bucket, *prefix, *outcome; /* NULL: any */
    uint64_t before;                       /* ids below this one; 0: any */
};

/* The newest first, at most max. */
INK_NODISCARD ink_store_status ink_store_run_list(struct ink_store *store, const struct ink_store_run_filter *filter,
                                                  size_t max, struct ink_arena *arena, struct ink_store_run **out,
                                                  size_t *count);

/* NO_KEY when there is none of that id. */
INK_NODISCARD ink_store_status ink_store_run_get(struct ink_store *store, uint64_t id, struct ink_arena *arena,
                                                 struct ink_store_run *out);

#endif
