/* SPDX-License-Identifier: MIT */
/* softmax.h - Softmax, LogSoftmax, Hardmax. */
#ifndef INK_OPS_SOFTMAX_H
#define INK_OPS_SOFTMAX_H

#include "ops/op.h"

/* A row's param: exp(x) / sum of exp, its logarithm, or 1 for the first of the largest and 0 for the others; along one axis,
 * or, before opset 13, over all from axis on. */
struct ink_softmax_kind {
    enum { INK_SOFTMAX, INK_LOG_SOFTMAX, INK_HARDMAX } what;
    bool flattens;
};
extern const struct ink_softmax_kind ink_softmax, ink_softmax_flat, ink_log_softmax, ink_log_softmax_flat, ink_hardmax,
    ink_hardmax_flat;

ink_status ink_softmax_load(struct ink_op_ctx *ctx);
ink_status ink_softmax_shape(struct ink_op_ctx *ctx);
ink_status ink_softmax_prepare(struct ink_op_ctx *ctx);
ink_status ink_softmax_run(struct ink_op_ctx *ctx);

#endif
