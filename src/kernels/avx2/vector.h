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

#endif
