/* SPDX-License-Identifier: MIT */
/* conv.h - Conv, ConvTranspose, Col2Im, and inkling.Conv, which passes make of Conv and what follows it. */
#ifndef INK_OPS_CONV_H
#define INK_OPS_CONV_H

#include "kernels/conv.h"
#include "ops/window.h"

/* What load makes of the attributes of Conv, inkling.Conv and inkling.NhwcConv. */
struct ink_conv {
    struct ink_op_window window;
    int64_t group;
    struct ink_activation activation;
};

ink_status ink_conv_load(struct ink_op_ctx *ctx);
ink_status ink_conv_shape(struct ink_op_ctx *ctx);
ink_status ink_conv_prepare(struct ink_op_ctx *ctx);
ink_status ink_conv_run(struct ink_op_ctx *ctx);
uint64_t ink_conv_multiply_adds(const struct ink_op_ctx *ctx);

/* That the optional third input, the bias, has an element for each output of the weights w. */
INK_NODISCARD ink_status ink_conv_check_bias(const struct ink_op_ctx *ctx, const struct ink_shape *w);

/* That the optional fourth input, what is added, has the shape of the first output, which is known. */
INK_NODISCARD ink_status ink_conv_check_added(const struct ink_op_ctx *ctx);

/* What every convolution of x with weights w must have: the sizes, and the shape of its output. */
INK_NODISCARD ink_status ink_conv_fit(const struct ink_op_ctx *ctx, const struct ink_op_window *window, int64_t group,
                                      const struct ink_shape *x, const struct ink_shape *w,
                                      struct ink_f32_conv_sizes *sizes, struct ink_shape *out);

ink_status ink_conv_transpose_load(struct ink_op_ctx *ctx);
ink_status ink_conv_transpose_shape(struct ink_op_ctx *ctx);
ink_status ink_conv_transpose_prepare(struct ink_op_ctx *ctx);
ink_status ink_conv_transpose_run(struct ink_op_ctx *ctx);
uint64_t ink_conv_transpose_multiply_adds(const struct ink_op_ctx *ctx);

ink_status ink_col2im_load(struct ink_op_ctx *ctx);
ink_status ink_col2im_shape(struct ink_op_ctx *ctx);
ink_status ink_col2im_prepare(struct ink_op_ctx *ctx);
ink_status ink_col2im_run(struct ink_op_ctx *ctx);

#endif
