/* SPDX-License-Identifier: MIT */
/* binary_rows.h - the body of plain/binary.c and avx2/binary.c: the same loops, compiled for each CPU level.
 * ROW_LOOKUP is the name of the function that finds a row. */
#include <math.h>

#include "kernels/kernels.h"

#define LOOP(type, x_expression, y_expression, expression)                                                             \
    INK_INDEPENDENT for (size_t i = 0; i < n; i++)                                                                     \
    {                                                                                                                  \
        const type x = x_expression, y = y_expression;                                                                 \
        (void)y;                                                                                                       \
        to[i] = (expression);                                                                                          \
    }

/* A loop for each kind of step: with the step in a variable there would be no vectors. */
#define ROW(name, type, result, expression)                                                                            \
    static void name(size_t n, const void *in_x, size_t x_step, const void *in_y, size_t y_step, void *out)            \
    {                                                                                                                  \
        const type *xs = in_x, *ys = in_y;                                                                             \
        result *to = out;                                                                                              \
        if (!n) return;                                                                                                \
        const type x0 = xs[0], y0 = ys[0];                                                                             \
        if (x_step && y_step)                                                                                          \
            LOOP(type, xs[i], ys[i], expression)                                                                       \
        else if (x_step)                                                                                               \
            LOOP(type, xs[i], y0, expression)                                                                          \
        else                                                                                                           \
            LOOP(type, x0, ys[i * y_step], expression)                                                                 \
    }

static inline int64_t integer_power(int64_t base, int64_t exponent)
{
    if (exponent < 0) return base == 1 || (base == -1 && exponent % 2 == 0) ? 1 : base == -1 ? -1 : 0;
    uint64_t result = 1, factor = (uint64_t)base;
    for (uint64_t e = (uint64_t)exponent; e; e >>= 1) {
        if (e & 1) result *= factor;
        factor *= factor;
    }
    return (int64_t)result;
}

#define FLOAT_MAP(X)                                                                                                   \
    X(ADD, x + y)                                                                                                      \
    X(SUB, x - y)                                                                                                      \
    X(MUL, x *y)                                                                                                       \
    X(DIV, x / y)                                                                                                      \
    X(MIN, x < y || x != x ? x : y)                                                                                    \
    X(MAX, x > y || x != x ? x : y)                                                                                    \
    X(PRELU, x < 0 ? x * y : x)

/* Through uint64_t, where nothing overflows. */
#define WIDE(x) ((uint64_t)(x))
#define INTEGER_MAP(X)                                                                                                 \
    X(ADD, WIDE(x) + WIDE(y))                                                                                          \
    X(SUB, WIDE(x) - WIDE(y))                                                                                          \
    X(MUL, WIDE(x) * WIDE(y))                                                                                          \
    X(MIN, x < y ? x : y)                                                                                              \
    X(MAX, x > y ? x : y)                                                                                              \
    X(PRELU, x < 0 ? WIDE(x) * WIDE(y) : WIDE(x))                                                                      \
    X(BIT_AND, x &y)                                                                                                   \
    X(BIT_OR, x | y)                                                                                                   \
    X(BIT_XOR, x ^ y)
#define SIGNED_MAP(X)                                                                                                  \
    INTEGER_MAP(X)                                                                                                     \
    X(DIV, y == 0 ? 0 : y == -1 ? 0 - WIDE(x) : WIDE(x / y))                                                           \
    X(MOD, y == 0 || y == -1 ? 0 : x % y && (x < 0) != (y < 0) ? x % y + y : x % y)                                    \
    X(FMOD, y == 0 || y == -1 ? 0 : x % y)
#define UNSIGNED_MAP(X)                                                                                                \
    X(ADD, WIDE(x) + WIDE(y))                                                                                          \
    X(SUB, WIDE(x) - WIDE(y))                                                                                          \
    X(MUL, WIDE(x) * WIDE(y))                                                                                          \
    X(MIN, x < y ? x : y)                                                                                              \
    X(MAX, x > y ? x : y)                                                                                              \
    X(PRELU, x)                                                                                                        \
    X(BIT_AND, x &y)                                                                                                   \
    X(BIT_OR, x | y)                                                                                                   \
    X(BIT_XOR, x ^ y)                                                                                                  \
    X(DIV, y == 0 ? 0 : x / y)                                                                                         \
    X(MOD, y == 0 ? 0 : x % y)                                                                                         \
    X(FMOD, y == 0 ? 0 : x % y)                                                                                        \
    X(SHIFT_LEFT, WIDE(y) >= 8 * sizeof x ? 0 : WIDE(x) << y)                                                          \
    X(SHIFT_RIGHT, WIDE(y) >= 8 * sizeof x ? 0 : WIDE(x) >> y)
#define BOOL_MAP(X)                                                                                                    \
    X(AND, x &&y)                                                                                                      \
    X(OR, x || y)                                                                                                      \
    X(XOR, !x != !y)

/* One function for each map and element. */
#define DEFINE(element, type, name, expression)  ROW(name##_##element, type, type, expression)
#define COMPARE(element, type, name, expression) ROW(name##_##element, type, uint8_t, expression)
#define X(name, expression)                      DEFINE(F32, float, name, expression)
FLOAT_MAP(X)
X(FMOD, fmodf(x, y))
X(POW, powf(x, y))
#undef X
#define X(name, expression) DEFINE(F64, double, name, expression)
FLOAT_MAP(X)
X(FMOD, fmod(x, y))
X(POW, pow(x, y))
#undef X
#define X(name, expression) DEFINE(I8, int8_t, name, (int8_t)(expression))
SIGNED_MAP(X)
#undef X
#define X(name, expression) DEFINE(I16, int16_t, name, (int16_t)(expression))
SIGNED_MAP(X)
#undef X
#define X(name, expression) DEFINE(I32, int32_t, name, (int32_t)(expression))
SIGNED_MAP(X)
#undef X
#define X(name, expression) DEFINE(I64, int64_t, name, (int64_t)(expression))
SIGNED_MAP(X)
X(POW, integer_power(x, y))
#undef X
#define X(name, expression) DEFINE(U8, uint8_t, name, (uint8_t)(expression))
UNSIGNED_MAP(X)
BOOL_MAP(X)
#undef X
#define X(name, expression) DEFINE(U16, uint16_t, name, (uint16_t)(expression))
UNSIGNED_MAP(X)
#undef X
#define X(name, expression) DEFINE(U32, uint32_t, name, (uint32_t)(expression))
UNSIGNED_MAP(X)
#undef X
#define X(name, expression) DEFINE(U64, uint64_t, name, (uint64_t)(expression))
UNSIGNED_MAP(X)
#undef X

#define X(element, type)                                                                                               \
    COMPARE(element, type, EQUAL, x == y)                                                                              \
    COMPARE(element, type, LESS, x < y)                                                                                \
    COMPARE(element, type, GREATER, x > y)                                                                             \
    COMPARE(element, type, LESS_OR_EQUAL, x <= y)                                                                      \
    COMPARE(element, type, GREATER_OR_EQUAL, x >= y)
INK_ELEMENT_MAP(X)
#undef X

#define ENTRY(element, name) [INK_BINARY_##name][INK_ELEMENT_##element] = name##_##element,
static ink_binary_fn *const rows[INK_BINARY_COUNT][INK_ELEMENT_COUNT] = {
/* clang-format off */
#define X(name, expression) ENTRY(F32, name)
    FLOAT_MAP(X) X(FMOD, ) X(POW, )
#undef X
#define X(name, expression) ENTRY(F64, name)
    FLOAT_MAP(X) X(FMOD, ) X(POW, )
#undef X
#define X(name, expression) ENTRY(I8, name)
    SIGNED_MAP(X)
#undef X
#define X(name, expression) ENTRY(I16, name)
    SIGNED_MAP(X)
#undef X
#define X(name, expression) ENTRY(I32, name)
    SIGNED_MAP(X)
#undef X
#define X(name, expression) ENTRY(I64, name)
    SIGNED_MAP(X) X(POW, )
#undef X
#define X(name, expression) ENTRY(U8, name)
    UNSIGNED_MAP(X) BOOL_MAP(X)
#undef X
#define X(name, expression) ENTRY(U16, name)
    UNSIGNED_MAP(X)
#undef X
#define X(name, expression) ENTRY(U32, name)
    UNSIGNED_MAP(X)
#undef X
#define X(name, expression) ENTRY(U64, name)
    UNSIGNED_MAP(X)
#undef X
#define X(element, type)                                                                                               \
    ENTRY(element, EQUAL) ENTRY(element, LESS) ENTRY(element, GREATER) ENTRY(element, LESS_OR_EQUAL)                   \
    ENTRY(element, GREATER_OR_EQUAL)
    INK_ELEMENT_MAP(X)
#undef X
    /* clang-format on */
};

ink_binary_fn *ROW_LOOKUP(enum ink_binary function, enum ink_element element)
{
    return element < INK_ELEMENT_COUNT ? rows[function][element] : NULL;
}
