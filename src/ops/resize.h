/* SPDX-License-Identifier: MIT */
/* resize.h - Resize and Upsample: along one axis after the other, each output a weighted sum of a few inputs. */
#ifndef INK_OPS_RESIZE_H
#define INK_OPS_RESIZE_H

#include "ops/op.h"

ink_status ink_upsample_load(struct ink_op_ctx *ctx); /* scales: attribute before opset 9, then in[1]; Resize-10 too */
ink_status ink_resize_load(struct ink_op_ctx *ctx);   /* in: X, roi, scales, sizes */
ink_status ink_resize_shape(struct ink_op_ctx *ctx);
ink_status ink_resize_prepare(struct ink_op_ctx *ctx);
ink_status ink_resize_run(struct ink_op_ctx *ctx);

#endif
