/* SPDX-License-Identifier: MIT */
/* one_op.h - one operator on its own, without an engine: a node put together in C, run through load, shape, prepare, run. */
#ifndef INK_TESTS_ONE_OP_H
#define INK_TESTS_ONE_OP_H

#include <math.h>
#include <stdlib.h>

#include "ops/table.h"

enum { ONE_OP_ARGS = 10 };

struct one_op {
    const char *domain, *name;
    int opset;
    struct ink_attribute attributes[16];
    int attribute_count;
    struct ink_tensor in[ONE_OP_ARGS];
    bool has[ONE_OP_ARGS], constant[ONE_OP_ARGS];
    int in_count, out_count;
    struct ink_tensor out[ONE_OP_ARGS];
    struct ink_arena arena;
    struct ink_error err;
};

static inline void one_op_init(struct one_op *o, const char *domain, const char *name, int opset)
{
    *o = (struct one_op){.domain = domain, .name = name, .opset = opset, .out_count = 1};
    ink_arena_init(&o->arena, 16 << 20);
}

static inline struct ink_attribute *one_op_attr(struct one_op *o, const char *name, enum ink_attribute_kind kind,
                                                size_t count)
{
    struct ink_attribute *a = &o->attributes[o->attribute_count++];
    *a = (struct ink_attribute){.name = ink_view_text(name), .kind = kind, .count = count};
    return a;
}

static inline void one_op_int(struct one_op *o, const char *name, int64_t value)
{
    one_op_attr(o, name, INK_ATTRIBUTE_INT, 1)->i = value;
}

static inline void one_op_float(struct one_op *o, const char *name, float value)
{
    one_op_attr(o, name, INK_ATTRIBUTE_FLOAT, 1)->f = value;
}

static inline void one_op_text(struct one_op *o, const char *name, const char *value)
{
    one_op_attr(o, name, INK_ATTRIBUTE_STRING, 1)->s = ink_view_text(value);
}

#define one_op_ints(o, name, ...)                                                                                      \
    do {                                                                                                               \
        static const int64_t values_[] = {__VA_ARGS__};                                                                \
        one_op_attr(o, name, INK_ATTRIBUTE_INTS, sizeof values_ / sizeof *values_)->ints = values_;                    \
    } while (0)

/* The next input: a shape of `rank` dimensions and its values (borrowed), or NULL for zeros where it has any. */
static inline void one_op_in(struct one_op *o, enum ink_dtype dtype, int rank, const int64_t *dims, const void *values)
{
    struct ink_tensor *t = &o->in[o->in_count];
    *t = (struct ink_tensor){.dtype = dtype, .shape.rank = rank, .data = (void *)(uintptr_t)values};
    for (int d = 0; d < rank; d++) t->shape.dims[d] = dims[d];
    o->has[o->in_count++] = true;
}

#define one_op_f32(o, values, ...)                                                                                     \
    do {                                                                                                               \
        static const int64_t dims_[] = {__VA_ARGS__};                                                                  \
        one_op_in(o, INK_FLOAT, sizeof dims_ / sizeof *dims_, dims_, values);                                          \
    } while (0)

static inline void one_op_left_out(struct one_op *o)
{
    o->has[o->in_count++] = false;
}

/* The letter of argument i in a list of a signature; that of the last one behind it. */
static inline char one_op_letter(const char *list, int i)
{
    char letter = *list;
    for (; *list && *list != '>'; list++) {
        if (*list == '?' || *list == '*') continue;
        letter = *list;
        if (i-- == 0) break;
    }
    return letter;
}

static inline ink_status one_op_resize(struct ink_op_ctx *ctx, int output, const struct ink_shape *shape)
{
    struct one_op *o = ctx->engine;
    ctx->out[output]->shape = *shape;
    ctx->out[output]->data = ink_arena_calloc(&o->arena, ink_tensor_bytes(ctx->out[output]) + 1, 1);
    return ctx->out[output]->data ? INK_OK : INK_E_OOM;
}

/* Whether input i is constant changes how it is packed, not what comes out. */
static inline ink_status one_op_run(struct one_op *o)
{
    static const struct ink_node no_node;
    struct ink_node node = no_node;
    node.name = ink_view_text("it");
    node.attributes = o->attributes;
    node.attribute_count = o->attribute_count;
    const struct ink_tensor *in[ONE_OP_ARGS];
    struct ink_tensor *out[ONE_OP_ARGS];
    struct ink_parallel one = {.threads = 1};
    bool known;
    const struct ink_op *op = ink_op_find(ink_view_text(o->domain), ink_view_text(o->name), o->opset, &known);
    if (!op) return ink_fail(&o->err, INK_E_UNSUPPORTED, "no row for %s-%d", o->name, o->opset);
    for (int i = 0; i < o->in_count; i++) {
        in[i] = o->has[i] ? &o->in[i] : NULL;
        if (o->has[i] && !o->in[i].data)
            o->in[i].data = ink_arena_calloc(&o->arena, ink_tensor_bytes(&o->in[i]) + 1, 1);
    }
    for (int i = 0; i < o->out_count; i++) out[i] = &o->out[i];
    struct ink_op_ctx ctx = {.op = op,
                             .node = &node,
                             .opset = o->opset,
                             .in_count = o->in_count,
                             .in = in,
                             .out_count = o->out_count,
                             .out = out,
                             .in_constant = o->constant,
                             .arena = &o->arena,
                             .parallel = &one,
                             .resize = one_op_resize,
                             .engine = o,
                             .err = &o->err};
    for (int i = 0; i < o->in_count; i++) {
        char letter = one_op_letter(op->signature, i);
        if (o->has[i] && letter >= 'T' && letter <= 'W') ctx.types[letter - 'T'] = o->in[i].dtype;
    }
    ink_status st = op->load ? op->load(&ctx) : INK_OK;
    for (int i = 0; i < o->out_count; i++) {
        char letter = one_op_letter(strchr(op->signature, '>') + 1, i);
        if (out[i]->dtype != INK_DTYPE_NONE) continue;
        out[i]->dtype = letter >= 'T' && letter <= 'W' ? ctx.types[letter - 'T'] : o->in[0].dtype;
        if (letter == 'i') out[i]->dtype = INK_INT64;
        if (letter == 'f') out[i]->dtype = INK_FLOAT;
    }
    op = ctx.op;
    bool sizes = op->flags & INK_OP_SIZES;
    if (!st && !sizes) st = op->shape(&ctx);
    if (!st && op->prepare) st = op->prepare(&ctx);
    for (int i = 0; !st && !sizes && i < o->out_count; i++) {
        out[i]->data = ink_arena_calloc(&o->arena, ink_tensor_bytes(out[i]) + 1, 1);
        if (!out[i]->data) st = INK_E_OOM;
    }
    if (!st && ctx.scratch_bytes && !(ctx.scratch = ink_arena_alloc(&o->arena, ctx.scratch_bytes, INK_ARENA_ALIGN)))
        st = INK_E_OOM;
    return st ? st : op->run(&ctx);
}

static inline void one_op_free(struct one_op *o)
{
    ink_arena_cleanup(&o->arena);
}

static inline void assert_floats(const struct ink_tensor *got, const float *want, size_t n)
{
    assert_int_equal(ink_tensor_count(got), n);
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(((const float *)got->data)[i] - want[i]) <= 1e-5f * (1 + fabsf(want[i]))))
            fail_msg("element %zu is %g and should be %g", i, (double)((const float *)got->data)[i], (double)want[i]);
}

/* It is refused with this status, and the text names the node and has this word. */
static inline void assert_refused(struct one_op *o, ink_status status, const char *word)
{
    ink_status st = one_op_run(o);
    if (st != status || !strstr(o->err.text, "node it") || !strstr(o->err.text, word))
        fail_msg("%s: %s, should be %s about \"%s\": %s", o->name, ink_status_word(st), ink_status_word(status), word,
                 o->err.text);
    one_op_free(o);
}

#endif
