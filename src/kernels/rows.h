/* SPDX-License-Identifier: MIT */
/* rows.h - a row of floats to one number, and a row scaled: what reductions and normalisations are made of. */
#ifndef INK_KERNELS_ROWS_H
#define INK_KERNELS_ROWS_H

#include <stddef.h>

/* Sums keep several partial ones, so that long rows lose little. */
typedef float ink_f32_row_sum_fn(size_t n, const float *x);

/* sum of (x[i] - centre)^2 */
typedef float ink_f32_row_squares_fn(size_t n, const float *x, float centre);

/* -INFINITY for n = 0; a NaN is ignored, as in the maxima of pools. */
typedef float ink_f32_row_max_fn(size_t n, const float *x);

/* y[i] = scale * x[i] + shift; y may be x. */
typedef void ink_f32_row_affine_fn(size_t n, const float *x, float scale, float shift, float *y);

/* y[i] = (scale * x[i] + shift) * gain[i] + bias[i]; bias may be NULL; y may be x. */
typedef void ink_f32_row_gain_fn(size_t n, const float *x, float scale, float shift, const float *gain,
                                 const float *bias, float *y);

/* y[i] += x[i] */
typedef void ink_f32_row_add_fn(size_t n, const float *x, float *y);

#endif
