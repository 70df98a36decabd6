/* SPDX-License-Identifier: MIT */
/* spectrum.h - spectra and what goes with them: DFT, STFT, windows, MelWeightMatrix. Complex numbers are a last dimension of 2. */
#ifndef INK_OPS_SPECTRUM_H
#define INK_OPS_SPECTRUM_H

#include "ops/op.h"

ink_status ink_dft_load(struct ink_op_ctx *ctx); /* axis: an attribute before opset 20, then in[2] */
ink_status ink_dft_shape(struct ink_op_ctx *ctx);
ink_status ink_dft_prepare(struct ink_op_ctx *ctx);
ink_status ink_dft_run(struct ink_op_ctx *ctx);

ink_status ink_stft_load(struct ink_op_ctx *ctx);
ink_status ink_stft_shape(struct ink_op_ctx *ctx);
ink_status ink_stft_prepare(struct ink_op_ctx *ctx);
ink_status ink_stft_run(struct ink_op_ctx *ctx);

/* A row's param: w[n] = constant + once cos(2 pi n / N) + twice cos(4 pi n / N). */
struct ink_cosine_window {
    double constant, once, twice;
};
ink_status ink_cosine_window_load(struct ink_op_ctx *ctx);
ink_status ink_cosine_window_shape(struct ink_op_ctx *ctx);
ink_status ink_cosine_window_run(struct ink_op_ctx *ctx);

ink_status ink_mel_load(struct ink_op_ctx *ctx);
ink_status ink_mel_shape(struct ink_op_ctx *ctx);
ink_status ink_mel_run(struct ink_op_ctx *ctx);

#endif
