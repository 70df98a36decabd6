/* SPDX-License-Identifier: MIT */
/* labelled.h - pictures on disk with what they show.
 *
 *   LABELS.tsv       a header with at least `file` and `label`; files relative to it; other columns are left alone
 *   DIR              DIR/LABELS.tsv where that is there, else
 *     DIR/7/x.png    a folder for each label, else
 *     DIR/7_x.png    the label in front of the first '_' of each name */
#ifndef INK_CLI_LABELLED_H
#define INK_CLI_LABELLED_H

#include "base/arena.h"

struct ink_labelled {
    const char *path;  /* to open */
    const char *shown; /* relative to the folder or the TSV */
    const char *label;
};

enum { INK_LABELLED_MAX = 1000000 };

/* The list, sorted by path; it lives in the arena. INK_E_FORMAT with the line of a TSV that is wrong, INK_E_NOT_FOUND
 * where there is no picture. */
INK_NODISCARD ink_status ink_labelled_read(const char *path, struct ink_arena *arena, struct ink_labelled **out,
                                           size_t *count, struct ink_error *err);

#endif
