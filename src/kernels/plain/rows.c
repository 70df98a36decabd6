/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "kernels/kernels.h"

enum { LANES = 8 }; /* partial results: a compiler may not reorder the additions by itself */

static float sum_lanes(const float lane[LANES])
{
    float sum = 0;
    for (int l = 0; l < LANES; l++) sum += lane[l];
    return sum;
}

float ink_f32_row_sum__plain(size_t n, const float *x)
{
    float lane[LANES] = {0};
    for (size_t i = 0; i < n; i++) lane[i % LANES] += x[i];
    return sum_lanes(lane);
}

float ink_f32_row_squares__plain(size_t n, const float *x, float centre)
{
    float lane[LANES] = {0};
    for (size_t i = 0; i < n; i++) lane[i % LANES] += (x[i] - centre) * (x[i] - centre);
    return sum_lanes(lane);
}

float ink_f32_row_max__plain(size_t n, const float *x)
{
    float best = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (x[i] > best) best = x[i];
    return best;
}

void ink_f32_row_affine__plain(size_t n, const float *x, float scale, float shift, float *y)
{
    for (size_t i = 0; i < n; i++) y[i] = scale * x[i] + shift;
}

void ink_f32_row_gain__plain(size_t n, const float *x, float scale, float shift, const float *gain, const float *bias,
                             float *y)
{
    for (size_t i = 0; i < n; i++) y[i] = (scale * x[i] + shift) * gain[i] + (bias ? bias[i] : 0);
}

void ink_f32_row_add__plain(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}
