/* SPDX-License-Identifier: MIT */
/* optimizer.h - one step of training, of ai.onnx.preview.training: Adagrad (Duchi et al. 2011), Adam (Kingma and Ba 2015),
 * Momentum.
 *
 * Inputs: the learning rate, the number of steps done, then all tensors that are trained, all their gradients, and all of each
 * state. Outputs: the same without the gradients. */
#ifndef INK_OPS_OPTIMIZER_H
#define INK_OPS_OPTIMIZER_H

#include "ops/op.h"

enum ink_optimizer { INK_ADAGRAD, INK_ADAM, INK_MOMENTUM }; /* a row's param */

ink_status ink_optimizer_load(struct ink_op_ctx *ctx);
ink_status ink_optimizer_shape(struct ink_op_ctx *ctx);
ink_status ink_optimizer_run(struct ink_op_ctx *ctx);

#endif
