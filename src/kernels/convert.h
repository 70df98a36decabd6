/* SPDX-License-Identifier: MIT */
/* convert.h - other floating types to and from float. Half floats (IEEE 754 binary16) and bfloat16 are their bits. */
#ifndef INK_KERNELS_CONVERT_H
#define INK_KERNELS_CONVERT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* in and out must not overlap. To a narrower type: nearest, ties to even; too large becomes infinity. */
typedef void ink_f16_to_f32_fn(size_t n, const uint16_t *in, float *out);
typedef void ink_f32_to_f16_fn(size_t n, const float *in, uint16_t *out);

static inline uint32_t ink_f32_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float ink_f32_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float ink_bf16_to_f32(uint16_t x)
{
    return ink_f32_of_bits((uint32_t)x << 16);
}

static inline uint16_t ink_f32_to_bf16(float x)
{
    uint32_t bits = ink_f32_bits(x);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) return (uint16_t)(bits >> 16 | 0x40); /* a NaN stays one, made quiet */
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/* Multiplying by a power of two puts the exponent right, subnormal numbers too. */
static inline float ink_f16_to_f32(uint16_t x)
{
    uint32_t sign = (uint32_t)(x & 0x8000) << 16, rest = (uint32_t)(x & 0x7FFF) << 13;
    if (rest >= 0x0F800000) return ink_f32_of_bits(sign | rest | 0x7F800000); /* infinity, NaN */
    return ink_f32_of_bits(sign | ink_f32_bits(ink_f32_of_bits(rest) * 0x1p112f));
}

static inline uint16_t ink_f32_to_f16(float x)
{
    uint32_t bits = ink_f32_bits(x), sign = bits >> 16 & 0x8000, rest = bits & 0x7FFFFFFF;
    if (rest > 0x7F800000) return (uint16_t)(sign | 0x7E00 | (rest >> 13 & 0x1FF));
    if (rest >= 0x477FF000) return (uint16_t)(sign | 0x7C00); /* 65520 and more */
    if (rest < 0x38800000) /* subnormal: adding 1/2 makes the processor round at the last bit that remains */
        return (uint16_t)(sign | (ink_f32_bits(ink_f32_of_bits(rest) + 0.5f) - 0x3F000000));
    rest += 0xFFF + (rest >> 13 & 1);
    return (uint16_t)(sign | ((rest - 0x38000000) >> 13));
}

#endif
