/* SPDX-License-Identifier: MIT */
/* exhibits.h - the misread pictures of a report: the picture itself, small, and what each model saw of it. */
#ifndef INK_CLI_EXHIBITS_H
#define INK_CLI_EXHIBITS_H

#include "cli/evaluation.h"

enum { INK_EXHIBITS_MAX = 200, INK_EXHIBIT_SIDE = 128 };

struct ink_exhibit {
    size_t index;            /* in the readings of each evaluation */
    size_t wrong;            /* models that misread it, or could not read it */
    float surest;            /* the highest probability of a wrong answer, 0 where none was given */
    struct ink_view picture; /* PNG, at most INK_EXHIBIT_SIDE pixels a side; len 0: it could not be decoded */
    struct ink_view *seen;   /* [models] PNG, what the model was shown; len 0: it came to nothing */
};

struct ink_exhibits {
    struct ink_exhibit *items; /* [count] misread by most models first, then the surest errors, then in order */
    size_t count;              /* at most INK_EXHIBITS_MAX */
    size_t left_out;           /* misread, but not among the items */
};

/* Chooses the pictures; draws none yet. `evaluations` are of the same pictures. All live in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_exhibits_choose(const struct ink_evaluation *evaluations, size_t models,
                                             struct ink_arena *arena, struct ink_exhibits *out);

/* Reads the chosen pictures once more, with each model. A picture that is not there any more is left empty; an error is
 * one of a model, or INK_E_OOM. Shows progress on a terminal. */
INK_NODISCARD ink_status ink_exhibits_draw(const struct ink_evaluation *evaluations, size_t models,
                                           struct ink_arena *arena, struct ink_exhibits *exhibits,
                                           struct ink_error *err);

#endif
