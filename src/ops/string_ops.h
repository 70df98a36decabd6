/* SPDX-License-Identifier: MIT */
/* string_ops.h - operators on strings. UTF-8, of which white space is ASCII's and letters are those of the scripts that case.h
 * knows; bytes that are no UTF-8 stay as they are. */
#ifndef INK_OPS_STRING_OPS_H
#define INK_OPS_STRING_OPS_H

#include "ops/op.h"

/* INK_OP_SIZES: makes output i of this shape, with room for `text_bytes` of text behind its views. Both are the run's. */
INK_NODISCARD ink_status ink_strings_resize(struct ink_op_ctx *ctx, int i, const struct ink_shape *shape,
                                            size_t text_bytes, struct ink_view **views, char **text);

ink_status ink_string_concat_run(struct ink_op_ctx *ctx);

ink_status ink_string_split_load(struct ink_op_ctx *ctx);
ink_status ink_string_split_run(struct ink_op_ctx *ctx);

ink_status ink_string_normalizer_load(struct ink_op_ctx *ctx);
ink_status ink_string_normalizer_run(struct ink_op_ctx *ctx);

/* TfIdfVectorizer: how often each n-gram of a list is in a row of strings or integers. */
ink_status ink_tf_idf_load(struct ink_op_ctx *ctx);
ink_status ink_tf_idf_shape(struct ink_op_ctx *ctx);
ink_status ink_tf_idf_run(struct ink_op_ctx *ctx);
uint64_t ink_tf_idf_multiply_adds(const struct ink_op_ctx *ctx); /* n-grams that are looked at */

/* RegexFullMatch: does each string match a pattern as a whole (regex.h)? */
ink_status ink_regex_full_match_load(struct ink_op_ctx *ctx);
ink_status ink_regex_full_match_prepare(struct ink_op_ctx *ctx);
ink_status ink_regex_full_match_run(struct ink_op_ctx *ctx);
uint64_t ink_regex_full_match_multiply_adds(const struct ink_op_ctx *ctx);

#endif
