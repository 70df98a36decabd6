/* SPDX-License-Identifier: MIT */
/* LayerNormalization and RMSNormalization: the dimensions of X from `axis` on, as rows: each made to have mean 0 (layer)
 * and mean square 1, then scaled and shifted element by element. */
#include <math.h>

#include "kernels/kernels.h"
#include "ops/floats.h"
#include "ops/norm.h"

const bool ink_norm_centres = true, ink_norm_does_not_centre = false;

struct layer_norm {
    bool centres;
    float epsilon;
    int64_t axis;
};

struct prepared {
    size_t rows, n;
    struct ink_floats_plan floats; /* shared: scale and bias, spread out to n where they broadcast */
};

ink_status ink_layer_norm_load(struct ink_op_ctx *ctx)
{
    struct layer_norm *norm = INK_ARENA_NEW(ctx->arena, struct layer_norm);
    int64_t stash;
    if (!norm) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = norm;
    norm->centres = *(const bool *)ctx->op->param;
    ink_status st = ink_op_attr_f32(ctx, "epsilon", 1e-5f, &norm->epsilon);
    if (!st) st = ink_op_attr_i64(ctx, "axis", -1, &norm->axis);
    if (!st) st = ink_op_attr_i64(ctx, "stash_type", INK_FLOAT, &stash);
    if (st) return st;
    if (stash != INK_FLOAT && stash != INK_BFLOAT16)
        return ink_op_fail(ctx, INK_E_UNSUPPORTED, "stash_type %lld; it must be 1 (float) or 16 (bfloat16)",
                           (long long)stash);
    if (norm->centres) ctx->types[1] = (enum ink_dtype)stash; /* of Mean and InvStdDev */
    return INK_OK;
}

static ink_status fit(const struct ink_op_ctx *ctx, int *axis, struct ink_shape *row)
{
    const struct layer_norm *norm = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    ink_status st = ink_op_axis(ctx, norm->axis, x->rank, false, axis);
    if (st) return st;
    *row = (struct ink_shape){.rank = x->rank - *axis};
    memcpy(row->dims, x->dims + *axis, (size_t)row->rank * sizeof *row->dims);
    return INK_OK;
}

ink_status ink_layer_norm_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape row, both;
    int axis;
    char got[INK_SHAPE_TEXT_MAX], want[INK_SHAPE_TEXT_MAX];
    ink_status st = fit(ctx, &axis, &row);
    if (st) return st;
    for (int i = 1; i < ctx->in_count && i < 3; i++)
        if (ctx->in[i] && (!ink_shape_broadcast(&row, &ctx->in[i]->shape, &both) || !ink_shape_equal(&row, &both)))
            return ink_op_fail(ctx, INK_E_MODEL, "input %d is %s and does not broadcast to %s", i,
                               ink_shape_text(&ctx->in[i]->shape, got), ink_shape_text(&row, want));
    ctx->out[0]->shape = ctx->in[0]->shape;
    for (int i = 1; i < ctx->out_count; i++) {
        if (!ctx->out[i]) continue;
        ctx->out[i]->shape = ctx->in[0]->shape;
        for (int d = axis; d < ctx->in[0]->shape.rank; d++) ctx->out[i]->shape.dims[d] = 1;
    }
    return INK_OK;
}

ink_status ink_layer_norm_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_shape row;
    int axis;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &axis, &row);
    if (st) return st;
    my->n = ink_shape_span(&row, 0, row.rank);
    my->rows = ink_shape_span(&ctx->in[0]->shape, 0, axis);
    return ink_floats_prepare(ctx, &my->floats, 2 * my->n, 0);
}

/* values, of a shape that broadcasts to `row`, one for each element of it. */
static const float *spread(const struct ink_shape *row, const struct ink_shape *shape, const float *values, float *out)
{
    size_t n = ink_shape_span(row, 0, row->rank);
    if (!values || ink_shape_span(shape, 0, shape->rank) == n) return values;
    for (size_t i = 0; i < n; i++) {
        size_t rest = i, at = 0, step = 1;
        for (int d = 1; d <= shape->rank; d++) {
            size_t place = rest % (size_t)row->dims[row->rank - d];
            rest /= (size_t)row->dims[row->rank - d];
            if (shape->dims[shape->rank - d] > 1) at += place * step;
            step *= (size_t)shape->dims[shape->rank - d];
        }
        out[i] = values[at];
    }
    return out;
}

struct job {
    const struct prepared *my;
    const struct layer_norm *norm;
    const float *x, *scale, *bias;
    float *y, *mean, *rate;
};

static void one_row(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_kernels *kernels = ink_kernels();
    size_t n = job->my->n;
    const float *x = job->x + index * n;
    float mean = job->norm->centres ? kernels->f32_row_sum(n, x) / (float)n : 0;
    float rate = 1 / sqrtf(kernels->f32_row_squares(n, x, mean) / (float)n + job->norm->epsilon);
    (void)worker;
    kernels->f32_row_gain(n, x, rate, -mean * rate, job->scale, job->bias, job->y + index * n);
    if (job->mean) job->mean[index] = mean;
    if (job->rate) job->rate[index] = rate;
}

ink_status ink_layer_norm_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {.my = my, .norm = ctx->attributes, .x = ink_floats_in(ctx, &floats, 0)};
    struct ink_shape row;
    int axis;
    ink_status st = fit(ctx, &axis, &row);
    if (st) return st;
    job.scale = spread(&row, &ctx->in[1]->shape, ink_floats_in(ctx, &floats, 1), floats.shared);
    if (ink_op_has(ctx, 2))
        job.bias = spread(&row, &ctx->in[2]->shape, ink_floats_in(ctx, &floats, 2), floats.shared + my->n);
    job.y = ink_floats_out(ctx, &floats, 0);
    job.mean = ink_floats_out(ctx, &floats, 1);
    job.rate = ink_floats_out(ctx, &floats, 2);
    ink_parallel_run(ctx->parallel, my->rows, one_row, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
