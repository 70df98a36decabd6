/* SPDX-License-Identifier: MIT */
/* cast.c - Cast, CastLike, BitCast. Numbers are elements.h's work; strings are here. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ops/elements.h"
#include "ops/identity.h"
#include "ops/movement.h"
#include "ops/string_ops.h"

enum {
    TEXT_MAX = 32, /* the longest number is -2.2250738585072014e-308 */
    GROUP = 8,     /* elements that are whole bytes in every packed type */
};

/* Numbers written as text need room beside the tensor, so the run asks for all of it. */
static ink_status to_text_run(struct ink_op_ctx *ctx);
static const struct ink_op to_text = {"", "Cast", 6, "T>s", {0}, INK_OP_SIZES, .run = to_text_run};

struct attributes {
    enum ink_dtype to;
    int64_t saturate;
    enum ink_round round;
};

static ink_status load_round(const struct ink_op_ctx *ctx, enum ink_round *round)
{
    static const char *const words[] = {"up", "down", "nearest"};
    struct ink_view word;
    ink_status st = ink_op_attr_text(ctx, "round_mode", "up", &word);
    for (int i = 0; !st && i < 3; i++) {
        *round = (enum ink_round)i;
        if (ink_view_is(word, words[i])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "round_mode \"%.*s\" is not known", INK_VIEW_ARGS(word));
}

/* Opset 1 names the type, "FLOAT"; later ones give its number. */
static ink_status load_target(const struct ink_op_ctx *ctx, int64_t *to)
{
    struct ink_view word;
    if (!ink_op_attr_given(ctx, "to")) return ink_op_fail(ctx, INK_E_MODEL, "attribute to is missing");
    if (ctx->op->since > 1) return ink_op_attr_i64(ctx, "to", 0, to);
    ink_status st = ink_op_attr_text(ctx, "to", "", &word);
    *to = INK_DTYPE_NONE;
    for (int i = 1; !st && i < INK_DTYPE_END; i++) {
        const char *name = ink_dtype_word((enum ink_dtype)i);
        bool same = strlen(name) == word.len;
        for (size_t k = 0; same && k < word.len; k++)
            same = name[k] == (word.data[k] | 0x20) || name[k] == word.data[k];
        if (same) *to = i;
    }
    return st;
}

static ink_status load_rest(struct ink_op_ctx *ctx, int64_t to)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    if (!ink_dtype_valid(to) || !(ctx->op->types[1] & INK_DTYPE_BIT(to)))
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "to type %lld (%s)", (long long)to,
                           ink_dtype_valid(to) ? ink_dtype_word((enum ink_dtype)to) : "undefined");
    at->to = ctx->types[1] = (enum ink_dtype)to;
    if (to == INK_STRING && ctx->types[0] != INK_STRING) ctx->op = &to_text;
    ink_status st = ink_op_attr_i64(ctx, "saturate", 1, &at->saturate);
    return st ? st : load_round(ctx, &at->round);
}

ink_status ink_cast_load(struct ink_op_ctx *ctx)
{
    int64_t to = 0;
    ink_status st = load_target(ctx, &to);
    return st ? st : load_rest(ctx, to);
}

ink_status ink_cast_like_load(struct ink_op_ctx *ctx)
{
    return load_rest(ctx, ctx->in[1]->dtype);
}

ink_status ink_bit_cast_load(struct ink_op_ctx *ctx)
{
    int64_t to = 0;
    ink_status st = ink_op_attr_i64(ctx, "to", 0, &to);
    if (st) return st;
    if (!ink_dtype_valid(to) || !(ctx->op->types[1] & INK_DTYPE_BIT(to)))
        return ink_op_fail(ctx, INK_E_MODEL, "to type %lld (%s)", (long long)to,
                           ink_dtype_valid(to) ? ink_dtype_word((enum ink_dtype)to) : "undefined");
    ctx->types[1] = (enum ink_dtype)to;
    if (ink_dtype_bits(ctx->types[1]) == ink_dtype_bits(ctx->types[0])) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "%s has not as many bits as %s", ink_dtype_word(ctx->types[0]),
                       ink_dtype_word(ctx->types[1]));
}

/* --- text --- */

static bool is_real(enum ink_dtype dtype)
{
    const ink_dtypes whole = INK_TYPES_INTEGER | INK_DTYPE_BIT(INK_BOOL) | INK_DTYPE_BIT(INK_UINT4) |
                             INK_DTYPE_BIT(INK_INT4) | INK_DTYPE_BIT(INK_UINT2) | INK_DTYPE_BIT(INK_INT2);
    return !(whole & INK_DTYPE_BIT(dtype));
}

/* The fewest digits that give the same number of that type when they are read again. */
static void real_to_text(double x, enum ink_dtype from, char *out)
{
    if (isnan(x) || isinf(x)) {
        snprintf(out, TEXT_MAX, "%s", isnan(x) ? "NaN" : x < 0 ? "-INF" : "INF");
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, TEXT_MAX, "%.*g", digits, x);
        double back = strtod(out, NULL);
        char stored[sizeof back];
        ink_convert(1, INK_DOUBLE, &back, from, stored, false, INK_ROUND_NEAREST);
        ink_convert(1, from, stored, INK_DOUBLE, &back, false, INK_ROUND_UP);
        if (back == x) return;
    }
}

/* Whole bytes at a time, also of packed types. */
static void numbers_to_text(size_t n, enum ink_dtype from, const char *in, char *text, struct ink_view *out)
{
    double real[GROUP];
    int64_t whole[GROUP];
    uint64_t large[GROUP];
    for (size_t i = 0; i < n; i++, text += TEXT_MAX) {
        size_t k = i % GROUP, len = n - i < GROUP ? n - i : GROUP;
        const char *at = in + i * ink_dtype_bits(from) / 8;
        if (is_real(from)) {
            if (!k) ink_convert(len, from, at, INK_DOUBLE, real, false, INK_ROUND_UP);
            real_to_text(real[k], from, text);
        } else if (from == INK_UINT64) {
            if (!k) ink_convert(len, from, at, INK_UINT64, large, false, INK_ROUND_UP);
            snprintf(text, TEXT_MAX, "%llu", (unsigned long long)large[k]);
        } else {
            if (!k) ink_convert(len, from, at, INK_INT64, whole, false, INK_ROUND_UP);
            snprintf(text, TEXT_MAX, "%lld", (long long)whole[k]);
        }
        out[i] = ink_view_text(text);
    }
}

static ink_status to_text_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *in = ctx->in[0];
    size_t n = ink_tensor_count(in); /* below 2^47 */
    struct ink_view *views;
    char *text;
    ink_status st = ink_strings_resize(ctx, 0, &in->shape, n * TEXT_MAX, &views, &text);
    if (!st) numbers_to_text(n, in->dtype, in->data, text, views);
    return st;
}

/* A whole number in decimal or scientific form, INF, NaN; white space round it is ignored. */
static ink_status text_to_number(const struct ink_op_ctx *ctx, struct ink_view text, enum ink_dtype to, void *out)
{
    char copy[128], *end;
    size_t len = text.len < sizeof copy ? text.len : sizeof copy - 1;
    if (len) memcpy(copy, text.data, len);
    copy[len] = '\0';
    double x = strtod(copy, &end);
    bool good = end != copy && len == text.len && strlen(copy) == len;
    if (good && !is_real(to) && !strpbrk(copy, ".eEnN")) { /* exact where double is not */
        errno = 0;
        uint64_t u = to == INK_UINT64 ? strtoull(copy, &end, 10) : (uint64_t)strtoll(copy, &end, 10);
        while (*end == ' ' || *end == '\n' || *end == '\t' || *end == '\r') end++;
        if (!*end && !errno) {
            ink_convert(1, to == INK_UINT64 ? INK_UINT64 : INK_INT64, &u, to, out, false, INK_ROUND_UP);
            return INK_OK;
        }
    }
    while (good && (*end == ' ' || *end == '\n' || *end == '\t' || *end == '\r')) end++;
    if (!good || *end) return ink_op_fail(ctx, INK_E_MODEL, "\"%.*s\" is not a number", INK_VIEW_ARGS(text));
    if (to == INK_FLOAT)
        *(float *)out = strtof(copy, NULL); /* rounded once */
    else
        ink_convert(1, INK_DOUBLE, &x, to, out, false, INK_ROUND_UP);
    return INK_OK;
}

static ink_status texts_to_numbers(const struct ink_op_ctx *ctx, size_t n, const struct ink_view *texts,
                                   enum ink_dtype to, char *out)
{
    size_t bits = ink_dtype_bits(to);
    int64_t whole[GROUP];
    double real[GROUP];
    for (size_t i = 0; i < n; i++) {
        size_t k = i % GROUP;
        enum ink_dtype within = bits >= 8 ? to : is_real(to) ? INK_DOUBLE : INK_INT64; /* packed: by way of a group */
        void *number = bits >= 8 ? out + i * bits / 8 : is_real(to) ? (void *)&real[k] : (void *)&whole[k];
        ink_status st = text_to_number(ctx, texts[i], within, number);
        if (st) return st;
        if (bits < 8 && (k + 1 == GROUP || i + 1 == n))
            ink_convert(k + 1, within, is_real(to) ? (void *)real : (void *)whole, to, out + (i - k) * bits / 8, false,
                        INK_ROUND_UP);
    }
    return INK_OK;
}

ink_status ink_cast_run(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_tensor *in = ctx->in[0];
    size_t n = ink_tensor_count(in);
    if (in->dtype == at->to) return ink_identity_run(ctx);
    if (in->dtype != INK_STRING) {
        ink_convert(n, in->dtype, in->data, at->to, ctx->out[0]->data, at->saturate != 0, at->round);
        return INK_OK;
    }
    return texts_to_numbers(ctx, n, in->data, at->to, ctx->out[0]->data);
}
