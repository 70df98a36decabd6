/* SPDX-License-Identifier: MIT */
/* pool.h - MaxPool, AveragePool, LpPool and their global forms; MaxUnpool. */
#ifndef INK_OPS_POOL_H
#define INK_OPS_POOL_H

#include "kernels/window.h"
#include "ops/op.h"

/* A row's param. */
struct ink_pool_kind {
    enum { INK_POOL_MAX, INK_POOL_AVERAGE, INK_POOL_LP } what;
    bool float_p; /* LpPool-1: p is a number, not an integer */
};
extern const struct ink_pool_kind ink_pool_max, ink_pool_average, ink_pool_lp, ink_pool_lp_old;

ink_status ink_pool_load(struct ink_op_ctx *ctx);
ink_status ink_pool_shape(struct ink_op_ctx *ctx);
ink_status ink_pool_prepare(struct ink_op_ctx *ctx);
ink_status ink_pool_run(struct ink_op_ctx *ctx);
uint64_t ink_pool_multiply_adds(const struct ink_op_ctx *ctx);

/* The window over an input x [N, C, in...], and the shape of the output. For what ink_pool_load has loaded. */
INK_NODISCARD ink_status ink_pool_fit(const struct ink_op_ctx *ctx, const struct ink_shape *x,
                                      struct ink_window *window, struct ink_shape *out);

/* AveragePool: for each output pixel of the window, 1 / the elements that count; in ctx->arena. */
INK_NODISCARD ink_status ink_pool_scale(const struct ink_op_ctx *ctx, const struct ink_window *window,
                                        const float **scale);

ink_status ink_global_pool_load(struct ink_op_ctx *ctx);
ink_status ink_global_pool_shape(struct ink_op_ctx *ctx);
ink_status ink_global_pool_prepare(struct ink_op_ctx *ctx);
ink_status ink_global_pool_run(struct ink_op_ctx *ctx);

/* The attribute p of LpPool and GlobalLpPool, 2 where it is left out. */
ink_status ink_pool_load_p(const struct ink_op_ctx *ctx, float *p);

ink_status ink_max_unpool_load(struct ink_op_ctx *ctx);
ink_status ink_max_unpool_shape(struct ink_op_ctx *ctx);
ink_status ink_max_unpool_run(struct ink_op_ctx *ctx);

#endif
