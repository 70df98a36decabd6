/* SPDX-License-Identifier: MIT */
/* norm.h - normalisations: by running statistics, over planes, groups, rows, and channels. */
#ifndef INK_OPS_NORM_H
#define INK_OPS_NORM_H

#include "ops/op.h"

ink_status ink_batch_norm_load(struct ink_op_ctx *ctx);
ink_status ink_batch_norm_shape(struct ink_op_ctx *ctx);
ink_status ink_batch_norm_prepare(struct ink_op_ctx *ctx);
ink_status ink_batch_norm_run(struct ink_op_ctx *ctx);

/* InstanceNormalization, GroupNormalization: a row's param. */
struct ink_group_norm_kind {
    bool instance;  /* groups of one channel */
    bool per_group; /* scale and bias have a value a group, not a channel */
};
extern const struct ink_group_norm_kind ink_norm_instance, ink_norm_group, ink_norm_group_old;
ink_status ink_group_norm_load(struct ink_op_ctx *ctx);
ink_status ink_group_norm_shape(struct ink_op_ctx *ctx);
ink_status ink_group_norm_run(struct ink_op_ctx *ctx);

/* LayerNormalization, RMSNormalization (which does not centre): a row's param. */
extern const bool ink_norm_centres, ink_norm_does_not_centre;
ink_status ink_layer_norm_load(struct ink_op_ctx *ctx);
ink_status ink_layer_norm_shape(struct ink_op_ctx *ctx);
ink_status ink_layer_norm_prepare(struct ink_op_ctx *ctx);
ink_status ink_layer_norm_run(struct ink_op_ctx *ctx);

ink_status ink_lrn_load(struct ink_op_ctx *ctx);
ink_status ink_lrn_shape(struct ink_op_ctx *ctx);
ink_status ink_lrn_run(struct ink_op_ctx *ctx);

ink_status ink_lp_norm_load(struct ink_op_ctx *ctx);
ink_status ink_lp_norm_shape(struct ink_op_ctx *ctx);
ink_status ink_lp_norm_run(struct ink_op_ctx *ctx);

ink_status ink_mean_variance_load(struct ink_op_ctx *ctx);
ink_status ink_mean_variance_shape(struct ink_op_ctx *ctx);
ink_status ink_mean_variance_prepare(struct ink_op_ctx *ctx);
ink_status ink_mean_variance_run(struct ink_op_ctx *ctx);

/* For those whose arithmetic is float and that need no scratch: plans the conversions. ctx->prepared is the plan. */
ink_status ink_norm_prepare(struct ink_op_ctx *ctx);

#endif
