/* SPDX-License-Identifier: MIT */
/* inkling.SumTo: in[0] summed to the shape of in[1], from which it was broadcast (onnx/gradient.h). */
#include "ops/reduce.h"
#include "ops/walk.h"

ink_status ink_sum_to_shape(struct ink_op_ctx *ctx)
{
    struct ink_shape both;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    const struct ink_shape *from = &ctx->in[0]->shape, *to = &ctx->in[1]->shape;
    if (!ink_shape_broadcast(from, to, &both) || !ink_shape_equal(&both, from))
        return ink_op_fail(ctx, INK_E_MODEL, "%s is not %s broadcast", ink_shape_text(from, a), ink_shape_text(to, b));
    ctx->out[0]->shape = *to;
    return INK_OK;
}

static void add_floats(const void *arg, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at)
{
    struct ink_op_ctx *const *ctx = arg;
    const float *x = (const float *)(*ctx)->in[0]->data + out_at;
    float *y = (float *)(*ctx)->out[0]->data + in_at[0];
    for (size_t i = 0; i < n; i++) y[i * walk->row_step[0]] += x[i];
}

static void add_doubles(const void *arg, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at)
{
    struct ink_op_ctx *const *ctx = arg;
    const double *x = (const double *)(*ctx)->in[0]->data + out_at;
    double *y = (double *)(*ctx)->out[0]->data + in_at[0];
    for (size_t i = 0; i < n; i++) y[i * walk->row_step[0]] += x[i];
}

/* Elements that were broadcast share a place of the output: one thread alone. */
ink_status ink_sum_to_run(struct ink_op_ctx *ctx)
{
    struct ink_walk walk;
    const struct ink_shape *to = &ctx->in[1]->shape;
    size_t bytes = ink_tensor_bytes(ctx->out[0]);
    if (bytes) memset(ctx->out[0]->data, 0, bytes);
    ink_walk_plan(&walk, &ctx->in[0]->shape, &to, 1);
    ink_walk_run(&walk, NULL, ctx->types[0] == INK_DOUBLE ? add_doubles : add_floats, &ctx);
    return INK_OK;
}
