/* SPDX-License-Identifier: MIT */
/* C in 12 of the 16 registers, two for a row of B, one for an element of A: two FMAs a cycle with room to spare. */
#include "kernels/avx2/vector.h"
#include "kernels/kernels.h"

#define INLINE static inline __attribute__((always_inline))

/* One vector of B or C: all of it, or (only the last vector of a tile at the matrix's edge) what the mask lets through. */
INLINE __m256 load(const float *p, int edge, __m256i mask)
{
    return edge ? _mm256_maskload_ps(p, mask) : _mm256_loadu_ps(p);
}

INLINE void store(float *p, int edge, size_t left, __m256 v)
{
    if (edge)
        ink_store_part8(p, v, left);
    else
        _mm256_storeu_ps(p, v);
}

INLINE __m256 finish(const struct ink_f32_tile *t, size_t i, size_t j, int edge, __m256i mask, __m256 v)
{
    if (t->sum_up) v = _mm256_add_ps(v, load(t->c + i * t->c_row + j, edge, mask));
    if (t->row_bias) v = _mm256_add_ps(v, _mm256_set1_ps(t->row_bias[i]));
    if (t->col_bias) v = _mm256_add_ps(v, load(t->col_bias + j, edge, mask));
    if (t->add) v = _mm256_add_ps(v, load(t->add + i * t->add_row + j, edge, mask));
    /* max and min give their second operand when one is NaN */
    return _mm256_min_ps(_mm256_set1_ps(t->high), _mm256_max_ps(_mm256_set1_ps(t->low), v));
}

/* All rows and vectors of the tile; those that it does not have are left out at compile time, since m and v are constants
 * where tile() is called. A trip count that varied would keep clang from unrolling. */
#define ROWS_OF(m)    _Pragma("GCC unroll 6") for (int i = 0; i < 6; i++) if (i < (m))
#define VECTORS_OF(v) _Pragma("GCC unroll 2") for (int j = 0; j < 2; j++) if (j < (v))

INLINE void tile(const struct ink_f32_tile *t, const int m, const int v, const int edge)
{
    const size_t left = edge ? t->n - 8 * (size_t)(v - 1) : 8;
    __m256i mask = ink_mask8(left);
    __m256 sum[6][2];
    ROWS_OF(m) VECTORS_OF(v) sum[i][j] = _mm256_setzero_ps();

    const float *a = t->a, *b = t->b;
    const size_t a_row = t->a_row, a_col = t->a_col, b_row = t->b_row;
    for (size_t p = 0; p < t->k; p++, a += a_col, b += b_row) {
        __m256 row[2];
        VECTORS_OF(v) row[j] = load(b + 8 * j, edge && j == v - 1, mask);
        ROWS_OF(m)
        {
            __m256 x = _mm256_broadcast_ss(a + (size_t)i * a_row);
            VECTORS_OF(v) sum[i][j] = _mm256_fmadd_ps(x, row[j], sum[i][j]);
        }
    }
    ROWS_OF(m) VECTORS_OF(v)
    {
        int last = edge && j == v - 1;
        store(t->c + (size_t)i * t->c_row + 8 * j, last, left,
              finish(t, (size_t)i, (size_t)(8 * j), last, mask, sum[i][j]));
    }
}

#define ROWS(m)                                                                                                        \
    static void full_##m(const struct ink_f32_tile *t)                                                                 \
    {                                                                                                                  \
        tile(t, m, 2, 0);                                                                                              \
    }                                                                                                                  \
    static void wide_edge_##m(const struct ink_f32_tile *t)                                                            \
    {                                                                                                                  \
        tile(t, m, 2, 1);                                                                                              \
    }                                                                                                                  \
    static void narrow_edge_##m(const struct ink_f32_tile *t)                                                          \
    {                                                                                                                  \
        tile(t, m, 1, 1);                                                                                              \
    }
ROWS(1)
ROWS(2)
ROWS(3)
ROWS(4)
ROWS(5)
ROWS(6)

void ink_f32_gemm_6x16__avx2(const struct ink_f32_tile *t)
{
    static ink_f32_gemm_tile_fn *const full[] = {full_1, full_2, full_3, full_4, full_5, full_6};
    static ink_f32_gemm_tile_fn *const wide_edge[] = {wide_edge_1, wide_edge_2, wide_edge_3,
                                                      wide_edge_4, wide_edge_5, wide_edge_6};
    static ink_f32_gemm_tile_fn *const narrow_edge[] = {narrow_edge_1, narrow_edge_2, narrow_edge_3,
                                                        narrow_edge_4, narrow_edge_5, narrow_edge_6};
    ink_f32_gemm_tile_fn *const *kernel = t->n == INK_GEMM_NR ? full : t->n > 8 ? wide_edge : narrow_edge;
    kernel[t->m - 1](t);
}
