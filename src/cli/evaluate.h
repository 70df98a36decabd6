/* SPDX-License-Identifier: MIT */
/* evaluate.h - has a model read labelled pictures, with several threads. */
#ifndef INK_CLI_EVALUATE_H
#define INK_CLI_EVALUATE_H

#include "cli/evaluation.h"

enum { INK_EVALUATE_THREADS_MAX = 64 };

/* Reads all pictures with the model at `model`. The readings do not depend on the number of threads, but for their times.
 *
 * threads  1..INK_EVALUATE_THREADS_MAX; each has a classifier of its own, so memory grows with them
 * arena    gets the readings and their texts
 *
 * Shows progress on a terminal. A picture that cannot be read is a reading; an error is one of the model, or INK_E_OOM. */
INK_NODISCARD ink_status ink_evaluate(const char *model, const struct ink_labelled *pictures, size_t count, int threads,
                                      struct ink_arena *arena, struct ink_evaluation *out, struct ink_error *err);

#endif
