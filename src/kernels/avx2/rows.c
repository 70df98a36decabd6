/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "kernels/avx2/vector.h"
#include "kernels/kernels.h"

static float sum8(__m256 v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static float max8(__m256 v)
{
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

static __m256i tail_mask(size_t n, size_t i)
{
    return ink_mask8(n - i < 8 ? n - i : 8);
}

float ink_f32_row_sum__avx2(size_t n, const float *x)
{
    __m256 sum[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
    size_t i = 0;
    for (; i + 32 <= n; i += 32)
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) sum[j] = _mm256_add_ps(sum[j], _mm256_loadu_ps(x + i + 8 * j));
    for (; i < n; i += 8) sum[0] = _mm256_add_ps(sum[0], _mm256_maskload_ps(x + i, tail_mask(n, i)));
    return sum8(_mm256_add_ps(_mm256_add_ps(sum[0], sum[1]), _mm256_add_ps(sum[2], sum[3])));
}

float ink_f32_row_squares__avx2(size_t n, const float *x, float centre)
{
    __m256 c = _mm256_set1_ps(centre);
    __m256 sum[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
    size_t i = 0;
    for (; i + 32 <= n; i += 32)
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            __m256 d = _mm256_sub_ps(_mm256_loadu_ps(x + i + 8 * j), c);
            sum[j] = _mm256_fmadd_ps(d, d, sum[j]);
        }
    for (; i < n; i += 8) {
        __m256i mask = tail_mask(n, i);
        __m256 d = _mm256_and_ps(_mm256_sub_ps(_mm256_maskload_ps(x + i, mask), c), _mm256_castsi256_ps(mask));
        sum[0] = _mm256_fmadd_ps(d, d, sum[0]);
    }
    return sum8(_mm256_add_ps(_mm256_add_ps(sum[0], sum[1]), _mm256_add_ps(sum[2], sum[3])));
}

float ink_f32_row_max__avx2(size_t n, const float *x)
{
    __m256 lowest = _mm256_set1_ps(-INFINITY), a = lowest, b = lowest;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        a = _mm256_max_ps(_mm256_loadu_ps(x + i), a);
        b = _mm256_max_ps(_mm256_loadu_ps(x + i + 8), b);
    }
    for (; i < n; i += 8) {
        __m256i mask = tail_mask(n, i);
        a = _mm256_max_ps(_mm256_blendv_ps(lowest, _mm256_maskload_ps(x + i, mask), _mm256_castsi256_ps(mask)), a);
    }
    return max8(_mm256_max_ps(a, b));
}

void ink_f32_row_affine__avx2(size_t n, const float *x, float scale, float shift, float *y)
{
    __m256 a = _mm256_set1_ps(scale), b = _mm256_set1_ps(shift);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(y + i, _mm256_fmadd_ps(a, _mm256_loadu_ps(x + i), b));
    for (; i < n; i++) y[i] = scale * x[i] + shift;
}

void ink_f32_row_gain__avx2(size_t n, const float *x, float scale, float shift, const float *gain, const float *bias,
                            float *y)
{
    __m256 a = _mm256_set1_ps(scale), b = _mm256_set1_ps(shift);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 v = _mm256_fmadd_ps(a, _mm256_loadu_ps(x + i), b);
        __m256 h = bias ? _mm256_loadu_ps(bias + i) : _mm256_setzero_ps();
        _mm256_storeu_ps(y + i, _mm256_fmadd_ps(v, _mm256_loadu_ps(gain + i), h));
    }
    for (; i < n; i++) y[i] = (scale * x[i] + shift) * gain[i] + (bias ? bias[i] : 0);
}

void ink_f32_row_add__avx2(size_t n, const float *x, float *y)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(y + i, _mm256_add_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i)));
    for (; i < n; i++) y[i] += x[i];
}
