/* SPDX-License-Identifier: MIT */
#include "kernels/activation.h"

#include <math.h>

void ink_activation_clamp(const struct ink_activation *activation, float *low, float *high)
{
    *low = -INFINITY;
    *high = INFINITY;
    if (activation->kind == INK_ACTIVATION_RELU) *low = 0;
    if (activation->kind == INK_ACTIVATION_CLIP) {
        *low = activation->a;
        *high = activation->b;
    }
}

static float clip01(float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

void ink_activation_apply(const struct ink_activation *activation, size_t n, float *x)
{
    float a = activation->a, b = activation->b;
    switch (activation->kind) {
    case INK_ACTIVATION_LEAKY_RELU:
        for (size_t i = 0; i < n; i++) x[i] = x[i] < 0 ? a * x[i] : x[i];
        break;
    case INK_ACTIVATION_HARD_SIGMOID:
        for (size_t i = 0; i < n; i++) x[i] = clip01(a * x[i] + b);
        break;
    case INK_ACTIVATION_HARD_SWISH:
        for (size_t i = 0; i < n; i++) x[i] *= clip01(x[i] * (1.0f / 6) + 0.5f);
        break;
    case INK_ACTIVATION_SIGMOID:
        for (size_t i = 0; i < n; i++) x[i] = 1 / (1 + expf(-x[i]));
        break;
    case INK_ACTIVATION_SILU:
        for (size_t i = 0; i < n; i++) x[i] /= 1 + expf(-x[i]);
        break;
    case INK_ACTIVATION_TANH:
        for (size_t i = 0; i < n; i++) x[i] = tanhf(x[i]);
        break;
    case INK_ACTIVATION_GELU:
        for (size_t i = 0; i < n; i++) x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678f));
        break;
    default: break; /* the clamp has done it */
    }
}
