/* SPDX-License-Identifier: MIT */
/* names.h - the names of one scope, numbered 0, 1, ... in the order in which they were added; private to this module.
 *
 * An open-addressing hash table with a seed of its own, so that nobody can prepare names that meet in one slot. */
#ifndef INK_ONNX_NAMES_H
#define INK_ONNX_NAMES_H

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"

struct ink_names {
    struct ink_view *names; /* of each number; views that the caller keeps alive */
    int count;
    int *slots; /* number + 1; 0 is free */
    size_t mask;
    uint64_t seed;
};

/* Room for `room` names, in the arena. INK_E_OOM only. */
INK_NODISCARD ink_status ink_names_init(struct ink_names *names, size_t room, struct ink_arena *arena);

/* The number of a name; -1 where it was not added. */
int ink_names_find(const struct ink_names *names, struct ink_view name);

/* The same, added if it is new: it then has the last number. */
int ink_names_add(struct ink_names *names, struct ink_view name);

#endif
