/* SPDX-License-Identifier: MIT */
/* gemm.h - matrix products in float: C[m,n] = activation(A[m,k] * B[k,n] + what is added).
 *
 * Cut into blocks for the caches (Goto, van de Geijn: Anatomy of High-Performance Matrix Multiplication, 2008) with the
 * tile of kernels.h inside. A is read where it lies. B is brought into panels of INK_GEMM_NR columns, in one of four ways:
 * it was packed before (constant weights), it is packed a block at a time, it is written by a function as a convolution
 * does, or it is read where it lies when A has too few rows to make packing pay. One row or one column is a gemv. */
#ifndef INK_KERNELS_GEMM_H
#define INK_KERNELS_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/parallel.h"
#include "kernels/activation.h"

/* Writes rows [k0, k0 + kc) of the panel of columns [j0, j0 + cols) to out[kc][INK_GEMM_NR], cols <= INK_GEMM_NR; what
 * is behind cols may be anything, and up to INK_GEMM_NR floats behind the panel may be overwritten. */
typedef void ink_f32_panel_fn(const void *source, size_t k0, size_t kc, size_t j0, size_t cols, float *out);

/* All sizes in floats. C must not overlap A or B. */
struct ink_f32_gemm {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_col; /* from A[i][p] to A[i+1][p] and to A[i][p+1] */

    const float *b; /* with b_row, b_col alike; or */
    size_t b_row, b_col;
    const float *b_packed; /* from ink_f32_gemm_pack; or */
    ink_f32_panel_fn *panel;
    const void *panel_source;

    float *c; /* C[i][j] at c[i * c_row + j] */
    size_t c_row;

    bool sum_up;           /* what is in C is added */
    const float *row_bias; /* [m], or NULL */
    const float *col_bias; /* [n], or NULL */
    const float *add;      /* add[i * add_row + j], or NULL; may be C itself */
    size_t add_row;
    struct ink_activation activation; /* of all that */

    float *scratch; /* ink_f32_gemm_scratch() floats for each thread */
    struct ink_parallel *parallel;
};

void ink_f32_gemm(const struct ink_f32_gemm *gemm);

/* Floats of scratch that a thread needs. */
size_t ink_f32_gemm_scratch(size_t n, size_t k);

/* Floats that a packed B takes, and packing it: out aligned as INK_ARENA_ALIGN, every element times `scale`.
 * False when the size overflows. */
bool ink_f32_gemm_packed(size_t n, size_t k, size_t *floats);
void ink_f32_gemm_pack(size_t n, size_t k, const float *b, size_t b_row, size_t b_col, float scale, float *out);

#endif
