/* SPDX-License-Identifier: MIT */
/* body.h - the graphs among a node's attributes, as its operator sees them: something that makes tensors of tensors.
 *
 *   load   ink_body_open   types of its inputs   ->  types of its outputs
 *   shape  ink_body_infer  shapes of its inputs  ->  shapes of its outputs, and the values of those that never change
 *   run    ink_body_run    inputs                ->  outputs
 *
 * Inputs are those that the graph lists; what it takes from outside by name the engine adds (engine/body.c). */
#ifndef INK_OPS_BODY_H
#define INK_OPS_BODY_H

#include "ops/op.h"

struct ink_body_calls;

struct ink_body {
    struct ink_view name; /* of the attribute */
    int in_count, out_count;
    struct ink_tensor *in, *out; /* what the calls below read and write; the engine's memory, kept between calls */
    uint64_t multiply_adds;      /* of one run, after infer */
    const struct ink_body_calls *calls;
};

/* The engine's side. */
struct ink_body_calls {
    ink_status (*open)(struct ink_op_ctx *ctx, struct ink_body *body);
    ink_status (*infer)(struct ink_op_ctx *ctx, struct ink_body *body);
    ink_status (*run)(struct ink_op_ctx *ctx, struct ink_body *body);
    ink_status (*carry)(struct ink_op_ctx *ctx, struct ink_body *body, int from, int to, int count);
};

/* In load: the body that is attribute `name`, which must have in_count inputs. */
INK_NODISCARD ink_status ink_body_find(struct ink_op_ctx *ctx, const char *name, int in_count, struct ink_body **body);

/* In load, once. Reads in[].dtype (NONE behind a problem), and in[].data where that is the same in every run (NULL otherwise);
 * gives out[].dtype. What is wrong inside is collected as problems of the model, and is no failure here. */
static inline ink_status ink_body_open(struct ink_op_ctx *ctx, struct ink_body *body)
{
    return body->calls->open(ctx, body);
}

/* In shape. Reads in[].shape; gives out[].shape, and out[].data where it will be the same in every run with these shapes.
 * INK_E_NEED_DATA where not all shapes are known before the run, or the body does not take such inputs: a run that gets there
 * will say so. out[].shape is then what the file declares, INK_DIM_UNKNOWN in it, rank INK_RANK_UNKNOWN without. */
static inline ink_status ink_body_infer(struct ink_op_ctx *ctx, struct ink_body *body)
{
    return body->calls->infer(ctx, body);
}

/* In run, where the body does not run at all: out[].shape as above, or what the file declares. */
static inline void ink_body_describe(struct ink_op_ctx *ctx, struct ink_body *body)
{
    (void)body->calls->infer(ctx, body);
}

/* In run. Reads in[]; gives out[], which stays until the body's next run. Besides what its nodes fail with: INK_E_LIMIT after
 * too many runs. */
static inline ink_status ink_body_run(struct ink_op_ctx *ctx, struct ink_body *body)
{
    return body->calls->run(ctx, body);
}

/* Behind a run: in[to..] becomes a copy of out[from..], `count` of them, that stays over the next run. */
static inline ink_status ink_body_carry(struct ink_op_ctx *ctx, struct ink_body *body, int from, int to, int count)
{
    return body->calls->carry(ctx, body, from, to, count);
}

/* In load: the type of output i, where that is wanted. */
void ink_body_give_type(struct ink_op_ctx *ctx, int i, enum ink_dtype dtype);

/* In run, INK_OP_SIZES: output i becomes a copy of this, with what it points to. Nothing where nobody wants it. */
INK_NODISCARD ink_status ink_body_give(struct ink_op_ctx *ctx, int i, const struct ink_tensor *from);

/* --- what runs of a body make, one behind the other --- */

struct ink_row;

struct ink_rows {
    struct ink_row *first, *last;
    size_t count;
};

/* Adds a copy of a tensor, which lives in ctx->arena. */
INK_NODISCARD ink_status ink_rows_add(struct ink_op_ctx *ctx, struct ink_rows *rows, const struct ink_tensor *from);

/* Output i becomes the rows stacked along a new axis (the last one first where `reversed`), or a sequence of them.
 *
 * none  the shape of a row, for where there are none: unknown dimensions are 0 then, and an unknown rank is a scalar's
 * axis  of the output, -rank..rank-1 */
INK_NODISCARD ink_status ink_rows_stack(struct ink_op_ctx *ctx, int i, const struct ink_rows *rows,
                                        const struct ink_shape *none, int64_t axis, bool reversed);
INK_NODISCARD ink_status ink_rows_list(struct ink_op_ctx *ctx, int i, const struct ink_rows *rows);

/* A shape with one more dimension. */
INK_NODISCARD ink_status ink_shape_stacked(const struct ink_op_ctx *ctx, const struct ink_shape *row, int64_t axis,
                                           int64_t count, struct ink_shape *out, int *at);

#endif
