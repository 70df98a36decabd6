/* SPDX-License-Identifier: MIT */
#include <immintrin.h>

#include "kernels/kernels.h"

void ink_f16_to_f32__avx2(size_t n, const uint16_t *in, float *out)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i))));
    for (; i < n; i++) out[i] = ink_f16_to_f32(in[i]);
}

void ink_f32_to_f16__avx2(size_t n, const float *in, uint16_t *out)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(out + i), _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
    for (; i < n; i++) out[i] = ink_f32_to_f16(in[i]);
}
