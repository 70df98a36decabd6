/* SPDX-License-Identifier: MIT */
/* is_special.h - IsNaN and IsInf. */
#ifndef INK_OPS_IS_SPECIAL_H
#define INK_OPS_IS_SPECIAL_H

#include "ops/op.h"

ink_status ink_is_nan_run(struct ink_op_ctx *ctx);

ink_status ink_is_inf_load(struct ink_op_ctx *ctx);
ink_status ink_is_inf_run(struct ink_op_ctx *ctx);

#endif
