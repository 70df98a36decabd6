/* SPDX-License-Identifier: MIT */
/* floats.h - for operators whose arithmetic is float: arguments of the other floating types (half, bfloat16, double) and
 * of 8-bit integers are converted on the way in and out, constants only once; and how such operators lay out their scratch.
 *
 *   prepare:  ink_floats_prepare(ctx, &my->floats, shared, each)
 *   run:      ink_floats_begin -> ink_floats_in, ink_floats_out, .shared, .each  -> ink_floats_end */
#ifndef INK_OPS_FLOATS_H
#define INK_OPS_FLOATS_H

#include "ops/op.h"

enum { INK_FLOATS_ARGS = 8 }; /* inputs or outputs of such an operator at most */

struct ink_floats_plan {
    const float *constant[INK_FLOATS_ARGS]; /* constant inputs that were not float, converted */
    size_t shared_floats, each_floats;
};

struct ink_floats {
    const struct ink_floats_plan *plan;
    float *next;   /* of the scratch, for arguments that are converted */
    float *shared; /* shared_floats long */
    float *each;   /* each_floats for each thread, one after the other */
    float *out[INK_FLOATS_ARGS];
};

/* shared  floats of scratch that all threads have in common
 * each    floats of scratch for each thread
 * Sets ctx->scratch_bytes to what these and the conversions need. INK_E_LIMIT when it overflows, INK_E_OOM. */
INK_NODISCARD ink_status ink_floats_prepare(struct ink_op_ctx *ctx, struct ink_floats_plan *plan, size_t shared,
                                            size_t each);

struct ink_floats ink_floats_begin(const struct ink_op_ctx *ctx, const struct ink_floats_plan *plan);

/* Input i as floats; NULL where it is left out. */
const float *ink_floats_in(const struct ink_op_ctx *ctx, struct ink_floats *floats, int i);

/* Room for output i as floats; NULL where nobody wants it. Its values arrive with ink_floats_end. */
float *ink_floats_out(const struct ink_op_ctx *ctx, struct ink_floats *floats, int i);

void ink_floats_end(const struct ink_op_ctx *ctx, const struct ink_floats *floats);

/* n values of such a type to float and back. */
void ink_floats_from(enum ink_dtype dtype, size_t n, const void *in, float *out);
void ink_floats_to(enum ink_dtype dtype, size_t n, const float *in, void *out);

#endif
