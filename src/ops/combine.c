/* SPDX-License-Identifier: MIT */
#include "ops/combine.h"

#include "kernels/convert.h"

ink_status ink_combination_load(const struct ink_op_ctx *ctx, enum ink_combination *out)
{
    static const char *const words[] = {"none", "add", "mul", "max", "min"};
    struct ink_view word;
    ink_status st = ink_op_attr_text(ctx, "reduction", "none", &word);
    if (st) return st;
    size_t i = 0;
    while (i < sizeof words / sizeof words[0] && !ink_view_is(word, words[i])) i++;
    if (i == sizeof words / sizeof words[0])
        return ink_op_fail(ctx, INK_E_MODEL, "reduction is \"%.*s\", not none, add, mul, max or min",
                           INK_VIEW_ARGS(word));
    *out = (enum ink_combination)i;
    if (i != INK_COMBINE_NONE && !(INK_TYPES_NUMBER & INK_DTYPE_BIT(ctx->types[0])))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "reduction %.*s of %s is not supported", INK_VIEW_ARGS(word),
                           ink_dtype_word(ctx->types[0]));
    return INK_OK;
}

#define SAME(x) (x)

/* SUM is the type that sums and products are made in: unsigned for integers, so that they wrap. */
#define COMBINE(NAME, T, SUM, FROM, TO)                                                                                \
    static void combine_##NAME(enum ink_combination how, size_t n, const void *from, void *to)                         \
    {                                                                                                                  \
        const T *x = from;                                                                                             \
        T *y = to;                                                                                                     \
        for (size_t i = 0; i < n; i++) {                                                                               \
            bool nan = FROM(x[i]) != FROM(x[i]);                                                                       \
            switch (how) {                                                                                             \
            case INK_COMBINE_ADD: y[i] = (T)TO((SUM)FROM(y[i]) + (SUM)FROM(x[i])); break;                              \
            case INK_COMBINE_MUL: y[i] = (T)TO((SUM)FROM(y[i]) * (SUM)FROM(x[i])); break;                              \
            case INK_COMBINE_MAX: y[i] = nan || FROM(x[i]) > FROM(y[i]) ? x[i] : y[i]; break;                          \
            case INK_COMBINE_MIN: y[i] = nan || FROM(x[i]) < FROM(y[i]) ? x[i] : y[i]; break;                          \
            default: y[i] = x[i];                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }
COMBINE(f32, float, float, SAME, SAME)
COMBINE(f64, double, double, SAME, SAME)
COMBINE(f16, uint16_t, float, ink_f16_to_f32, ink_f32_to_f16)
COMBINE(bf16, uint16_t, float, ink_bf16_to_f32, ink_f32_to_bf16)
COMBINE(u8, uint8_t, uint64_t, SAME, SAME)
COMBINE(u16, uint16_t, uint64_t, SAME, SAME)
COMBINE(u32, uint32_t, uint64_t, SAME, SAME)
COMBINE(u64, uint64_t, uint64_t, SAME, SAME)
COMBINE(i8, int8_t, uint64_t, SAME, SAME)
COMBINE(i16, int16_t, uint64_t, SAME, SAME)
COMBINE(i32, int32_t, uint64_t, SAME, SAME)
COMBINE(i64, int64_t, uint64_t, SAME, SAME)

typedef void combine_fn(enum ink_combination how, size_t n, const void *from, void *to);

static combine_fn *const combine_of[INK_DTYPE_END] = {
    [INK_FLOAT] = combine_f32, [INK_DOUBLE] = combine_f64, [INK_FLOAT16] = combine_f16, [INK_BFLOAT16] = combine_bf16,
    [INK_UINT8] = combine_u8,  [INK_UINT16] = combine_u16, [INK_UINT32] = combine_u32,  [INK_UINT64] = combine_u64,
    [INK_INT8] = combine_i8,   [INK_INT16] = combine_i16,  [INK_INT32] = combine_i32,   [INK_INT64] = combine_i64};

void ink_combine(enum ink_combination how, enum ink_dtype dtype, size_t n, const void *from, void *to)
{
    if (how == INK_COMBINE_NONE)
        memcpy(to, from, n * ink_dtype_bits(dtype) / 8);
    else
        combine_of[dtype](how, n, from, to);
}
