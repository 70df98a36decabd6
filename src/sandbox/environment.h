/* SPDX-License-Identifier: MIT */
/* environment.h - the variables that a function finds on Lambda ("Using Lambda environment variables", Lambda Developer
 * Guide), for a `provided` runtime that is started on demand. */
#ifndef INK_SANDBOX_ENVIRONMENT_H
#define INK_SANDBOX_ENVIRONMENT_H

#include "base/arena.h"

struct ink_environment {
    const char *api;       /* host:port of the Runtime API */
    const char *function;  /* its name */
    const char *region;    /* "us-east-1" */
    const char *task_root; /* the folder that the program finds itself in; /var/task between walls */
    unsigned memory_mb;
    const char *const *more; /* "NAME=value", NULL at the end; they count where a name is there twice. NULL: none */
};

/* "NAME=value" ..., NULL at the end, for exec; in the arena, `more` borrowed. NULL when that is full. */
const char *const *ink_environment_new(const struct ink_environment *environment, struct ink_arena *arena);

#endif
