/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "kernels/kernels.h"
#include "kernels/nhwc_window.h"
#include "ops/nhwc.h"
#include "ops/pool.h"

struct prepared {
    struct ink_nhwc_window window;
    size_t batch;
    const float *scale; /* of an average; NULL: the maximum */
};

static ink_status fit(const struct ink_op_ctx *ctx, struct ink_window *window, struct ink_shape *out)
{
    struct ink_shape x = ink_nhwc_to_nchw(&ctx->in[0]->shape), y = {0};
    ink_status st = ink_pool_fit(ctx, &x, window, &y);
    if (!st) *out = ink_nhwc_of_nchw(&y);
    return st;
}

ink_status ink_nhwc_pool_shape(struct ink_op_ctx *ctx)
{
    struct ink_window window;
    return fit(ctx, &window, &ctx->out[0]->shape);
}

ink_status ink_nhwc_pool_prepare(struct ink_op_ctx *ctx)
{
    const struct ink_pool_kind *kind = ctx->op->param;
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_window window;
    struct ink_shape out;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &window, &out);
    if (st || !ink_tensor_count(ctx->out[0])) return st;
    bool max = kind->what == INK_POOL_MAX;
    my->batch = (size_t)out.dims[0];
    st = ink_nhwc_window_plan(&window, (size_t)out.dims[out.rank - 1], max ? -INFINITY : 0, false, ctx->arena,
                              &my->window);
    if (st) return ink_op_fail(ctx, st, "the pool is too large to plan");
    if (!max) st = ink_pool_scale(ctx, &window, &my->scale);
    ctx->scratch_bytes = (ink_nhwc_window_pointers(&my->window) * sizeof(float *) + INK_ARENA_ALIGN - 1) /
                         INK_ARENA_ALIGN * INK_ARENA_ALIGN;
    return st;
}

struct job {
    const struct ink_op_ctx *ctx;
    size_t block_pixels, blocks; /* of one picture */
};

static void pool_block(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_op_ctx *ctx = job->ctx;
    const struct prepared *my = ctx->prepared;
    const struct ink_nhwc_window *w = &my->window;
    size_t picture = index / job->blocks, first = index % job->blocks * job->block_pixels;
    size_t end = first + job->block_pixels < w->out_pixels ? first + job->block_pixels : w->out_pixels;
    const float **pointers = (const float **)((char *)ctx->scratch + (size_t)worker * ctx->scratch_bytes);
    const float *x = (const float *)ctx->in[0]->data + picture * w->in_pixels * w->channels;
    ink_nhwc_window_rows(w, x, first, end - first, pointers);
    struct ink_f32_ipool tile = {.n = w->channels, .taps = w->taps, .c_row = w->channels};
    for (size_t i = first; i < end; i += INK_PIXELS) {
        tile.m = end - i < INK_PIXELS ? end - i : INK_PIXELS;
        tile.rows = pointers + (i - first) * w->taps;
        tile.c = (float *)ctx->out[0]->data + (picture * w->out_pixels + i) * w->channels;
        tile.scale = my->scale ? my->scale + i : NULL;
        if (my->scale)
            ink_kernels()->f32_ipool_sum(&tile);
        else
            ink_kernels()->f32_ipool_max(&tile);
    }
}

ink_status ink_nhwc_pool_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    if (ink_op_is_empty(ctx)) return INK_OK;
    struct job job = {.ctx = ctx, .block_pixels = my->window.block_tiles * INK_PIXELS};
    job.blocks = (my->window.out_pixels + job.block_pixels - 1) / job.block_pixels;
    ink_parallel_run(ctx->parallel, my->batch * job.blocks, pool_block, &job);
    return INK_OK;
}

ink_status ink_nhwc_global_pool_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape out = ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (out.rank < 2)
        return ink_op_fail(ctx, INK_E_MODEL, "the input is %s; it must be [N, ..., C]", ink_shape_text(&out, text));
    for (int d = 1; d < out.rank - 1; d++) {
        if (out.dims[d] == 0)
            return ink_op_fail(ctx, INK_E_MODEL, "the input %s has nothing to pool", ink_shape_text(&out, text));
        out.dims[d] = 1;
    }
    ctx->out[0]->shape = out;
    return INK_OK;
}

ink_status ink_nhwc_global_pool_run(struct ink_op_ctx *ctx)
{
    const struct ink_shape *shape = &ctx->in[0]->shape;
    size_t batch = (size_t)shape->dims[0], pixels = ink_shape_span(shape, 1, shape->rank - 1);
    size_t channels = (size_t)shape->dims[shape->rank - 1];
    const float *x = ctx->in[0]->data;
    float *y = ctx->out[0]->data;
    const struct ink_kernels *kernels = ink_kernels();
    if (ink_op_is_empty(ctx)) return INK_OK;
    for (size_t n = 0; n < batch; n++, y += channels) {
        memset(y, 0, channels * sizeof *y);
        for (size_t i = 0; i < pixels; i++, x += channels) kernels->f32_row_add(channels, x, y);
        kernels->f32_row_affine(channels, y, 1 / (float)pixels, 0, y);
    }
    return INK_OK;
}
