/* SPDX-License-Identifier: MIT */
/* Scan: states go through the body, which is given a slice of each of its other inputs at a time; what else it makes is
 * stacked, a row a run.
 *
 *   in   states..., scanned...    body  states..., slices... -> states..., rows...    out  states..., stacks...
 *
 * Version 8 has lengths in front, and a batch: each item [b] of all inputs is scanned on its own, along axis 1. */
#include "ops/body.h"
#include "ops/control.h"

/* An attribute with a number for each scanned input, or each stack; 0 where it is left out. */
struct numbers {
    const int64_t *values;
    size_t count;
};

struct scan {
    struct ink_body *body;
    int first; /* input of the node that is the first state */
    int states, slices, rows;
    struct numbers axes, reversed;         /* of scanned inputs */
    struct numbers row_axes, row_reversed; /* of stacks */
};

static int64_t number_at(const struct numbers *n, int i)
{
    return n->count ? n->values[i] : 0;
}

static ink_status read_numbers(const struct ink_op_ctx *ctx, const char *name, int wanted, struct numbers *out)
{
    ink_status st = ink_op_attr_i64s(ctx, name, &out->values, &out->count);
    if (st || out->count == 0 || out->count == (size_t)wanted) return st;
    return ink_op_fail(ctx, INK_E_MODEL, "%s has %zu numbers, and should have %d", name, out->count, wanted);
}

/* --- load --- */

static ink_status open_body(struct ink_op_ctx *ctx, struct scan *my)
{
    struct ink_body *body;
    ink_status st = ink_body_find(ctx, "body", my->states + my->slices, &body);
    if (st) return st;
    my->body = body;
    for (int i = 0; i < body->in_count; i++) {
        const struct ink_tensor *given = ctx->in[my->first + i];
        if (!given) return ink_op_fail(ctx, INK_E_MODEL, "input %d may not be left out", my->first + i);
        body->in[i] = (struct ink_tensor){.dtype = given->dtype};
        if (given->dtype && (ink_dtype_is_container(given->dtype) || ink_dtype_bits(given->dtype) < 8))
            return ink_op_fail(ctx, INK_E_UNSUPPORTED, "input %d of %s", my->first + i, ink_dtype_word(given->dtype));
    }
    st = ink_body_open(ctx, body);
    if (st) return st;
    my->rows = body->out_count - my->states;
    if (my->rows < 0 || ctx->out_count > body->out_count)
        return ink_op_fail(ctx, INK_E_MODEL, "%d states and %d outputs, of %d that the body makes", my->states,
                           ctx->out_count, body->out_count);
    for (int i = 0; i < body->out_count; i++) {
        enum ink_dtype dtype = body->out[i].dtype;
        if (i < my->states && dtype && body->in[i].dtype && dtype != body->in[i].dtype)
            return ink_op_fail(ctx, INK_E_MODEL, "state %d is %s, and %s behind the body", i,
                               ink_dtype_word(body->in[i].dtype), ink_dtype_word(dtype));
        if (dtype && (ink_dtype_is_container(dtype) || ink_dtype_bits(dtype) < 8))
            return ink_op_fail(ctx, INK_E_UNSUPPORTED, "a stack of %s", ink_dtype_word(dtype));
        ink_body_give_type(ctx, i, dtype);
    }
    return INK_OK;
}

static ink_status load(struct ink_op_ctx *ctx, int first, struct scan **out)
{
    struct scan *my = INK_ARENA_NEW(ctx->arena, struct scan);
    int64_t slices = 0;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = *out = my;
    my->first = first;
    ink_status st = ink_op_attr_i64(ctx, "num_scan_inputs", 0, &slices);
    if (st) return st;
    if (slices < 1 || slices > ctx->in_count - first)
        return ink_op_fail(ctx, INK_E_MODEL, "num_scan_inputs is %lld, of %d inputs", (long long)slices, ctx->in_count);
    my->slices = (int)slices;
    my->states = ctx->in_count - first - my->slices;
    return open_body(ctx, my);
}

ink_status ink_scan_old_load(struct ink_op_ctx *ctx)
{
    struct scan *my;
    ink_status st = load(ctx, 1, &my);
    return st ? st : read_numbers(ctx, "directions", my->slices, &my->reversed);
}

ink_status ink_scan_load(struct ink_op_ctx *ctx)
{
    struct scan *my;
    ink_status st = load(ctx, 0, &my);
    if (!st) st = read_numbers(ctx, "scan_input_axes", my->slices, &my->axes);
    if (!st) st = read_numbers(ctx, "scan_input_directions", my->slices, &my->reversed);
    if (!st) st = read_numbers(ctx, "scan_output_axes", my->rows, &my->row_axes);
    if (!st) st = read_numbers(ctx, "scan_output_directions", my->rows, &my->row_reversed);
    return st;
}

/* --- shapes --- */

/* The shape of a slice of scanned input i, and how many slices there are: as many as of the inputs before. */
static ink_status slice_shape(const struct ink_op_ctx *ctx, const struct scan *my, int i, const struct ink_shape *in,
                              struct ink_shape *out, int *axis, int64_t *length)
{
    ink_status st = ink_op_axis(ctx, number_at(&my->axes, i), in->rank, false, axis);
    if (st) return st;
    if (i && in->dims[*axis] != *length)
        return ink_op_fail(ctx, INK_E_MODEL, "its inputs have %lld and %lld slices", (long long)*length,
                           (long long)in->dims[*axis]);
    *length = in->dims[*axis];
    *out = *in;
    out->rank--;
    for (int d = *axis; d < out->rank; d++) out->dims[d] = out->dims[d + 1];
    return INK_OK;
}

/* What goes into the body first, without its slices' data. */
static ink_status set_inputs(const struct ink_op_ctx *ctx, const struct scan *my, const struct ink_tensor *const *given,
                             int64_t *length)
{
    ink_status st = INK_OK;
    for (int i = 0; i < my->states; i++) my->body->in[i] = *given[i];
    for (int i = 0; !st && i < my->slices; i++) {
        int axis;
        struct ink_tensor *slice = &my->body->in[my->states + i];
        *slice = (struct ink_tensor){.dtype = given[my->states + i]->dtype};
        st = slice_shape(ctx, my, i, &given[my->states + i]->shape, &slice->shape, &axis, length);
    }
    return st;
}

ink_status ink_scan_shape(struct ink_op_ctx *ctx)
{
    const struct scan *my = ctx->attributes;
    struct ink_body *body = my->body;
    int64_t length;
    ink_status st = set_inputs(ctx, my, ctx->in, &length);
    if (!st) st = ink_body_infer(ctx, body);
    for (int i = 0; !st && i < ctx->out_count; i++) {
        int at;
        if (i < my->states && !ink_shape_equal(&body->out[i].shape, &body->in[i].shape)) return INK_E_NEED_DATA;
        if (!ctx->out[i]) continue;
        if (i < my->states)
            ctx->out[i]->shape = body->out[i].shape;
        else
            st = ink_shape_stacked(ctx, &body->out[i].shape, number_at(&my->row_axes, i - my->states), length,
                                   &ctx->out[i]->shape, &at);
    }
    return st;
}

/* --- run --- */

/* Slice `at` of a tensor along an axis. */
static void take_slice(const struct ink_tensor *from, int axis, int64_t at, struct ink_tensor *slice)
{
    size_t outer = ink_shape_span(&from->shape, 0, axis), length = (size_t)from->shape.dims[axis];
    size_t bytes = ink_shape_span(&from->shape, axis + 1, from->shape.rank) * (ink_dtype_bits(from->dtype) / 8);
    for (size_t o = 0; bytes && o < outer; o++)
        memcpy((char *)slice->data + o * bytes, (const char *)from->data + (o * length + (size_t)at) * bytes, bytes);
}

/* `length` runs of the body, whose states are in place and behind it are those of body->in. */
static ink_status run_body(struct ink_op_ctx *ctx, const struct scan *my, const struct ink_tensor *const *scanned,
                           int64_t length, struct ink_rows *rows)
{
    struct ink_body *body = my->body;
    for (int i = 0; i < my->slices; i++) {
        struct ink_tensor *slice = &body->in[my->states + i];
        slice->data = ink_arena_alloc(ctx->arena, ink_tensor_bytes(slice), INK_ARENA_ALIGN);
        if (!slice->data) return ink_op_fail(ctx, INK_E_OOM, "no memory for a slice");
    }
    ink_status st = INK_OK;
    for (int64_t t = 0; !st && t < length; t++) {
        for (int i = 0; i < my->slices; i++) {
            int64_t axis = number_at(&my->axes, i), last = scanned[i]->shape.rank;
            take_slice(scanned[i], (int)(axis < 0 ? axis + last : axis),
                       number_at(&my->reversed, i) ? length - 1 - t : t, &body->in[my->states + i]);
        }
        st = ink_body_run(ctx, body);
        for (int i = 0; !st && i < my->rows; i++)
            if (ink_op_wants(ctx, my->states + i)) st = ink_rows_add(ctx, &rows[i], &body->out[my->states + i]);
        if (!st) st = ink_body_carry(ctx, body, 0, 0, my->states);
    }
    return st;
}

static struct ink_rows *new_rows(const struct ink_op_ctx *ctx, int count)
{
    return INK_ARENA_ARRAY(ctx->arena, struct ink_rows, (size_t)count);
}

ink_status ink_scan_run(struct ink_op_ctx *ctx)
{
    const struct scan *my = ctx->attributes;
    struct ink_body *body = my->body;
    struct ink_rows *rows = new_rows(ctx, my->rows);
    int64_t length;
    if (!rows) return ink_op_fail(ctx, INK_E_OOM, "no memory to work in");
    ink_status st = set_inputs(ctx, my, ctx->in, &length);
    if (st) return st;
    if (length == 0) ink_body_describe(ctx, body);
    st = run_body(ctx, my, ctx->in + my->states, length, rows);
    for (int i = 0; !st && i < my->states; i++) st = ink_body_give(ctx, i, &body->in[i]);
    for (int i = 0; !st && i < my->rows; i++)
        st = ink_rows_stack(ctx, my->states + i, &rows[i], &body->out[my->states + i].shape,
                            number_at(&my->row_axes, i), number_at(&my->row_reversed, i) != 0);
    return st;
}

uint64_t ink_scan_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct scan *my = ctx->attributes;
    const struct ink_shape *scanned = &ctx->in[my->states]->shape;
    int64_t axis = number_at(&my->axes, 0);
    uint64_t work, length = (uint64_t)scanned->dims[axis < 0 ? axis + scanned->rank : axis];
    return __builtin_mul_overflow(length, my->body->multiply_adds, &work) ? UINT64_MAX : work;
}

/* --- version 8 --- */

/* Item b of a batch. */
static ink_status item_of(const struct ink_op_ctx *ctx, const struct ink_tensor *batch, int64_t b,
                          struct ink_tensor *out)
{
    *out = *batch;
    out->shape.rank--;
    for (int d = 0; d < out->shape.rank; d++) out->shape.dims[d] = out->shape.dims[d + 1];
    size_t bytes = ink_tensor_bytes(out);
    out->data = ink_arena_alloc(ctx->arena, bytes, INK_ARENA_ALIGN);
    if (!out->data) return ink_op_fail(ctx, INK_E_OOM, "no memory for an item of the batch");
    if (bytes) memcpy(out->data, (const char *)batch->data + (size_t)b * bytes, bytes);
    return INK_OK;
}

static ink_status check_batch(const struct ink_op_ctx *ctx, const struct scan *my, int64_t *batch, int64_t *length)
{
    for (int i = 0; i < my->states + my->slices; i++) {
        const struct ink_shape *shape = &ctx->in[my->first + i]->shape;
        bool scanned = i >= my->states;
        if (i == 0) *batch = shape->rank ? shape->dims[0] : -1;
        if (i == my->states) *length = shape->rank > 1 ? shape->dims[1] : -1;
        if (shape->rank < 1 + scanned || shape->dims[0] != *batch || (scanned && shape->dims[1] != *length))
            return ink_op_fail(ctx, INK_E_MODEL, "input %d does not have the batch and the length of the others",
                               my->first + i);
    }
    if (!ink_op_has(ctx, 0)) return INK_OK;
    const int64_t *lengths = ctx->in[0]->data;
    if ((int64_t)ink_tensor_count(ctx->in[0]) != *batch)
        return ink_op_fail(ctx, INK_E_MODEL, "there is not a length for each item of the batch");
    for (int64_t b = 0; b < *batch; b++)
        if (lengths[b] < 0 || lengths[b] > *length)
            return ink_op_fail(ctx, INK_E_MODEL, "a sequence of %lld, of %lld at most", (long long)lengths[b],
                               (long long)*length);
    return INK_OK;
}

/* Scans item b; its rows and states are added to those of the items before, with zeros behind a shorter sequence. */
static ink_status scan_item(struct ink_op_ctx *ctx, const struct scan *my, int64_t b, int64_t longest,
                            struct ink_rows *rows, struct ink_rows *states)
{
    struct ink_body *body = my->body;
    int count = my->states + my->slices;
    struct ink_tensor *items = INK_ARENA_ARRAY(ctx->arena, struct ink_tensor, (size_t)count);
    const struct ink_tensor **given = INK_ARENA_ARRAY(ctx->arena, const struct ink_tensor *, (size_t)count);
    ink_status st = items && given ? INK_OK : ink_op_fail(ctx, INK_E_OOM, "no memory to work in");
    for (int i = 0; !st && i < count; i++) {
        st = item_of(ctx, ctx->in[my->first + i], b, &items[i]);
        given[i] = &items[i];
    }
    int64_t length = longest;
    if (!st) st = set_inputs(ctx, my, given, &length);
    if (!st && ink_op_has(ctx, 0)) length = ((const int64_t *)ctx->in[0]->data)[b];
    if (!st && length == 0) ink_body_describe(ctx, body);
    if (!st) st = run_body(ctx, my, given + my->states, length, rows);
    for (int i = 0; !st && i < my->states; i++) st = ink_rows_add(ctx, &states[i], &body->in[i]);
    for (int i = 0; !st && i < my->rows && length < longest; i++) {
        struct ink_tensor zeros = body->out[my->states + i];
        if (!ink_shape_known(&zeros.shape)) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "an empty sequence");
        zeros.data = ink_arena_calloc(ctx->arena, ink_tensor_bytes(&zeros) + 1, 1);
        if (!zeros.data) return ink_op_fail(ctx, INK_E_OOM, "no memory to work in");
        for (int64_t t = length; !st && t < longest; t++) st = ink_rows_add(ctx, &rows[i], &zeros);
    }
    return st;
}

ink_status ink_scan_old_run(struct ink_op_ctx *ctx)
{
    const struct scan *my = ctx->attributes;
    struct ink_rows *rows = new_rows(ctx, my->rows), *states = new_rows(ctx, my->states);
    int64_t batch = 0, length = 0;
    if (!rows || !states) return ink_op_fail(ctx, INK_E_OOM, "no memory to work in");
    ink_status st = check_batch(ctx, my, &batch, &length);
    for (int64_t b = 0; !st && b < batch; b++) st = scan_item(ctx, my, b, length, rows, states);
    for (int i = 0; !st && i < my->states; i++)
        st = ink_rows_stack(ctx, i, &states[i], &my->body->in[i].shape, 0, false);
    for (int i = my->states; !st && i < my->states + my->rows; i++) {
        /* [batch * length, row...] is [batch, length, row...] */
        st = ink_rows_stack(ctx, i, &rows[i - my->states], &my->body->out[i].shape, 0, false);
        if (st || !ink_op_wants(ctx, i)) continue;
        int at;
        ctx->out[i]->shape.dims[0] = length;
        st = ink_shape_stacked(ctx, &ctx->out[i]->shape, 0, batch, &ctx->out[i]->shape, &at);
    }
    return st;
}
