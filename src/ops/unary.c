/* SPDX-License-Identifier: MIT */
#include "ops/unary.h"

#include "kernels/kernels.h"
#include "ops/elements.h"
#include "ops/floats.h"

enum {
    PIECE = 16384, /* elements for one task */
    CHUNK = 512,   /* elements that are converted at a time */
};

struct attributes {
    enum ink_unary function;
    float a, b;
};

ink_status ink_unary_load(struct ink_op_ctx *ctx)
{
    const struct ink_unary_param *param = ctx->op->param;
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    *at = (struct attributes){param->function, param->a, param->b};
    ink_status st = param->a_name ? ink_op_attr_f32(ctx, param->a_name, param->a, &at->a) : INK_OK;
    if (!st && param->b_name) st = ink_op_attr_f32(ctx, param->b_name, param->b, &at->b);
    return st;
}

ink_status ink_gelu_load(struct ink_op_ctx *ctx)
{
    struct ink_view approximate;
    ink_status st = ink_unary_load(ctx);
    if (!st) st = ink_op_attr_text(ctx, "approximate", "none", &approximate);
    if (st) return st;
    struct attributes *at = ctx->attributes;
    if (ink_view_is(approximate, "tanh"))
        at->function = INK_UNARY_GELU_TANH;
    else if (!ink_view_is(approximate, "none"))
        return ink_op_fail(ctx, INK_E_MODEL, "approximate is \"%.*s\", not none or tanh", INK_VIEW_ARGS(approximate));
    return INK_OK;
}

struct job {
    ink_unary_fn *row;
    const struct attributes *at;
    enum ink_dtype dtype;
    const char *in;
    char *out;
    size_t count, element_bytes;
};

static void do_piece(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    size_t from = index * PIECE, n = job->count - from < PIECE ? job->count - from : PIECE;
    const char *in = job->in + from * job->element_bytes;
    char *out = job->out + from * job->element_bytes;
    if (job->dtype != INK_FLOAT16 && job->dtype != INK_BFLOAT16) {
        job->row(n, in, job->at->a, job->at->b, out);
        return;
    }
    float values[CHUNK];
    for (size_t i = 0; i < n; i += CHUNK) {
        size_t len = n - i < CHUNK ? n - i : CHUNK;
        ink_floats_from(job->dtype, len, in + 2 * i, values);
        job->row(len, values, job->at->a, job->at->b, values);
        ink_floats_to(job->dtype, len, values, out + 2 * i);
    }
}

ink_status ink_unary_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *in = ctx->in[0];
    const struct attributes *at = ctx->attributes;
    struct job job = {.at = at, .dtype = in->dtype, .in = in->data, .out = ctx->out[0]->data};
    job.count = ink_tensor_count(in);
    job.element_bytes = ink_dtype_bits(in->dtype) / 8;
    job.row = ink_kernels()->unary_row(at->function, ink_element_of(in->dtype));
    if (!job.row) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "not for %s", ink_dtype_word(in->dtype));
    ink_parallel_run(ctx->parallel, (job.count + PIECE - 1) / PIECE, do_piece, &job);
    return INK_OK;
}
