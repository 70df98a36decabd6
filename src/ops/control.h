/* SPDX-License-Identifier: MIT */
/* control.h - operators that run graphs of the model: If, Loop, Scan, SequenceMap (body.h says how).
 *
 * Outputs are sized while they run, but where bodies say before what they make, so do these. */
#ifndef INK_OPS_CONTROL_H
#define INK_OPS_CONTROL_H

#include "ops/op.h"

/* "then_branch" and "else_branch", graphs without inputs. */
ink_status ink_if_load(struct ink_op_ctx *ctx);
ink_status ink_if_shape(struct ink_op_ctx *ctx);
ink_status ink_if_run(struct ink_op_ctx *ctx);
uint64_t ink_if_multiply_adds(const struct ink_op_ctx *ctx);

/* "body": (iteration, condition, states...) -> (condition, states..., rows...). */
ink_status ink_loop_load(struct ink_op_ctx *ctx);
ink_status ink_loop_shape(struct ink_op_ctx *ctx);
ink_status ink_loop_run(struct ink_op_ctx *ctx);
uint64_t ink_loop_multiply_adds(const struct ink_op_ctx *ctx);

/* "body": (states..., slices...) -> (states..., rows...). Version 8 has a batch in front, and lengths of its sequences. */
ink_status ink_scan_old_load(struct ink_op_ctx *ctx);
ink_status ink_scan_old_run(struct ink_op_ctx *ctx);
ink_status ink_scan_load(struct ink_op_ctx *ctx);
ink_status ink_scan_shape(struct ink_op_ctx *ctx);
ink_status ink_scan_run(struct ink_op_ctx *ctx);
uint64_t ink_scan_multiply_adds(const struct ink_op_ctx *ctx);

/* "body": an element of each sequence, and the tensors -> an element of each output. */
ink_status ink_sequence_map_load(struct ink_op_ctx *ctx);
ink_status ink_sequence_map_run(struct ink_op_ctx *ctx);

#endif
