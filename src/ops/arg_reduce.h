/* SPDX-License-Identifier: MIT */
/* arg_reduce.h - ArgMax, ArgMin: where the largest or smallest element of an axis is. */
#ifndef INK_OPS_ARG_REDUCE_H
#define INK_OPS_ARG_REDUCE_H

#include "ops/op.h"

/* A row's param. */
extern const bool ink_arg_max, ink_arg_min;

ink_status ink_arg_load(struct ink_op_ctx *ctx);
ink_status ink_arg_shape(struct ink_op_ctx *ctx);
ink_status ink_arg_run(struct ink_op_ctx *ctx);

#endif
