/* SPDX-License-Identifier: MIT */
/* identity.h - Identity, and what other operators need that only change a tensor's shape. */
#ifndef INK_OPS_IDENTITY_H
#define INK_OPS_IDENTITY_H

#include "ops/op.h"

/* out[0] = in[0], byte for byte; their shapes may differ, their sizes not. Nothing to do where they share memory. */
ink_status ink_identity_run(struct ink_op_ctx *ctx);

#endif
