/* SPDX-License-Identifier: MIT */
/* output.h - what a process writes to its stdout and stderr, line by line.
 *
 *   process -> pipe -> ink_output_read -> lines, and those that are to be kept go on to a descriptor
 *
 * The process waits when the pipe is full, so a flood costs no memory. One thread. */
#ifndef INK_LOCAL_OUTPUT_H
#define INK_LOCAL_OUTPUT_H

#include "base/status.h"
#include "base/view.h"

enum { INK_OUTPUT_LINE_MAX = 8192 }; /* longer ones are cut in pieces */

struct ink_output {
    int read_fd, write_fd; /* the second one is for the process */
    int kept_fd;           /* where lines go on to; borrowed */
    size_t len;
    char line[INK_OUTPUT_LINE_MAX + 1]; /* that is not at its end yet, and room for a newline */
};

INK_NODISCARD ink_status ink_output_open(struct ink_output *output, int kept_fd, struct ink_error *err);
void ink_output_close(struct ink_output *output);

/* Reads what is there, without waiting, but no more than a megabyte. on_line gets each line without its newline; true: it
 * is to be kept. */
void ink_output_read(struct ink_output *output, bool (*on_line)(void *self, struct ink_view line), void *self);

#endif
