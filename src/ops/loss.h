/* SPDX-License-Identifier: MIT */
/* loss.h - NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss: X [N, C, D...] and for each of [N, D...] a class. */
#ifndef INK_OPS_LOSS_H
#define INK_OPS_LOSS_H

#include "ops/op.h"

/* A row's param: whether X are scores, whose logarithms of probabilities come first (and are output 1), or these. */
extern const bool ink_loss_of_scores, ink_loss_of_logarithms;

ink_status ink_loss_load(struct ink_op_ctx *ctx);
ink_status ink_loss_shape(struct ink_op_ctx *ctx);
ink_status ink_loss_prepare(struct ink_op_ctx *ctx);
ink_status ink_loss_run(struct ink_op_ctx *ctx);

#endif
