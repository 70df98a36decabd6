/* SPDX-License-Identifier: MIT */
/* window.h - the attributes that convolutions and pools share: kernel_shape, strides, dilations, pads, auto_pad,
 * ceil_mode. Checked at load as far as they can be; fitted to an input when its shape is known. */
#ifndef INK_OPS_WINDOW_H
#define INK_OPS_WINDOW_H

#include "kernels/window.h"
#include "ops/op.h"

enum ink_auto_pad { INK_PAD_GIVEN, INK_PAD_VALID, INK_PAD_SAME_UPPER, INK_PAD_SAME_LOWER };

struct ink_op_window {
    int rank; /* spatial dimensions; 0 where no attribute tells */
    bool has_kernel;
    int64_t kernel[INK_WINDOW_DIMS];                            /* if has_kernel */
    int64_t stride[INK_WINDOW_DIMS], dilation[INK_WINDOW_DIMS]; /* 1 where they are left out */
    int64_t pad[INK_WINDOW_DIMS], pad_end[INK_WINDOW_DIMS];     /* 0 where they are left out */
    enum ink_auto_pad auto_pad;
    bool ceil_mode;
};

/* Reads them; INK_E_MODEL for lists of different lengths, for sizes below 1, negative pads, and anything of 2^31 or
 * more. */
INK_NODISCARD ink_status ink_op_window_load(const struct ink_op_ctx *ctx, struct ink_op_window *window);

/* The spatial rank of an input [N, C, ...] and that the attributes have it too. */
INK_NODISCARD ink_status ink_op_window_rank(const struct ink_op_ctx *ctx, const struct ink_op_window *window,
                                            const struct ink_shape *input, int *rank);

/* Fits the window to the spatial dimensions of `input` [N, C, ...]: sizes with leading 1s for the kernels, and the same
 * output dimensions to out_dims[rank]. kernel: [rank]. Every output has at least one element; what does not fit is
 * INK_E_MODEL, what is too large INK_E_LIMIT. */
INK_NODISCARD ink_status ink_op_window_fit(const struct ink_op_ctx *ctx, const struct ink_op_window *window,
                                           const struct ink_shape *input, const int64_t *kernel, struct ink_window *fit,
                                           int64_t *out_dims);

#endif
