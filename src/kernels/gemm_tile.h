/* SPDX-License-Identifier: MIT */
/* gemm_tile.h - the innermost part of matrix products: one tile of C in registers. gemm.h is what operators call. */
#ifndef INK_KERNELS_GEMM_TILE_H
#define INK_KERNELS_GEMM_TILE_H

#include <stdbool.h>
#include <stddef.h>

/* C[i][j] = clamp(sum over p of A[i][p] * B[p][j]  (+ C[i][j])  (+ row_bias[i])  (+ col_bias[j])  (+ add[i][j]))
 *
 * Everything is counted in floats. A is read an element at a time, so it may lie any way; a row of B is read as vectors.
 * Nothing outside of the m*k, k*n and m*n elements is touched. C must not overlap A or B; it may be `add`. */
struct ink_f32_tile {
    size_t m, n, k; /* 1..MR rows, 1..NR columns of the kernel; k may be 0 */
    const float *a;
    size_t a_row, a_col; /* from A[i][p] to A[i+1][p], and to A[i][p+1] */
    const float *b;
    size_t b_row; /* from B[p][j] to B[p+1][j] */
    float *c;
    size_t c_row;
    bool sum_up;           /* add what is in C */
    const float *row_bias; /* NULL: none; the same for the two below */
    const float *col_bias;
    const float *add;
    size_t add_row;
    float low, high; /* the clamp: -INFINITY and INFINITY for none, 0 and INFINITY for Relu; NaN passes */
};

typedef void ink_f32_gemm_tile_fn(const struct ink_f32_tile *tile);

#endif
