/* SPDX-License-Identifier: MIT */
/* unary_rows.h - the body of plain/unary.c and avx2/unary.c: the same loops, compiled for each CPU level.
 * ROW_LOOKUP is the name of the function that finds a row. */
#include "kernels/kernels.h"
#include "kernels/lane.h"
#include "kernels/vmath.h"

#define ROW(name, type, expression)                                                                                    \
    static void name(size_t n, const void *in, float a, float b, void *out)                                            \
    {                                                                                                                  \
        const type *from = in;                                                                                         \
        type *to = out;                                                                                                \
        (void)a, (void)b;                                                                                              \
        INK_INDEPENDENT for (size_t i = 0; i < n; i++)                                                                 \
        {                                                                                                              \
            const type x = from[i];                                                                                    \
            to[i] = (type)(expression);                                                                                \
        }                                                                                                              \
    }

/* Functions that are the same expression in float and double; those of libm go by their double name. */
#define CLIP01(x) ((x) < 0 ? 0 : (x) > 1 ? 1 : (x))
#define REAL_MAP(X, type, suffix)                                                                                      \
    X(ABS, type, fabs##suffix(x))                                                                                      \
    X(NEG, type, -x)                                                                                                   \
    X(SIGN, type, x > 0 ? 1 : x < 0 ? -1 : x)                                                                          \
    X(RELU, type, x < 0 ? 0 : x)                                                                                       \
    X(RECIPROCAL, type, 1 / x)                                                                                         \
    X(SQRT, type, sqrt##suffix(x))                                                                                     \
    X(FLOOR, type, floor##suffix(x))                                                                                   \
    X(CEIL, type, ceil##suffix(x))                                                                                     \
    X(ROUND, type, nearbyint##suffix(x))                                                                               \
    X(SIN, type, sin##suffix(x))                                                                                       \
    X(COS, type, cos##suffix(x))                                                                                       \
    X(TAN, type, tan##suffix(x))                                                                                       \
    X(ASIN, type, asin##suffix(x))                                                                                     \
    X(ACOS, type, acos##suffix(x))                                                                                     \
    X(ATAN, type, atan##suffix(x))                                                                                     \
    X(SINH, type, sinh##suffix(x))                                                                                     \
    X(COSH, type, cosh##suffix(x))                                                                                     \
    X(ASINH, type, asinh##suffix(x))                                                                                   \
    X(ACOSH, type, acosh##suffix(x))                                                                                   \
    X(ATANH, type, atanh##suffix(x))                                                                                   \
    X(SOFTSIGN, type, x / (1 + fabs##suffix(x)))                                                                       \
    X(HARD_SIGMOID, type, CLIP01((type)a *x + (type)b))                                                                \
    X(HARD_SWISH, type, x *CLIP01(x *((type)1 / 6) + (type)0.5))                                                       \
    X(LEAKY_RELU, type, x < 0 ? (type)a * x : x)                                                                       \
    X(THRESHOLDED_RELU, type, x > (type)a ? x : 0)

/* exp, log and what is made of them: vmath.h in float, libm in double. */
#define CURVE_MAP(X, type, of_exp, of_expm1, of_log, of_tanh, of_erf, of_sigmoid, of_softplus, of_gelu)                \
    X(EXP, type, of_exp(x))                                                                                            \
    X(LOG, type, of_log(x))                                                                                            \
    X(TANH, type, of_tanh(x))                                                                                          \
    X(ERF, type, of_erf(x))                                                                                            \
    X(SIGMOID, type, of_sigmoid(x))                                                                                    \
    X(SOFTPLUS, type, of_softplus(x))                                                                                  \
    X(ELU, type, x < 0 ? (type)a * of_expm1(x) : x)                                                                    \
    X(SELU, type, (type)b *(x < 0 ? (type)a * of_expm1(x) : x))                                                        \
    X(CELU, type, x < 0 ? (type)a * of_expm1(x / (type)a) : x)                                                         \
    X(GELU, type, of_gelu(x))                                                                                          \
    X(GELU_TANH, type, (type)0.5 * x * (1 + of_tanh((type)0.79788456080286536 * (x + (type)0.044715 * x * x * x))))    \
    X(MISH, type, x *of_tanh(of_softplus(x)))

static inline double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static inline double softplus(double x)
{
    return (x > 0 || x != x ? x : 0) + log1p(exp(-fabs(x)));
}

static inline double gelu(double x)
{
    return 0.5 * x * (1 + erf(x * 0.70710678118654752));
}

#define F32_MAP(X)                                                                                                     \
    REAL_MAP(X, float, f)                                                                                              \
    CURVE_MAP(X, float, ink_exp_f32, ink_expm1_f32, ink_log_f32, ink_tanh_f32, ink_erf_f32, ink_sigmoid_f32,           \
              ink_softplus_f32, ink_gelu_f32)
#define F64_MAP(X)                                                                                                     \
    REAL_MAP(X, double, )                                                                                              \
    CURVE_MAP(X, double, exp, expm1, log, tanh, erf, sigmoid, softplus, gelu)                                          \
    X(SWISH, double, x *sigmoid((double)a *x))

/* Through uint64_t, where nothing overflows. */
#define SIGNED_MAP(X, type)                                                                                            \
    X(ABS, type, x < 0 ? 0 - (uint64_t)x : (uint64_t)x)                                                                \
    X(NEG, type, 0 - (uint64_t)x)                                                                                      \
    X(SIGN, type, (x > 0) - (x < 0))                                                                                   \
    X(RELU, type, x < 0 ? 0 : x)                                                                                       \
    X(BIT_NOT, type, ~x)
#define UNSIGNED_MAP(X, type)                                                                                          \
    X(ABS, type, x)                                                                                                    \
    X(SIGN, type, x > 0)                                                                                               \
    X(BIT_NOT, type, ~x)

#define X(name, type, expression) ROW(name##_F32, type, expression)
F32_MAP(X)
#undef X

/* x / (1 + exp(-a x)). Where a x is below -88 the factor stays at 6e-39: what that hides is below 1e-36. In lanes, because a
 * compiler works out both ends of the clamp for all elements, with results so small that a processor stumbles. */
LANE_INLINE lane swish(lane x, lane factor)
{
    const lane y = lane_clamp(-factor * x, lane_of(-87), lane_of(88));
    const lane shifted = y * 1.44269504f + INK_ROUNDER, n = shifted - INK_ROUNDER;
    const lane r = (y - n * 0.693359375f) + n * 2.12194440e-4f;
    lane p = lane_of(1.0f / 5040) * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    const lane small = p * r * r + r + 1;
    return x / (1 + (lane)((lane_bits)small + ((lane_bits)shifted << 23)));
}

static void SWISH_F32(size_t n, const void *in, float a, float b, void *out)
{
    const float *from = in;
    float *to = out;
    const lane factor = lane_of(a);
    size_t i = 0;
    (void)b;
    for (; i + LANES <= n; i += LANES) lane_store(to + i, swish(lane_load(from + i), factor));
    if (i < n) lane_store_part(to + i, swish(lane_load_part(from + i, n - i), factor), n - i);
}

#define X(name, type, expression) ROW(name##_F64, type, expression)
F64_MAP(X)
#undef X
#define X(name, type, expression) ROW(name##_##type, type, expression)
SIGNED_MAP(X, int8_t)
SIGNED_MAP(X, int16_t)
SIGNED_MAP(X, int32_t)
SIGNED_MAP(X, int64_t)
UNSIGNED_MAP(X, uint8_t)
UNSIGNED_MAP(X, uint16_t)
UNSIGNED_MAP(X, uint32_t)
UNSIGNED_MAP(X, uint64_t)
#undef X
ROW(not_u8, uint8_t, x == 0)

static ink_unary_fn *const rows[INK_UNARY_COUNT][INK_ELEMENT_COUNT] = {
    [INK_UNARY_SWISH][INK_ELEMENT_F32] = SWISH_F32,
#define X(name, type, expression) [INK_UNARY_##name][INK_ELEMENT_F32] = name##_F32,
    F32_MAP(X)
#undef X
#define X(name, type, expression) [INK_UNARY_##name][INK_ELEMENT_F64] = name##_F64,
        F64_MAP(X)
#undef X
#define ELEMENT_int8_t            INK_ELEMENT_I8
#define ELEMENT_int16_t           INK_ELEMENT_I16
#define ELEMENT_int32_t           INK_ELEMENT_I32
#define ELEMENT_int64_t           INK_ELEMENT_I64
#define ELEMENT_uint8_t           INK_ELEMENT_U8
#define ELEMENT_uint16_t          INK_ELEMENT_U16
#define ELEMENT_uint32_t          INK_ELEMENT_U32
#define ELEMENT_uint64_t          INK_ELEMENT_U64
#define X(name, type, expression) [INK_UNARY_##name][ELEMENT_##type] = name##_##type,
            SIGNED_MAP(X, int8_t) SIGNED_MAP(X, int16_t) SIGNED_MAP(X, int32_t) SIGNED_MAP(X, int64_t)
                UNSIGNED_MAP(X, uint8_t) UNSIGNED_MAP(X, uint16_t) UNSIGNED_MAP(X, uint32_t) UNSIGNED_MAP(X, uint64_t)
#undef X
                    [INK_UNARY_NOT][INK_ELEMENT_U8] = not_u8,
};

ink_unary_fn *ROW_LOOKUP(enum ink_unary function, enum ink_element element)
{
    return element < INK_ELEMENT_COUNT ? rows[function][element] : NULL;
}
