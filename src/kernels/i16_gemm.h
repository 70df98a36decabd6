/* SPDX-License-Identifier: MIT */
/* i16_gemm.h - exact products of 8-bit integers: C[m,n] = A[m,k] * B[k,n] in int32, which wraps as the standard's does.
 *
 * Zero points are taken off before: what is left has 9 bits and a sign and lies in int16. k goes two by two, as
 * processors multiply int16 and add neighbours; an odd k has a 0 behind it.
 *
 *   A   rows of 2 * pairs
 *   B   panels of INK_GEMM_NR columns: [panel][pairs][INK_GEMM_NR][2]; columns behind n are 0 */
#ifndef INK_KERNELS_I16_GEMM_H
#define INK_KERNELS_I16_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"

/* C[i][j] for i < m <= INK_GEMM_MR and all INK_GEMM_NR columns of one panel. */
typedef void ink_i16_gemm_tile_fn(size_t m, size_t pairs, const int16_t *a, size_t a_row, const int16_t *b, int32_t *c,
                                  size_t c_row);

/* Writes the panel of columns [j, j + cols) to out. */
typedef void ink_i16_panel_fn(const void *source, size_t j, size_t cols, int16_t *out);

struct ink_i16_gemm {
    size_t m, n, pairs;
    const int16_t *a;
    const int16_t *b; /* panels; or NULL, and */
    ink_i16_panel_fn *panel;
    const void *panel_source;
    int32_t *c;       /* C[i][j] at c[i * n + j] */
    int16_t *scratch; /* with `panel`: ink_i16_gemm_scratch() of them for each thread */
    struct ink_parallel *parallel;
};

void ink_i16_gemm(const struct ink_i16_gemm *gemm);

static inline size_t ink_i16_pairs(size_t k)
{
    return k / 2 + k % 2;
}

/* In int16s: of all panels of B, and of one thread's scratch. False when it overflows. */
bool ink_i16_gemm_packed(size_t n, size_t pairs, size_t *out);
bool ink_i16_gemm_scratch(size_t pairs, size_t *out);

#endif
