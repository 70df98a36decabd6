/* SPDX-License-Identifier: MIT */
/* evaluation_run.h - one run of `inkling eval` between walls, in a folder that has the program ("inkling"), the model and
 * "pictures/". What it writes to its one output is read as
 *
 *   lines: "progress DONE TOTAL", or what went wrong        then, from "<!doctype html>" on, the page
 */
#ifndef INK_LOCAL_EVALUATION_RUN_H
#define INK_LOCAL_EVALUATION_RUN_H

#include <stdatomic.h>

#include "base/status.h"

struct ink_evaluation_run {
    const char *folder; /* absolute */
    const char *model;  /* as the program is to be told: "model/x.onnx", "built-in" */
    const char *report; /* gets the page */
    bool (*progress)(void *arg, size_t done, size_t total); /* false: it is to end */
    void *arg;
    const atomic_bool *cancel; /* looked at several times a second */
};

/* Returns when it has ended. INK_E_REMOTE: it failed, in its own words; INK_E_TIMEOUT: half an hour was not enough. */
INK_NODISCARD ink_status ink_evaluation_run(const struct ink_evaluation_run *run, struct ink_error *err);

#endif
