/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "kernels/kernels.h"

void ink_f32_gevm__plain(size_t n, size_t k, const float *x, const float *b, size_t b_row, float *y)
{
    for (size_t j = 0; j < n; j++) y[j] = 0;
    for (size_t p = 0; p < k; p++)
        for (size_t j = 0; j < n; j++) y[j] += x[p] * b[p * b_row + j];
}

void ink_f32_gemv__plain(size_t m, size_t k, const float *a, size_t a_row, const float *x, float *y, size_t y_step)
{
    enum { LANES = 8 }; /* partial sums: a compiler may not reorder the additions by itself */
    for (size_t i = 0; i < m; i++) {
        const float *row = a + i * a_row;
        float lane[LANES] = {0};
        size_t p = 0;
        for (; p + LANES <= k; p += LANES)
            for (int l = 0; l < LANES; l++) lane[l] += row[p + (size_t)l] * x[p + (size_t)l];
        float sum = 0;
        for (; p < k; p++) sum += row[p] * x[p];
        for (int l = 0; l < LANES; l++) sum += lane[l];
        y[i * y_step] = sum;
    }
}

void ink_f32_gevm_panels__plain(size_t panels, size_t k, const float *x, const float *b, size_t step, float *y)
{
    for (size_t i = 0; i < panels; i++, b += step, y += INK_GEMM_NR) {
        float sum[INK_GEMM_NR] = {0};
        for (size_t p = 0; p < k; p++)
            for (size_t j = 0; j < INK_GEMM_NR; j++) sum[j] += x[p] * b[p * INK_GEMM_NR + j];
        memcpy(y, sum, sizeof sum);
    }
}
