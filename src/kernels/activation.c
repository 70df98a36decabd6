/* SPDX-License-Identifier: MIT */
#include "kernels/activation.h"

#include <math.h>

#include "kernels/kernels.h"

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

/* The row of unary.h that does it, and its parameters; INK_UNARY_COUNT where the clamp has done it. */
static enum ink_unary row_of(const struct ink_activation *activation, float *a, float *b)
{
    *a = activation->a;
    *b = activation->b;
    switch (activation->kind) {
    case INK_ACTIVATION_LEAKY_RELU: return INK_UNARY_LEAKY_RELU;
    case INK_ACTIVATION_HARD_SIGMOID: return INK_UNARY_HARD_SIGMOID;
    case INK_ACTIVATION_HARD_SWISH: return INK_UNARY_HARD_SWISH;
    case INK_ACTIVATION_SIGMOID: return INK_UNARY_SIGMOID;
    case INK_ACTIVATION_TANH: return INK_UNARY_TANH;
    case INK_ACTIVATION_GELU: return INK_UNARY_GELU;
    case INK_ACTIVATION_SILU: *a = 1; return INK_UNARY_SWISH;
    default: return INK_UNARY_COUNT;
    }
}

void ink_activation_apply(const struct ink_activation *activation, size_t n, float *x)
{
    float a, b;
    enum ink_unary row = row_of(activation, &a, &b);
    if (row != INK_UNARY_COUNT) ink_kernels()->unary_row(row, INK_ELEMENT_F32)(n, x, a, b, x);
}
