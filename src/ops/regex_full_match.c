/* SPDX-License-Identifier: MIT */
#include "ops/regex.h"
#include "ops/string_ops.h"

ink_status ink_regex_full_match_load(struct ink_op_ctx *ctx)
{
    struct ink_view pattern;
    const struct ink_regex *regex;
    struct ink_error why = {0};
    if (!ink_op_attr_given(ctx, "pattern")) return ink_op_fail(ctx, INK_E_MODEL, "attribute pattern is missing");
    ink_status st = ink_op_attr_text(ctx, "pattern", "", &pattern);
    if (st) return st;
    st = ink_regex_compile(pattern, ctx->arena, &regex, &why);
    if (st) return ink_op_fail(ctx, st, "%s", why.text);
    ctx->attributes = (void *)(uintptr_t)regex;
    return INK_OK;
}

ink_status ink_regex_full_match_prepare(struct ink_op_ctx *ctx)
{
    ctx->scratch_bytes = ink_regex_scratch_bytes(ctx->attributes);
    return INK_OK;
}

ink_status ink_regex_full_match_run(struct ink_op_ctx *ctx)
{
    const struct ink_view *x = ctx->in[0]->data;
    bool *y = ctx->out[0]->data;
    for (size_t i = 0, n = ink_tensor_count(ctx->in[0]); i < n; i++)
        y[i] = ink_regex_full_match(ctx->attributes, x[i], ctx->scratch);
    return INK_OK;
}

/* Steps of the automaton, where the texts are known. */
uint64_t ink_regex_full_match_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct ink_view *x = ctx->in[0]->data;
    uint64_t bytes = 0, work;
    for (size_t i = 0, n = ink_tensor_count(ctx->in[0]); x && i < n; i++) bytes += x[i].len + 1;
    return __builtin_mul_overflow(bytes, ink_regex_states(ctx->attributes), &work) ? UINT64_MAX : work;
}
