/* SPDX-License-Identifier: MIT */
/* qconv.h - convolutions of 8-bit integers: ConvInteger, whose result is int32, and QLinearConv, whose is 8-bit again. */
#ifndef INK_OPS_QCONV_H
#define INK_OPS_QCONV_H

#include "ops/op.h"

/* A row's param: which input is what; -1 for what it does not have. */
struct ink_qconv_args {
    int w, x_zero, w_zero;
    int x_scale, w_scale, y_scale, y_zero, bias; /* QLinearConv */
};
extern const struct ink_qconv_args ink_conv_integer, ink_qlinear_conv;

ink_status ink_qconv_load(struct ink_op_ctx *ctx);
ink_status ink_qconv_shape(struct ink_op_ctx *ctx);
ink_status ink_qconv_prepare(struct ink_op_ctx *ctx);
ink_status ink_qconv_run(struct ink_op_ctx *ctx);
uint64_t ink_qconv_multiply_adds(const struct ink_op_ctx *ctx);

#endif
