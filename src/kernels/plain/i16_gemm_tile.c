/* SPDX-License-Identifier: MIT */
#include "kernels/kernels.h"

/* Sums as unsigned numbers: these may wrap. */
void ink_i16_gemm_6x16__plain(size_t m, size_t pairs, const int16_t *a, size_t a_row, const int16_t *b, int32_t *c,
                              size_t c_row)
{
    for (size_t i = 0; i < m; i++) {
        uint32_t sum[INK_GEMM_NR] = {0};
        for (size_t p = 0; p < pairs; p++) {
            const int16_t *x = a + i * a_row + 2 * p, *y = b + p * 2 * INK_GEMM_NR;
            for (size_t j = 0; j < INK_GEMM_NR; j++)
                sum[j] += (uint32_t)(x[0] * y[2 * j]) + (uint32_t)(x[1] * y[2 * j + 1]);
        }
        for (size_t j = 0; j < INK_GEMM_NR; j++) c[i * c_row + j] = (int32_t)sum[j];
    }
}
