/* SPDX-License-Identifier: MIT */
/* binary.h - functions of two variables, over rows. Nothing traps: what has no result in integers gives a defined one. */
#ifndef INK_KERNELS_BINARY_H
#define INK_KERNELS_BINARY_H

#include "kernels/element.h"

/* name, what it gives */
#define INK_BINARY_MAP(X)                                                                                              \
    X(ADD, "integers wrap")                                                                                            \
    X(SUB, "integers wrap")                                                                                            \
    X(MUL, "integers wrap")                                                                                            \
    X(DIV, "integers are cut towards zero; by zero is 0; the lowest by -1 wraps")                                      \
    X(MIN, "NaN when one is")                                                                                          \
    X(MAX, "NaN when one is")                                                                                          \
    X(MOD, "integers only: the sign of the divisor; by zero is 0")                                                     \
    X(FMOD, "the sign of the dividend; integers by zero are 0")                                                        \
    X(POW, "float, double, int64: wraps, negative exponents cut towards zero, 0 to one of them is 0")                  \
    X(PRELU, "x < 0 ? x * y : x")                                                                                      \
    X(EQUAL, "0 or 1, in uint8_t, as the four below")                                                                  \
    X(LESS, "")                                                                                                        \
    X(GREATER, "")                                                                                                     \
    X(LESS_OR_EQUAL, "")                                                                                               \
    X(GREATER_OR_EQUAL, "")                                                                                            \
    X(AND, "of bools, as the two below")                                                                               \
    X(OR, "")                                                                                                          \
    X(XOR, "")                                                                                                         \
    X(BIT_AND, "integers only, as those below")                                                                        \
    X(BIT_OR, "")                                                                                                      \
    X(BIT_XOR, "")                                                                                                     \
    X(SHIFT_LEFT, "unsigned only; 0 from the type's width on")                                                         \
    X(SHIFT_RIGHT, "unsigned only; 0 from the type's width on")

enum ink_binary {
#define X(name, meaning) INK_BINARY_##name,
    INK_BINARY_MAP(X)
#undef X
        INK_BINARY_COUNT
};

/* z[i] = f(x[i * x_step], y[i * y_step]), steps 0 or 1; z may be x or y where that one's step is 1. */
typedef void ink_binary_fn(size_t n, const void *x, size_t x_step, const void *y, size_t y_step, void *z);

/* The row for a function and a type of elements; NULL where there is none. */
typedef ink_binary_fn *ink_binary_row_fn(enum ink_binary function, enum ink_element element);

#endif
