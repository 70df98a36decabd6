/* SPDX-License-Identifier: MIT */
/* MaxPool, AveragePool, LpPool: X [N, C, in...] -> Y [N, C, out...], and MaxPool's Indices.
 *
 * Each plane is one job of taps.h: a maximum, or a sum with weights of 1 that is scaled afterwards by how many elements
 * it was of. The border is -infinity or 0. */
#include "ops/pool.h"

#include <math.h>

#include "kernels/kernels.h"
#include "kernels/window.h"
#include "ops/floats.h"
#include "ops/window.h"

const struct ink_pool_kind ink_pool_max = {INK_POOL_MAX, false}, ink_pool_average = {INK_POOL_AVERAGE, false},
                           ink_pool_lp = {INK_POOL_LP, false}, ink_pool_lp_old = {INK_POOL_LP, true};

struct pool {
    const struct ink_pool_kind *kind;
    struct ink_op_window window;
    bool count_border; /* count_include_pad */
    bool by_column;    /* storage_order */
    float p;
};

struct prepared {
    struct ink_window_plan plan;
    struct ink_floats_plan floats;
    size_t planes;
    const float *ones;  /* [tap_count], for sums */
    const float *scale; /* AveragePool: 1 / elements of each output */
};

ink_status ink_pool_load_p(const struct ink_op_ctx *ctx, float *p)
{
    const struct ink_pool_kind *kind = ctx->op->param;
    int64_t integer = 2;
    ink_status st = kind->float_p ? ink_op_attr_f32(ctx, "p", 2, p) : ink_op_attr_i64(ctx, "p", 2, &integer);
    if (!st && !kind->float_p) *p = (float)integer;
    if (!st && !(*p > 0)) st = ink_op_fail(ctx, INK_E_MODEL, "p is %g; it must be above 0", (double)*p);
    return st;
}

ink_status ink_pool_load(struct ink_op_ctx *ctx)
{
    struct pool *pool = INK_ARENA_NEW(ctx->arena, struct pool);
    int64_t count_border = 0, by_column = 0;
    if (!pool) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = pool;
    pool->kind = ctx->op->param;
    ink_status st = ink_op_window_load(ctx, &pool->window);
    if (!st && !pool->window.has_kernel) st = ink_op_fail(ctx, INK_E_MODEL, "the attribute kernel_shape is missing");
    if (!st) st = ink_op_attr_i64(ctx, "count_include_pad", 0, &count_border);
    if (!st) st = ink_op_attr_i64(ctx, "storage_order", 0, &by_column);
    if (!st && pool->kind->what == INK_POOL_LP) st = ink_pool_load_p(ctx, &pool->p);
    pool->count_border = count_border != 0;
    pool->by_column = by_column != 0;
    return st;
}

ink_status ink_pool_fit(const struct ink_op_ctx *ctx, const struct ink_shape *x, struct ink_window *window,
                        struct ink_shape *out)
{
    const struct pool *pool = ctx->attributes;
    int rank;
    ink_status st = ink_op_window_rank(ctx, &pool->window, x, &rank);
    if (st) return st;
    *out = (struct ink_shape){.rank = x->rank, .dims = {x->dims[0], x->dims[1]}};
    return ink_op_window_fit(ctx, &pool->window, x, pool->window.kernel, window, out->dims + 2);
}

ink_status ink_pool_shape(struct ink_op_ctx *ctx)
{
    struct ink_window window;
    struct ink_shape out;
    ink_status st = ink_pool_fit(ctx, &ctx->in[0]->shape, &window, &out);
    if (st) return st;
    for (int i = 0; i < ctx->out_count; i++)
        if (ctx->out[i]) ctx->out[i]->shape = out;
    return INK_OK;
}

/* How many taps of the window at `at` lie in [0, end), in one dimension, where the plane starts `pad` before 0. */
static size_t taps_inside(const struct ink_window *w, int d, size_t at, size_t pad, size_t end)
{
    size_t start = at * w->stride[d], gap = w->dilation[d], behind = pad + end;
    size_t first = start >= pad ? 0 : (pad - start + gap - 1) / gap;
    size_t stop = start >= behind ? 0 : (behind - start + gap - 1) / gap;
    if (stop > w->kernel[d]) stop = w->kernel[d];
    return stop > first ? stop - first : 0;
}

/* Elements that the padding adds behind the input: what was given, or what SAME needs. Those that only ceil_mode reaches
 * are no padding. */
static size_t pad_behind(const struct pool *pool, const struct ink_window *w, int d)
{
    int given = d - (INK_WINDOW_DIMS - pool->window.rank);
    if (pool->window.auto_pad == INK_PAD_GIVEN) return given < 0 ? 0 : (size_t)pool->window.pad_end[given];
    size_t need = (w->out[d] - 1) * w->stride[d] + (w->kernel[d] - 1) * w->dilation[d] + 1;
    return need > w->in[d] + w->pad[d] ? need - w->in[d] - w->pad[d] : 0;
}

static void fill_counts(const struct pool *pool, const struct ink_window *w, int d, float *counts)
{
    for (size_t at = 0; at < w->out[d]; at++)
        counts[at] = pool->count_border ? (float)taps_inside(w, d, at, 0, w->pad[d] + w->in[d] + pad_behind(pool, w, d))
                                        : (float)taps_inside(w, d, at, w->pad[d], w->in[d]);
}

ink_status ink_pool_scale(const struct ink_op_ctx *ctx, const struct ink_window *w, const float **out)
{
    const struct pool *pool = ctx->attributes;
    size_t outputs = w->out[0] * w->out[1] * w->out[2];
    float *counts[INK_WINDOW_DIMS], *scale = INK_ARENA_ARRAY(ctx->arena, float, outputs);
    if (!scale) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu outputs", outputs);
    *out = scale;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        counts[d] = INK_ARENA_ARRAY(ctx->arena, float, w->out[d]);
        if (!counts[d]) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu outputs", w->out[d]);
        fill_counts(pool, w, d, counts[d]);
    }
    for (size_t z = 0; z < w->out[0]; z++)
        for (size_t y = 0; y < w->out[1]; y++)
            for (size_t x = 0; x < w->out[2]; x++) {
                float count = counts[0][z] * counts[1][y] * counts[2][x];
                *scale++ = count > 0 ? 1 / count : 0;
            }
    return INK_OK;
}

ink_status ink_pool_prepare(struct ink_op_ctx *ctx)
{
    const struct pool *pool = ctx->attributes;
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_window window;
    struct ink_shape out;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = ink_pool_fit(ctx, &ctx->in[0]->shape, &window, &out);
    if (st) return st;
    st = ink_window_plan(&window, 1, false, ctx->arena, &my->plan);
    if (st) return ink_op_fail(ctx, st, "the pool is too large to plan");
    my->planes = (size_t)(out.dims[0] * out.dims[1]);
    if (pool->kind->what != INK_POOL_MAX) {
        float *ones = INK_ARENA_ARRAY(ctx->arena, float, my->plan.tap_count);
        if (!ones) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu taps", my->plan.tap_count);
        for (size_t t = 0; t < my->plan.tap_count; t++) ones[t] = 1;
        my->ones = ones;
    }
    if (pool->kind->what == INK_POOL_AVERAGE) st = ink_pool_scale(ctx, &my->plan.window, &my->scale);
    bool copies = my->plan.bordered || pool->kind->what == INK_POOL_LP;
    return st ? st : ink_floats_prepare(ctx, &my->floats, 0, copies ? my->plan.plane_floats : 0);
}

struct job {
    const struct pool *pool;
    const struct prepared *my;
    const float *x;
    float *y, *scratch;
    int64_t *indices;
};

static void powers(size_t n, float p, float *x)
{
    for (size_t i = 0; i < n; i++) x[i] = p == 1 ? fabsf(x[i]) : p == 2 ? x[i] * x[i] : powf(fabsf(x[i]), p);
}

static void roots(size_t n, float p, float *x)
{
    for (size_t i = 0; i < n; i++) x[i] = p == 1 ? x[i] : p == 2 ? sqrtf(x[i]) : powf(x[i], 1 / p);
}

static void pool_plane(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_window_plan *plan = &job->my->plan;
    bool max = job->pool->kind->what == INK_POOL_MAX, lp = job->pool->kind->what == INK_POOL_LP;
    const float *in = job->x + index * plan->in_floats;
    if (plan->bordered || lp) {
        float *own = job->scratch + job->my->floats.each_floats * (size_t)worker;
        ink_window_border(plan, 1, in, max ? -INFINITY : 0, own);
        if (lp) powers(plan->plane_floats, job->pool->p, own);
        in = own;
    }
    struct ink_f32_taps taps = {
        .run_count = plan->run_count,
        .runs = plan->runs,
        .step = plan->step,
        .tap_count = plan->tap_count,
        .taps = plan->taps,
        .weights = job->my->ones,
        .in = in,
        .out = job->y + index * plan->out_floats,
        .low = -INFINITY,
        .high = INFINITY,
    };
    if (max)
        ink_kernels()->f32_taps_max(&taps);
    else
        ink_kernels()->f32_taps_sum(&taps);
    if (lp) roots(plan->out_floats, job->pool->p, taps.out);
    if (job->my->scale)
        for (size_t i = 0; i < plan->out_floats; i++) taps.out[i] *= job->my->scale[i];
}

/* Where in the plane the maximum of the window at `at` is; the first one of equals. */
static size_t place_of_max(const struct job *job, const float *plane, const size_t at[INK_WINDOW_DIMS])
{
    const struct ink_window *w = &job->my->plan.window;
    float best = -INFINITY;
    size_t best_place[INK_WINDOW_DIMS] = {0}, k[INK_WINDOW_DIMS], place[INK_WINDOW_DIMS];
    bool found = false;
    for (k[0] = 0; k[0] < w->kernel[0]; k[0]++)
        for (k[1] = 0; k[1] < w->kernel[1]; k[1]++)
            for (k[2] = 0; k[2] < w->kernel[2]; k[2]++) {
                bool inside = true;
                for (int d = 0; d < INK_WINDOW_DIMS; d++) {
                    place[d] = at[d] * w->stride[d] + k[d] * w->dilation[d] - w->pad[d]; /* wraps below 0 */
                    inside = inside && place[d] < w->in[d];
                }
                if (!inside) continue;
                float v = plane[(place[0] * w->in[1] + place[1]) * w->in[2] + place[2]];
                if (found && !(v > best)) continue;
                found = true;
                best = v;
                memcpy(best_place, place, sizeof place);
            }
    if (job->pool->by_column) return best_place[0] + w->in[0] * (best_place[1] + w->in[1] * best_place[2]);
    return (best_place[0] * w->in[1] + best_place[1]) * w->in[2] + best_place[2];
}

static void index_plane(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_window_plan *plan = &job->my->plan;
    int64_t *out = job->indices + index * plan->out_floats;
    size_t at[INK_WINDOW_DIMS];
    (void)worker;
    for (at[0] = 0; at[0] < plan->window.out[0]; at[0]++)
        for (at[1] = 0; at[1] < plan->window.out[1]; at[1]++)
            for (at[2] = 0; at[2] < plan->window.out[2]; at[2]++)
                *out++ = (int64_t)(index * plan->in_floats + place_of_max(job, job->x + index * plan->in_floats, at));
}

ink_status ink_pool_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {.pool = ctx->attributes, .my = my, .x = ink_floats_in(ctx, &floats, 0), .scratch = floats.each};
    job.y = ink_floats_out(ctx, &floats, 0);
    ink_parallel_run(ctx->parallel, my->planes, pool_plane, &job);
    if (ink_op_wants(ctx, 1)) {
        job.indices = ctx->out[1]->data;
        ink_parallel_run(ctx->parallel, my->planes, index_plane, &job);
    }
    ink_floats_end(ctx, &floats);
    return INK_OK;
}

uint64_t ink_pool_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct pool *pool = ctx->attributes;
    uint64_t taps = 1;
    for (int d = 0; d < pool->window.rank; d++) taps *= (uint64_t)pool->window.kernel[d];
    return ink_tensor_count(ctx->out[0]) * taps;
}
