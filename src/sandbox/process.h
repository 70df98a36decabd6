/* SPDX-License-Identifier: MIT */
/* process.h - a function's program as a process of its own: started, watched, ended with all its children.
 *
 *   this program -> keeper -> the program -> what it starts
 *                      \-> process 1 of the walls, where there are any: with it everything in there ends
 *
 * The program gets an environment of its own and nothing else of this process's, and cannot gain privileges: no descriptors
 * but stdin (empty), stdout and stderr. The keeper waits for it, ends as it ended, and ends everything when it is told to
 * or when the thread that started it ends (so also when this process is killed). Without walls, what the program puts into
 * a session of its own outlives it. */
#ifndef INK_SANDBOX_PROCESS_H
#define INK_SANDBOX_PROCESS_H

#include <sys/types.h>

#include "sandbox/walls.h"

enum { INK_PROCESSES_MOST = 1024, INK_DESCRIPTORS_MOST = 1024 }; /* threads count as processes; Lambda's own limits */

struct ink_process_options {
    const char *program;     /* absolute */
    const char *const *argv; /* NULL: the program's path alone */
    const char *const *env;  /* "NAME=value", NULL at the end */
    const char *folder;      /* its working folder; the program is in it */
    struct ink_walls walls;  /* /var/task then stands for the folder */
    unsigned memory_mb; /* of data, and some for stacks and libraries, is what each process may ask for; 0: no limit */
    int output;         /* a descriptor for stdout and stderr */
};

struct ink_process {
    pid_t pid;     /* the keeper's; 0: none */
    int pidfd;     /* readable when it has ended */
    pid_t first;   /* process 1 of the walls; 0: no walls */
    pid_t program; /* the program's */
};

/* INK_E_NOT_FOUND, INK_E_IO (not executable ...), INK_E_OOM. */
INK_NODISCARD ink_status ink_process_start(const struct ink_process_options *options, struct ink_process *out,
                                           struct ink_error *err);

/* Ends all of it, if it still lives, and reaps; returns the program's wait status. peak_bytes: the most memory that one of
 * its processes has had, or this one when it was forked; NULL is allowed. */
int ink_process_end(struct ink_process *process, uint64_t *peak_bytes);

struct ink_process_usage {
    uint64_t
        now_bytes; /* in memory, of all processes together; a page that n of them share counts as an n-th in each */
    uint64_t peak_bytes; /* the most that the program itself has had */
    unsigned processes;  /* threads counted; no longer exact once over INK_PROCESSES_MOST */
};

/* Zeros when it is gone. */
void ink_process_look(const struct ink_process *process, struct ink_process_usage *out);

/* "signal: segmentation fault" or "exit status 3": the words that Lambda uses. */
void ink_process_describe(int wait_status, char *out, size_t out_cap);

#endif
