/* SPDX-License-Identifier: MIT */
/* trilu.h - Trilu: the upper or lower triangle of matrices, from diagonal k on. */
#ifndef INK_OPS_TRILU_H
#define INK_OPS_TRILU_H

#include "ops/op.h"

ink_status ink_trilu_load(struct ink_op_ctx *ctx);
ink_status ink_trilu_shape(struct ink_op_ctx *ctx);
ink_status ink_trilu_run(struct ink_op_ctx *ctx);

#endif
