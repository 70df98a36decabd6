/* SPDX-License-Identifier: MIT */
/* activation.h - the attributes `activation` (text) and `activation_params` (floats) of fused operators. */
#ifndef INK_OPS_ACTIVATION_H
#define INK_OPS_ACTIVATION_H

#include "kernels/activation.h"
#include "ops/op.h"

/* Left out: none. INK_E_MODEL for a word that activation.h of the kernels does not list, and for a wrong number of
 * parameters: Clip takes min and max, LeakyRelu alpha, HardSigmoid alpha and beta, the others none. */
INK_NODISCARD ink_status ink_op_activation_load(const struct ink_op_ctx *ctx, struct ink_activation *activation);

#endif
