/* SPDX-License-Identifier: MIT */
/* function_process.h - a function's program as a process of its own: started, watched, ended with all its children.
 *
 * It gets an environment of its own and nothing else of the server's, and cannot gain privileges: no descriptors but stdin (empty), stdout and stderr.
 * It leads a process group, which dies with it; it dies itself when the thread that started it ends (so also when the server
 * is killed). */
#ifndef INK_LOCAL_FUNCTION_PROCESS_H
#define INK_LOCAL_FUNCTION_PROCESS_H

#include <sys/types.h>

#include "local/walls.h"

struct ink_process_options {
    const char *program;    /* absolute */
    const char *const *env; /* "NAME=value", NULL at the end */
    const char *folder;     /* its working folder; the program is in it */
    struct ink_walls walls; /* /var/task then stands for the folder */
    uint64_t memory_bytes;  /* of data that it may ask for; 0: no limit */
    int output;             /* a descriptor for stdout and stderr */
};

struct ink_process {
    pid_t pid; /* 0: none */
    int pidfd; /* readable when it has ended */
};

/* INK_E_NOT_FOUND, INK_E_IO (not executable ...), INK_E_OOM. */
INK_NODISCARD ink_status ink_process_start(const struct ink_process_options *options, struct ink_process *out,
                                           struct ink_error *err);

/* Kills the group, if it still lives, and reaps; returns the wait status. */
int ink_process_end(struct ink_process *process);

/* Bytes in memory now; 0 when it is gone. */
uint64_t ink_process_resident(const struct ink_process *process);

/* "signal: segmentation fault" or "exit status 3": the words that Lambda uses. */
void ink_process_describe(int wait_status, char *out, size_t out_cap);

#endif
