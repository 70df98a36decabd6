/* SPDX-License-Identifier: MIT */
/* unary.h - functions of one variable, over rows. */
#ifndef INK_KERNELS_UNARY_H
#define INK_KERNELS_UNARY_H

#include "kernels/element.h"

/* name, what it is of x with parameters a and b; for which elements: R float and double, S also signed integers, A all */
#define INK_UNARY_MAP(X)                                                                                               \
    X(ABS, "|x|; the lowest integer stays as it is")                                                                   \
    X(NEG, "-x, wrapping")                                                                                             \
    X(SIGN, "-1, 0, 1; NaN stays")                                                                                     \
    X(RELU, "max(x, 0); NaN stays")                                                                                    \
    X(RECIPROCAL, "1 / x")                                                                                             \
    X(SQRT, "")                                                                                                        \
    X(EXP, "")                                                                                                         \
    X(LOG, "")                                                                                                         \
    X(FLOOR, "")                                                                                                       \
    X(CEIL, "")                                                                                                        \
    X(ROUND, "to the nearest integer, halves to the even one")                                                         \
    X(SIN, "")                                                                                                         \
    X(COS, "")                                                                                                         \
    X(TAN, "")                                                                                                         \
    X(ASIN, "")                                                                                                        \
    X(ACOS, "")                                                                                                        \
    X(ATAN, "")                                                                                                        \
    X(SINH, "")                                                                                                        \
    X(COSH, "")                                                                                                        \
    X(ASINH, "")                                                                                                       \
    X(ACOSH, "")                                                                                                       \
    X(ATANH, "")                                                                                                       \
    X(ERF, "")                                                                                                         \
    X(TANH, "")                                                                                                        \
    X(SIGMOID, "1 / (1 + exp(-x))")                                                                                    \
    X(SOFTPLUS, "log(1 + exp(x))")                                                                                     \
    X(SOFTSIGN, "x / (1 + |x|)")                                                                                       \
    X(HARD_SIGMOID, "clip(a x + b, 0, 1)")                                                                             \
    X(HARD_SWISH, "x clip(x / 6 + 1/2, 0, 1)")                                                                         \
    X(LEAKY_RELU, "x < 0 ? a x : x")                                                                                   \
    X(THRESHOLDED_RELU, "x > a ? x : 0")                                                                               \
    X(ELU, "x < 0 ? a (exp(x) - 1) : x")                                                                               \
    X(SELU, "b (x < 0 ? a (exp(x) - 1) : x)")                                                                          \
    X(CELU, "max(0, x) + min(0, a (exp(x / a) - 1))")                                                                  \
    X(GELU, "x (1 + erf(x / sqrt 2)) / 2")                                                                             \
    X(GELU_TANH, "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2")                                                  \
    X(MISH, "x tanh(log(1 + exp(x)))")                                                                                 \
    X(SWISH, "x / (1 + exp(-a x))")                                                                                    \
    X(BIT_NOT, "~x")                                                                                                   \
    X(NOT, "x == 0")

enum ink_unary {
#define X(name, meaning) INK_UNARY_##name,
    INK_UNARY_MAP(X)
#undef X
        INK_UNARY_COUNT
};

/* y[i] = f(x[i]; a, b); y may be x. */
typedef void ink_unary_fn(size_t n, const void *x, float a, float b, void *y);

/* The row for a function and a type of elements; NULL where there is none. */
typedef ink_unary_fn *ink_unary_row_fn(enum ink_unary function, enum ink_element element);

#endif
