/* SPDX-License-Identifier: MIT */
/* Conv: X [N, C, in...], W [M, C/group, kernel...], B? [M] -> Y [N, M, out...]. And inkling.Conv, which passes make: a
 * fourth input of Y's shape is added, and then the attribute `activation` (activation.h) is applied. */
#include "ops/conv.h"
#include "ops/activation.h"
#include "ops/floats.h"

struct prepared {
    struct ink_f32_conv_plan plan;
    struct ink_floats_plan floats;
};

ink_status ink_conv_load(struct ink_op_ctx *ctx)
{
    struct ink_conv *conv = INK_ARENA_NEW(ctx->arena, struct ink_conv);
    if (!conv) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->attributes = conv;
    ink_status st = ink_op_window_load(ctx, &conv->window);
    if (!st) st = ink_op_attr_i64(ctx, "group", 1, &conv->group);
    if (!st && conv->group < 1)
        st = ink_op_fail(ctx, INK_E_MODEL, "group is %lld; it must be 1 or more", (long long)conv->group);
    if (!st) st = ink_op_activation_load(ctx, &conv->activation);
    return st;
}

static ink_status check_weights(const struct ink_op_ctx *ctx, const struct ink_op_window *window, int64_t group,
                                const struct ink_shape *x, const struct ink_shape *w)
{
    char x_text[INK_SHAPE_TEXT_MAX], w_text[INK_SHAPE_TEXT_MAX];
    int rank = x->rank - 2;
    bool fits = w->rank == rank + 2 && w->dims[0] >= 1 && w->dims[1] >= 1 && w->dims[0] % group == 0 &&
                x->dims[1] % group == 0 && w->dims[1] == x->dims[1] / group;
    if (!fits)
        return ink_op_fail(ctx, INK_E_MODEL, "weights %s do not fit the input %s in %lld groups",
                           ink_shape_text(w, w_text), ink_shape_text(x, x_text), (long long)group);
    for (int d = 0; d < rank; d++)
        if (w->dims[2 + d] < 1 || (window->has_kernel && window->kernel[d] != w->dims[2 + d]))
            return ink_op_fail(ctx, INK_E_MODEL, "kernel_shape does not fit the weights %s", ink_shape_text(w, w_text));
    return INK_OK;
}

ink_status ink_conv_fit(const struct ink_op_ctx *ctx, const struct ink_op_window *window, int64_t group,
                        const struct ink_shape *x, const struct ink_shape *w, struct ink_f32_conv_sizes *sizes,
                        struct ink_shape *out)
{
    int rank;
    ink_status st = ink_op_window_rank(ctx, window, x, &rank);
    if (!st) st = check_weights(ctx, window, group, x, w);
    if (st) return st;
    *out = (struct ink_shape){.rank = x->rank, .dims = {x->dims[0], w->dims[0]}};
    st = ink_op_window_fit(ctx, window, x, w->dims + 2, &sizes->window, out->dims + 2);
    if (st) return st;
    sizes->batch = (size_t)x->dims[0];
    sizes->groups = (size_t)group;
    sizes->group_in = (size_t)w->dims[1];
    sizes->group_out = (size_t)(w->dims[0] / group);
    if (!ink_window_fits(&sizes->window, sizes->group_in))
        return ink_op_fail(ctx, INK_E_LIMIT, "a group of the input with its padding has 2^31 elements or more");
    return INK_OK;
}

ink_status ink_conv_check_bias(const struct ink_op_ctx *ctx, const struct ink_shape *w)
{
    char text[INK_SHAPE_TEXT_MAX];
    if (!ink_op_has(ctx, 2) || (ctx->in[2]->shape.rank == 1 && ctx->in[2]->shape.dims[0] == w->dims[0])) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "the bias %s must have one value for each of %lld outputs",
                       ink_shape_text(&ctx->in[2]->shape, text), (long long)w->dims[0]);
}

ink_status ink_conv_check_added(const struct ink_op_ctx *ctx)
{
    char want[INK_SHAPE_TEXT_MAX], got[INK_SHAPE_TEXT_MAX];
    if (!ink_op_has(ctx, 3) || ink_shape_equal(&ctx->in[3]->shape, &ctx->out[0]->shape)) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "what is added is %s and the output %s",
                       ink_shape_text(&ctx->in[3]->shape, got), ink_shape_text(&ctx->out[0]->shape, want));
}

/* Everything that shape and prepare must agree on. */
static ink_status fit(const struct ink_op_ctx *ctx, struct ink_f32_conv_sizes *sizes, struct ink_shape *out)
{
    const struct ink_conv *conv = ctx->attributes;
    const struct ink_shape *w = &ctx->in[1]->shape;
    ink_status st = ink_conv_fit(ctx, &conv->window, conv->group, &ctx->in[0]->shape, w, sizes, out);
    return st ? st : ink_conv_check_bias(ctx, w);
}

ink_status ink_conv_shape(struct ink_op_ctx *ctx)
{
    struct ink_f32_conv_sizes sizes;
    ink_status st = fit(ctx, &sizes, &ctx->out[0]->shape);
    return st ? st : ink_conv_check_added(ctx);
}

ink_status ink_conv_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    struct ink_f32_conv_sizes sizes;
    struct ink_shape out;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &sizes, &out);
    if (st) return st;
    st = ink_f32_conv_plan(&sizes, ctx->arena, &my->plan);
    if (st) return ink_op_fail(ctx, st, "the convolution is too large to plan");
    return ink_floats_prepare(ctx, &my->floats, 0, my->plan.scratch_floats);
}

ink_status ink_conv_run(struct ink_op_ctx *ctx)
{
    const struct ink_conv *conv = ctx->attributes;
    const struct prepared *my = ctx->prepared;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct ink_f32_conv job = {
        .plan = &my->plan,
        .x = ink_floats_in(ctx, &floats, 0),
        .w = ink_floats_in(ctx, &floats, 1),
        .bias = ink_floats_in(ctx, &floats, 2),
        .add = ink_floats_in(ctx, &floats, 3),
        .y = ink_floats_out(ctx, &floats, 0),
        .activation = conv->activation,
        .scratch = floats.each,
        .parallel = ctx->parallel,
    };
    ink_f32_conv(&job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}

uint64_t ink_conv_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct ink_shape *w = &ctx->in[1]->shape;
    return (uint64_t)ink_tensor_count(ctx->out[0]) * ink_shape_span(w, 1, w->rank);
}
