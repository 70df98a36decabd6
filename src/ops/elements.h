/* SPDX-License-Identifier: MIT */
/* elements.h - from ONNX's types to those that kernels calculate in, and conversion between all types of numbers. */
#ifndef INK_OPS_ELEMENTS_H
#define INK_OPS_ELEMENTS_H

#include "kernels/element.h"
#include "onnx/dtype.h"

enum { INK_CONVERT_CHUNK = 256 };

/* What arithmetic on this type is done in: itself, uint8 for bool, float for half and bfloat16, NONE for others. */
enum ink_element ink_element_of(enum ink_dtype dtype);

/* The type that is calculated in for `element`. */
enum ink_dtype ink_element_dtype(enum ink_element element);

/* How float8e8m0, which has powers of two only, is rounded to. */
enum ink_round { INK_ROUND_UP, INK_ROUND_DOWN, INK_ROUND_NEAREST };

/* n numbers (bool among them; no strings, no complex numbers) to another type. Between floating types: nearest, ties to
 * even. Floating to integer: cut towards zero, what is out of range becomes the nearest bound (2 and 4 bits: wraps), NaN 0. Between integers: the
 * high bits fall off. To bool: whether it is not 0.
 * saturate: too large for a float8 becomes its largest number, not infinity or NaN. in and out must not overlap. */
void ink_convert(size_t n, enum ink_dtype from, const void *in, enum ink_dtype to, void *out, bool saturate,
                 enum ink_round round);

#endif
