/* SPDX-License-Identifier: MIT */
#include "ops/window.h"

#include <limits.h>

static ink_status load_list(const struct ink_op_ctx *ctx, const char *name, int64_t least, int lists, int *rank,
                            int64_t *first, int64_t *second, bool *given)
{
    const int64_t *values;
    size_t count;
    ink_status st = ink_op_attr_i64s(ctx, name, &values, &count);
    if (st || count == 0) return st;
    size_t dims = count / (size_t)lists;
    if (count % (size_t)lists != 0 || dims > INK_WINDOW_DIMS || (*rank != 0 && (size_t)*rank != dims))
        return ink_op_fail(ctx, INK_E_MODEL, "%s has %zu values; it needs %d for each of 1 to %d spatial dimensions",
                           name, count, lists, INK_WINDOW_DIMS);
    *rank = (int)dims;
    for (size_t i = 0; i < count; i++) {
        if (values[i] < least || values[i] > INT_MAX)
            return ink_op_fail(ctx, INK_E_MODEL, "%s has the value %lld; it must be %lld or more", name,
                               (long long)values[i], (long long)least);
        *(i < dims ? &first[i] : &second[i - dims]) = values[i];
    }
    if (given) *given = true;
    return INK_OK;
}

static ink_status load_auto_pad(const struct ink_op_ctx *ctx, struct ink_op_window *window)
{
    static const char *const words[] = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
    struct ink_view word;
    ink_status st = ink_op_attr_text(ctx, "auto_pad", "NOTSET", &word);
    if (st) return st;
    for (unsigned i = 0; i < 4; i++)
        if (ink_view_is(word, words[i])) {
            window->auto_pad = (enum ink_auto_pad)i;
            return INK_OK;
        }
    if (word.len == 0) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "auto_pad is \"%.*s\"; it must be NOTSET, VALID, SAME_UPPER or SAME_LOWER",
                       INK_VIEW_ARGS(word));
}

ink_status ink_op_window_load(const struct ink_op_ctx *ctx, struct ink_op_window *window)
{
    *window = (struct ink_op_window){.stride = {1, 1, 1}, .dilation = {1, 1, 1}};
    int64_t ceil_mode = 0;
    ink_status st = load_list(ctx, "kernel_shape", 1, 1, &window->rank, window->kernel, NULL, &window->has_kernel);
    if (!st) st = load_list(ctx, "strides", 1, 1, &window->rank, window->stride, NULL, NULL);
    if (!st) st = load_list(ctx, "dilations", 1, 1, &window->rank, window->dilation, NULL, NULL);
    if (!st) st = load_list(ctx, "pads", 0, 2, &window->rank, window->pad, window->pad_end, NULL);
    if (!st) st = load_auto_pad(ctx, window);
    if (!st) st = ink_op_attr_i64(ctx, "ceil_mode", 0, &ceil_mode);
    window->ceil_mode = ceil_mode != 0;
    return st;
}

ink_status ink_op_window_rank(const struct ink_op_ctx *ctx, const struct ink_op_window *window,
                              const struct ink_shape *input, int *rank)
{
    char text[INK_SHAPE_TEXT_MAX];
    *rank = input->rank - 2;
    if (*rank < 1 || *rank > INK_WINDOW_DIMS)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED,
                           "the input is %s; it must be [N, C, ...] with 1 to %d more dimensions",
                           ink_shape_text(input, text), INK_WINDOW_DIMS);
    if (window->rank != 0 && window->rank != *rank)
        return ink_op_fail(ctx, INK_E_MODEL, "the attributes are for %d spatial dimensions and the input is %s",
                           window->rank, ink_shape_text(input, text));
    for (int d = 2; d < input->rank; d++)
        if (input->dims[d] < 1)
            return ink_op_fail(ctx, INK_E_MODEL, "the input %s has nothing for a window to move over",
                               ink_shape_text(input, text));
    return INK_OK;
}

/* All terms are below 2^47 but (kernel - 1) * dilation, which is below 2^62: nothing here overflows. */
static int64_t slides(const struct ink_op_window *window, int d, int64_t room, int64_t in)
{
    int64_t stride = window->stride[d], out = (room < 0 ? -1 : room / stride) + 1;
    if (window->ceil_mode && room >= 0) {
        out = (room + stride - 1) / stride + 1;
        /* a window that would start behind the input and its left border sees nothing and is left out */
        if ((out - 1) * stride >= in + window->pad[d]) out--;
    }
    return out;
}

static void fit_dim(const struct ink_op_window *window, int d, int64_t in, int64_t kernel, int64_t *out, int64_t *pad)
{
    int64_t reach = (kernel - 1) * window->dilation[d] + 1, stride = window->stride[d];
    *pad = 0;
    switch (window->auto_pad) {
    case INK_PAD_GIVEN:
        *pad = window->pad[d];
        *out = slides(window, d, in + window->pad[d] + window->pad_end[d] - reach, in);
        return;
    case INK_PAD_VALID: *out = in < reach ? 0 : (in - reach) / stride + 1; return;
    default: break;
    }
    *out = (in + stride - 1) / stride;
    int64_t total = (*out - 1) * stride + reach - in;
    if (total > 0) *pad = window->auto_pad == INK_PAD_SAME_UPPER ? total / 2 : total - total / 2;
}

ink_status ink_op_window_fit(const struct ink_op_ctx *ctx, const struct ink_op_window *window,
                             const struct ink_shape *input, const int64_t *kernel, struct ink_window *fit,
                             int64_t *out_dims)
{
    int rank = input->rank - 2, lead = INK_WINDOW_DIMS - rank;
    char text[INK_SHAPE_TEXT_MAX];
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        fit->in[d] = fit->out[d] = fit->kernel[d] = fit->stride[d] = fit->dilation[d] = 1;
        fit->pad[d] = 0;
    }
    for (int d = 0; d < rank; d++) {
        int64_t in = input->dims[2 + d], pad;
        fit_dim(window, d, in, kernel[d], &out_dims[d], &pad);
        if (out_dims[d] < 1)
            return ink_op_fail(ctx, INK_E_MODEL, "the window is larger than the input %s with its padding",
                               ink_shape_text(input, text));
        fit->in[lead + d] = (size_t)in;
        fit->out[lead + d] = (size_t)out_dims[d];
        fit->kernel[lead + d] = (size_t)kernel[d];
        fit->stride[lead + d] = (size_t)window->stride[d];
        fit->dilation[lead + d] = (size_t)window->dilation[d];
        fit->pad[lead + d] = (size_t)pad;
    }
    if (!ink_window_fits(fit, 1))
        return ink_op_fail(ctx, INK_E_LIMIT, "the input %s with its padding, or the output, has 2^31 elements or more",
                           ink_shape_text(input, text));
    return INK_OK;
}
