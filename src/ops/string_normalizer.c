/* SPDX-License-Identifier: MIT */
/* StringNormalizer: strings [C] or [1, C] without the stop words, in upper or lower case. */
#include "base/checked.h"
#include "ops/case.h"
#include "ops/string_ops.h"

enum case_change { NONE, LOWER, UPPER };

struct normalizer {
    enum case_change change;
    bool exactly; /* stop words are what is spelled as they are */
    const struct ink_view *stop_words;
    size_t stop_word_count;
};

ink_status ink_string_normalizer_load(struct ink_op_ctx *ctx)
{
    static const char *const words[] = {[NONE] = "NONE", [LOWER] = "LOWER", [UPPER] = "UPPER"};
    struct normalizer *my = INK_ARENA_NEW(ctx->arena, struct normalizer);
    int64_t exactly = 0;
    struct ink_view word;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_texts(ctx, "stopwords", &my->stop_words, &my->stop_word_count);
    if (!st) st = ink_op_attr_i64(ctx, "is_case_sensitive", 0, &exactly);
    if (!st) st = ink_op_attr_text(ctx, "case_change_action", "NONE", &word);
    my->exactly = exactly != 0;
    for (enum case_change c = NONE; !st && c <= UPPER; c++) {
        my->change = c;
        if (ink_view_is(word, words[c])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "case_change_action is \"%.*s\"", INK_VIEW_ARGS(word));
}

static bool is_stop_word(const struct normalizer *my, struct ink_view text)
{
    for (size_t i = 0; i < my->stop_word_count; i++)
        if (my->exactly ? ink_view_equal(my->stop_words[i], text) : ink_case_equal(my->stop_words[i], text))
            return true;
    return false;
}

/* Where nothing is left there is one empty string. */
ink_status ink_string_normalizer_run(struct ink_op_ctx *ctx)
{
    const struct normalizer *my = ctx->attributes;
    const struct ink_view *x = ctx->in[0]->data;
    struct ink_shape shape = ctx->in[0]->shape;
    char text_of_shape[INK_SHAPE_TEXT_MAX], *text;
    size_t n = ink_tensor_count(ctx->in[0]), left = 0, bytes = 0;
    struct ink_view *y;
    if (shape.rank < 1 || shape.rank > 2 || (shape.rank == 2 && shape.dims[0] != 1))
        return ink_op_fail(ctx, INK_E_MODEL, "its input %s is neither [C] nor [1,C]",
                           ink_shape_text(&shape, text_of_shape));
    for (size_t i = 0; i < n; i++) {
        if (is_stop_word(my, x[i])) continue;
        left++;
        if (!ink_add_size(bytes, x[i].len, &bytes)) return ink_op_fail(ctx, INK_E_LIMIT, "its strings are too long");
    }
    shape.dims[shape.rank - 1] = left ? (int64_t)left : 1;
    ink_status st = ink_strings_resize(ctx, 0, &shape, bytes, &y, &text);
    if (!st && !left) *y = (struct ink_view){0};
    for (size_t i = 0; !st && i < n; i++) {
        if (is_stop_word(my, x[i])) continue;
        if (my->change != NONE)
            ink_case_change(x[i], my->change == UPPER, text);
        else if (x[i].len)
            memcpy(text, x[i].data, x[i].len);
        *y++ = ink_view_of(text, x[i].len);
        text += x[i].len;
    }
    return st;
}
