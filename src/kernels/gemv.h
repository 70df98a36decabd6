/* SPDX-License-Identifier: MIT */
/* gemv.h - products of a matrix and one vector: as fast as memory gives the matrix, so it is read where it lies. */
#ifndef INK_KERNELS_GEMV_H
#define INK_KERNELS_GEMV_H

#include <stddef.h>

/* y[j] = sum over p of x[p] * b[p * b_row + j], for j in [0, n), p in [0, k): a row times a matrix. */
typedef void ink_f32_gevm_fn(size_t n, size_t k, const float *x, const float *b, size_t b_row, float *y);

/* y[i * y_step] = sum over p of a[i * a_row + p] * x[p], for i in [0, m): a matrix times a column. */
typedef void ink_f32_gemv_fn(size_t m, size_t k, const float *a, size_t a_row, const float *x, float *y, size_t y_step);

/* y[i * INK_GEMM_NR + j] = sum over p of x[p] * panel i's [p][j], for `panels` of them, `step` floats from one to the next
 * (gemm.h: a packed B). */
typedef void ink_f32_gevm_panels_fn(size_t panels, size_t k, const float *x, const float *b, size_t step, float *y);

#endif
