/* SPDX-License-Identifier: MIT */
/* convention.h - what a model wants to be shown, and what its numbers mean.
 *
 *   inputs, outputs, metadata, settings  ->  struct ink_convention
 *
 * Settings count before metadata, metadata before what the shape suggests: one channel is read as MNIST was made, three
 * channels as ImageNet's networks are fed. */
#ifndef INK_PIPELINE_CONVENTION_H
#define INK_PIPELINE_CONVENTION_H

#include "engine/session.h"
#include "pipeline/settings.h"

/* What comes out of the model. code, the word in answers, its meaning */
#define INK_SCORES_MAP(X)                                                                                              \
    X(PROBABILITIES, "probabilities", "taken as they are")                                                             \
    X(LOG_PROBABILITIES, "log-probabilities", "exp was applied")                                                       \
    X(LOGITS, "logits", "softmax was applied")

enum ink_scores {
#define X(code, word, meaning) INK_SCORES_##code,
    INK_SCORES_MAP(X)
#undef X
        INK_SCORES_COUNT
};

struct ink_convention {
    struct ink_want want;
    bool range_given, polarity_given,
        transpose_given; /* by settings, metadata or the input's type: not to be doubted */
    int input, output;   /* which of the session's */
    enum ink_dtype input_dtype;
    struct ink_shape input_shape; /* all known; dimension 0 is the batch where `batched` */
    size_t batch;                 /* pictures that one run takes; the first place is used */
    int64_t classes;              /* 0: only known after a run */
    enum ink_scores scores;       /* INK_SCORES_COUNT: told by the values (the sum of 0..1, or not) */
    const char **labels;          /* `label_count` of them, or NULL: the numbers */
    size_t label_count;
    int top;            /* lines of results.txt, 1..10 */
    const char *why[8]; /* where the above comes from, one line each, for the report */
    int why_count;
};

/* INK_E_NOT_CLASSIFIER: the model takes no picture, or gives no scores; INK_E_MODEL: settings contradict the model.
 * Text lives in the arena. */
INK_NODISCARD ink_status ink_convention_find(const struct ink_session *session, const struct ink_settings *settings,
                                             struct ink_arena *arena, struct ink_convention *out,
                                             struct ink_error *err);

/* Adds a line to `why`, while there is room; the text is static or lives as long. */
void ink_convention_because(struct ink_convention *convention, const char *why);

const char *ink_scores_word(enum ink_scores scores);
const char *ink_layout_word(enum ink_layout layout);       /* "nchw" */
const char *ink_polarity_word(enum ink_polarity polarity); /* "bright-ink" */

/* "logits" etc. from the values themselves. */
enum ink_scores ink_scores_of_values(const float *values, size_t count);

/* In place: `what` becomes probabilities. */
void ink_scores_to_probabilities(float *scores, size_t count, enum ink_scores what);

#endif
