/* SPDX-License-Identifier: MIT */
/* quant.h - between float and 8-bit integers: real = (q - zero) * scale. Both signed and unsigned bytes come as uint8_t;
 * what they may be is [low, high], which is within one of the two. Rounding is to the nearest, ties to even; what is out
 * of range becomes the nearest bound, NaN becomes `low`. in and out may be the same only where their elements are of one
 * size. */
#ifndef INK_KERNELS_QUANT_H
#define INK_KERNELS_QUANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/taps.h"

struct ink_q8 {
    float scale, zero; /* zero is whole */
    float low, high;
};

/* out = round(x / scale) + zero */
typedef void ink_f32_to_q8_fn(size_t n, const float *x, const struct ink_q8 *q, uint8_t *out);

/* out = round(x * scale) + zero */
typedef void ink_i32_to_q8_fn(size_t n, const int32_t *x, const struct ink_q8 *q, uint8_t *out);

/* out = (x - zero) * scale; signed where low is below 0 */
typedef void ink_q8_to_f32_fn(size_t n, const uint8_t *x, const struct ink_q8 *q, float *out);

/* out = x - zero, exactly: as the tiles of i16_gemm.h want it */
typedef void ink_q8_to_i16_fn(size_t n, const uint8_t *x, bool is_signed, int zero, int16_t *out);

/* out = x, rounded to the nearest */
typedef void ink_i32_to_f32_fn(size_t n, const int32_t *x, float *out);

/* A depthwise convolution of a plane with its border: out[run.to + i] = sum over t of w[t] * in[run.from + i * step + tap[t]],
 * exact but for wrapping. One element behind the last one that is needed may be read. */
typedef void ink_i16_taps_sum_fn(size_t run_count, const struct ink_run *runs, size_t step, size_t tap_count,
                                 const uint32_t *taps, const int16_t *w, const int16_t *in, int32_t *out);

#endif
