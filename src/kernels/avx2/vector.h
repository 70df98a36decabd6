/* SPDX-License-Identifier: MIT */
/* vector.h - small helpers that the AVX2 kernels share. */
#ifndef INK_KERNELS_AVX2_VECTOR_H
#define INK_KERNELS_AVX2_VECTOR_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

/* A mask for the first n (0..8) floats of a vector. */
static inline __m256i ink_mask8(size_t n)
{
    static const int32_t ones_then_zeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(ones_then_zeros + 8 - n));
}

/* The first n (0..8) floats of a vector. In pieces: a masked store takes AMD's processors twenty steps. */
static inline void ink_store_part8(float *p, __m256 v, size_t n)
{
    __m128 part = _mm256_castps256_ps128(v);
    if (n & 8) {
        _mm256_storeu_ps(p, v);
        return;
    }
    if (n & 4) {
        _mm_storeu_ps(p, part);
        p += 4;
        part = _mm256_extractf128_ps(v, 1);
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)p, part);
        p += 2;
        part = _mm_movehl_ps(part, part);
    }
    if (n & 1) _mm_store_ss(p, part);
}

#endif
