/* SPDX-License-Identifier: MIT */
#include "ops/activation.h"

static const struct {
    const char *word;
    size_t params;
} KINDS[INK_ACTIVATION_COUNT] = {
#define X(kind, word, params, meaning) {word, params},
    INK_ACTIVATION_MAP(X)
#undef X
};

ink_status ink_op_activation_load(const struct ink_op_ctx *ctx, struct ink_activation *activation)
{
    struct ink_view word;
    const float *params;
    size_t count;
    *activation = (struct ink_activation){INK_ACTIVATION_NONE};
    ink_status st = ink_op_attr_text(ctx, "activation", "", &word);
    if (!st) st = ink_op_attr_f32s(ctx, "activation_params", &params, &count);
    if (st) return st;
    for (int kind = 0; kind < INK_ACTIVATION_COUNT; kind++) {
        if (!ink_view_is(word, KINDS[kind].word)) continue;
        if (count != KINDS[kind].params) break;
        activation->kind = (enum ink_activation_kind)kind;
        if (count > 0) activation->a = params[0];
        if (count > 1) activation->b = params[1];
        return INK_OK;
    }
    return ink_op_fail(ctx, INK_E_MODEL, "activation \"%.*s\" with %zu parameters is not known", INK_VIEW_ARGS(word),
                       count);
}
