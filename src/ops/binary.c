/* SPDX-License-Identifier: MIT */
#include "ops/binary.h"

#include "kernels/kernels.h"
#include "ops/elements.h"
#include "ops/walk.h"

enum { CHUNK = INK_CONVERT_CHUNK };

/* How the second input's dimensions lie below the first one's. */
enum align { ALIGN_LAST, ALIGN_AXIS, ALIGN_CHANNEL };

struct attributes {
    enum ink_binary function;
    enum align align;
    bool broadcast; /* old versions: whether they may differ at all */
    int64_t axis;
};

/* --- attributes --- */

ink_status ink_binary_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    at->function = ((const struct ink_binary_param *)ctx->op->param)->function;
    ctx->attributes = at;
    return INK_OK;
}

ink_status ink_mod_load(struct ink_op_ctx *ctx)
{
    int64_t fmod;
    ink_status st = ink_binary_load(ctx);
    if (!st) st = ink_op_attr_i64(ctx, "fmod", 0, &fmod);
    if (st) return st;
    if (fmod != 0 && fmod != 1) return ink_op_fail(ctx, INK_E_MODEL, "fmod is %lld, not 0 or 1", (long long)fmod);
    if (!fmod && INK_TYPES_FLOAT & INK_DTYPE_BIT(ctx->types[0]))
        return ink_op_fail(ctx, INK_E_MODEL, "%s needs fmod = 1", ink_dtype_word(ctx->types[0]));
    if (fmod) ((struct attributes *)ctx->attributes)->function = INK_BINARY_FMOD;
    return INK_OK;
}

ink_status ink_bit_shift_load(struct ink_op_ctx *ctx)
{
    struct ink_view direction;
    ink_status st = ink_binary_load(ctx);
    if (!st) st = ink_op_attr_text(ctx, "direction", "", &direction);
    if (st) return st;
    struct attributes *at = ctx->attributes;
    if (ink_view_is(direction, "RIGHT"))
        at->function = INK_BINARY_SHIFT_RIGHT;
    else if (!ink_view_is(direction, "LEFT"))
        return ink_op_fail(ctx, INK_E_MODEL, "direction is \"%.*s\", not LEFT or RIGHT", INK_VIEW_ARGS(direction));
    return INK_OK;
}

ink_status ink_binary_old_load(struct ink_op_ctx *ctx)
{
    int64_t broadcast;
    ink_status st = ink_binary_load(ctx);
    if (!st) st = ink_op_attr_i64(ctx, "broadcast", 0, &broadcast);
    if (st) return st;
    struct attributes *at = ctx->attributes;
    at->broadcast = broadcast != 0;
    at->align = broadcast && ink_op_attr_given(ctx, "axis") ? ALIGN_AXIS : ALIGN_LAST;
    return ink_op_attr_i64(ctx, "axis", 0, &at->axis);
}

ink_status ink_prelu_old_load(struct ink_op_ctx *ctx)
{
    ink_status st = ink_binary_load(ctx);
    if (!st) ((struct attributes *)ctx->attributes)->align = ALIGN_CHANNEL;
    return st;
}

/* --- shapes --- */

static ink_status refuse_shapes(const struct ink_op_ctx *ctx)
{
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    return ink_op_fail(ctx, INK_E_MODEL, "shapes %s and %s do not broadcast", ink_shape_text(&ctx->in[0]->shape, a),
                       ink_shape_text(&ctx->in[1]->shape, b));
}

/* The second input's shape as numpy's rules want to see it; false where the axis does not exist. */
static bool aligned_shape(const struct ink_op_ctx *ctx, struct ink_shape *out)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *a = &ctx->in[0]->shape, *b = &ctx->in[1]->shape;
    int64_t axis = at->align == ALIGN_CHANNEL ? 1 : at->axis;
    *out = *b;
    if (at->align == ALIGN_LAST) return true;
    if (at->align == ALIGN_CHANNEL && (b->rank != 1 || a->rank < 2 || b->dims[0] != a->dims[1])) return true;
    if (axis < 0) axis += a->rank;
    if (axis < 0 || axis > a->rank - b->rank) return false;
    out->rank = a->rank - (int)axis;
    for (int d = b->rank; d < out->rank; d++) out->dims[d] = 1;
    return true;
}

static bool is_single(const struct ink_shape *shape)
{
    for (int i = 0; i < shape->rank; i++)
        if (shape->dims[i] != 1) return false;
    return true;
}

/* in[1] fits into in[0], which gives the output its shape. A single element does so whatever its rank. */
static ink_status shape_of_first(struct ink_op_ctx *ctx)
{
    struct ink_shape b, both;
    const struct ink_shape *a = &ctx->in[0]->shape;
    ctx->out[0]->shape = *a;
    if (is_single(&ctx->in[1]->shape)) return INK_OK;
    if (!aligned_shape(ctx, &b) || !ink_shape_broadcast(a, &b, &both) || !ink_shape_equal(&both, a))
        return refuse_shapes(ctx);
    return INK_OK;
}

ink_status ink_binary_old_shape(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    if (!at->broadcast && !ink_shape_equal(&ctx->in[0]->shape, &ctx->in[1]->shape)) return refuse_shapes(ctx);
    return shape_of_first(ctx);
}

ink_status ink_prelu_shape(struct ink_op_ctx *ctx)
{
    return shape_of_first(ctx);
}

ink_status ink_variadic_shape(struct ink_op_ctx *ctx)
{
    if (!ctx->in_count) return ink_op_fail(ctx, INK_E_MODEL, "has no inputs");
    return ink_op_shape_broadcast(ctx);
}

ink_status ink_variadic_old_shape(struct ink_op_ctx *ctx)
{
    ink_status st = ink_variadic_shape(ctx);
    for (int i = 0; !st && i < ctx->in_count; i++)
        if (!ink_shape_equal(&ctx->in[i]->shape, &ctx->out[0]->shape))
            return ink_op_fail(ctx, INK_E_MODEL, "input %d has another shape than the others, which version %d refuses",
                               i, ctx->op->since);
    return st;
}

/* --- run --- */

struct job {
    ink_binary_fn *row;
    const char *a, *b;
    char *out;
    enum ink_dtype a_dtype, b_dtype, out_dtype;
    enum ink_dtype within, result; /* what the row reads and writes */
};

static const char *at_element(const char *data, enum ink_dtype dtype, size_t i)
{
    return data + i * (ink_dtype_bits(dtype) / 8);
}

/* Where a type is not calculated in itself: a chunk at a time, through arrays of the type that is. */
static void do_converted(const struct job *job, const struct ink_walk *walk, size_t n, const size_t *in_at,
                         size_t out_at)
{
    uint64_t a[CHUNK], b[CHUNK], out[CHUNK]; /* large enough for every element */
    size_t a_step = walk->row_step[0], b_step = walk->row_step[1];
    for (size_t i = 0; i < n; i += CHUNK) {
        size_t len = n - i < CHUNK ? n - i : CHUNK;
        ink_convert(a_step ? len : 1, job->a_dtype, at_element(job->a, job->a_dtype, in_at[0] + i * a_step),
                    job->within, a, false, INK_ROUND_UP);
        ink_convert(b_step ? len : 1, job->b_dtype, at_element(job->b, job->b_dtype, in_at[1] + i * b_step),
                    job->within, b, false, INK_ROUND_UP);
        job->row(len, a, a_step, b, b_step, out);
        ink_convert(len, job->result, out, job->out_dtype, (char *)at_element(job->out, job->out_dtype, out_at + i),
                    false, INK_ROUND_UP);
    }
}

static void do_row(const void *arg, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at)
{
    const struct job *job = arg;
    if (job->a_dtype != job->within || job->b_dtype != job->within || job->out_dtype != job->result) {
        do_converted(job, walk, n, in_at, out_at);
        return;
    }
    job->row(n, at_element(job->a, job->a_dtype, in_at[0]), walk->row_step[0],
             at_element(job->b, job->b_dtype, in_at[1]), walk->row_step[1],
             (char *)at_element(job->out, job->out_dtype, out_at));
}

/* What to calculate in: the type itself, float for halves; a power of mixed types in int64 or double. */
static enum ink_element element_for(enum ink_binary function, enum ink_dtype a, enum ink_dtype b)
{
    enum ink_element x = ink_element_of(a), y = ink_element_of(b);
    if (function != INK_BINARY_POW) return x;
    if (x == y && (x == INK_ELEMENT_F32 || x == INK_ELEMENT_F64)) return x;
    bool real = INK_TYPES_FLOAT & (INK_DTYPE_BIT(a) | INK_DTYPE_BIT(b));
    return real ? INK_ELEMENT_F64 : INK_ELEMENT_I64;
}

static ink_status calculate(struct ink_op_ctx *ctx, enum ink_binary function, const struct ink_tensor *a,
                            const struct ink_tensor *b, const struct ink_shape *b_shape)
{
    struct ink_tensor *out = ctx->out[0];
    bool is_bool = out->dtype == INK_BOOL;
    enum ink_element element = element_for(function, a->dtype, b->dtype);
    struct job job = {.a = a->data, .b = b->data, .out = out->data};
    job.a_dtype = a->dtype == INK_BOOL ? INK_UINT8 : a->dtype;
    job.b_dtype = b->dtype == INK_BOOL ? INK_UINT8 : b->dtype;
    job.out_dtype = is_bool ? INK_UINT8 : out->dtype;
    job.within = ink_element_dtype(element);
    job.result = is_bool ? INK_UINT8 : job.within;
    job.row = ink_kernels()->binary_row(function, element);
    if (!job.row) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "not for %s", ink_dtype_word(a->dtype));
    struct ink_walk walk;
    const struct ink_shape *shapes[] = {&a->shape, b_shape};
    ink_walk_plan(&walk, &out->shape, shapes, 2);
    ink_walk_run(&walk, ctx->parallel, do_row, &job);
    return INK_OK;
}

ink_status ink_binary_run(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    struct ink_shape b = {0};
    /* a single element of any rank goes with everything; the rest was checked by shape */
    if (!is_single(&ctx->in[1]->shape) && !aligned_shape(ctx, &b)) return refuse_shapes(ctx);
    return calculate(ctx, at->function, ctx->in[0], ctx->in[1], &b);
}

static void compare_strings(const void *arg, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at)
{
    struct ink_op_ctx *const *ctx = arg;
    const struct ink_view *a = (*ctx)->in[0]->data, *b = (*ctx)->in[1]->data;
    bool *out = (*ctx)->out[0]->data;
    for (size_t i = 0; i < n; i++)
        out[out_at + i] = ink_view_equal(a[in_at[0] + i * walk->row_step[0]], b[in_at[1] + i * walk->row_step[1]]);
}

ink_status ink_equal_run(struct ink_op_ctx *ctx)
{
    if (ctx->in[0]->dtype != INK_STRING) return ink_binary_run(ctx);
    struct ink_walk walk;
    const struct ink_shape *shapes[] = {&ctx->in[0]->shape, &ctx->in[1]->shape};
    ink_walk_plan(&walk, &ctx->out[0]->shape, shapes, 2);
    ink_walk_run(&walk, ctx->parallel, compare_strings, &ctx);
    return INK_OK;
}

/* --- any number of inputs: in[0] with in[1], the result with in[2], ... --- */

static void copy_row(const void *arg, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at)
{
    struct ink_op_ctx *const *ctx = arg;
    size_t bytes = ink_dtype_bits((*ctx)->out[0]->dtype) / 8;
    memcpy((char *)(*ctx)->out[0]->data + out_at * bytes, (const char *)(*ctx)->in[0]->data + in_at[0] * bytes,
           n * bytes);
}

ink_status ink_variadic_run(struct ink_op_ctx *ctx)
{
    const struct ink_binary_param *param = ctx->op->param;
    if (ctx->in_count == 1) {
        struct ink_walk walk;
        const struct ink_shape *shape = &ctx->in[0]->shape;
        ink_walk_plan(&walk, &ctx->out[0]->shape, &shape, 1);
        ink_walk_run(&walk, ctx->parallel, copy_row, &ctx);
        return INK_OK;
    }
    const struct ink_tensor *sum = ctx->in[0];
    ink_status st = INK_OK;
    for (int i = 1; !st && i < ctx->in_count; i++) {
        st = calculate(ctx, param->function, sum, ctx->in[i], &ctx->in[i]->shape);
        sum = ctx->out[0];
    }
    return st;
}

ink_status ink_mean_run(struct ink_op_ctx *ctx)
{
    ink_status st = ink_variadic_run(ctx);
    if (st || ctx->in_count < 2) return st;
    double count = ctx->in_count;
    char converted[sizeof count];
    const struct ink_tensor divisor = {.dtype = ctx->out[0]->dtype, .data = converted};
    ink_convert(1, INK_DOUBLE, &count, divisor.dtype, converted, false, INK_ROUND_UP);
    return calculate(ctx, INK_BINARY_DIV, ctx->out[0], &divisor, &divisor.shape);
}
