/* SPDX-License-Identifier: MIT */
/* C in 12 of the 16 registers, two for two rows of B, one for two elements of A: vpmaddwd multiplies and adds neighbours,
 * which with 9 bits and a sign on either side cannot overflow. */
#include <string.h>

#include "kernels/avx2/vector.h"
#include "kernels/kernels.h"

#define INLINE     static inline __attribute__((always_inline))
#define ROWS_OF(m) _Pragma("GCC unroll 6") for (int i = 0; i < 6; i++) if (i < (m))

INLINE __m256i two_of(const int16_t *a)
{
    int32_t both;
    memcpy(&both, a, sizeof both);
    return _mm256_set1_epi32(both);
}

INLINE void tile(const int m, size_t pairs, const int16_t *a, size_t a_row, const int16_t *b, int32_t *c, size_t c_row)
{
    __m256i left[6], right[6];
    ROWS_OF(m) left[i] = right[i] = _mm256_setzero_si256();
    for (size_t p = 0; p < pairs; p++, a += 2, b += 2 * INK_GEMM_NR) {
        __m256i b0 = _mm256_loadu_si256((const __m256i *)b);
        __m256i b1 = _mm256_loadu_si256((const __m256i *)(b + INK_GEMM_NR));
        ROWS_OF(m)
        {
            __m256i x = two_of(a + (size_t)i * a_row);
            left[i] = _mm256_add_epi32(left[i], _mm256_madd_epi16(x, b0));
            right[i] = _mm256_add_epi32(right[i], _mm256_madd_epi16(x, b1));
        }
    }
    ROWS_OF(m)
    {
        _mm256_storeu_si256((__m256i *)(c + (size_t)i * c_row), left[i]);
        _mm256_storeu_si256((__m256i *)(c + (size_t)i * c_row + 8), right[i]);
    }
}

void ink_i16_gemm_6x16__avx2(size_t m, size_t pairs, const int16_t *a, size_t a_row, const int16_t *b, int32_t *c,
                             size_t c_row)
{
    switch (m) {
    case 1: tile(1, pairs, a, a_row, b, c, c_row); return;
    case 2: tile(2, pairs, a, a_row, b, c, c_row); return;
    case 3: tile(3, pairs, a, a_row, b, c, c_row); return;
    case 4: tile(4, pairs, a, a_row, b, c, c_row); return;
    case 5: tile(5, pairs, a, a_row, b, c, c_row); return;
    default: tile(6, pairs, a, a_row, b, c, c_row);
    }
}
