/* SPDX-License-Identifier: MIT */
#include "ops/identity.h"

ink_status ink_identity_run(struct ink_op_ctx *ctx)
{
    size_t bytes = ink_tensor_bytes(ctx->in[0]);
    if (bytes && ctx->out[0]->data != ctx->in[0]->data) memcpy(ctx->out[0]->data, ctx->in[0]->data, bytes);
    return INK_OK;
}
