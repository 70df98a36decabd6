/* SPDX-License-Identifier: MIT */
/* container.h - operators on sequences and optionals (onnx/tensor.h says what these are).
 *
 * Handles are shared and what they point to is not changed, so an element is taken out, and a sequence made longer or
 * shorter, without its elements being copied. Tensors that are put in are copied: their place may be given to others. */
#ifndef INK_OPS_CONTAINER_H
#define INK_OPS_CONTAINER_H

#include "ops/op.h"

/* Sets types of outputs. Attributes: none but those of SequenceEmpty, ConcatFromSequence and SplitToSequence. */
ink_status ink_sequence_construct_load(struct ink_op_ctx *ctx);
ink_status ink_sequence_empty_load(struct ink_op_ctx *ctx);
ink_status ink_sequence_at_load(struct ink_op_ctx *ctx);
ink_status ink_sequence_insert_load(struct ink_op_ctx *ctx);
ink_status ink_split_to_sequence_load(struct ink_op_ctx *ctx);
ink_status ink_concat_from_sequence_load(struct ink_op_ctx *ctx);

ink_status ink_sequence_construct_run(struct ink_op_ctx *ctx);
ink_status ink_sequence_empty_run(struct ink_op_ctx *ctx);
ink_status ink_sequence_at_run(struct ink_op_ctx *ctx);
ink_status ink_sequence_insert_run(struct ink_op_ctx *ctx);
ink_status ink_sequence_erase_run(struct ink_op_ctx *ctx);
ink_status ink_sequence_length_run(struct ink_op_ctx *ctx);
ink_status ink_split_to_sequence_run(struct ink_op_ctx *ctx);
ink_status ink_concat_from_sequence_run(struct ink_op_ctx *ctx);

ink_status ink_optional_load(struct ink_op_ctx *ctx);
ink_status ink_optional_get_element_load(struct ink_op_ctx *ctx);
ink_status ink_optional_run(struct ink_op_ctx *ctx);
ink_status ink_optional_get_element_run(struct ink_op_ctx *ctx);
ink_status ink_optional_has_element_run(struct ink_op_ctx *ctx);

#endif
