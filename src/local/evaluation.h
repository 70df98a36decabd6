/* SPDX-License-Identifier: MIT */
/* evaluation.h - `inkling eval` for the console: labelled pictures and a model put into a folder, the program run between
 * walls, its progress told, its page kept.
 *
 *   new -> file, file ... -> start -> running -> done, failed or cancelled      (with pictures of a bucket: new starts it)
 *
 * The last INK_EVALUATIONS_MAX are kept until the server ends; one runs at a time. Thread-safe. */
#ifndef INK_LOCAL_EVALUATION_H
#define INK_LOCAL_EVALUATION_H

#include <jansson.h>

#include "local/feed.h"
#include "local/store.h"

enum { INK_EVALUATIONS_MAX = 8 };

struct ink_evaluations;

/* All borrowed. folder: the data folder; program: `inkling`, absolute. */
struct ink_evaluations_options {
    struct ink_store *store;
    struct ink_feed *feed;
    const char *folder;
    const char *program;
};

INK_NODISCARD ink_status ink_evaluations_new(const struct ink_evaluations_options *options,
                                             struct ink_evaluations **out, struct ink_error *err);

/* Cancels what runs and removes all files. NULL is allowed. */
void ink_evaluations_free(struct ink_evaluations *all);

struct ink_evaluation_wanted {
    const char *model_bucket, *model_key; /* NULL: the built-in model */
    const char *bucket, *prefix;          /* of the labelled pictures; NULL: files come with ink_evaluation_file */
};

/* These return what GET /_inkling/evaluations shows of one (the caller's), or NULL with err: INK_E_NOT_FOUND for an id that
 * there is not, INK_E_LIMIT: one runs already, or is over a cap; INK_E_ARGUMENT: not now, or not that path. */
json_t *ink_evaluation_new(struct ink_evaluations *all, const struct ink_evaluation_wanted *wanted,
                           struct ink_error *err);
json_t *ink_evaluation_file(struct ink_evaluations *all, uint64_t id, const char *path, struct ink_view bytes,
                            struct ink_error *err);
json_t *ink_evaluation_start(struct ink_evaluations *all, uint64_t id, struct ink_error *err);
json_t *ink_evaluation_end(struct ink_evaluations *all, uint64_t id, struct ink_error *err);

/* All of them, the newest first. */
json_t *ink_evaluation_list(struct ink_evaluations *all);

/* The page, open to read; -1 where id and ticket are not those of one that is done. */
int ink_evaluation_report(struct ink_evaluations *all, uint64_t id, const char *ticket, uint64_t *size);

#endif
