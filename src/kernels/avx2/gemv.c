/* SPDX-License-Identifier: MIT */
#include "kernels/avx2/vector.h"
#include "kernels/kernels.h"

/* y[j..j+8) for all p, with two sums so that one FMA need not wait for the other. */
static __m256 column(size_t k, const float *x, const float *b, size_t b_row, __m256i mask)
{
    __m256 even = _mm256_setzero_ps(), odd = _mm256_setzero_ps();
    size_t p = 0;
    for (; p + 2 <= k; p += 2, b += 2 * b_row) {
        even = _mm256_fmadd_ps(_mm256_set1_ps(x[p]), _mm256_maskload_ps(b, mask), even);
        odd = _mm256_fmadd_ps(_mm256_set1_ps(x[p + 1]), _mm256_maskload_ps(b + b_row, mask), odd);
    }
    if (p < k) even = _mm256_fmadd_ps(_mm256_set1_ps(x[p]), _mm256_maskload_ps(b, mask), even);
    return _mm256_add_ps(even, odd);
}

/* 64 columns in eight registers: 256 bytes of each row of B, one row after the other. */
static void columns64(size_t k, const float *x, const float *b, size_t b_row, float *y)
{
    __m256 sum[8];
#pragma GCC unroll 8
    for (int j = 0; j < 8; j++) sum[j] = _mm256_setzero_ps();
    for (size_t p = 0; p < k; p++, b += b_row) {
        __m256 v = _mm256_set1_ps(x[p]);
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) sum[j] = _mm256_fmadd_ps(v, _mm256_loadu_ps(b + 8 * j), sum[j]);
    }
#pragma GCC unroll 8
    for (int j = 0; j < 8; j++) _mm256_storeu_ps(y + 8 * j, sum[j]);
}

void ink_f32_gevm__avx2(size_t n, size_t k, const float *x, const float *b, size_t b_row, float *y)
{
    size_t j = 0;
    for (; j + 64 <= n; j += 64) columns64(k, x, b + j, b_row, y + j);
    for (; j < n; j += 8) {
        __m256i mask = ink_mask8(n - j < 8 ? n - j : 8);
        _mm256_maskstore_ps(y + j, mask, column(k, x, b + j, b_row, mask));
    }
}

/* {sum of a, of b, of c, of d} */
static __m128 sums_of_4(__m256 a, __m256 b, __m256 c, __m256 d)
{
    __m256 abcd = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    return _mm_add_ps(_mm256_castps256_ps128(abcd), _mm256_extractf128_ps(abcd, 1));
}

/* Up to four rows at once; a row that is not there is the first one again, and its sum is dropped. */
static void rows4(size_t m, size_t k, const float *a, size_t a_row, const float *x, float sums[4])
{
    const float *row[4];
    for (size_t i = 0; i < 4; i++) row[i] = a + (i < m ? i * a_row : 0);
    __m256 sum[4], more[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) sum[i] = more[i] = _mm256_setzero_ps();
    size_t p = 0;
    for (; p + 16 <= k; p += 16) {
        __m256 v = _mm256_loadu_ps(x + p), w = _mm256_loadu_ps(x + p + 8);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            sum[i] = _mm256_fmadd_ps(_mm256_loadu_ps(row[i] + p), v, sum[i]);
            more[i] = _mm256_fmadd_ps(_mm256_loadu_ps(row[i] + p + 8), w, more[i]);
        }
    }
    for (; p < k; p += 8) {
        __m256i mask = ink_mask8(k - p < 8 ? k - p : 8);
        __m256 v = _mm256_maskload_ps(x + p, mask);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) sum[i] = _mm256_fmadd_ps(_mm256_maskload_ps(row[i] + p, mask), v, sum[i]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) sum[i] = _mm256_add_ps(sum[i], more[i]);
    _mm_storeu_ps(sums, sums_of_4(sum[0], sum[1], sum[2], sum[3]));
}

void ink_f32_gemv__avx2(size_t m, size_t k, const float *a, size_t a_row, const float *x, float *y, size_t y_step)
{
    for (size_t i = 0; i < m; i += 4) {
        size_t rows = m - i < 4 ? m - i : 4;
        float sums[4];
        rows4(rows, k, a + i * a_row, a_row, x, sums);
        for (size_t r = 0; r < rows; r++) y[(i + r) * y_step] = sums[r];
    }
}

/* Up to four panels at once: eight sums, so that no FMA waits for the one before it. */
static inline __attribute__((always_inline)) void some_panels(const int panels, size_t k, const float *x,
                                                              const float *b, size_t step, float *y)
{
    __m256 low[4], high[4];
#pragma GCC unroll 4
    for (int i = 0; i < panels; i++) low[i] = high[i] = _mm256_setzero_ps();
    for (size_t p = 0; p < k; p++, b += INK_GEMM_NR) {
        __m256 v = _mm256_set1_ps(x[p]);
#pragma GCC unroll 4
        for (int i = 0; i < panels; i++) {
            const float *row = b + (size_t)i * step;
            low[i] = _mm256_fmadd_ps(v, _mm256_loadu_ps(row), low[i]);
            high[i] = _mm256_fmadd_ps(v, _mm256_loadu_ps(row + 8), high[i]);
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < panels; i++) {
        _mm256_storeu_ps(y + i * INK_GEMM_NR, low[i]);
        _mm256_storeu_ps(y + i * INK_GEMM_NR + 8, high[i]);
    }
}

void ink_f32_gevm_panels__avx2(size_t panels, size_t k, const float *x, const float *b, size_t step, float *y)
{
    for (; panels >= 4; panels -= 4, b += 4 * step, y += 4 * INK_GEMM_NR) some_panels(4, k, x, b, step, y);
    for (; panels; panels--, b += step, y += INK_GEMM_NR) some_panels(1, k, x, b, step, y);
}
