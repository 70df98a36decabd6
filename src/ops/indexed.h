/* SPDX-License-Identifier: MIT */
/* indexed.h - operators that read or write elements at places that a tensor names. All types of whole bytes. Every index
 * is checked when the operator runs; a negative one counts from the end. */
#ifndef INK_OPS_INDEXED_H
#define INK_OPS_INDEXED_H

#include "ops/op.h"

/* Element i of an index tensor, in [-dim, dim), as 0..dim. */
INK_NODISCARD ink_status ink_index_at(const struct ink_op_ctx *ctx, const struct ink_tensor *indices, size_t i,
                                      int64_t dim, size_t *out);

ink_status ink_gather_elements_load(struct ink_op_ctx *ctx);
ink_status ink_gather_elements_shape(struct ink_op_ctx *ctx);
ink_status ink_gather_elements_run(struct ink_op_ctx *ctx);

ink_status ink_scatter_elements_load(struct ink_op_ctx *ctx);
ink_status ink_scatter_elements_shape(struct ink_op_ctx *ctx);
ink_status ink_scatter_elements_run(struct ink_op_ctx *ctx);

ink_status ink_gather_nd_load(struct ink_op_ctx *ctx);
ink_status ink_gather_nd_shape(struct ink_op_ctx *ctx);
ink_status ink_gather_nd_run(struct ink_op_ctx *ctx);

ink_status ink_scatter_nd_load(struct ink_op_ctx *ctx);
ink_status ink_scatter_nd_shape(struct ink_op_ctx *ctx);
ink_status ink_scatter_nd_run(struct ink_op_ctx *ctx);

ink_status ink_one_hot_load(struct ink_op_ctx *ctx);
ink_status ink_one_hot_shape(struct ink_op_ctx *ctx);
ink_status ink_one_hot_run(struct ink_op_ctx *ctx);

ink_status ink_non_zero_run(struct ink_op_ctx *ctx);

ink_status ink_unique_load(struct ink_op_ctx *ctx);
ink_status ink_unique_prepare(struct ink_op_ctx *ctx);
ink_status ink_unique_run(struct ink_op_ctx *ctx);

ink_status ink_compress_load(struct ink_op_ctx *ctx);
ink_status ink_compress_run(struct ink_op_ctx *ctx);

#endif
