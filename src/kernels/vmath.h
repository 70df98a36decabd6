/* SPDX-License-Identifier: MIT */
/* vmath.h - exp, log, tanh, erf and their relatives in float, written without branches, so that a loop over them becomes
 * vector code at every CPU level. Included by the rows of each level, never called from elsewhere.
 *
 * Errors are below 4 units in the last place (tests/unit/kernels/vmath_test.c); infinities, NaN, signed zero and results
 * that are subnormal come out as in libm. No trap flags, no errno. */
#ifndef INK_KERNELS_VMATH_H
#define INK_KERNELS_VMATH_H

#include <math.h>

#include "kernels/convert.h"

/* Added to a small number, it rounds it to an integer, which then stands in the low bits. */
#define INK_ROUNDER 12582912.0f /* 1.5 * 2^23 */

static inline float ink_copysign(float magnitude, float sign)
{
    return ink_f32_of_bits((ink_f32_bits(magnitude) & 0x7FFFFFFF) | (ink_f32_bits(sign) & 0x80000000));
}

static inline float ink_magnitude(float x)
{
    return ink_f32_of_bits(ink_f32_bits(x) & 0x7FFFFFFF);
}

/* 2^k for k in [-126, 127] */
static inline float ink_power_of_two(int32_t k)
{
    return ink_f32_of_bits((uint32_t)(k + 127) << 23);
}

/* x = k ln 2 + r with |r| <= ln 2 / 2, for |x| < 2^15. ln 2 in two parts: k times the first one is exact. */
static inline float ink_exp_reduce(float x, int32_t *k)
{
    float shifted = x * 1.44269504f + INK_ROUNDER, n = shifted - INK_ROUNDER;
    *k = (int32_t)(ink_f32_bits(shifted) - ink_f32_bits(INK_ROUNDER));
    return (x - n * 0.693359375f) + n * 2.12194440e-4f;
}

/* exp(r) - 1 by its series: the first term left out is 5e-9 of the result at the ends. */
static inline float ink_expm1_small(float r)
{
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    return p * r * r + r;
}

static inline float ink_exp_f32(float x)
{
    x = x > 89.0f ? 89.0f : x; /* infinity from 88.73 on, 0 below -103.98; NaN passes both */
    x = x < -104.0f ? -104.0f : x;
    int32_t k, half;
    float r = ink_exp_reduce(x, &k);
    k = k < -151 ? -151 : k > 129 ? 129 : k; /* NaN leaves anything in it */
    half = k >> 1;                           /* in two steps: 2^k alone may be out of range */
    return (1 + ink_expm1_small(r)) * ink_power_of_two(half) * ink_power_of_two(k - half);
}

/* exp(x) for x <= 0: nothing overflows, and 2^k in two halves needs no bounds. */
static inline float ink_exp_negative(float x)
{
    x = x < -104.0f ? -104.0f : x;
    int32_t k, half;
    float r = ink_exp_reduce(x, &k);
    half = k >> 1;
    return (1 + ink_expm1_small(r)) * ink_power_of_two(half) * ink_power_of_two(k - half);
}

/* exp(x) - 1 for x in [-87, 87], without loss near 0. */
static inline float ink_expm1_clamped(float x)
{
    int32_t k;
    float p = ink_expm1_small(ink_exp_reduce(x, &k));
    float power = ink_power_of_two(k < -126 ? -126 : k > 127 ? 127 : k);
    return power * p + (power - 1);
}

static inline float ink_expm1_f32(float x)
{
    float inside = x < -20.0f ? -20.0f : x > 87.0f ? 87.0f : x;
    float y = ink_expm1_clamped(inside);
    y = x > 87.0f ? ink_exp_f32(x) : y;
    return x == 0 ? x : y; /* keeps -0 */
}

/* 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...) without the first term, for |s| <= 1/3. */
static inline float ink_log_tail(float s)
{
    float z = s * s, p = 2.0f / 17;
    p = p * z + 2.0f / 15;
    p = p * z + 2.0f / 13;
    p = p * z + 2.0f / 11;
    p = p * z + 2.0f / 9;
    p = p * z + 2.0f / 7;
    p = p * z + 2.0f / 5;
    p = p * z + 2.0f / 3;
    return p * z * s;
}

static inline float ink_log_f32(float x)
{
    /* x = 2^k m, m in [sqrt(1/2), sqrt 2); log m = 2 atanh((m - 1) / (m + 1)) */
    float scaled = x < 0x1p-126f ? x * 0x1p24f : x;
    uint32_t bits = ink_f32_bits(scaled) - 0x3F3504F3;
    float k = (float)((int32_t)bits >> 23) - (x < 0x1p-126f ? 24.0f : 0.0f);
    float f = ink_f32_of_bits((bits & 0x007FFFFF) + 0x3F3504F3) - 1;
    float s = f / (2 + f);
    /* 2s = f - s f, of which f is exact */
    float y = (k * -2.12194440e-4f + (ink_log_tail(s) - s * f)) + f + k * 0.693359375f;
    y = x == INFINITY ? x : y;
    y = x == 0 ? -INFINITY : y;
    return x >= 0 ? y : NAN;
}

/* log(1 + z) for z in [0, 1] */
static inline float ink_log1p_unit(float z)
{
    float s = z / (2 + z);
    return 2 * s + ink_log_tail(s);
}

static inline float ink_tanh_f32(float x)
{
    float a = ink_magnitude(x);
    float e = ink_expm1_clamped(2 * (a > 10.0f ? 10.0f : a));
    return ink_copysign(e / (e + 2), x);
}

static inline float ink_sigmoid_f32(float x)
{
    float z = ink_exp_negative(-ink_magnitude(x));
    return (x < 0 ? z : 1.0f) / (1 + z);
}

static inline float ink_softplus_f32(float x)
{
    return (x > 0 || x != x ? x : 0) + ink_log1p_unit(ink_exp_negative(-ink_magnitude(x)));
}

/* erfc(a) exp(a^2) for a in [0.95, 4.3], a polynomial in 1 / (1 + a/2) - 1/2 through nine Chebyshev nodes: within 6e-10. */
static inline float ink_erfcx_middle(float a)
{
    float t = 1 / (1 + 0.5f * a) - 0.5f;
    float p = 0.0147558655f;
    p = p * t + 0.119374622f;
    p = p * t - 0.0543602282f;
    p = p * t - 0.223766438f;
    p = p * t + 0.0597283977f;
    p = p * t + 0.631827279f;
    p = p * t + 0.966632767f;
    p = p * t + 0.854371698f;
    return p * t + 0.255395676f;
}

static inline float ink_erf_f32(float x)
{
    float a = ink_magnitude(x);
    a = a > 4.2f ? 4.2f : a; /* 1 from 3.92 on */
    /* below 1: 2/sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1)) */
    float z = a < 1 ? a * a : 1.0f;
    float p = 1.31225327e-8f; /* n = 10 */
    p = p * z - 1.45038522e-7f;
    p = p * z + 1.45891690e-6f;
    p = p * z - 1.32275132e-5f;
    p = p * z + 1.06837607e-4f;
    p = p * z - 7.57575758e-4f;
    p = p * z + 4.62962963e-3f;
    p = p * z - 2.38095238e-2f;
    p = p * z + 0.1f;
    p = p * z - 0.333333333f;
    float small = 1.12837917f * (a + a * z * p);
    float large = 1 - ink_erfcx_middle(a) * ink_exp_f32(-a * a);
    return ink_copysign(a < 1 ? small : large, x);
}

/* x times the normal distribution up to x, which is erfc(-x / sqrt 2) / 2; erfc(a) = exp(-a^2) p(1 / (1 + 0.4 a)) for
 * a >= 0, p a polynomial through Chebyshev nodes up to a = 9.5: within 1e-5 of the
 * result where that is far below 1, 5e-7 elsewhere. */
static inline float ink_gelu_f32(float x)
{
    float a = ink_magnitude(x) * 0.70710678f, t = 1 / (1 + 0.4f * (a > 9.5f ? 9.5f : a)) - 0.604166667f;
    float p = 0.0737336762f;
    p = p * t - 0.0387107632f;
    p = p * t - 0.223646295f;
    p = p * t + 0.00066131016f;
    p = p * t + 0.673632899f;
    p = p * t + 1.27605579f;
    p = p * t + 1.36214823f;
    p = p * t + 0.988744896f;
    p = p * t + 0.300383662f;
    float tail = 0.5f * p * ink_exp_negative(-a * a);
    return x * (x < 0 ? tail : 1 - tail);
}

#endif
