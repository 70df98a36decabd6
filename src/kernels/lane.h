/* SPDX-License-Identifier: MIT */
/* lane.h - the vector of floats that a CPU level has, for kernels whose body is the same at every level: written with the
 * compiler's vector types, so that +, *, and comparisons work on all lanes. Included by the *_body.h of each level alone. */
#ifndef INK_KERNELS_LANE_H
#define INK_KERNELS_LANE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include "kernels/avx2/vector.h"
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

typedef float lane __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t lane_bits __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef float lane_anywhere __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

#define LANE_INLINE static inline __attribute__((always_inline))

/* All loops of a body have constant bounds: what they index lies in registers. */
#define LANE_UNROLL _Pragma("GCC unroll 40")

LANE_INLINE lane lane_of(float x)
{
    return x - (lane){0};
}

LANE_INLINE lane lane_load(const float *p)
{
    return *(const lane_anywhere *)p;
}

LANE_INLINE void lane_store(float *p, lane v)
{
    *(lane_anywhere *)p = v;
}

/* The first n lanes, 1 <= n <= LANES; nothing behind them is touched. The others are 0. */
LANE_INLINE lane lane_load_part(const float *p, size_t n)
{
    if (n >= LANES) return lane_load(p);
#ifdef __AVX2__
    return (lane)_mm256_maskload_ps(p, ink_mask8(n));
#else
    lane v = {0};
    for (size_t i = 0; i < n; i++) v[i] = p[i];
    return v;
#endif
}

LANE_INLINE void lane_store_part(float *p, lane v, size_t n)
{
    if (n >= LANES) {
        lane_store(p, v);
        return;
    }
#ifdef __AVX2__
    ink_store_part8(p, (__m256)v, n);
#else
    for (size_t i = 0; i < n; i++) p[i] = v[i];
#endif
}

/* a where the mask is set, else b */
LANE_INLINE lane lane_pick(lane_bits mask, lane a, lane b)
{
    return (lane)((mask & (lane_bits)a) | (~mask & (lane_bits)b));
}

/* NaN passes. */
LANE_INLINE lane lane_clamp(lane v, lane low, lane high)
{
#ifdef __AVX2__ /* max and min give their second operand when one is NaN */
    return (lane)_mm256_min_ps((__m256)high, _mm256_max_ps((__m256)low, (__m256)v));
#else
    v = lane_pick(v < low, low, v);
    return lane_pick(v > high, high, v);
#endif
}

#endif
