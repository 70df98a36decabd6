/* SPDX-License-Identifier: MIT */
/* combine.h - what scattering does where something is already: overwrite it, or combine the two. */
#ifndef INK_OPS_COMBINE_H
#define INK_OPS_COMBINE_H

#include "ops/op.h"

enum ink_combination { INK_COMBINE_NONE, INK_COMBINE_ADD, INK_COMBINE_MUL, INK_COMBINE_MAX, INK_COMBINE_MIN };

/* The attribute `reduction`, for in[0]'s type, which must be a number where it is not "none". */
INK_NODISCARD ink_status ink_combination_load(const struct ink_op_ctx *ctx, enum ink_combination *out);

/* to[i] = to[i] (how) from[i] for n elements; integers wrap; NaN wins. Any type of whole bytes for NONE, else numbers. */
void ink_combine(enum ink_combination how, enum ink_dtype dtype, size_t n, const void *from, void *to);

#endif
