/* SPDX-License-Identifier: MIT */
/* topk.h - TopK: the k largest or smallest along an axis, in order; of equals the first. NaN counts as the largest. */
#ifndef INK_OPS_TOPK_H
#define INK_OPS_TOPK_H

#include "ops/op.h"

ink_status ink_topk_load(struct ink_op_ctx *ctx); /* k: attribute before opset 10, then in[1] */
ink_status ink_topk_shape(struct ink_op_ctx *ctx);
ink_status ink_topk_prepare(struct ink_op_ctx *ctx);
ink_status ink_topk_run(struct ink_op_ctx *ctx);

/* Numbers as integers that are in the same order; -0 is 0. */
uint64_t ink_sort_key(enum ink_dtype dtype, const void *element);

#endif
