/* SPDX-License-Identifier: MIT */
/* cast.c - Cast and CastLike. Numbers are elements.h's work; strings are here. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ops/elements.h"
#include "ops/identity.h"
#include "ops/movement.h"

enum { TEXT_MAX = 32 }; /* the longest number is -2.2250738585072014e-308 */

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

/* Numbers written as text need room of their own, which lives as long as the plan. */
ink_status ink_cast_prepare(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    if (at->to != INK_STRING || ctx->in[0]->dtype == INK_STRING) return INK_OK;
    size_t n = ink_tensor_count(ctx->in[0]);
    ctx->prepared = ink_arena_calloc(ctx->arena, n, TEXT_MAX);
    return ctx->prepared ? INK_OK : ink_op_fail(ctx, INK_E_OOM, "no memory for %zu strings", n);
}

/* --- text --- */

/* The fewest digits that give the same number when they are read again. */
static void real_to_text(double x, enum ink_dtype from, char *out)
{
    if (isnan(x) || isinf(x)) {
        snprintf(out, TEXT_MAX, "%s", isnan(x) ? "NaN" : x < 0 ? "-INF" : "INF");
        return;
    }
    bool is_double = from == INK_DOUBLE;
    for (int digits = 1; digits <= (is_double ? 17 : 9); digits++) {
        snprintf(out, TEXT_MAX, "%.*g", digits, x);
        double back = strtod(out, NULL);
        if (is_double ? back == x : (float)back == (float)x) return;
    }
}

static void numbers_to_text(size_t n, enum ink_dtype from, const void *in, char *text, struct ink_view *out)
{
    unsigned bits = ink_dtype_bits(from), group = bits < 8 ? 8 / bits : 1;
    bool real = ink_element_of(from) == INK_ELEMENT_F32 || ink_element_of(from) == INK_ELEMENT_F64;
    for (size_t i = 0; i < n; i++, text += TEXT_MAX) {
        const char *at = (const char *)in + i / group * group * bits / 8;
        if (real) {
            double x;
            ink_convert(1, from, at, INK_DOUBLE, &x, false, INK_ROUND_UP);
            real_to_text(x, from, text);
        } else if (from == INK_UINT64) {
            snprintf(text, TEXT_MAX, "%llu", *(const unsigned long long *)(const void *)at);
        } else {
            int64_t x;
            ink_convert(1, from, at, INK_INT64, &x, false, INK_ROUND_UP);
            snprintf(text, TEXT_MAX, "%lld", (long long)x);
        }
        out[i] = ink_view_text(text);
    }
}

/* A whole number in decimal or scientific form, INF, NaN; white space round it is ignored. */
static ink_status text_to_number(const struct ink_op_ctx *ctx, struct ink_view text, enum ink_dtype to, void *out)
{
    char copy[128], *end;
    size_t len = text.len < sizeof copy ? text.len : sizeof copy - 1;
    if (len) memcpy(copy, text.data, len);
    copy[len] = '\0';
    enum ink_element element = ink_element_of(to);
    bool real = element == INK_ELEMENT_F32 || element == INK_ELEMENT_F64;
    double x = strtod(copy, &end);
    bool good = end != copy && len == text.len && strlen(copy) == len;
    if (good && !real && !strpbrk(copy, ".eEnN")) { /* exact where double is not */
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

ink_status ink_cast_run(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_tensor *in = ctx->in[0];
    size_t n = ink_tensor_count(in);
    if (in->dtype == at->to) return ink_identity_run(ctx);
    if (at->to == INK_STRING) {
        numbers_to_text(n, in->dtype, in->data, ctx->prepared, ctx->out[0]->data);
        return INK_OK;
    }
    if (in->dtype != INK_STRING) {
        ink_convert(n, in->dtype, in->data, at->to, ctx->out[0]->data, at->saturate != 0, at->round);
        return INK_OK;
    }
    size_t bytes = ink_dtype_bits(at->to) / 8;
    for (size_t i = 0; i < n; i++) {
        ink_status st =
            text_to_number(ctx, ((const struct ink_view *)in->data)[i], at->to, (char *)ctx->out[0]->data + i * bytes);
        if (st) return st;
    }
    return INK_OK;
}
