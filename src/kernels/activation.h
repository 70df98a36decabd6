/* SPDX-License-Identifier: MIT */
/* activation.h - functions of one variable that a product applies to its result while that is still in the cache. */
#ifndef INK_KERNELS_ACTIVATION_H
#define INK_KERNELS_ACTIVATION_H

#include <stddef.h>

/* kind, ONNX's word, parameters (a and b), what it does */
#define INK_ACTIVATION_MAP(X)                                                                                          \
    X(NONE, "", 0, "x")                                                                                                \
    X(RELU, "Relu", 0, "max(x, 0)")                                                                                    \
    X(CLIP, "Clip", 2, "min(max(x, a), b)")                                                                            \
    X(LEAKY_RELU, "LeakyRelu", 1, "x < 0 ? a * x : x")                                                                 \
    X(HARD_SIGMOID, "HardSigmoid", 2, "clip(a * x + b, 0, 1)")                                                         \
    X(HARD_SWISH, "HardSwish", 0, "x * clip(x / 6 + 1/2, 0, 1)")                                                       \
    X(SIGMOID, "Sigmoid", 0, "1 / (1 + exp(-x))")                                                                      \
    X(SILU, "Swish", 0, "x / (1 + exp(-x))")                                                                           \
    X(TANH, "Tanh", 0, "tanh(x)")                                                                                      \
    X(GELU, "Gelu", 0, "x * (1 + erf(x / sqrt 2)) / 2")

enum ink_activation_kind {
#define X(kind, word, params, meaning) INK_ACTIVATION_##kind,
    INK_ACTIVATION_MAP(X)
#undef X
        INK_ACTIVATION_COUNT
};

struct ink_activation {
    enum ink_activation_kind kind;
    float a, b;
};

/* The clamp that is part of every product: Relu and Clip need nothing else. */
void ink_activation_clamp(const struct ink_activation *activation, float *low, float *high);

/* x[0..n) in place; nothing where the clamp has done it. */
void ink_activation_apply(const struct ink_activation *activation, size_t n, float *x);

#endif
