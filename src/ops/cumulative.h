/* SPDX-License-Identifier: MIT */
/* cumulative.h - CumSum and CumProd: each element of an axis with all that come before it. */
#ifndef INK_OPS_CUMULATIVE_H
#define INK_OPS_CUMULATIVE_H

#include "ops/op.h"

ink_status ink_cumulative_load(struct ink_op_ctx *ctx); /* param: const enum ink_combination *, ADD or MUL */
ink_status ink_cumulative_run(struct ink_op_ctx *ctx);

#endif
