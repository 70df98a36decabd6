/* SPDX-License-Identifier: MIT */
/* packed.h - types of 2 and 4 bits for operators that only move elements: they run on elements of a byte each, and arguments
 * are unpacked before and packed afterwards. The first element is in the low bits.
 *
 *   run:  if (ink_is_packed(ctx->in[0])) return ink_packed_run(ctx, ink_WHAT_run);   prepare: ink_packed_prepare */
#ifndef INK_OPS_PACKED_H
#define INK_OPS_PACKED_H

#include "ops/op.h"

static inline bool ink_is_packed(const struct ink_tensor *tensor)
{
    return ink_dtype_bits(tensor->dtype) < 8;
}

/* Sets ctx->scratch_bytes for what run unpacks; for types that are whole bytes to 0. */
ink_status ink_packed_prepare(struct ink_op_ctx *ctx);

/* Calls run with each packed argument in place of which stands one of uint8. */
ink_status ink_packed_run(struct ink_op_ctx *ctx, ink_status (*run)(struct ink_op_ctx *ctx));

#endif
