/* SPDX-License-Identifier: MIT */
/* answers.h - what there is to say about an object, written beside it: the JSON first, then the text, so that who finds
 * the text finds the JSON that belongs to it.
 *
 * Nobody has looked yet whether it is still true when it stands there: ink_sources_look_again. Thread-safe with objects
 * of one's own. */
#ifndef INK_PIPELINE_ANSWERS_H
#define INK_PIPELINE_ANSWERS_H

#include "pipeline/results.h"
#include "pipeline/sources.h"

/* What an answer about sources->all[0] is about. Points into sources. */
struct ink_subject ink_answers_subject(const struct ink_sources *sources);

struct ink_answer_file {
    char key[INK_KEY_MAX + 1];
    struct ink_buffer bytes;
};

/* An answer on its way into the bucket. */
struct ink_answer_files {
    const char *bucket; /* borrowed */
    struct ink_answer_file json, text;
    struct ink_error error; /* status INK_OK: it stands there, or may still be tried */
};

/* results.json and results.txt about sources->all[0]; to be cleaned up in any case. INK_E_OOM, INK_E_LIMIT for a key that
 * is too long. */
INK_NODISCARD ink_status ink_answers_make_results(const struct ink_sources *sources, const struct ink_answer *answer,
                                                  struct ink_answer_files *out, struct ink_error *err);

/* Stores several at once, of each the JSON before the text: those that have no error yet. Each has its own error. */
void ink_answers_store(struct ink_objects *objects, struct ink_answer_files *all, size_t count, uint64_t deadline_us);
void ink_answer_files_cleanup(struct ink_answer_files *files);

/* Both: errors of the bucket, INK_E_OOM, INK_E_LIMIT for a key that is too long.
 *
 * sources  all[0] is the picture, or the model that is reported on */
INK_NODISCARD ink_status ink_answers_write_results(struct ink_objects *objects, const struct ink_sources *sources,
                                                   const struct ink_answer *answer, struct ink_error *err);
/* Says sources->refusal where there is no sources->model. */
INK_NODISCARD ink_status ink_answers_write_report(struct ink_objects *objects, const struct ink_sources *sources,
                                                  struct ink_error *err);

#endif
