/* SPDX-License-Identifier: MIT */
/* quant_rows.h - the body of plain/quant.c and avx2/quant.c: the same loops, compiled for each CPU level. NAME(f) is the
 * function's name at that level. */
#include <math.h>

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
