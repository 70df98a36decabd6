/* SPDX-License-Identifier: MIT */
/* table.h - all operators, one row each (op.h says what a row means). Read-only, thread-safe. */
#ifndef INK_OPS_TABLE_H
#define INK_OPS_TABLE_H

#include "ops/op.h"

enum {
    INK_OPSET_NEWEST = 28, /* of ai.onnx, that the table was written for; a newer import is refused */
};

/* Operators that passes make (engine/passes.c); files may not use them. */
#define INK_OP_DOMAIN_INTERNAL "inkling"

/* The row for an operator under an imported opset version: the newest whose `since` is not above it.
 * NULL where there is none; *known then tells whether any version of that name is in the table. */
const struct ink_op *ink_op_find(struct ink_view domain, struct ink_view name, int64_t opset, bool *known);

/* For docs and tests: row i, NULL at the end; sorted by domain, name, since. */
const struct ink_op *ink_op_row(size_t i);

#endif
