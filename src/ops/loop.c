/* SPDX-License-Identifier: MIT */
/* Loop: states go through the body again and again; what else it makes is stacked, a row a run.
 *
 *   in   trips?, condition?, states...       body  iteration, condition, states... -> condition, states..., rows...
 *   out  states..., stacks...
 *
 * The body only runs while the condition is true, so it is the constant true to it. */
#include "base/checked.h"
#include "ops/body.h"
#include "ops/control.h"

enum { TRIPS, CONDITION, STATES }; /* inputs of the node; of the body the first is the iteration */

struct loop {
    struct ink_body *body;
    int states, rows;
};

static _Alignas(16) bool always = true; /* never changed: inputs are borrowed */

ink_status ink_loop_load(struct ink_op_ctx *ctx)
{
    struct loop *my = INK_ARENA_NEW(ctx->arena, struct loop);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    my->states = ctx->in_count > STATES ? ctx->in_count - STATES : 0;
    ink_status st = ink_body_find(ctx, "body", STATES + my->states, &my->body);
    if (st) return st;
    struct ink_body *body = my->body;
    body->in[TRIPS] = (struct ink_tensor){.dtype = INK_INT64};
    body->in[CONDITION] = (struct ink_tensor){.dtype = INK_BOOL, .data = &always};
    for (int i = 0; i < my->states; i++) {
        if (!ctx->in[STATES + i]) return ink_op_fail(ctx, INK_E_MODEL, "state %d may not be left out", i);
        body->in[STATES + i] = (struct ink_tensor){.dtype = ctx->in[STATES + i]->dtype};
    }
    st = ink_body_open(ctx, body);
    if (st) return st;
    my->rows = body->out_count - 1 - my->states;
    if (my->rows < 0 || ctx->out_count > my->states + my->rows)
        return ink_op_fail(ctx, INK_E_MODEL, "%d states and %d outputs, of %d that the body makes", my->states,
                           ctx->out_count, body->out_count);
    if (body->out[0].dtype && body->out[0].dtype != INK_BOOL)
        return ink_op_fail(ctx, INK_E_MODEL, "the body's condition is %s", ink_dtype_word(body->out[0].dtype));
    for (int i = 0; i < my->states + my->rows; i++) {
        enum ink_dtype dtype = body->out[1 + i].dtype, before = i < my->states ? body->in[STATES + i].dtype : 0;
        if (before && dtype && before != dtype && before != ink_dtype_wrap(dtype, INK_OPTIONAL))
            return ink_op_fail(ctx, INK_E_MODEL, "state %d is %s, and %s behind the body", i, ink_dtype_word(before),
                               ink_dtype_word(dtype));
        if (i >= my->states && (ink_dtype_is_container(dtype) || (dtype && ink_dtype_bits(dtype) < 8)))
            return ink_op_fail(ctx, INK_E_UNSUPPORTED, "a stack of %s", ink_dtype_word(dtype));
        ink_body_give_type(ctx, i, dtype);
    }
    return INK_OK;
}

/* How often the body runs at most. known: exactly so often if its condition stays true. */
static ink_status count_trips(const struct ink_op_ctx *ctx, uint64_t *trips, bool *known)
{
    *trips = UINT64_MAX;
    *known = true;
    for (int i = TRIPS; i <= CONDITION; i++) {
        if (!ink_op_has(ctx, i)) continue;
        const struct ink_tensor *given = ctx->in[i];
        if (ink_tensor_count(given) != 1) return ink_op_fail(ctx, INK_E_MODEL, "input %d is not a single value", i);
        *known = *known && given->data;
        if (!given->data) continue;
        if (i == CONDITION && !*(const uint8_t *)given->data) *trips = 0;
        if (i == TRIPS) *trips = *(const int64_t *)given->data > 0 ? (uint64_t) * (const int64_t *)given->data : 0;
    }
    return INK_OK;
}

static bool wants_rows(const struct ink_op_ctx *ctx, const struct loop *my)
{
    for (int i = my->states; i < ctx->out_count; i++)
        if (ctx->out[i]) return true;
    return false;
}

/* Known where the body leaves the shapes of its states as they are, and, for stacks, where it is known how often it runs. */
ink_status ink_loop_shape(struct ink_op_ctx *ctx)
{
    const struct loop *my = ctx->attributes;
    struct ink_body *body = my->body;
    uint64_t trips;
    bool known;
    body->in[TRIPS].shape = body->in[CONDITION].shape = (struct ink_shape){0};
    for (int i = 0; i < my->states; i++) body->in[STATES + i].shape = ctx->in[STATES + i]->shape;
    ink_status st = count_trips(ctx, &trips, &known);
    if (!st) st = ink_body_infer(ctx, body);
    if (st) return st;
    for (int i = 0; i < my->states; i++) {
        if (!ink_shape_equal(&body->out[1 + i].shape, &body->in[STATES + i].shape)) return INK_E_NEED_DATA;
        if (ink_op_wants(ctx, i)) ctx->out[i]->shape = body->out[1 + i].shape;
    }
    if (!wants_rows(ctx, my)) return INK_OK;
    const struct ink_tensor *condition = &body->out[0];
    bool stops = ink_op_has(ctx, CONDITION) && trips && !(condition->data && *(const uint8_t *)condition->data);
    if (!known || stops || trips > INT64_MAX) return INK_E_NEED_DATA;
    for (int i = my->states; !st && i < ctx->out_count; i++) {
        int at;
        if (ctx->out[i])
            st = ink_shape_stacked(ctx, &body->out[1 + i].shape, 0, (int64_t)trips, &ctx->out[i]->shape, &at);
    }
    return st;
}

/* A state may begin as an optional of what it is from the first run on. */
static bool is_boxed(const struct ink_op_ctx *ctx, const struct loop *my, int i)
{
    return ctx->in[STATES + i]->dtype != my->body->out[1 + i].dtype;
}

static ink_status hand_on(struct ink_op_ctx *ctx, const struct loop *my, struct ink_tensor *boxes)
{
    struct ink_tensor *in = my->body->in + STATES;
    ink_status st = ink_body_carry(ctx, my->body, 1, STATES, my->states);
    for (int i = 0; !st && i < my->states; i++) {
        if (!is_boxed(ctx, my, i)) continue;
        boxes[i] = in[i];
        in[i] = (struct ink_tensor){ctx->in[STATES + i]->dtype, {1, {1}}, &boxes[i]};
    }
    return st;
}

static ink_status give_state(struct ink_op_ctx *ctx, const struct loop *my, int i)
{
    const struct ink_tensor *state = &my->body->in[STATES + i];
    if (!is_boxed(ctx, my, i)) return ink_body_give(ctx, i, state);
    if (ink_tensor_count(state) == 0) return ink_op_fail(ctx, INK_E_MODEL, "state %d holds nothing", i);
    return ink_body_give(ctx, i, state->data);
}

/* All runs of the body; its states are then those of body->in. */
static ink_status run_body(struct ink_op_ctx *ctx, const struct loop *my, struct ink_rows *rows,
                           struct ink_tensor *boxes)
{
    struct ink_body *body = my->body;
    uint64_t trips;
    bool known;
    _Alignas(16) int64_t iteration = 0;
    body->in[TRIPS] = (struct ink_tensor){.dtype = INK_INT64, .data = &iteration};
    body->in[CONDITION] = (struct ink_tensor){.dtype = INK_BOOL, .data = &always};
    for (int i = 0; i < my->states; i++) body->in[STATES + i] = *ctx->in[STATES + i];
    ink_status st = count_trips(ctx, &trips, &known);
    if (!st && trips == 0) ink_body_describe(ctx, body);
    for (bool again = true; !st && again && (uint64_t)iteration < trips; iteration++) {
        st = ink_body_run(ctx, body);
        if (st) return st;
        const struct ink_tensor *condition = &body->out[0];
        if (ink_tensor_count(condition) != 1)
            return ink_op_fail(ctx, INK_E_MODEL, "the body's condition is not a single bool");
        /* without a condition outside, that of the body means nothing */
        again = !ink_op_has(ctx, CONDITION) || *(const uint8_t *)condition->data;
        for (int i = 0; !st && i < my->rows; i++)
            if (ink_op_wants(ctx, my->states + i)) st = ink_rows_add(ctx, &rows[i], &body->out[1 + my->states + i]);
        if (!st) st = hand_on(ctx, my, boxes);
    }
    return st;
}

ink_status ink_loop_run(struct ink_op_ctx *ctx)
{
    const struct loop *my = ctx->attributes;
    struct ink_rows *rows = INK_ARENA_ARRAY(ctx->arena, struct ink_rows, (size_t)my->rows);
    struct ink_tensor *boxes = INK_ARENA_ARRAY(ctx->arena, struct ink_tensor, (size_t)my->states);
    if (!rows || !boxes) return ink_op_fail(ctx, INK_E_OOM, "no memory to work in");
    ink_status st = run_body(ctx, my, rows, boxes);
    for (int i = 0; !st && i < my->states; i++) st = give_state(ctx, my, i);
    for (int i = 0; !st && i < my->rows; i++) {
        const struct ink_shape *none = &my->body->out[1 + my->states + i].shape;
        st = ink_rows_stack(ctx, my->states + i, &rows[i], none, 0, false);
    }
    return st;
}

uint64_t ink_loop_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct loop *my = ctx->attributes;
    uint64_t trips, work;
    bool known;
    if (count_trips(ctx, &trips, &known)) return 0;
    if (!known || trips > INT64_MAX) trips = 1;
    return __builtin_mul_overflow(trips, my->body->multiply_adds, &work) ? UINT64_MAX : work;
}
