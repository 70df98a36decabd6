/* SPDX-License-Identifier: MIT */
/* ml_keys.h - a list of keys of one type that elements are looked up in: the categories of encoders. */
#ifndef INK_OPS_ML_KEYS_H
#define INK_OPS_ML_KEYS_H

#include "ops/op.h"

struct ink_keys {
    struct ink_tensor values; /* [count], borrowed */
    const size_t *order;      /* sorted by key, equal ones by place */
};

/* Which types can be keys: strings, and numbers that int64 or double can hold. */
INK_NODISCARD ink_status ink_keys_init(struct ink_op_ctx *ctx, const struct ink_tensor *values, struct ink_keys *out);

enum { INK_KEY_NONE = -1 };

/* The place of the last key that equals element i of x, which has the keys' type, or INK_KEY_NONE. NaN equals NaN. */
int64_t ink_keys_find(const struct ink_keys *keys, const struct ink_tensor *x, size_t i);

/* Lists of attributes as tensors. */
struct ink_tensor ink_keys_of_strings(const struct ink_view *values, size_t count);
struct ink_tensor ink_keys_of_integers(const int64_t *values, size_t count);

#endif
