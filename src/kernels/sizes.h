/* SPDX-License-Identifier: MIT */
/* sizes.h - how work is cut into blocks. */
#ifndef INK_KERNELS_SIZES_H
#define INK_KERNELS_SIZES_H

#include <stddef.h>

static inline size_t ink_min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many parts of this size n needs; part is not 0. */
static inline size_t ink_parts_of(size_t n, size_t part)
{
    return (n + part - 1) / part;
}

static inline size_t ink_round_up(size_t n, size_t to)
{
    return ink_parts_of(n, to) * to;
}

#endif
