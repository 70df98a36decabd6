/* SPDX-License-Identifier: MIT */
/* scorer.h - one prepared picture to the model's raw numbers, one a class.
 *
 *   scorer.input filled  ->  ink_scorer_run  ->  float scores[count] */
#ifndef INK_PIPELINE_SCORER_H
#define INK_PIPELINE_SCORER_H

#include "base/arena.h"
#include "engine/session.h"
#include "pipeline/convention.h"

struct ink_scorer {
    struct ink_session *session; /* borrowed */
    enum ink_dtype dtype;        /* of the model's input */
    struct ink_shape shape;
    struct ink_tensor *inputs; /* the session's; zeros but for the picture */
    int input_count, picture;
    size_t batch;     /* pictures that a run takes; the first place is used, the others are 0 */
    int64_t classes;  /* 0: what a run gives */
    int output;       /* which of the session's */
    float *input;     /* [input_len] one prepared picture */
    size_t input_len; /* floats */
    void *converted;  /* the same as the model's own type; NULL for float */
};

/* Binds the session to the convention's shape; buffers live in the arena. INK_E_OOM, or what binding met. */
INK_NODISCARD ink_status ink_scorer_init(struct ink_scorer *scorer, struct ink_session *session,
                                         const struct ink_convention *convention, struct ink_arena *arena,
                                         struct ink_error *err);

/* Runs the model on scorer->input. *scores lives in the arena; all are finite.
 *
 * deadline_us  of ink_clock_us; 0: none: INK_E_TIMEOUT
 *
 * INK_E_NOT_CLASSIFIER where it gives another count than it said, INK_E_MODEL for a score that is not a number. */
INK_NODISCARD ink_status ink_scorer_run(struct ink_scorer *scorer, struct ink_arena *arena, uint64_t deadline_us,
                                        float **scores, size_t *count, struct ink_error *err);

#endif
