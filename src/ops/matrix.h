/* SPDX-License-Identifier: MIT */
/* matrix.h - Det, EyeLike. */
#ifndef INK_OPS_MATRIX_H
#define INK_OPS_MATRIX_H

#include "ops/op.h"

ink_status ink_det_shape(struct ink_op_ctx *ctx);
ink_status ink_det_prepare(struct ink_op_ctx *ctx);
ink_status ink_det_run(struct ink_op_ctx *ctx);

ink_status ink_eye_like_load(struct ink_op_ctx *ctx);
ink_status ink_eye_like_shape(struct ink_op_ctx *ctx);
ink_status ink_eye_like_run(struct ink_op_ctx *ctx);

#endif
