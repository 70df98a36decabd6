/* SPDX-License-Identifier: MIT */
/* invocation.h - one event through one function process, in the phases and with the words of Lambda.
 *
 *   init (10 s) -> invoke (the time-out) -> its next "next", or its end
 *
 * An init that fails is tried once more as a part of the invocation, as Lambda does. Sources: "Understanding the Lambda
 * execution environment lifecycle", "Lambda quotas" (Lambda Developer Guide); the texts of failures are recorded ones. */
#ifndef INK_CLI_INVOCATION_H
#define INK_CLI_INVOCATION_H

#include <signal.h>
#include <stdio.h>

#include "cli/runtime_api.h"
#include "sandbox/process.h"

struct ink_invocation_options {
    struct ink_process_options process; /* env and memory_mb are filled in here */
    const char *const *more_env;        /* "NAME=value", NULL at the end, beside what Lambda sets */
    const char *region;
    unsigned memory_mb;
    long timeout_s;
    struct ink_view event;
    FILE *log;                           /* for the platform's lines: INIT_REPORT, START, END, REPORT */
    const volatile sig_atomic_t *cancel; /* not 0: end all of it */
};

enum ink_invocation_end {
    INK_INVOCATION_ANSWERED,
    INK_INVOCATION_FAILED,    /* the function said so, or sent too much */
    INK_INVOCATION_EXITED,    /* before it had answered, or it could not be started */
    INK_INVOCATION_TIMED_OUT, /* killed */
    INK_INVOCATION_OUT_OF_MEMORY,
    INK_INVOCATION_CANCELLED,
};

struct ink_invocation_result {
    enum ink_invocation_end end;
    struct ink_buffer payload; /* what a caller of the function gets */
};

/* INK_E_IO, INK_E_OOM: it could not be tried; everything that the function does is a result. payload is the caller's to
 * clean up in every case. */
INK_NODISCARD ink_status ink_invocation_run(const struct ink_invocation_options *options,
                                            struct ink_invocation_result *out, struct ink_error *err);

#endif
