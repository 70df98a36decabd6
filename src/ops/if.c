/* SPDX-License-Identifier: MIT */
#include "ops/body.h"
#include "ops/control.h"

struct branches {
    struct ink_body *taken[2]; /* by the condition: else, then */
};

ink_status ink_if_load(struct ink_op_ctx *ctx)
{
    static const char *const names[] = {"else_branch", "then_branch"};
    struct branches *my = INK_ARENA_NEW(ctx->arena, struct branches);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = INK_OK;
    for (int b = 0; !st && b < 2; b++) {
        st = ink_body_find(ctx, names[b], 0, &my->taken[b]);
        if (!st) st = ink_body_open(ctx, my->taken[b]);
        if (!st && my->taken[b]->out_count < ctx->out_count)
            st = ink_op_fail(ctx, INK_E_MODEL, "%s has %d outputs, and the node %d", names[b], my->taken[b]->out_count,
                             ctx->out_count);
    }
    for (int i = 0; !st && i < ctx->out_count; i++) {
        enum ink_dtype other = my->taken[0]->out[i].dtype, dtype = my->taken[1]->out[i].dtype;
        if (dtype && other && dtype != other)
            return ink_op_fail(ctx, INK_E_MODEL, "output %d is %s in then_branch and %s in else_branch", i,
                               ink_dtype_word(dtype), ink_dtype_word(other));
        ink_body_give_type(ctx, i, dtype ? dtype : other);
    }
    return st;
}

/* Which branch; -1 while that is not known. */
static ink_status find_branch(const struct ink_op_ctx *ctx, int *taken)
{
    const struct ink_tensor *condition = ctx->in[0];
    if (ink_tensor_count(condition) != 1) return ink_op_fail(ctx, INK_E_MODEL, "its condition is not a single bool");
    *taken = condition->data ? *(const uint8_t *)condition->data != 0 : -1;
    return INK_OK;
}

/* Known where the condition is, or where both branches make the same. */
ink_status ink_if_shape(struct ink_op_ctx *ctx)
{
    const struct branches *my = ctx->attributes;
    int taken = -1;
    ink_status st = find_branch(ctx, &taken);
    for (int b = 0; !st && b < 2; b++)
        if (taken < 0 || b == taken) st = ink_body_infer(ctx, my->taken[b]);
    for (int i = 0; !st && i < ctx->out_count; i++) {
        const struct ink_shape *shape = &my->taken[taken == 0 ? 0 : 1]->out[i].shape;
        if (taken < 0 && !ink_shape_equal(shape, &my->taken[0]->out[i].shape)) return INK_E_NEED_DATA;
        if (ctx->out[i]) ctx->out[i]->shape = *shape;
    }
    return st;
}

ink_status ink_if_run(struct ink_op_ctx *ctx)
{
    const struct branches *my = ctx->attributes;
    int taken = -1;
    ink_status st = find_branch(ctx, &taken);
    if (!st) st = ink_body_run(ctx, my->taken[taken]);
    for (int i = 0; !st && i < ctx->out_count; i++) st = ink_body_give(ctx, i, &my->taken[taken]->out[i]);
    return st;
}

uint64_t ink_if_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct branches *my = ctx->attributes;
    uint64_t a = my->taken[0]->multiply_adds, b = my->taken[1]->multiply_adds;
    return a > b ? a : b;
}
