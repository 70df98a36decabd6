/* SPDX-License-Identifier: MIT */
/* op.h - what an operator is: one row of the table (table.c) and up to four functions.
 *
 *   load      once a node, at load:   attributes -> a struct of its own; refuses what it cannot do
 *   shape     when shapes are known:  input shapes (and values, where they are known) -> output shapes
 *   prepare   once a plan:            packs constant inputs, says how much scratch a run needs
 *   run       each time:              inputs -> outputs
 *
 * The engine calls them in this order and owns all memory that they see. A row covers the versions of its operator from
 * `since` to the next row of the same name, as ONNX numbers them; a change of meaning is a new row, not an `if` in run.
 *
 * Signature, one character an argument, inputs before '>' and outputs after it:
 *   T U V W  a type variable: any type of types[0], types[1], ...; the same letter is the same type
 *   i n b f s  int64, int32, bool, float, string
 *   a       any type, containers too; of an output load sets it (out[i]->dtype)
 *   ?       behind it: may be left out          * behind it, last only: any number (none too), all of that type; each of
 *                                                 any type behind an `a`
 * "TT>T" is Add, "TU?>T" Clip before it had tensors; the type of an output letter that no input has is set by load
 * (ctx->types[]): "T>U" is Cast. */
#ifndef INK_OPS_OP_H
#define INK_OPS_OP_H

#include "base/arena.h"
#include "base/parallel.h"
#include "base/status.h"
#include "onnx/model.h"
#include "onnx/tensor.h"

struct ink_op_ctx;
struct ink_body;

enum {
    INK_OP_INPLACE = 1 << 0, /* out[0] may lie on any input of its own size and type that nobody needs afterwards */
    INK_OP_VIEW = 1 << 1, /* out[0] has in[0]'s bytes and only another shape: nothing to run when they share memory */
    INK_OP_SIZES =
        1 << 2, /* output sizes depend on values: run asks for its outputs through ctx->resize. Where there is a
                             * shape function all the same, and it knows them, run must ask for these */
    INK_OP_RANDOM = 1 << 3, /* a second run gives other values: never folded */
    INK_OP_SHAPES = 1 << 4, /* reads only the shapes of its inputs, so it is folded once these are known */
};

enum { INK_OP_TYPES = 4 }; /* type variables */

struct ink_op {
    const char *domain; /* "" is ai.onnx */
    const char *name;
    int since;                      /* first opset version with this meaning */
    const char *signature;          /* see above */
    ink_dtypes types[INK_OP_TYPES]; /* what T, U, V, W may be: exactly what run can do, and at most what ONNX allows */
    unsigned flags;

    ink_status (*load)(struct ink_op_ctx *ctx);    /* NULL: no attributes */
    ink_status (*shape)(struct ink_op_ctx *ctx);   /* NULL only with INK_OP_SIZES */
    ink_status (*prepare)(struct ink_op_ctx *ctx); /* NULL: nothing to pack, no scratch */
    ink_status (*run)(struct ink_op_ctx *ctx);

    /* Multiply-adds of one run, for people and for cost limits; NULL: as many as output elements. */
    uint64_t (*multiply_adds)(const struct ink_op_ctx *ctx);

    const void *param; /* what tells apart rows that share functions: a reduction, an activation; may be NULL */
};

/* A node as its operator sees it. */
struct ink_op_ctx {
    const struct ink_op *op;     /* load may choose another one, that is in no table */
    const struct ink_node *node; /* name and attributes (onnx/model.h) */
    int opset;                   /* what the model imports for the operator's domain */

    int in_count, out_count;
    const struct ink_tensor **in; /* in[i] is NULL where the argument is left out; valid for i < in_count */
    struct ink_tensor **out;      /* out[i] is NULL where nobody wants it */
    const bool *in_constant;      /* in[i]'s values never change: they may be packed in prepare */

    enum ink_dtype types[INK_OP_TYPES]; /* what T, U, V, W are here; load sets those that no input has */

    struct ink_body **bodies; /* the graphs among the attributes (ops/body.h) */
    int body_count;

    void *attributes;     /* load's own struct; lives as long as the model; read-only afterwards */
    void *prepared;       /* prepare's own; lives as long as the plan; read-only in run */
    size_t scratch_bytes; /* set by prepare: what run wants, once for each thread of parallel->threads */
    void *scratch;        /* in run: scratch_bytes * threads, aligned to INK_ARENA_ALIGN, contents undefined */

    /* load, prepare: where `attributes` and `prepared` are allocated. run with INK_OP_SIZES: for what outputs point to; it
     * lives as long as they do. NULL otherwise */
    struct ink_arena *arena;
    struct ink_parallel *parallel; /* run: threads; never NULL; prepare may read ->threads */

    /* run, INK_OP_SIZES only: gives out[i] this shape and memory for it. Instead, *out[i] may become what lives as long: an
     * element of a sequence. */
    ink_status (*resize)(struct ink_op_ctx *ctx, int output, const struct ink_shape *shape);
    void *engine; /* the engine's own */

    struct ink_error *err;
};

/* "node conv1 (Conv-11): ..." into ctx->err; returns status. */
ink_status ink_op_fail(const struct ink_op_ctx *ctx, ink_status status, const char *format, ...) INK_PRINTF(3, 4);

/* Whether argument i is given. */
static inline bool ink_op_has(const struct ink_op_ctx *ctx, int i)
{
    return i < ctx->in_count && ctx->in[i];
}
/* Whether output i is wanted. */
static inline bool ink_op_wants(const struct ink_op_ctx *ctx, int i)
{
    return i < ctx->out_count && ctx->out[i];
}

/* Whether no output has an element: nothing to run, however long the other dimensions claim to be. */
static inline bool ink_op_is_empty(const struct ink_op_ctx *ctx)
{
    for (int i = 0; i < ctx->out_count; i++)
        if (ctx->out[i] && ink_tensor_count(ctx->out[i])) return false;
    return true;
}

/* Attributes: the value, or what stands in the standard when it is left out. A wrong type fails with INK_E_MODEL and
 * the names of node and attribute. Lists are views into the model and live as long as it. */
INK_NODISCARD ink_status ink_op_attr_i64(const struct ink_op_ctx *ctx, const char *name, int64_t otherwise,
                                         int64_t *out);
INK_NODISCARD ink_status ink_op_attr_f32(const struct ink_op_ctx *ctx, const char *name, float otherwise, float *out);
INK_NODISCARD ink_status ink_op_attr_text(const struct ink_op_ctx *ctx, const char *name, const char *otherwise,
                                          struct ink_view *out);
/* *count = 0 and *values = NULL where it is left out. values live in ctx->arena. */
INK_NODISCARD ink_status ink_op_attr_i64s(const struct ink_op_ctx *ctx, const char *name, const int64_t **values,
                                          size_t *count);
INK_NODISCARD ink_status ink_op_attr_f32s(const struct ink_op_ctx *ctx, const char *name, const float **values,
                                          size_t *count);
INK_NODISCARD ink_status ink_op_attr_texts(const struct ink_op_ctx *ctx, const char *name,
                                           const struct ink_view **values, size_t *count);
/* NULL where it is left out. The values lie in the model. */
INK_NODISCARD ink_status ink_op_attr_tensor(const struct ink_op_ctx *ctx, const char *name,
                                            const struct ink_tensor **out);
bool ink_op_attr_given(const struct ink_op_ctx *ctx, const char *name);

/* axis in [-rank, rank) (or [-rank, rank] where `end_allowed`) -> 0..rank; fails naming the node otherwise. */
INK_NODISCARD ink_status ink_op_axis(const struct ink_op_ctx *ctx, int64_t axis, int rank, bool end_allowed, int *out);

/* shape functions that many operators share */
ink_status ink_op_shape_same(struct ink_op_ctx *ctx);      /* every output as in[0] */
ink_status ink_op_shape_broadcast(struct ink_op_ctx *ctx); /* out[0] as all inputs broadcast together (numpy) */

#endif
