/* SPDX-License-Identifier: MIT */
/* DeformConv (Dai et al. 2017; Zhu et al. 2018): a convolution each of whose taps is moved, for each output, by an offset that
 * is an input, and read between the pixels. As many outputs at a time as fit into a block have their taps gathered into
 * columns, which then are multiplied with the weights.
 *
 * X [N, C, in...], W [M, C / group, kernel...], offset [N, groups * taps * rank, out...], mask [N, groups * taps, out...] */
#include <math.h>

#include "base/checked.h"
#include "kernels/gemm.h"
#include "ops/floats.h"
#include "ops/sample.h"
#include "ops/window.h"

enum { X, W, OFFSET, BIAS, MASK };

enum { BLOCK = 64 }; /* outputs at a time */

struct attributes {
    struct ink_op_window window;
    int64_t group, offset_group;
};

struct sizes {
    int rank;
    struct ink_window window; /* its last `rank` dimensions */
    size_t batch, channels, group, offset_group, taps, in, out, filters;
};

struct prepared {
    struct sizes sizes;
    struct ink_floats_plan floats;
};

ink_status ink_deform_conv_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    ink_status st = ink_op_window_load(ctx, &at->window);
    if (!st) st = ink_op_attr_i64(ctx, "group", 1, &at->group);
    if (!st) st = ink_op_attr_i64(ctx, "offset_group", 1, &at->offset_group);
    if (!st && (at->group < 1 || at->offset_group < 1))
        st = ink_op_fail(ctx, INK_E_MODEL, "group is %lld, offset_group %lld", (long long)at->group,
                         (long long)at->offset_group);
    return st;
}

/* Input i is [batch, channels, out...]. */
static ink_status check_moves(const struct ink_op_ctx *ctx, int i, size_t channels, const struct ink_shape *y)
{
    struct ink_shape want = *y;
    char got[INK_SHAPE_TEXT_MAX], text[INK_SHAPE_TEXT_MAX];
    want.dims[1] = (int64_t)channels;
    if (!ink_op_has(ctx, i) || ink_shape_equal(&ctx->in[i]->shape, &want)) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "input %d is %s, it should be %s", i, ink_shape_text(&ctx->in[i]->shape, got),
                       ink_shape_text(&want, text));
}

static ink_status fit(const struct ink_op_ctx *ctx, struct sizes *z, struct ink_shape *y)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *x = &ctx->in[X]->shape, *w = &ctx->in[W]->shape;
    char x_text[INK_SHAPE_TEXT_MAX], w_text[INK_SHAPE_TEXT_MAX];
    ink_status st = ink_op_window_rank(ctx, &at->window, x, &z->rank);
    if (st) return st;
    bool good = w->rank == x->rank && x->dims[1] % at->group == 0 && w->dims[1] == x->dims[1] / at->group &&
                w->dims[0] % at->group == 0 && x->dims[1] % at->offset_group == 0 && ink_tensor_count(ctx->in[W]) > 0;
    for (int d = 0; good && at->window.has_kernel && d < z->rank; d++) good = w->dims[2 + d] == at->window.kernel[d];
    if (!good)
        return ink_op_fail(ctx, INK_E_MODEL, "weights %s do not go with an input %s", ink_shape_text(w, w_text),
                           ink_shape_text(x, x_text));
    *y = (struct ink_shape){.rank = x->rank, .dims = {x->dims[0], w->dims[0]}};
    st = ink_op_window_fit(ctx, &at->window, x, w->dims + 2, &z->window, y->dims + 2);
    if (st) return st;
    z->batch = (size_t)x->dims[0];
    z->channels = (size_t)x->dims[1];
    z->group = (size_t)at->group;
    z->offset_group = (size_t)at->offset_group;
    z->filters = (size_t)w->dims[0];
    z->taps = ink_shape_span(w, 2, w->rank);
    z->in = ink_shape_span(x, 2, x->rank);
    z->out = ink_shape_span(y, 2, y->rank);
    st = check_moves(ctx, OFFSET, z->offset_group * z->taps * (size_t)z->rank, y);
    if (!st) st = check_moves(ctx, MASK, z->offset_group * z->taps, y);
    if (!st && ink_op_has(ctx, BIAS) && !ink_shape_equal(&ctx->in[BIAS]->shape, &(struct ink_shape){1, {w->dims[0]}}))
        st = ink_op_fail(ctx, INK_E_MODEL, "the bias has not a number for each of %zu filters", z->filters);
    return st;
}

ink_status ink_deform_conv_shape(struct ink_op_ctx *ctx)
{
    struct sizes z;
    return fit(ctx, &z, &ctx->out[0]->shape);
}

ink_status ink_deform_conv_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_shape y;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &my->sizes, &y);
    if (st) return st;
    size_t rows = my->sizes.channels / my->sizes.group * my->sizes.taps, floats; /* no more than the weights have */
    if (!ink_mul_size(rows, BLOCK, &floats) || !ink_add_size(floats, ink_f32_gemm_scratch(BLOCK, rows), &floats))
        return ink_op_fail(ctx, INK_E_LIMIT, "the weights are too large");
    return ink_floats_prepare(ctx, &my->floats, 0, floats);
}

uint64_t ink_deform_conv_multiply_adds(const struct ink_op_ctx *ctx)
{
    return (uint64_t)ink_tensor_count(ctx->out[0]) * ink_shape_span(&ctx->in[W]->shape, 1, ctx->in[W]->shape.rank);
}

struct job {
    const struct sizes *sizes;
    const float *x, *w, *offset, *bias, *mask;
    float *y, *each;
    size_t each_floats;
};

/* A plane at a place between its pixels, linearly; what is outside counts as 0. */
static float read_between(const struct sizes *z, const float *plane, const float *place)
{
    const size_t *in = z->window.in + INK_WINDOW_DIMS - z->rank;
    int64_t first[INK_WINDOW_DIMS];
    float part[INK_WINDOW_DIMS], sum = 0;
    for (int d = 0; d < z->rank; d++) {
        if (!(place[d] > -1 && place[d] < (float)in[d])) return 0; /* NaN too */
        first[d] = (int64_t)floorf(place[d]);
        part[d] = place[d] - (float)first[d];
    }
    for (int corner = 0; corner < 1 << z->rank; corner++) {
        size_t at = 0;
        float weight = 1;
        bool inside = true;
        for (int d = 0; d < z->rank; d++) {
            int64_t i = first[d] + (corner >> d & 1);
            weight *= corner >> d & 1 ? part[d] : 1 - part[d];
            inside = inside && i >= 0 && (size_t)i < in[d];
            at = at * in[d] + (inside ? (size_t)i : 0);
        }
        if (inside) sum += weight * plane[at];
    }
    return sum;
}

/* Where tap `tap` of output `out` would be read if nothing moved it, along each dimension. */
static void start_of(const struct sizes *z, size_t tap, size_t out, float place[INK_WINDOW_DIMS])
{
    for (int d = z->rank - 1; d >= 0; d--) {
        const struct ink_window *w = &z->window;
        int k = INK_WINDOW_DIMS - z->rank + d;
        place[d] =
            (float)(out % w->out[k] * w->stride[k]) - (float)w->pad[k] + (float)(tap % w->kernel[k] * w->dilation[k]);
        tap /= w->kernel[k];
        out /= w->out[k];
    }
}

/* What tap `tap` of channel c reads for output `out` of picture n. */
static float read_tap(const struct job *job, size_t n, size_t c, size_t tap, size_t out)
{
    const struct sizes *z = job->sizes;
    size_t moves = (n * z->offset_group + c / (z->channels / z->offset_group)) * z->taps + tap;
    float place[INK_WINDOW_DIMS];
    start_of(z, tap, out, place);
    for (int d = 0; d < z->rank; d++) place[d] += job->offset[(moves * (size_t)z->rank + (size_t)d) * z->out + out];
    float value = read_between(z, job->x + (n * z->channels + c) * z->in, place);
    return job->mask ? value * job->mask[moves * z->out + out] : value;
}

/* A block of the outputs of one group of one picture. */
static void block(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct sizes *z = job->sizes;
    size_t blocks = (z->out + BLOCK - 1) / BLOCK, from = index % blocks * BLOCK;
    size_t group = index / blocks % z->group, n = index / blocks / z->group;
    size_t count = z->out - from < BLOCK ? z->out - from : BLOCK;
    size_t channels = z->channels / z->group, filters = z->filters / z->group, rows = channels * z->taps;
    float *columns = job->each + job->each_floats * (size_t)worker;
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < count; i++)
            columns[r * count + i] = read_tap(job, n, group * channels + r / z->taps, r % z->taps, from + i);
    ink_f32_gemm(&(struct ink_f32_gemm){
        .m = filters,
        .n = count,
        .k = rows,
        .a = job->w + group * filters * rows,
        .a_row = rows,
        .a_col = 1,
        .b = columns,
        .b_row = count,
        .b_col = 1,
        .c = job->y + (n * z->filters + group * filters) * z->out + from,
        .c_row = z->out,
        .row_bias = job->bias ? job->bias + group * filters : NULL,
        .scratch = columns + rows * BLOCK,
    });
}

ink_status ink_deform_conv_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    const struct sizes *z = &my->sizes;
    if (ink_op_is_empty(ctx)) return INK_OK;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {.sizes = z, .each = floats.each, .each_floats = my->floats.each_floats};
    job.x = ink_floats_in(ctx, &floats, X);
    job.w = ink_floats_in(ctx, &floats, W);
    job.offset = ink_floats_in(ctx, &floats, OFFSET);
    job.bias = ink_floats_in(ctx, &floats, BIAS);
    job.mask = ink_floats_in(ctx, &floats, MASK);
    job.y = ink_floats_out(ctx, &floats, 0);
    ink_parallel_run(ctx->parallel, z->batch * z->group * ((z->out + BLOCK - 1) / BLOCK), block, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
