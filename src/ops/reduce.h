/* SPDX-License-Identifier: MIT */
/* reduce.h - ReduceSum and its family. */
#ifndef INK_OPS_REDUCE_H
#define INK_OPS_REDUCE_H

#include "ops/op.h"

enum ink_reduction {
    INK_REDUCE_SUM,
    INK_REDUCE_MEAN,
    INK_REDUCE_PROD,
    INK_REDUCE_MAX,
    INK_REDUCE_MIN,
    INK_REDUCE_L1,
    INK_REDUCE_L2,
    INK_REDUCE_SUM_SQUARE,
    INK_REDUCE_LOG_SUM,
    INK_REDUCE_LOG_SUM_EXP,
    INK_REDUCTIONS
};

/* A row's param. Since opset 18 (ReduceSum: 13) the axes are an input; the row's signature tells. */
extern const enum ink_reduction ink_reductions[INK_REDUCTIONS];
#define INK_REDUCTION(what) (&ink_reductions[INK_REDUCE_##what])

ink_status ink_reduce_load(struct ink_op_ctx *ctx);
ink_status ink_reduce_shape(struct ink_op_ctx *ctx);
ink_status ink_reduce_prepare(struct ink_op_ctx *ctx);
ink_status ink_reduce_run(struct ink_op_ctx *ctx);
uint64_t ink_reduce_multiply_adds(const struct ink_op_ctx *ctx);

/* inkling.SumTo: what was broadcast is summed again. */
ink_status ink_sum_to_shape(struct ink_op_ctx *ctx);
ink_status ink_sum_to_run(struct ink_op_ctx *ctx);

#endif
