/* SPDX-License-Identifier: MIT */
/* einsum.h - Einsum: products summed over the letters of an equation that its output does not have. */
#ifndef INK_OPS_EINSUM_H
#define INK_OPS_EINSUM_H

#include "ops/op.h"

ink_status ink_einsum_load(struct ink_op_ctx *ctx);
ink_status ink_einsum_shape(struct ink_op_ctx *ctx);
ink_status ink_einsum_prepare(struct ink_op_ctx *ctx);
ink_status ink_einsum_run(struct ink_op_ctx *ctx);
uint64_t ink_einsum_multiply_adds(const struct ink_op_ctx *ctx);

/* An equation read, and held against shapes. A label is a letter, or a dimension that "..." stands for, counted from the
 * last one on. */
enum {
    INK_EINSUM_OPERANDS = 16,
    INK_EINSUM_LETTERS = 52,
    INK_EINSUM_LABELS = INK_EINSUM_LETTERS + INK_RANK_MAX,
    INK_EINSUM_ELLIPSIS = INK_EINSUM_LABELS, /* in a term: all of them that it has */
};

struct ink_einsum_term {
    int count; /* of labels; "..." is one */
    uint8_t labels[INK_RANK_MAX + 1];
};

struct ink_einsum {
    int operands;
    bool implicit; /* no "->": the output has what occurs once, in the order of the alphabet */
    struct ink_einsum_term term[INK_EINSUM_OPERANDS], output;
};

INK_NODISCARD ink_status ink_einsum_parse(const struct ink_op_ctx *ctx, struct ink_view equation,
                                          struct ink_einsum *out);

/* Sizes of all labels, and for each operand how far one step along a label goes in it (0: not at all). */
struct ink_einsum_sizes {
    size_t size[INK_EINSUM_LABELS];
    size_t step[INK_EINSUM_OPERANDS][INK_EINSUM_LABELS];
    uint64_t has[INK_EINSUM_OPERANDS]; /* labels as bits */
    int out_count;
    uint8_t out[INK_RANK_MAX];
};

/* Fits the equation to the inputs' shapes, which may broadcast. */
INK_NODISCARD ink_status ink_einsum_fit(const struct ink_op_ctx *ctx, const struct ink_einsum *equation,
                                        struct ink_einsum_sizes *out);

#endif
