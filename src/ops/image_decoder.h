/* SPDX-License-Identifier: MIT */
/* image_decoder.h - ImageDecoder: the bytes of a file [n] to pixels [height, width, 3 or 1], upright. */
#ifndef INK_OPS_IMAGE_DECODER_H
#define INK_OPS_IMAGE_DECODER_H

#include "ops/op.h"

ink_status ink_image_decoder_load(struct ink_op_ctx *ctx);
ink_status ink_image_decoder_run(struct ink_op_ctx *ctx);

#endif
