/* SPDX-License-Identifier: MIT */
/* move.h - reads a tensor along any dimensions in any direction and writes it in order: transposition, slices, repetition
 * are all of this form, for elements of 1, 2, 4, 8 or 16 bytes. */
#ifndef INK_KERNELS_MOVE_H
#define INK_KERNELS_MOVE_H

#include <stddef.h>

enum { INK_MOVE_DIMS = 24 };

/* Output dimensions, outermost first, and how far one step along each goes in the input: in elements, 0 repeats. */
struct ink_move {
    int rank;
    size_t dims[INK_MOVE_DIMS];
    ptrdiff_t steps[INK_MOVE_DIMS];
};

/* `in` is the element that is written first. in and out must not overlap. */
void ink_move(const struct ink_move *move, size_t element_bytes, const void *in, void *out);

/* out[j * groups + g] = in[g * each + j]: one of each group in turn. */
void ink_interleave(size_t groups, size_t each, const float *in, float *out);

#endif
