/* SPDX-License-Identifier: MIT */
#include "kernels/kernels.h"

/* The last step of a row: what is added to the sums, and the clamp. */
static void finish_row(const struct ink_f32_tile *t, size_t i, const float *sum)
{
    float *c = t->c + i * t->c_row;
    for (size_t j = 0; j < t->n; j++) {
        float v = sum[j];
        if (t->sum_up) v += c[j];
        if (t->row_bias) v += t->row_bias[i];
        if (t->col_bias) v += t->col_bias[j];
        if (t->add) v += t->add[i * t->add_row + j];
        if (v < t->low) v = t->low;
        if (v > t->high) v = t->high;
        c[j] = v;
    }
}

/* The full tile has fixed loops, which a compiler turns into the vectors of its target. */
static void sum_full(const struct ink_f32_tile *t, float sum[INK_GEMM_MR][INK_GEMM_NR])
{
    for (size_t p = 0; p < t->k; p++)
        for (int i = 0; i < INK_GEMM_MR; i++) {
            float a = t->a[(size_t)i * t->a_row + p * t->a_col];
            for (int j = 0; j < INK_GEMM_NR; j++) sum[i][j] += a * t->b[p * t->b_row + (size_t)j];
        }
}

static void sum_part(const struct ink_f32_tile *t, float sum[INK_GEMM_MR][INK_GEMM_NR])
{
    for (size_t p = 0; p < t->k; p++)
        for (size_t i = 0; i < t->m; i++) {
            float a = t->a[i * t->a_row + p * t->a_col];
            for (size_t j = 0; j < t->n; j++) sum[i][j] += a * t->b[p * t->b_row + j];
        }
}

void ink_f32_gemm_6x16__plain(const struct ink_f32_tile *t)
{
    float sum[INK_GEMM_MR][INK_GEMM_NR] = {{0}};
    if (t->m == INK_GEMM_MR && t->n == INK_GEMM_NR)
        sum_full(t, sum);
    else
        sum_part(t, sum);
    for (size_t i = 0; i < t->m; i++) finish_row(t, i, sum[i]);
}
