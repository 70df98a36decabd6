/* SPDX-License-Identifier: MIT */
#include "ops/floats.h"

#include <assert.h>

#include "base/checked.h"
#include "kernels/kernels.h"

enum { LINE = INK_ARENA_ALIGN / sizeof(float) };

void ink_floats_from(enum ink_dtype dtype, size_t n, const void *in, float *out)
{
    const uint16_t *halves = in;
    const double *doubles = in;
    switch (dtype) {
    case INK_FLOAT16: ink_kernels()->f16_to_f32(n, in, out); return;
    case INK_BFLOAT16:
        for (size_t i = 0; i < n; i++) out[i] = ink_bf16_to_f32(halves[i]);
        return;
    case INK_DOUBLE:
        for (size_t i = 0; i < n; i++) out[i] = (float)doubles[i];
        return;
    case INK_INT8:
        for (size_t i = 0; i < n; i++) out[i] = ((const int8_t *)in)[i];
        return;
    case INK_UINT8:
        for (size_t i = 0; i < n; i++) out[i] = ((const uint8_t *)in)[i];
        return;
    default: assert(dtype == INK_FLOAT); memcpy(out, in, n * sizeof(float));
    }
}

/* The maximum of nothing is -infinity in float and the lowest value here. */
static float between(float x, float low, float high)
{
    return x > low ? x < high ? x : high : low;
}

void ink_floats_to(enum ink_dtype dtype, size_t n, const float *in, void *out)
{
    uint16_t *halves = out;
    double *doubles = out;
    switch (dtype) {
    case INK_FLOAT16: ink_kernels()->f32_to_f16(n, in, out); return;
    case INK_BFLOAT16:
        for (size_t i = 0; i < n; i++) halves[i] = ink_f32_to_bf16(in[i]);
        return;
    case INK_DOUBLE:
        for (size_t i = 0; i < n; i++) doubles[i] = (double)in[i];
        return;
    case INK_INT8:
        for (size_t i = 0; i < n; i++) ((int8_t *)out)[i] = (int8_t)between(in[i], INT8_MIN, INT8_MAX);
        return;
    case INK_UINT8:
        for (size_t i = 0; i < n; i++) ((uint8_t *)out)[i] = (uint8_t)between(in[i], 0, UINT8_MAX);
        return;
    default: assert(dtype == INK_FLOAT); memcpy(out, in, n * sizeof(float));
    }
}

static bool whole_lines(size_t floats, size_t *out)
{
    if (!ink_add_size(floats, LINE - 1, out)) return false;
    *out -= *out % LINE;
    return true;
}

static bool converted(const struct ink_tensor *tensor)
{
    const ink_dtypes types = INK_TYPES_FLOAT | INK_DTYPE_BIT(INK_INT8) | INK_DTYPE_BIT(INK_UINT8);
    return tensor && tensor->dtype != INK_FLOAT && (types & INK_DTYPE_BIT(tensor->dtype));
}

/* Adds room for this argument, if it is one that is converted. */
static bool add_room(const struct ink_tensor *tensor, size_t *total)
{
    size_t floats;
    if (!converted(tensor)) return true;
    return whole_lines(ink_tensor_count(tensor), &floats) && ink_add_size(*total, floats, total);
}

static ink_status convert_constants(struct ink_op_ctx *ctx, struct ink_floats_plan *plan)
{
    for (int i = 0; i < ctx->in_count; i++) {
        if (!converted(ctx->in[i]) || !ctx->in_constant[i] || !ctx->in[i]->data) continue;
        size_t n = ink_tensor_count(ctx->in[i]);
        float *values = INK_ARENA_ARRAY(ctx->arena, float, n);
        if (!values) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu converted weights", n);
        ink_floats_from(ctx->in[i]->dtype, n, ctx->in[i]->data, values);
        plan->constant[i] = values;
    }
    return INK_OK;
}

ink_status ink_floats_prepare(struct ink_op_ctx *ctx, struct ink_floats_plan *plan, size_t shared, size_t each)
{
    assert(ctx->in_count <= INK_FLOATS_ARGS && ctx->out_count <= INK_FLOATS_ARGS);
    size_t threads = (size_t)ctx->parallel->threads, total = 0, bytes = 0;
    *plan = (struct ink_floats_plan){0};
    bool fits = whole_lines(shared, &plan->shared_floats) && whole_lines(each, &plan->each_floats);
    for (int i = 0; i < ctx->in_count; i++) fits = fits && add_room(ctx->in[i], &total);
    for (int i = 0; i < ctx->out_count; i++) fits = fits && add_room(ctx->out[i], &total);
    fits = fits && ink_add_size(total, plan->shared_floats, &total) && ink_add_size(total, threads - 1, &total);
    /* the engine counts scratch a thread; what is shared is a part of each */
    total /= threads;
    fits = fits && whole_lines(total, &total) && ink_add_size(total, plan->each_floats, &total) &&
           ink_mul_size(total, sizeof(float), &bytes);
    if (!fits) return ink_op_fail(ctx, INK_E_LIMIT, "needs more working memory than a machine can have");
    ctx->scratch_bytes = bytes;
    return convert_constants(ctx, plan);
}

struct ink_floats ink_floats_begin(const struct ink_op_ctx *ctx, const struct ink_floats_plan *plan)
{
    struct ink_floats floats = {.plan = plan, .shared = ctx->scratch};
    floats.each = floats.shared ? floats.shared + plan->shared_floats : NULL;
    floats.next = floats.each ? floats.each + plan->each_floats * (size_t)ctx->parallel->threads : NULL;
    return floats;
}

static float *take(struct ink_floats *floats, size_t n)
{
    float *taken = floats->next;
    if (n > 0) floats->next += (n + LINE - 1) / LINE * LINE;
    return taken;
}

const float *ink_floats_in(const struct ink_op_ctx *ctx, struct ink_floats *floats, int i)
{
    if (!ink_op_has(ctx, i)) return NULL;
    if (!converted(ctx->in[i])) return ctx->in[i]->data;
    if (floats->plan->constant[i]) return floats->plan->constant[i];
    size_t n = ink_tensor_count(ctx->in[i]);
    float *values = take(floats, n);
    ink_floats_from(ctx->in[i]->dtype, n, ctx->in[i]->data, values);
    return values;
}

float *ink_floats_out(const struct ink_op_ctx *ctx, struct ink_floats *floats, int i)
{
    if (!ink_op_wants(ctx, i)) return NULL;
    if (!converted(ctx->out[i])) return ctx->out[i]->data;
    floats->out[i] = take(floats, ink_tensor_count(ctx->out[i]));
    return floats->out[i];
}

void ink_floats_end(const struct ink_op_ctx *ctx, const struct ink_floats *floats)
{
    for (int i = 0; i < ctx->out_count; i++)
        if (floats->out[i])
            ink_floats_to(ctx->out[i]->dtype, ink_tensor_count(ctx->out[i]), floats->out[i], ctx->out[i]->data);
}
