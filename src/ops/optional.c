/* SPDX-License-Identifier: MIT */
/* optional.c - what may hold a tensor or a sequence, or nothing. Since version 18 these themselves may stand for one. */
#include "ops/container.h"

/* Without an input the attribute says of what type nothing is. */
ink_status ink_optional_load(struct ink_op_ctx *ctx)
{
    const struct ink_attribute *type = ink_node_attribute(ctx->node, "type");
    enum ink_dtype inside = ctx->types[0];
    if (!inside && (!type || type->kind != INK_ATTRIBUTE_TYPE_PROTO))
        return ink_op_fail(ctx, INK_E_MODEL, "it has neither an input nor a type");
    if (!inside) inside = type->dtype;
    ctx->types[1] = ink_dtype_wrap(inside, INK_OPTIONAL);
    return ctx->types[1] ? INK_OK : ink_op_fail(ctx, INK_E_UNSUPPORTED, "an optional of another type");
}

ink_status ink_optional_run(struct ink_op_ctx *ctx)
{
    bool holds = ink_op_has(ctx, 0);
    ink_status st = ctx->resize(ctx, 0, &(struct ink_shape){1, {holds}});
    if (!st && holds && ink_tensor_copy(ctx->in[0], ctx->arena, ctx->out[0]->data))
        st = ink_op_fail(ctx, INK_E_OOM, "its output does not fit into memory");
    return st;
}

ink_status ink_optional_get_element_load(struct ink_op_ctx *ctx)
{
    ctx->types[1] = ink_dtype_inside(ctx->types[0], INK_OPTIONAL);
    return INK_OK;
}

ink_status ink_optional_get_element_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *in = ctx->in[0];
    if (!(in->dtype & INK_OPTIONAL)) {
        if (!ink_tensor_copy(in, ctx->arena, ctx->out[0])) return INK_OK;
        return ink_op_fail(ctx, INK_E_OOM, "its output does not fit into memory");
    }
    if (ink_tensor_count(in) == 0) return ink_op_fail(ctx, INK_E_MODEL, "the optional holds nothing");
    *ctx->out[0] = *(const struct ink_tensor *)in->data;
    return INK_OK;
}

ink_status ink_optional_has_element_run(struct ink_op_ctx *ctx)
{
    ink_status st = ctx->resize(ctx, 0, &(struct ink_shape){0});
    const struct ink_tensor *in = ink_op_has(ctx, 0) ? ctx->in[0] : NULL;
    if (!st) *(bool *)ctx->out[0]->data = in && (!(in->dtype & INK_OPTIONAL) || ink_tensor_count(in));
    return st;
}
