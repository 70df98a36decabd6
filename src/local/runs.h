/* SPDX-License-Identifier: MIT */
/* runs.h - all runs: those that are under way in memory, the others in the store (store_run.h), each change told to the feed.
 *
 *   function -> watcher -> ink_run -> feed; and when it ends: the answer looked up -> feed -> store
 *
 * What ended is looked up and written by a thread of its own, several at a time, so that no worker waits for it.
 * Thread-safe. */
#ifndef INK_LOCAL_RUNS_H
#define INK_LOCAL_RUNS_H

#include <jansson.h>

#include "local/feed.h"
#include "local/function.h"

struct ink_runs;

/* store and feed are borrowed. INK_E_OOM. */
INK_NODISCARD ink_status ink_runs_new(struct ink_store *store, struct ink_feed *feed, struct ink_runs **out,
                                      struct ink_error *err);

/* Writes what is left. The function must have stopped. NULL is allowed. */
void ink_runs_free(struct ink_runs *runs);

/* What the function is to be watched with; lives as long as runs. */
const struct ink_function_watcher *ink_runs_watcher(struct ink_runs *runs);

/* Records of those under way, the newest first: an array, the caller's. What has ended is in the store when this returns. */
json_t *ink_runs_under_way(struct ink_runs *runs);

#endif
