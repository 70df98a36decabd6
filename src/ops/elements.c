/* SPDX-License-Identifier: MIT */
/* elements.c - every type is read as the widest of its kind (double, int64, uint64) and written from there: so there is one
 * function a type and not one a pair. */
#include "ops/elements.h"

#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

enum ink_element ink_element_of(enum ink_dtype dtype)
{
    switch (dtype) {
    case INK_FLOAT:
    case INK_FLOAT16:
    case INK_BFLOAT16: return INK_ELEMENT_F32;
    case INK_DOUBLE: return INK_ELEMENT_F64;
    case INK_INT8: return INK_ELEMENT_I8;
    case INK_INT16: return INK_ELEMENT_I16;
    case INK_INT32: return INK_ELEMENT_I32;
    case INK_INT64: return INK_ELEMENT_I64;
    case INK_BOOL:
    case INK_UINT8: return INK_ELEMENT_U8;
    case INK_UINT16: return INK_ELEMENT_U16;
    case INK_UINT32: return INK_ELEMENT_U32;
    case INK_UINT64: return INK_ELEMENT_U64;
    default: return INK_ELEMENT_NONE;
    }
}

enum ink_dtype ink_element_dtype(enum ink_element element)
{
    static const enum ink_dtype dtypes[INK_ELEMENT_COUNT + 1] = {
        [INK_ELEMENT_F32] = INK_FLOAT, [INK_ELEMENT_F64] = INK_DOUBLE, [INK_ELEMENT_I8] = INK_INT8,
        [INK_ELEMENT_I16] = INK_INT16, [INK_ELEMENT_I32] = INK_INT32,  [INK_ELEMENT_I64] = INK_INT64,
        [INK_ELEMENT_U8] = INK_UINT8,  [INK_ELEMENT_U16] = INK_UINT16, [INK_ELEMENT_U32] = INK_UINT32,
        [INK_ELEMENT_U64] = INK_UINT64};
    return dtypes[element];
}

/* --- floating types of 8 bits and fewer --- */

struct mini {
    int mantissa_bits, bias;
    uint8_t sign, largest; /* the sign's bit; the largest finite magnitude */
    uint8_t infinity, nan; /* what stands for them, with the sign added where there is one */
    bool unsigned_zero;    /* "UZ": what would be -0 is NaN */
};

static const struct mini *mini_of(enum ink_dtype dtype)
{
    static const struct mini e4m3fn = {3, 7, 0x80, 0x7E, 0x7F, 0x7F, false};
    static const struct mini e4m3fnuz = {3, 8, 0x80, 0x7F, 0x80, 0x80, true};
    static const struct mini e5m2 = {2, 15, 0x80, 0x7B, 0x7C, 0x7E, false};
    static const struct mini e5m2fnuz = {2, 16, 0x80, 0x7F, 0x80, 0x80, true};
    static const struct mini e2m1 = {1, 1, 0x08, 0x07, 0x07, 0x08, false}; /* it has no NaN: -0 stands in */
    switch (dtype) {
    case INK_FLOAT8E4M3FN: return &e4m3fn;
    case INK_FLOAT8E4M3FNUZ: return &e4m3fnuz;
    case INK_FLOAT8E5M2: return &e5m2;
    case INK_FLOAT8E5M2FNUZ: return &e5m2fnuz;
    default: return &e2m1;
    }
}

static double mini_to_f64(const struct mini *m, uint8_t code)
{
    int magnitude = code & (m->sign - 1);
    if (m->unsigned_zero ? code == m->nan : m->nan != m->largest && magnitude == m->nan) return NAN;
    if (m->infinity != m->nan && magnitude > m->largest) /* E5M2: one infinity, then NaNs */
        return magnitude != m->infinity ? NAN : code & m->sign ? -INFINITY : INFINITY;
    int exponent = magnitude >> m->mantissa_bits, mantissa = magnitude & ((1 << m->mantissa_bits) - 1);
    if (exponent) mantissa += 1 << m->mantissa_bits;
    double x = ldexp(mantissa, (exponent ? exponent : 1) - m->bias - m->mantissa_bits);
    return code & m->sign ? -x : x;
}

static uint8_t mini_from_f64(const struct mini *m, double x, bool saturate)
{
    uint8_t sign = signbit(x) ? m->sign : 0;
    if (isnan(x)) return m->unsigned_zero ? m->nan : m->nan | sign;
    int exponent, lowest = 1 - m->bias;
    frexp(x, &exponent); /* in [1/2, 1) */
    exponent = x == 0 || exponent - 1 < lowest ? lowest : exponent - 1;
    /* past every one of them; the shift below stays small */
    double scaled = exponent > 20 || isinf(x) ? INFINITY : nearbyint(ldexp(fabs(x), m->mantissa_bits - exponent));
    int code = isinf(scaled) ? 0x100 : ((exponent + m->bias - 1) << m->mantissa_bits) + (int)scaled;
    if (code == 0 && m->unsigned_zero) return 0;
    if (code <= m->largest) return (uint8_t)code | sign;
    if (saturate) return m->largest | sign;
    return m->unsigned_zero ? m->nan : m->infinity | sign;
}

static uint8_t e8m0_from_f64(double x, bool saturate, enum ink_round round)
{
    int exponent;
    if (isnan(x) || (isinf(x) && !saturate)) return 0xFF;
    x = fabs(x);
    if (isinf(x)) return 0xFE;
    if (x == 0) return 0;
    double part = frexp(x, &exponent) * 2; /* x = part * 2^(exponent - 1), part in [1, 2) */
    exponent--;
    if (round == INK_ROUND_UP && part > 1) exponent++;
    if (round == INK_ROUND_NEAREST && part >= 1.5) exponent++;
    if (exponent < -127) return 0;
    if (exponent > 127) return saturate ? 0xFE : 0xFF;
    return (uint8_t)(exponent + 127);
}

/* To float so that rounding once more, to half or bfloat16, gives what rounding once would have given: towards zero, and
 * the last bit set where something was lost (round to odd). */
static float f64_to_f32_odd(double x)
{
    float near = (float)x;
    if (isnan(x) || (double)near == x || isinf(near)) return near;
    uint32_t bits = ink_f32_bits(near);
    if (fabs((double)near) > fabs(x)) bits--;
    return ink_f32_of_bits(bits | 1);
}

/* --- reading: any type as double, int64 or uint64 --- */

union wide {
    double f[INK_CONVERT_CHUNK];
    int64_t i[INK_CONVERT_CHUNK];
    uint64_t u[INK_CONVERT_CHUNK];
};

enum kind { REAL, SIGNED, UNSIGNED };

static unsigned packed(const uint8_t *in, size_t i, unsigned bits)
{
    size_t at = i * bits;
    return (unsigned)in[at / 8] >> at % 8 & ((1u << bits) - 1);
}

#define READ_ALL(kind, field, type)                                                                                    \
    for (size_t i = 0; i < n; i++) {                                                                                   \
        type value;                                                                                                    \
        memcpy(&value, (const char *)in + i * sizeof value, sizeof value);                                             \
        w->field[i] = value;                                                                                           \
    }                                                                                                                  \
    return kind

static enum kind read_wide(size_t n, enum ink_dtype from, const void *in, union wide *w)
{
    const uint8_t *bytes = in;
    const uint16_t *halves = in;
    switch (from) {
    case INK_FLOAT: READ_ALL(REAL, f, float);
    case INK_DOUBLE: READ_ALL(REAL, f, double);
    case INK_INT8: READ_ALL(SIGNED, i, int8_t);
    case INK_INT16: READ_ALL(SIGNED, i, int16_t);
    case INK_INT32: READ_ALL(SIGNED, i, int32_t);
    case INK_INT64: READ_ALL(SIGNED, i, int64_t);
    case INK_BOOL:
    case INK_UINT8: READ_ALL(UNSIGNED, u, uint8_t);
    case INK_UINT16: READ_ALL(UNSIGNED, u, uint16_t);
    case INK_UINT32: READ_ALL(UNSIGNED, u, uint32_t);
    case INK_UINT64: READ_ALL(UNSIGNED, u, uint64_t);
    case INK_FLOAT16:
        for (size_t i = 0; i < n; i++) w->f[i] = (double)ink_f16_to_f32(halves[i]);
        return REAL;
    case INK_BFLOAT16:
        for (size_t i = 0; i < n; i++) w->f[i] = (double)ink_bf16_to_f32(halves[i]);
        return REAL;
    case INK_FLOAT8E8M0:
        for (size_t i = 0; i < n; i++) w->f[i] = bytes[i] == 0xFF ? (double)NAN : ldexp(1, bytes[i] - 127);
        return REAL;
    case INK_FLOAT4E2M1:
        for (size_t i = 0; i < n; i++) w->f[i] = mini_to_f64(mini_of(from), (uint8_t)packed(bytes, i, 4));
        return REAL;
    case INK_UINT4:
    case INK_UINT2:
        for (size_t i = 0; i < n; i++) w->u[i] = packed(bytes, i, ink_dtype_bits(from));
        return UNSIGNED;
    case INK_INT4:
        for (size_t i = 0; i < n; i++) w->i[i] = (int64_t)(packed(bytes, i, 4) ^ 8) - 8;
        return SIGNED;
    case INK_INT2:
        for (size_t i = 0; i < n; i++) w->i[i] = (int64_t)(packed(bytes, i, 2) ^ 2) - 2;
        return SIGNED;
    default: /* the float8s */
        for (size_t i = 0; i < n; i++) w->f[i] = mini_to_f64(mini_of(from), bytes[i]);
        return REAL;
    }
}

/* --- writing --- */

static double real_at(const union wide *w, enum kind kind, size_t i)
{
    return kind == REAL ? w->f[i] : kind == SIGNED ? (double)w->i[i] : (double)w->u[i];
}

static int64_t cut(double x, int64_t low, int64_t high)
{
    if (isnan(x)) return 0;
    return x <= (double)low ? low : x >= (double)high ? high : (int64_t)x;
}

/* As an integer of `bits` bits, of which the high ones will be dropped. */
static uint64_t integer_at(const union wide *w, enum kind kind, size_t i, unsigned bits, bool is_signed)
{
    if (kind != REAL) return w->u[i];
    if (is_signed) {
        int64_t high = (int64_t)(UINT64_MAX >> (65 - bits));
        return (uint64_t)cut(w->f[i], -high - 1, high);
    }
    if (bits < 64) return (uint64_t)cut(w->f[i], 0, (int64_t)(UINT64_MAX >> (64 - bits)));
    return w->f[i] >= 0x1p64 ? UINT64_MAX : w->f[i] > 0 ? (uint64_t)w->f[i] : 0;
}

static float float_at(const union wide *w, enum kind kind, size_t i)
{
    return kind == REAL ? (float)w->f[i] : kind == SIGNED ? (float)w->i[i] : (float)w->u[i];
}

static void put_packed(uint8_t *out, size_t i, unsigned bits, unsigned value)
{
    size_t at = i * bits;
    unsigned mask = (1u << bits) - 1;
    if (at % 8 == 0) out[at / 8] = 0;
    out[at / 8] |= (uint8_t)((value & mask) << at % 8);
}

#define WRITE_ALL(type, expression)                                                                                    \
    for (size_t i = 0; i < n; i++) ((type *)out)[i] = (type)(expression);                                              \
    return

static void write_wide(size_t n, const union wide *w, enum kind kind, enum ink_dtype to, void *out, bool saturate,
                       enum ink_round round)
{
    unsigned bits = ink_dtype_bits(to);
    switch (to) {
    case INK_FLOAT: WRITE_ALL(float, float_at(w, kind, i));
    case INK_DOUBLE: WRITE_ALL(double, real_at(w, kind, i));
    case INK_INT8: WRITE_ALL(int8_t, integer_at(w, kind, i, bits, true));
    case INK_INT16: WRITE_ALL(int16_t, integer_at(w, kind, i, bits, true));
    case INK_INT32: WRITE_ALL(int32_t, integer_at(w, kind, i, bits, true));
    case INK_INT64: WRITE_ALL(int64_t, integer_at(w, kind, i, bits, true));
    case INK_UINT8: WRITE_ALL(uint8_t, integer_at(w, kind, i, bits, false));
    case INK_UINT16: WRITE_ALL(uint16_t, integer_at(w, kind, i, bits, false));
    case INK_UINT32: WRITE_ALL(uint32_t, integer_at(w, kind, i, bits, false));
    case INK_UINT64: WRITE_ALL(uint64_t, integer_at(w, kind, i, bits, false));
    case INK_BOOL: WRITE_ALL(uint8_t, kind == REAL ? w->f[i] != 0 : w->u[i] != 0);
    case INK_FLOAT16: WRITE_ALL(uint16_t, ink_f32_to_f16(f64_to_f32_odd(real_at(w, kind, i))));
    case INK_BFLOAT16: WRITE_ALL(uint16_t, ink_f32_to_bf16(f64_to_f32_odd(real_at(w, kind, i))));
    case INK_FLOAT8E8M0: WRITE_ALL(uint8_t, e8m0_from_f64(real_at(w, kind, i), saturate, round));
    case INK_FLOAT4E2M1:
        for (size_t i = 0; i < n; i++) put_packed(out, i, 4, mini_from_f64(mini_of(to), real_at(w, kind, i), true));
        return;
    case INK_UINT4:
    case INK_UINT2:
    case INK_INT4:
    case INK_INT2: /* what is out of range wraps, also from floating types: so the standard's own tests have it */
        for (size_t i = 0; i < n; i++) put_packed(out, i, bits, (unsigned)integer_at(w, kind, i, 32, true));
        return;
    default: WRITE_ALL(uint8_t, mini_from_f64(mini_of(to), real_at(w, kind, i), saturate)); /* the float8s */
    }
}

void ink_convert(size_t n, enum ink_dtype from, const void *in, enum ink_dtype to, void *out, bool saturate,
                 enum ink_round round)
{
    if (from == INK_FLOAT16 && to == INK_FLOAT) {
        ink_kernels()->f16_to_f32(n, in, out);
        return;
    }
    if (from == INK_FLOAT && to == INK_FLOAT16) {
        ink_kernels()->f32_to_f16(n, in, out);
        return;
    }
    if (from == INK_INT32 && to == INK_FLOAT) { /* what every product of 8-bit integers goes through */
        ink_kernels()->i32_to_f32(n, in, out);
        return;
    }
    union wide wide;
    for (size_t at = 0; at < n; at += INK_CONVERT_CHUNK) { /* a multiple of 8, so packed types begin on a byte */
        size_t len = n - at < INK_CONVERT_CHUNK ? n - at : INK_CONVERT_CHUNK;
        const uint8_t *source = (const uint8_t *)in + at * ink_dtype_bits(from) / 8;
        enum kind kind = read_wide(len, from, source, &wide);
        write_wide(len, &wide, kind, to, (uint8_t *)out + at * ink_dtype_bits(to) / 8, saturate, round);
    }
}
