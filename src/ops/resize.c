/* SPDX-License-Identifier: MIT */
#include "ops/resize.h"

#include <math.h>

#include "base/checked.h"
#include "ops/floats.h"

enum mode { NEAREST, LINEAR, CUBIC };
enum transform { HALF_PIXEL, SYMMETRIC, PYTORCH, ALIGN_CORNERS, ASYMMETRIC, CROP, HALF_PIXEL_NN };
enum rounding { PREFER_FLOOR, PREFER_CEIL, FLOOR, CEIL };
enum policy { STRETCH, NOT_LARGER, NOT_SMALLER };

struct resize {
    enum mode mode;
    enum transform transform;
    enum rounding rounding;
    enum policy policy;
    float cubic_a, extrapolation;
    int64_t exclude_outside, antialias;
    const int64_t *axes;
    const float *scales;
    size_t axis_count, scale_count;
    int roi_at, scales_at, sizes_at; /* inputs; -1: there is none */
};

static ink_status word(const struct ink_op_ctx *ctx, const char *name, const char *const *words, int *out)
{
    struct ink_view text;
    ink_status st = ink_op_attr_text(ctx, name, words[0], &text);
    if (st) return st;
    for (*out = 0; words[*out]; ++*out)
        if (ink_view_is(text, words[*out])) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "%s is \"%.*s\", which it does not have", name, INK_VIEW_ARGS(text));
}

ink_status ink_upsample_load(struct ink_op_ctx *ctx)
{
    static const char *const modes[] = {"nearest", "linear", "cubic", "bilinear", NULL};
    struct resize *my = INK_ARENA_NEW(ctx->arena, struct resize);
    int mode;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = my;
    my->transform = ASYMMETRIC;
    my->rounding = FLOOR;
    my->roi_at = my->sizes_at = my->scales_at = -1;
    if (ctx->in_count > 1) my->scales_at = 1;
    ink_status st = ink_op_attr_f32s(ctx, "scales", &my->scales, &my->scale_count);
    if (!st) st = word(ctx, "mode", modes, &mode);
    if (!st) my->mode = mode == 3 ? LINEAR : (enum mode)mode;
    return st;
}

ink_status ink_resize_load(struct ink_op_ctx *ctx)
{
    static const char *const transforms[] = {
        "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",   "align_corners",
        "asymmetric", "tf_crop_and_resize",   "tf_half_pixel_for_nn", NULL};
    static const char *const roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil", NULL};
    static const char *const policies[] = {"stretch", "not_larger", "not_smaller", NULL};
    int transform = 0, rounding = 0, policy = 0;
    ink_status st = ink_upsample_load(ctx);
    struct resize *my = ctx->attributes;
    if (!st) st = word(ctx, "coordinate_transformation_mode", transforms, &transform);
    if (!st) st = word(ctx, "nearest_mode", roundings, &rounding);
    if (!st) st = word(ctx, "keep_aspect_ratio_policy", policies, &policy);
    if (!st) st = ink_op_attr_f32(ctx, "cubic_coeff_a", -0.75f, &my->cubic_a);
    if (!st) st = ink_op_attr_f32(ctx, "extrapolation_value", 0, &my->extrapolation);
    if (!st) st = ink_op_attr_i64(ctx, "exclude_outside", 0, &my->exclude_outside);
    if (!st) st = ink_op_attr_i64(ctx, "antialias", 0, &my->antialias);
    if (!st) st = ink_op_attr_i64s(ctx, "axes", &my->axes, &my->axis_count);
    if (st) return st;
    my->transform = (enum transform)transform;
    my->rounding = (enum rounding)rounding;
    my->policy = (enum policy)policy;
    my->roi_at = my->transform == CROP ? 1 : -1;
    my->scales_at = ink_op_has(ctx, 2) ? 2 : -1;
    my->sizes_at = ink_op_has(ctx, 3) ? 3 : -1;
    return INK_OK;
}

/* What happens along one axis. */
struct axis {
    int64_t in, out;
    double scale, start, end;
    bool exact;  /* the scale is out / in, which places are computed with: 9 / 7 has no double */
    size_t taps; /* for each output, one after the other: */
    int64_t *index;
    float *weight;
    bool *outside;
};

static double float_at(const struct ink_tensor *t, size_t i)
{
    float x;
    ink_floats_from(t->dtype, 1, (const char *)t->data + i * (ink_dtype_bits(t->dtype) / 8), &x);
    return x;
}

/* Input i if it says something: an empty one does not. INK_E_NEED_DATA while its values are not known. */
static ink_status list(const struct ink_op_ctx *ctx, int i, size_t count, const struct ink_tensor **out)
{
    *out = NULL;
    if (i < 0 || !ink_op_has(ctx, i) || !ink_tensor_count(ctx->in[i])) return INK_OK;
    if (ink_tensor_count(ctx->in[i]) != count)
        return ink_op_fail(ctx, INK_E_MODEL, "input %d has %zu values for %zu axes", i, ink_tensor_count(ctx->in[i]),
                           count);
    *out = ctx->in[i];
    return ctx->in[i]->data ? INK_OK : INK_E_NEED_DATA;
}

static ink_status size_axis(const struct ink_op_ctx *ctx, struct axis *a)
{
    if (!(a->scale > 0) || !(a->scale < 0x1p31) || a->out < 0 || a->out > INT32_MAX || (a->out && !a->in))
        return ink_op_fail(ctx, INK_E_MODEL, "cannot make %lld elements of %lld with a scale of %g", (long long)a->out,
                           (long long)a->in, a->scale);
    return INK_OK;
}

static ink_status fit(const struct ink_op_ctx *ctx, struct axis axes[INK_RANK_MAX])
{
    const struct resize *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    const struct ink_tensor *scales, *sizes, *roi;
    size_t n = my->axes ? my->axis_count : (size_t)x->rank;
    int at[INK_RANK_MAX];
    ink_status st = n <= INK_RANK_MAX ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "%zu axes are too many", n);
    for (size_t i = 0; !st && i < n; i++) {
        at[i] = (int)i;
        if (my->axes) st = ink_op_axis(ctx, my->axes[i], x->rank, false, &at[i]);
    }
    if (!st) st = list(ctx, my->scales_at, n, &scales);
    if (!st) st = list(ctx, my->sizes_at, n, &sizes);
    if (!st) st = list(ctx, my->roi_at, 2 * n, &roi);
    if (st) return st;
    if (!scales && !sizes && my->scale_count != n) return ink_op_fail(ctx, INK_E_MODEL, "no scale for each axis");
    double common = my->policy == NOT_LARGER ? INFINITY : 0;
    for (size_t i = 0; sizes && i < n; i++) {
        double ratio = (double)ink_tensor_i64(sizes, i) / (double)x->dims[at[i]];
        common = my->policy == NOT_LARGER ? fmin(common, ratio) : fmax(common, ratio);
    }
    for (int d = 0; d < x->rank; d++)
        axes[d] = (struct axis){.in = x->dims[d], .out = x->dims[d], .scale = 1, .end = 1};
    for (size_t i = 0; !st && i < n; i++) {
        struct axis *a = &axes[at[i]];
        if (sizes) {
            a->out = ink_tensor_i64(sizes, i);
            a->scale = my->policy ? common : a->in && a->out ? (double)a->out / (double)a->in : 1;
            a->exact = !my->policy && a->out;
        } else {
            a->scale = scales ? float_at(scales, i) : my->scales[i];
        }
        double out = sizes && my->policy ? floor(a->scale * (double)a->in + 0.5) : floor(a->scale * (double)a->in);
        if (!sizes || my->policy) a->out = out >= 0 && out <= INT32_MAX ? (int64_t)out : -1;
        if (roi) a->start = float_at(roi, i), a->end = float_at(roi, n + i);
        st = size_axis(ctx, a);
    }
    return st;
}

ink_status ink_resize_shape(struct ink_op_ctx *ctx)
{
    struct axis axes[INK_RANK_MAX];
    ink_status st = fit(ctx, axes);
    ctx->out[0]->shape = ctx->in[0]->shape;
    for (int d = 0; !st && d < ctx->in[0]->shape.rank; d++) ctx->out[0]->shape.dims[d] = axes[d].out;
    return st;
}

static double unscaled(const struct axis *a, double at)
{
    return a->exact ? at * (double)a->in / (double)a->out : at / a->scale;
}

/* Where output `at` is in the input. */
static double source(enum transform transform, const struct axis *a, double at)
{
    double in = (double)a->in, out = (double)a->out, half = unscaled(a, at + 0.5) - 0.5;
    switch (transform) {
    case SYMMETRIC: return in / 2 * (1 - out / (a->scale * in)) + half;
    case PYTORCH: return out > 1 ? half : 0;
    case ALIGN_CORNERS:
        return a->scale * in > 1 ? at * (in - 1) / (a->scale * in - 1) : 0; /* before it is cut to out */
    case ASYMMETRIC: return unscaled(a, at);
    case CROP:
        return out > 1 ? a->start * (in - 1) + at * (a->end - a->start) * (in - 1) / (out - 1)
                       : (a->start + a->end) / 2 * (in - 1);
    case HALF_PIXEL_NN: return half + 0.5;
    default: return half;
    }
}

static double nearest(enum rounding rounding, double x)
{
    switch (rounding) {
    case PREFER_CEIL: return floor(x + 0.5);
    case FLOOR: return floor(x);
    case CEIL: return ceil(x);
    default: return ceil(x - 0.5);
    }
}

static double filter(const struct resize *my, double x)
{
    double a = my->cubic_a;
    x = fabs(x);
    if (my->mode == LINEAR) return x < 1 ? 1 - x : 0;
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1; /* Keys 1981 */
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

static void weigh(const struct resize *my, const struct axis *a, int64_t at, double squeeze)
{
    double x = source(my->transform, a, (double)at), sum = 0;
    if (!(fabs(x) < 0x1p40)) x = x > 0 ? 0x1p40 : x < 0 ? -0x1p40 : 0;
    a->outside[at] = my->transform == CROP && (x < 0 || x > (double)(a->in - 1));
    int64_t first = (int64_t)(my->mode == NEAREST ? nearest(my->rounding, x) : floor(x) - (double)(a->taps / 2) + 1);
    int64_t *index = a->index + (size_t)at * a->taps;
    float *weight = a->weight + (size_t)at * a->taps;
    for (size_t t = 0; t < a->taps; t++) {
        int64_t i = first + (int64_t)t;
        double w = my->mode == NEAREST ? 1 : filter(my, ((double)i - x) * squeeze);
        if (my->exclude_outside && my->mode == CUBIC && (i < 0 || i >= a->in)) w = 0;
        index[t] = i < 0 ? 0 : i >= a->in ? a->in - 1 : i;
        weight[t] = (float)w;
        sum += w;
    }
    for (size_t t = 0; t < a->taps && sum != 0; t++) weight[t] = (float)(weight[t] / sum);
}

static ink_status plan_axis(struct ink_op_ctx *ctx, struct axis *a)
{
    const struct resize *my = ctx->attributes;
    double squeeze = my->antialias && a->scale < 1 ? a->scale : 1;
    double reach = my->mode == NEAREST ? 0 : ceil((my->mode == LINEAR ? 1 : 2) / squeeze);
    size_t count, out = (size_t)a->out;
    if (reach > 4 * (double)a->in + 8) return ink_op_fail(ctx, INK_E_LIMIT, "a scale of %g is too small", a->scale);
    a->taps = my->mode == NEAREST ? 1 : 2 * (size_t)reach;
    if (!ink_mul_size(out, a->taps, &count)) return ink_op_fail(ctx, INK_E_LIMIT, "too large");
    a->index = INK_ARENA_ARRAY(ctx->arena, int64_t, count);
    a->weight = INK_ARENA_ARRAY(ctx->arena, float, count);
    a->outside = INK_ARENA_ARRAY(ctx->arena, bool, out);
    if (!a->index || !a->weight || !a->outside) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu weights", count);
    for (int64_t at = 0; at < a->out; at++) weigh(my, a, at, squeeze);
    return INK_OK;
}

struct prepared {
    struct ink_floats_plan floats;
    struct axis axes[INK_RANK_MAX];
    size_t between; /* floats of the largest tensor between two axes */
};

ink_status ink_resize_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, my->axes);
    size_t two = 0;
    my->between = 1;
    for (int d = 0; !st && d < ctx->in[0]->shape.rank; d++) {
        struct axis *a = &my->axes[d];
        if (!ink_mul_size(my->between, (size_t)(a->in > a->out ? a->in : a->out), &my->between))
            return ink_op_fail(ctx, INK_E_LIMIT, "too large");
        st = plan_axis(ctx, a);
    }
    if (!st && !ink_mul_size(my->between, 2, &two)) return ink_op_fail(ctx, INK_E_LIMIT, "too large");
    return st ? st : ink_floats_prepare(ctx, &my->floats, two, 0);
}

struct job {
    const struct axis *axis;
    const float *x;
    float *y;
    size_t inner;
    float extrapolation;
};

/* One of the outer places: [in, inner] to [out, inner]. */
static void resize_outer(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct axis *a = job->axis;
    const float *x = job->x + index * (size_t)a->in * job->inner;
    float *y = job->y + index * (size_t)a->out * job->inner;
    for (size_t at = 0; at < (size_t)a->out; at++, y += job->inner) {
        for (size_t i = 0; i < job->inner; i++) y[i] = 0;
        for (size_t t = 0; t < a->taps; t++) {
            const float *row = x + (size_t)a->index[at * a->taps + t] * job->inner;
            float w = a->weight[at * a->taps + t];
            for (size_t i = 0; w != 0 && i < job->inner; i++) y[i] += w * row[i];
        }
    }
}

static void extrapolate(const struct job *job, size_t outer)
{
    const struct axis *a = job->axis;
    for (size_t o = 0; o < outer; o++)
        for (size_t at = 0; at < (size_t)a->out; at++)
            for (size_t i = 0; a->outside[at] && i < job->inner; i++)
                job->y[(o * (size_t)a->out + at) * job->inner + i] = job->extrapolation;
}

ink_status ink_resize_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    const struct resize *resize = ctx->attributes;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct ink_shape shape = ctx->in[0]->shape;
    const float *x = ink_floats_in(ctx, &floats, 0);
    float *y = ink_floats_out(ctx, &floats, 0), *between[2] = {floats.shared, floats.shared + my->between};
    size_t count = ink_tensor_count(ctx->out[0]);
    if (!count) return INK_OK;
    for (int d = shape.rank - 1; d >= 0; d--) {
        struct job job = {.axis = &my->axes[d], .x = x, .y = between[d % 2]};
        if (job.axis->in == job.axis->out && job.axis->scale == 1 && resize->transform != CROP) continue;
        job.inner = ink_shape_span(&shape, d + 1, shape.rank);
        ink_parallel_run(ctx->parallel, ink_shape_span(&shape, 0, d), resize_outer, &job);
        shape.dims[d] = job.axis->out;
        x = job.y;
    }
    memcpy(y, x, count * sizeof *y);
    for (int d = 0; d < shape.rank; d++) {
        struct job job = {.axis = &my->axes[d], .y = y, .extrapolation = resize->extrapolation};
        job.inner = ink_shape_span(&shape, d + 1, shape.rank);
        if (resize->transform == CROP) extrapolate(&job, ink_shape_span(&shape, 0, d));
    }
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
