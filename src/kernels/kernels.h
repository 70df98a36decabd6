/* SPDX-License-Identifier: MIT */
/* kernels.h - the table of kernels: a row a kernel, a column a CPU level.
 *
 * A kernel knows pointers and sizes, not graphs; it allocates nothing and cannot fail. Its plain twin says in C what it
 * does; tests/unit/kernels/twins_test.c holds each column against it. A new kernel: a function type with its contract in
 * the header of its family, a row here, plain/FAMILY.c, avx2/FAMILY.c, and its trial in that test. */
#ifndef INK_KERNELS_KERNELS_H
#define INK_KERNELS_KERNELS_H

#include "kernels/binary.h"
#include "kernels/convert.h"
#include "kernels/cpu.h"
#include "kernels/gemm_tile.h"
#include "kernels/gemv.h"
#include "kernels/i16_gemm.h"
#include "kernels/igemm_tile.h"
#include "kernels/quant.h"
#include "kernels/rows.h"
#include "kernels/taps.h"
#include "kernels/unary.h"
#include "kernels/winograd.h"

/* field (of type ink_FIELD_fn), plain twin, AVX2; where a level has nothing better, its column repeats the plain one */
#define INK_KERNEL_MAP(X)                                                                                              \
    X(f32_gemm_tile, ink_f32_gemm_6x16__plain, ink_f32_gemm_6x16__avx2)                                                \
    X(f32_gevm, ink_f32_gevm__plain, ink_f32_gevm__avx2)                                                               \
    X(f32_gevm_panels, ink_f32_gevm_panels__plain, ink_f32_gevm_panels__avx2)                                          \
    X(f32_gemv, ink_f32_gemv__plain, ink_f32_gemv__avx2)                                                               \
    X(f32_igemm_tile, ink_f32_igemm_tile__plain, ink_f32_igemm_tile__avx2)                                             \
    X(f32_idepthwise, ink_f32_idepthwise__plain, ink_f32_idepthwise__avx2)                                             \
    X(f32_dline_for, ink_f32_dline_for__plain, ink_f32_dline_for__avx2)                                                \
    X(f32_ipool_max, ink_f32_ipool_max__plain, ink_f32_ipool_max__avx2)                                                \
    X(f32_ipool_sum, ink_f32_ipool_sum__plain, ink_f32_ipool_sum__avx2)                                                \
    X(f32_winograd_in, ink_f32_winograd_in__plain, ink_f32_winograd_in__avx2)                                          \
    X(f32_winograd_out, ink_f32_winograd_out__plain, ink_f32_winograd_out__avx2)                                       \
    X(f32_taps_pack, ink_f32_taps_pack__plain, ink_f32_taps_pack__avx2)                                                \
    X(f32_taps_sum, ink_f32_taps_sum__plain, ink_f32_taps_sum__avx2)                                                   \
    X(f32_taps_max, ink_f32_taps_max__plain, ink_f32_taps_max__avx2)                                                   \
    X(f32_row_sum, ink_f32_row_sum__plain, ink_f32_row_sum__avx2)                                                      \
    X(f32_row_squares, ink_f32_row_squares__plain, ink_f32_row_squares__avx2)                                          \
    X(f32_row_max, ink_f32_row_max__plain, ink_f32_row_max__avx2)                                                      \
    X(f32_row_affine, ink_f32_row_affine__plain, ink_f32_row_affine__avx2)                                             \
    X(f32_row_gain, ink_f32_row_gain__plain, ink_f32_row_gain__avx2)                                                   \
    X(f32_row_add, ink_f32_row_add__plain, ink_f32_row_add__avx2)                                                      \
    X(f16_to_f32, ink_f16_to_f32__plain, ink_f16_to_f32__avx2)                                                         \
    X(f32_to_f16, ink_f32_to_f16__plain, ink_f32_to_f16__avx2)                                                         \
    X(unary_row, ink_unary_row__plain, ink_unary_row__avx2)                                                            \
    X(binary_row, ink_binary_row__plain, ink_binary_row__avx2)                                                         \
    X(f32_to_q8, ink_f32_to_q8__plain, ink_f32_to_q8__avx2)                                                            \
    X(i32_to_q8, ink_i32_to_q8__plain, ink_i32_to_q8__avx2)                                                            \
    X(q8_to_f32, ink_q8_to_f32__plain, ink_q8_to_f32__avx2)                                                            \
    X(i32_to_f32, ink_i32_to_f32__plain, ink_i32_to_f32__avx2)                                                         \
    X(i16_taps_sum, ink_i16_taps_sum__plain, ink_i16_taps_sum__avx2)                                                   \
    X(q8_to_i16, ink_q8_to_i16__plain, ink_q8_to_i16__avx2)                                                            \
    X(i16_gemm_tile, ink_i16_gemm_6x16__plain, ink_i16_gemm_6x16__avx2)

enum {
    INK_GEMM_MR = 6, /* rows and columns of f32_gemm_tile */
    INK_GEMM_NR = 16,
};

struct ink_kernels {
#define X(field, plain, avx2) ink_##field##_fn *field;
    INK_KERNEL_MAP(X)
#undef X
};

/* The column for ink_cpu_level(). Read-only, never NULL, thread-safe. */
const struct ink_kernels *ink_kernels(void);

/* The column for a level, for tests; the best one below it where it has none of its own. */
const struct ink_kernels *ink_kernels_at(enum ink_cpu level);

#define X(field, plain, avx2) ink_##field##_fn plain;
INK_KERNEL_MAP(X)
#undef X
#ifdef INK_HAVE_AVX2
/* Where both columns name the same function it is declared twice, which C allows. */
#define X(field, plain, avx2) ink_##field##_fn avx2;
INK_KERNEL_MAP(X)
#undef X
#endif

#endif
