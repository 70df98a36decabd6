/* SPDX-License-Identifier: MIT */
/* DFT and STFT: lines of a tensor are read into complex numbers, transformed, and written back. */
#include <limits.h>

#include "base/checked.h"
#include "ops/elements.h"
#include "ops/fourier.h"
#include "ops/lists.h"
#include "ops/spectrum.h"

/* --- what both do --- */

/* Numbers that lie `step` elements apart in a tensor of a floating type: element i of part 0 or 1 at from + i * step + part. */
struct line {
    enum ink_dtype dtype;
    void *data;
    size_t from, step;
    size_t parts; /* 1: real, 2: complex */
};

static double read_part(const struct line *line, size_t i, size_t part)
{
    size_t at = line->from + i * line->step + part;
    double value;
    if (line->dtype == INK_FLOAT) return (double)((const float *)line->data)[at];
    ink_convert(1, line->dtype, (const char *)line->data + at * (ink_dtype_bits(line->dtype) / 8), INK_DOUBLE, &value,
                false, INK_ROUND_UP);
    return value;
}

static struct ink_complex read_at(const struct line *line, size_t i)
{
    return (struct ink_complex){read_part(line, i, 0), line->parts > 1 ? read_part(line, i, 1) : 0};
}

static void write_at(const struct line *line, size_t i, struct ink_complex x, double scale)
{
    const double parts[] = {x.re * scale, x.im * scale};
    size_t at = line->from + i * line->step;
    ink_convert(line->parts, INK_DOUBLE, parts, line->dtype,
                (char *)line->data + at * (ink_dtype_bits(line->dtype) / 8), false, INK_ROUND_UP);
}

/* A thread's scratch: the line, then what the transform needs. */
static ink_status plan_lines(struct ink_op_ctx *ctx, size_t n, struct ink_fourier *fourier)
{
    if (ink_fourier_plan(n, ctx->arena, fourier)) return ink_op_fail(ctx, INK_E_OOM, "no memory for its tables");
    ctx->scratch_bytes = (n + fourier->m) * sizeof(struct ink_complex);
    return INK_OK;
}

static ink_status check_length(const struct ink_op_ctx *ctx, int64_t n)
{
    if (n >= 1 && n <= INK_FOURIER_MAX) return INK_OK;
    return ink_op_fail(ctx, n < 1 ? INK_E_MODEL : INK_E_LIMIT, "a transform of %lld numbers", (long long)n);
}

/* --- DFT --- */

struct dft {
    int64_t axis;
    bool inverse, one_sided;
};

struct dft_plan {
    int axis;
    size_t n;
    struct ink_fourier fourier;
};

ink_status ink_dft_load(struct ink_op_ctx *ctx)
{
    struct dft *my = INK_ARENA_NEW(ctx->arena, struct dft);
    int64_t inverse = 0, one_sided = 0;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "axis", 1, &my->axis);
    if (!st) st = ink_op_attr_i64(ctx, "inverse", 0, &inverse);
    if (!st) st = ink_op_attr_i64(ctx, "onesided", 0, &one_sided);
    my->inverse = inverse != 0;
    my->one_sided = one_sided != 0;
    return st;
}

static ink_status fit_dft(const struct ink_op_ctx *ctx, struct dft_plan *plan)
{
    const struct dft *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    int64_t length, axis = my->axis;
    ink_status st = ctx->op->since >= 20 ? ink_scalar_input(ctx, 2, -2, &axis) : INK_OK;
    if (!st) st = ink_op_axis(ctx, axis, x->rank, false, &plan->axis);
    if (st) return st;
    int64_t parts = x->dims[x->rank - 1];
    if (plan->axis == x->rank - 1 || (parts != 1 && parts != 2))
        return ink_op_fail(ctx, INK_E_MODEL, "axis %d of %s, whose last dimension must be of 1 or 2", plan->axis,
                           ink_shape_text(x, text));
    if (my->one_sided && parts != (my->inverse ? 2 : 1))
        return ink_op_fail(ctx, INK_E_MODEL, "onesided wants %s numbers", my->inverse ? "complex" : "real");
    int64_t dim = x->dims[plan->axis];
    st = ink_scalar_input(ctx, 1, my->inverse && my->one_sided ? 2 * (dim - 1) : dim, &length);
    if (!st) st = check_length(ctx, length);
    plan->n = (size_t)length;
    return st;
}

ink_status ink_dft_shape(struct ink_op_ctx *ctx)
{
    const struct dft *my = ctx->attributes;
    struct dft_plan plan;
    ink_status st = fit_dft(ctx, &plan);
    if (st) return st;
    struct ink_shape y = ctx->in[0]->shape;
    bool half = my->one_sided && !my->inverse;
    y.dims[plan.axis] = (int64_t)(half ? plan.n / 2 + 1 : plan.n);
    y.dims[y.rank - 1] = my->one_sided && my->inverse ? 1 : 2;
    ctx->out[0]->shape = y;
    return INK_OK;
}

ink_status ink_dft_prepare(struct ink_op_ctx *ctx)
{
    struct dft_plan *plan = INK_ARENA_NEW(ctx->arena, struct dft_plan);
    if (!plan) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = plan;
    ink_status st = fit_dft(ctx, plan);
    return st ? st : plan_lines(ctx, plan->n, &plan->fourier);
}

/* Element 0 of line `index` of a tensor along the axis. */
static struct line line_of(const struct ink_tensor *t, int axis, size_t index)
{
    size_t parts = (size_t)t->shape.dims[t->shape.rank - 1], inner = ink_shape_span(&t->shape, axis + 1, t->shape.rank);
    size_t each = inner / parts, outer = index / each;
    return (struct line){t->dtype, t->data, (outer * (size_t)t->shape.dims[axis] * each + index % each) * parts, inner,
                         parts};
}

/* Zeros behind what the input has. One half of a spectrum of real numbers stands for both. */
static void read_line(const struct dft *my, const struct line *in, size_t have, size_t n, struct ink_complex *x)
{
    bool half = my->inverse && my->one_sided;
    size_t wanted = half ? n / 2 + 1 : n;
    for (size_t i = 0; i < wanted; i++) x[i] = i < have ? read_at(in, i) : (struct ink_complex){0, 0};
    if (!half) return;
    x[0].im = 0;
    if (n % 2 == 0) x[n / 2].im = 0;
    for (size_t i = wanted; i < n; i++) x[i] = (struct ink_complex){x[n - i].re, -x[n - i].im};
}

static void dft_line(void *arg, size_t index, int worker)
{
    const struct ink_op_ctx *ctx = *(struct ink_op_ctx *const *)arg;
    const struct dft *my = ctx->attributes;
    const struct dft_plan *plan = ctx->prepared;
    struct ink_complex *x = (struct ink_complex *)((char *)ctx->scratch + ctx->scratch_bytes * (size_t)worker);
    struct line in = line_of(ctx->in[0], plan->axis, index), out = line_of(ctx->out[0], plan->axis, index);
    read_line(my, &in, (size_t)ctx->in[0]->shape.dims[plan->axis], plan->n, x);
    ink_fourier(&plan->fourier, my->inverse, x, x + plan->n);
    for (size_t i = 0; i < (size_t)ctx->out[0]->shape.dims[plan->axis]; i++)
        write_at(&out, i, x[i], my->inverse ? 1 / (double)plan->n : 1);
}

ink_status ink_dft_run(struct ink_op_ctx *ctx)
{
    const struct dft_plan *plan = ctx->prepared;
    const struct ink_shape *y = &ctx->out[0]->shape;
    if (ink_op_is_empty(ctx)) return INK_OK;
    size_t lines = ink_shape_span(y, 0, plan->axis) * ink_shape_span(y, plan->axis + 1, y->rank - 1);
    ink_parallel_run(ctx->parallel, lines, dft_line, &ctx);
    return INK_OK;
}

/* --- STFT --- */

enum { SIGNAL, STEP, WINDOW, LENGTH };

struct stft_plan {
    size_t step, n, frames, bins;
    struct ink_fourier fourier;
};

ink_status ink_stft_load(struct ink_op_ctx *ctx)
{
    int64_t *one_sided = INK_ARENA_NEW(ctx->arena, int64_t);
    if (!one_sided) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = one_sided;
    return ink_op_attr_i64(ctx, "onesided", 1, one_sided);
}

static ink_status fit_stft(const struct ink_op_ctx *ctx, struct stft_plan *plan)
{
    const int64_t *one_sided = ctx->attributes;
    const struct ink_shape *x = &ctx->in[SIGNAL]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    int64_t step, n;
    if (x->rank != 3 || (x->dims[2] != 1 && x->dims[2] != 2))
        return ink_op_fail(ctx, INK_E_MODEL, "a signal %s is not [batch, length, 1 or 2]", ink_shape_text(x, text));
    if (*one_sided && x->dims[2] == 2) return ink_op_fail(ctx, INK_E_MODEL, "onesided wants real numbers");
    int64_t whole = x->dims[1];
    if (ink_op_has(ctx, WINDOW)) {
        if (ctx->in[WINDOW]->shape.rank != 1) return ink_op_fail(ctx, INK_E_MODEL, "the window is not a list");
        whole = ctx->in[WINDOW]->shape.dims[0];
    }
    ink_status st = ink_scalar_input(ctx, STEP, 1, &step);
    if (!st) st = ink_scalar_input(ctx, LENGTH, whole, &n);
    if (!st) st = check_length(ctx, n);
    if (st) return st;
    if (step < 1 || n > x->dims[1] || (ink_op_has(ctx, WINDOW) && n != whole))
        return ink_op_fail(ctx, INK_E_MODEL, "frames of %lld with a window of %lld, every %lld, of %lld numbers",
                           (long long)n, (long long)whole, (long long)step, (long long)x->dims[1]);
    plan->step = (size_t)step;
    plan->n = (size_t)n;
    plan->frames = (size_t)((x->dims[1] - n) / step + 1);
    plan->bins = *one_sided ? plan->n / 2 + 1 : plan->n;
    return INK_OK;
}

ink_status ink_stft_shape(struct ink_op_ctx *ctx)
{
    struct stft_plan plan;
    ink_status st = fit_stft(ctx, &plan);
    if (st) return st;
    ctx->out[0]->shape =
        (struct ink_shape){4, {ctx->in[SIGNAL]->shape.dims[0], (int64_t)plan.frames, (int64_t)plan.bins, 2}};
    return INK_OK;
}

ink_status ink_stft_prepare(struct ink_op_ctx *ctx)
{
    struct stft_plan *plan = INK_ARENA_NEW(ctx->arena, struct stft_plan);
    if (!plan) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = plan;
    ink_status st = fit_stft(ctx, plan);
    return st ? st : plan_lines(ctx, plan->n, &plan->fourier);
}

static void stft_frame(void *arg, size_t index, int worker)
{
    const struct ink_op_ctx *ctx = *(struct ink_op_ctx *const *)arg;
    const struct stft_plan *plan = ctx->prepared;
    const struct ink_tensor *signal = ctx->in[SIGNAL];
    struct ink_complex *x = (struct ink_complex *)((char *)ctx->scratch + ctx->scratch_bytes * (size_t)worker);
    size_t parts = (size_t)signal->shape.dims[2], length = (size_t)signal->shape.dims[1];
    size_t start = index / plan->frames * length + index % plan->frames * plan->step;
    const struct line in = {signal->dtype, signal->data, start * parts, parts, parts};
    const struct line out = {ctx->out[0]->dtype, ctx->out[0]->data, index * plan->bins * 2, 2, 2};
    for (size_t i = 0; i < plan->n; i++) {
        x[i] = read_at(&in, i);
        if (!ink_op_has(ctx, WINDOW)) continue;
        const struct line window = {ctx->in[WINDOW]->dtype, ctx->in[WINDOW]->data, 0, 1, 1};
        double w = read_part(&window, i, 0);
        x[i] = (struct ink_complex){x[i].re * w, x[i].im * w};
    }
    ink_fourier(&plan->fourier, false, x, x + plan->n);
    for (size_t i = 0; i < plan->bins; i++) write_at(&out, i, x[i], 1);
}

ink_status ink_stft_run(struct ink_op_ctx *ctx)
{
    const struct stft_plan *plan = ctx->prepared;
    if (!ink_op_is_empty(ctx))
        ink_parallel_run(ctx->parallel, (size_t)ctx->in[SIGNAL]->shape.dims[0] * plan->frames, stft_frame, &ctx);
    return INK_OK;
}
