/* SPDX-License-Identifier: MIT */
/* quant_rows.h - the body of plain/quant.c and avx2/quant.c: the same loops, compiled for each CPU level. NAME(f) is the
 * function's name at that level. */
#include <math.h>
#include <string.h>

#include "kernels/element.h"
#include "kernels/kernels.h"

/* A comparison with NaN is false: it becomes `low`. */
static inline uint8_t fit_byte(float x, const struct ink_q8 *q)
{
    float y = x + q->zero;
    y = y > q->low ? y : q->low;
    y = y < q->high ? y : q->high;
    return (uint8_t)(int32_t)y;
}

void NAME(ink_f32_to_q8)(size_t n, const float *x, const struct ink_q8 *q, uint8_t *out)
{
    const struct ink_q8 own = *q;
    INK_INDEPENDENT for (size_t i = 0; i < n; i++) out[i] = fit_byte(nearbyintf(x[i] / own.scale), &own);
}

void NAME(ink_i32_to_q8)(size_t n, const int32_t *x, const struct ink_q8 *q, uint8_t *out)
{
    const struct ink_q8 own = *q;
    INK_INDEPENDENT for (size_t i = 0; i < n; i++) out[i] = fit_byte(nearbyintf((float)x[i] * own.scale), &own);
}

void NAME(ink_q8_to_f32)(size_t n, const uint8_t *x, const struct ink_q8 *q, float *out)
{
    const struct ink_q8 own = *q;
    if (own.low < 0) {
        INK_INDEPENDENT for (size_t i = 0; i < n; i++) out[i] = ((float)(int8_t)x[i] - own.zero) * own.scale;
    } else {
        INK_INDEPENDENT for (size_t i = 0; i < n; i++) out[i] = ((float)x[i] - own.zero) * own.scale;
    }
}

void NAME(ink_q8_to_i16)(size_t n, const uint8_t *x, bool is_signed, int zero, int16_t *out)
{
    if (is_signed) {
        INK_INDEPENDENT for (size_t i = 0; i < n; i++) out[i] = (int16_t)((int8_t)x[i] - zero);
    } else {
        INK_INDEPENDENT for (size_t i = 0; i < n; i++) out[i] = (int16_t)(x[i] - zero);
    }
}

void NAME(ink_i32_to_f32)(size_t n, const int32_t *x, float *out)
{
    INK_INDEPENDENT for (size_t i = 0; i < n; i++) out[i] = (float)x[i];
}

/* Element i * step: of a step of 2 as the lower half of an int32, which is a vector's work. */
static inline int32_t sample(const int16_t *from, size_t i, const size_t step)
{
    int32_t pair;
    if (step != 2) return from[i * step];
    memcpy(&pair, from + 2 * i, sizeof pair);
    return (int16_t)pair;
}

/* `count` outputs; count and step are constants where it matters, so that they are one vector. */
static inline __attribute__((always_inline)) void sum_taps(const size_t count, const size_t step, size_t tap_count,
                                                           const uint32_t *taps, const int16_t *w, const int16_t *from,
                                                           int32_t *out)
{
    int32_t sum[INK_RUN_MAX] = {0};
    for (size_t t = 0; t < tap_count; t++)
        for (size_t i = 0; i < count; i++) sum[i] += w[t] * sample(from + taps[t], i, step);
    memcpy(out, sum, count * sizeof *out);
}

static inline __attribute__((always_inline)) void sum_run(const struct ink_run *run, const size_t step,
                                                          size_t tap_count, const uint32_t *taps, const int16_t *w,
                                                          const int16_t *in, int32_t *out)
{
    const int16_t *from = in + run->from;
    size_t done = 0;
    out += run->to;
    if (run->len == INK_RUN_MAX) {
        sum_taps(INK_RUN_MAX, step, tap_count, taps, w, from, out);
        return;
    }
    if (run->len >= INK_RUN_MAX / 2) {
        done = INK_RUN_MAX / 2;
        sum_taps(INK_RUN_MAX / 2, step, tap_count, taps, w, from, out);
    }
    for (; done < run->len; done++) sum_taps(1, 1, tap_count, taps, w, from + done * step, out + done);
}

void NAME(ink_i16_taps_sum)(size_t run_count, const struct ink_run *runs, size_t step, size_t tap_count,
                            const uint32_t *taps, const int16_t *w, const int16_t *in, int32_t *out)
{
    for (size_t r = 0; r < run_count; r++) {
        if (step == 1)
            sum_run(&runs[r], 1, tap_count, taps, w, in, out);
        else if (step == 2)
            sum_run(&runs[r], 2, tap_count, taps, w, in, out);
        else
            sum_run(&runs[r], step, tap_count, taps, w, in, out);
    }
}
