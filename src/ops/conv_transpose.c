/* SPDX-License-Identifier: MIT */
/* ConvTranspose: X [N, C, in...], W [C, M/group, kernel...], B? [M] -> Y [N, M, out...].
 *
 * For some output channels at a time: columns [channels * kernel, in] = W^T * X, a matrix product; then each row of the
 * columns is added where its tap falls. */
#include "base/checked.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/conv.h"
#include "ops/floats.h"
#include "ops/window.h"

enum { COLUMNS_MAX = 1 << 18 }; /* floats of columns at a time, unless a single channel has more */

struct transpose {
    struct ink_op_window window;
    int64_t group;
    int64_t output_padding[INK_WINDOW_DIMS];
    int64_t output_shape[INK_WINDOW_DIMS];
    bool has_output_shape;
};

struct geometry {
    size_t batch, groups, group_in, group_out;
    /* as a convolution from Y to X would see it: `in` is Y's, `out` X's */
    struct ink_window window;
    size_t x_floats, y_floats, taps; /* of a plane, of a kernel */
};

struct prepared {
    struct geometry geometry;
    size_t channels; /* whose columns fit the scratch */
    struct ink_floats_plan floats;
};

/* output_padding or output_shape, which some exporters write with batch and channels before it. */
static ink_status load_sizes(const struct ink_op_ctx *ctx, const char *name, int64_t least, struct transpose *t,
                             int64_t *sizes, bool *given)
{
    const int64_t *values;
    size_t count;
    ink_status st = ink_op_attr_i64s(ctx, name, &values, &count);
    if (st || count == 0) return st;
    size_t rank = t->window.rank ? (size_t)t->window.rank : count, skip = count == rank + 2 ? 2 : 0;
    if (count - skip != rank || rank > INK_WINDOW_DIMS)
        return ink_op_fail(ctx, INK_E_MODEL, "%s has %zu values for %zu spatial dimensions", name, count, rank);
    t->window.rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        sizes[i] = values[skip + i];
        if (sizes[i] < least || sizes[i] > INT32_MAX)
            return ink_op_fail(ctx, INK_E_MODEL, "%s has the value %lld; it must be %lld or more", name,
                               (long long)sizes[i], (long long)least);
    }
    if (given) *given = true;
    return INK_OK;
}

ink_status ink_conv_transpose_load(struct ink_op_ctx *ctx)
{
    struct transpose *t = INK_ARENA_NEW(ctx->arena, struct transpose);
    if (!t) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = t;
    ink_status st = ink_op_window_load(ctx, &t->window);
    if (!st) st = load_sizes(ctx, "output_padding", 0, t, t->output_padding, NULL);
    if (!st) st = load_sizes(ctx, "output_shape", 1, t, t->output_shape, &t->has_output_shape);
    if (!st) st = ink_op_attr_i64(ctx, "group", 1, &t->group);
    if (!st && t->group < 1)
        st = ink_op_fail(ctx, INK_E_MODEL, "group is %lld; it must be 1 or more", (long long)t->group);
    return st;
}

static ink_status check_weights(const struct ink_op_ctx *ctx, const struct transpose *t, int rank)
{
    const struct ink_shape *x = &ctx->in[0]->shape, *w = &ctx->in[1]->shape;
    char x_text[INK_SHAPE_TEXT_MAX], w_text[INK_SHAPE_TEXT_MAX];
    if (w->rank != rank + 2 || w->dims[0] != x->dims[1] || w->dims[0] < 1 || w->dims[0] % t->group != 0 ||
        w->dims[1] < 1 || w->dims[1] > INT32_MAX || t->group > INT32_MAX)
        return ink_op_fail(ctx, INK_E_MODEL, "weights %s do not fit the input %s in %lld groups",
                           ink_shape_text(w, w_text), ink_shape_text(x, x_text), (long long)t->group);
    for (int d = 0; d < rank; d++)
        if (w->dims[2 + d] < 1 || (t->window.has_kernel && t->window.kernel[d] != w->dims[2 + d]))
            return ink_op_fail(ctx, INK_E_MODEL, "kernel_shape does not fit the weights %s", ink_shape_text(w, w_text));
    if (ink_op_has(ctx, 2) && (ctx->in[2]->shape.rank != 1 || ctx->in[2]->shape.dims[0] != w->dims[1] * t->group))
        return ink_op_fail(ctx, INK_E_MODEL, "the bias %s must have one value for each of %lld outputs",
                           ink_shape_text(&ctx->in[2]->shape, x_text), (long long)(w->dims[1] * t->group));
    return INK_OK;
}

/* One dimension of Y and where X's first window starts in it (ONNX, ConvTranspose: pads and output_shape). */
static void fit_dim(const struct transpose *t, int d, int64_t in, int64_t kernel, int64_t *out, int64_t *pad)
{
    const struct ink_op_window *w = &t->window;
    int64_t full = w->stride[d] * (in - 1) + t->output_padding[d] + (kernel - 1) * w->dilation[d] + 1;
    bool same = w->auto_pad == INK_PAD_SAME_UPPER || w->auto_pad == INK_PAD_SAME_LOWER;
    *pad = w->auto_pad == INK_PAD_GIVEN ? w->pad[d] : 0;
    *out = w->auto_pad == INK_PAD_GIVEN ? full - w->pad[d] - w->pad_end[d] : full;
    if (!same && !t->has_output_shape) return;
    *out = t->has_output_shape ? t->output_shape[d] : in * w->stride[d];
    int64_t total = full > *out ? full - *out : 0;
    *pad = w->auto_pad == INK_PAD_SAME_UPPER ? total / 2 : total - total / 2;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct geometry *g, struct ink_shape *out)
{
    const struct transpose *t = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape, *w = &ctx->in[1]->shape;
    int rank, lead;
    ink_status st = ink_op_window_rank(ctx, &t->window, x, &rank);
    if (!st) st = check_weights(ctx, t, rank);
    if (st) return st;
    lead = INK_WINDOW_DIMS - rank;
    *g = (struct geometry){.window = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}}};
    *out = (struct ink_shape){.rank = x->rank, .dims = {x->dims[0], w->dims[1] * t->group}};
    for (int d = 0; d < rank; d++) {
        int64_t pad;
        if (x->dims[2 + d] > INT32_MAX) return ink_op_fail(ctx, INK_E_LIMIT, "the input has 2^31 elements or more");
        fit_dim(t, d, x->dims[2 + d], w->dims[2 + d], &out->dims[2 + d], &pad);
        if (out->dims[2 + d] < 1) return ink_op_fail(ctx, INK_E_MODEL, "pads leave nothing of the output");
        g->window.in[lead + d] = (size_t)out->dims[2 + d];
        g->window.out[lead + d] = (size_t)x->dims[2 + d];
        g->window.kernel[lead + d] = (size_t)w->dims[2 + d];
        g->window.stride[lead + d] = (size_t)t->window.stride[d];
        g->window.dilation[lead + d] = (size_t)t->window.dilation[d];
        g->window.pad[lead + d] = (size_t)pad;
    }
    g->batch = (size_t)x->dims[0];
    g->groups = (size_t)t->group;
    g->group_in = (size_t)(w->dims[0] / t->group);
    g->group_out = (size_t)w->dims[1];
    return INK_OK;
}

ink_status ink_conv_transpose_shape(struct ink_op_ctx *ctx)
{
    struct geometry g;
    size_t count;
    ink_status st = fit(ctx, &g, &ctx->out[0]->shape);
    if (st) return st;
    if (!ink_shape_count(&ctx->out[0]->shape, &count))
        return ink_op_fail(ctx, INK_E_LIMIT, "the output is larger than a machine can hold");
    return INK_OK;
}

ink_status ink_conv_transpose_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_shape out;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &my->geometry, &out);
    if (st) return st;
    struct geometry *g = &my->geometry;
    g->x_floats = ink_shape_span(&ctx->in[0]->shape, 2, ctx->in[0]->shape.rank);
    g->y_floats = ink_shape_span(&out, 2, out.rank);
    g->taps = ink_shape_span(&ctx->in[1]->shape, 2, ctx->in[1]->shape.rank);
    size_t columns;
    if (!ink_mul_size(g->taps, g->x_floats, &columns))
        return ink_op_fail(ctx, INK_E_LIMIT, "input times kernel is larger than a machine can hold");
    my->channels = columns < COLUMNS_MAX ? COLUMNS_MAX / columns : 1;
    if (my->channels > g->group_out) my->channels = g->group_out;
    if (!ink_mul_size(columns, my->channels, &columns))
        return ink_op_fail(ctx, INK_E_LIMIT, "input times kernel is larger than a machine can hold");
    return ink_floats_prepare(ctx, &my->floats, columns, ink_f32_gemm_scratch(g->x_floats, g->group_in));
}

/* The part [*from, *to) of X's positions in one dimension whose tap `k` falls into Y. */
static void range(const struct ink_window *w, int d, size_t k, size_t *from, size_t *to)
{
    size_t shift = k * w->dilation[d], pad = w->pad[d], stride = w->stride[d];
    *from = shift >= pad ? 0 : (pad - shift + stride - 1) / stride;
    size_t end = w->in[d] + pad;
    *to = shift >= end ? 0 : (end - shift + stride - 1) / stride;
    if (*to > w->out[d]) *to = w->out[d];
}

static void add_row(const float *column, size_t n, size_t stride, float *y)
{
    if (stride == 1)
        ink_kernels()->f32_row_add(n, column, y);
    else
        for (size_t i = 0; i < n; i++) y[i * stride] += column[i];
}

/* Adds the columns of one tap to Y's plane. */
static void add_tap(const struct geometry *g, const size_t k[INK_WINDOW_DIMS], const float *column, float *plane)
{
    const struct ink_window *w = &g->window;
    size_t from[INK_WINDOW_DIMS], to[INK_WINDOW_DIMS];
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        range(w, d, k[d], &from[d], &to[d]);
        if (from[d] >= to[d]) return;
    }
    for (size_t z = from[0]; z < to[0]; z++)
        for (size_t y = from[1]; y < to[1]; y++) {
            size_t y_z = z * w->stride[0] + k[0] * w->dilation[0] - w->pad[0];
            size_t y_y = y * w->stride[1] + k[1] * w->dilation[1] - w->pad[1];
            size_t y_x = from[2] * w->stride[2] + k[2] * w->dilation[2] - w->pad[2];
            add_row(column + (z * w->out[1] + y) * w->out[2] + from[2], to[2] - from[2], w->stride[2],
                    plane + (y_z * w->in[1] + y_y) * w->in[2] + y_x);
        }
}

struct scatter {
    const struct geometry *geometry;
    const float *columns;
    const float *bias; /* of the first channel, or NULL */
    float *y;
};

static void scatter_channel(void *arg, size_t channel, int worker)
{
    const struct scatter *s = arg;
    const struct geometry *g = s->geometry;
    float *plane = s->y + channel * g->y_floats, bias = s->bias ? s->bias[channel] : 0;
    const float *column = s->columns + channel * g->taps * g->x_floats;
    for (size_t i = 0; i < g->y_floats; i++) plane[i] = bias;
    size_t k[INK_WINDOW_DIMS];
    for (k[0] = 0; k[0] < g->window.kernel[0]; k[0]++)
        for (k[1] = 0; k[1] < g->window.kernel[1]; k[1]++)
            for (k[2] = 0; k[2] < g->window.kernel[2]; k[2]++, column += g->x_floats) add_tap(g, k, column, plane);
}

ink_status ink_conv_transpose_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    const struct geometry *g = &my->geometry;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    const float *x = ink_floats_in(ctx, &floats, 0), *w = ink_floats_in(ctx, &floats, 1);
    const float *bias = ink_floats_in(ctx, &floats, 2);
    float *y = ink_floats_out(ctx, &floats, 0);
    for (size_t item = 0; item < g->batch * g->groups; item++) {
        size_t group = item % g->groups;
        for (size_t o = 0; o < g->group_out; o += my->channels) {
            size_t channels = g->group_out - o < my->channels ? g->group_out - o : my->channels;
            struct ink_f32_gemm gemm = {
                .m = channels * g->taps,
                .n = g->x_floats,
                .k = g->group_in,
                .a = w + (group * g->group_in * g->group_out + o) * g->taps,
                .a_row = 1,
                .a_col = g->group_out * g->taps,
                .b = x + item * g->group_in * g->x_floats,
                .b_row = g->x_floats,
                .b_col = 1,
                .c = floats.shared,
                .c_row = g->x_floats,
                .scratch = floats.each,
                .parallel = ctx->parallel,
            };
            ink_f32_gemm(&gemm);
            struct scatter scatter = {g, floats.shared, bias ? bias + group * g->group_out + o : NULL,
                                      y + (item * g->group_out + o) * g->y_floats};
            ink_parallel_run(ctx->parallel, channels, scatter_channel, &scatter);
        }
    }
    ink_floats_end(ctx, &floats);
    return INK_OK;
}

uint64_t ink_conv_transpose_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct ink_shape *w = &ctx->in[1]->shape;
    return (uint64_t)ink_tensor_count(ctx->in[0]) * ink_shape_span(w, 1, w->rank);
}
