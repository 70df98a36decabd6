/* SPDX-License-Identifier: MIT */
/* lists.h - short lists of integers that are an attribute in old versions and an input in new ones: axes, shapes, pads. */
#ifndef INK_OPS_LISTS_H
#define INK_OPS_LISTS_H

#include "ops/op.h"

struct ink_list {
    bool given;
    size_t count;
    const int64_t *values;           /* of an attribute; lives as long as the model */
    const struct ink_tensor *tensor; /* of an input: integers, or floats in opset 1, cut towards zero */
};

int64_t ink_list_at(const struct ink_list *list, size_t i);

/* The attribute; for load. */
INK_NODISCARD ink_status ink_list_attribute(const struct ink_op_ctx *ctx, const char *name, struct ink_list *out);

/* Input i, of one dimension (or none); left out: not given. INK_E_NEED_DATA while its values are not known. */
INK_NODISCARD ink_status ink_list_input(const struct ink_op_ctx *ctx, int i, struct ink_list *out);

/* Input i, which is one integer; `otherwise` where it is left out. INK_E_NEED_DATA while its value is not known. */
INK_NODISCARD ink_status ink_scalar_input(const struct ink_op_ctx *ctx, int i, int64_t otherwise, int64_t *out);

/* Axes of a tensor of `rank` dimensions, each once, as bits. */
INK_NODISCARD ink_status ink_list_axes(const struct ink_op_ctx *ctx, const struct ink_list *list, int rank,
                                       unsigned *bits);

#endif
