/* SPDX-License-Identifier: MIT */
#include "ops/elements.h"
#include "ops/lists.h"
#include "ops/movement.h"
#include "ops/packed.h"

enum mode { CONSTANT, REFLECT, EDGE, WRAP };

struct attributes {
    enum mode mode;
    struct ink_list pads; /* given: an attribute */
    char value[16];       /* of an attribute, in the tensor's type */
};

static ink_status load_mode(const struct ink_op_ctx *ctx, enum mode *mode)
{
    static const char *const words[] = {"constant", "reflect", "edge", "wrap"};
    struct ink_view word;
    ink_status st = ink_op_attr_text(ctx, "mode", "constant", &word);
    for (int i = 0; !st && i < (ctx->op->since >= 19 ? 4 : 3); i++) {
        *mode = (enum mode)i;
        if (ink_view_is(word, words[i])) return INK_OK;
    }
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "mode \"%.*s\" is not known", INK_VIEW_ARGS(word));
}

ink_status ink_pad_load(struct ink_op_ctx *ctx)
{
    float value = 0;
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    ink_status st = load_mode(ctx, &at->mode);
    if (st || ctx->op->since >= 11) return st;
    st = ink_list_attribute(ctx, ctx->op->since == 1 ? "paddings" : "pads", &at->pads);
    if (!st && !at->pads.given) return ink_op_fail(ctx, INK_E_MODEL, "has no pads");
    if (!st) st = ink_op_attr_f32(ctx, "value", 0, &value);
    if (!st) ink_convert(1, INK_FLOAT, &value, ctx->types[0], at->value, false, INK_ROUND_UP);
    return st;
}

struct pads {
    int64_t before[INK_RANK_MAX], after[INK_RANK_MAX]; /* negative ones cut off */
};

static ink_status find_pads(const struct ink_op_ctx *ctx, struct pads *out)
{
    const struct attributes *at = ctx->attributes;
    struct ink_list pads = at->pads, axes = {0};
    int rank = ctx->in[0]->shape.rank;
    unsigned bits;
    ink_status st = pads.given ? INK_OK : ink_list_input(ctx, 1, &pads);
    if (!st && ctx->op->since >= 18) st = ink_list_input(ctx, 3, &axes);
    if (!st) st = ink_list_axes(ctx, &axes, rank, &bits);
    if (st) return st;
    size_t n = axes.given ? axes.count : (size_t)rank;
    if (pads.count != 2 * n) return ink_op_fail(ctx, INK_E_MODEL, "%zu pads for %zu dimensions", pads.count, n);
    *out = (struct pads){0};
    for (size_t i = 0; i < n; i++) {
        int64_t axis = axes.given ? ink_list_at(&axes, i) : (int64_t)i;
        if (axis < 0) axis += rank;
        out->before[axis] = ink_list_at(&pads, i);
        out->after[axis] = ink_list_at(&pads, n + i);
    }
    return INK_OK;
}

ink_status ink_pad_shape(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    struct pads pads;
    struct ink_shape out = ctx->in[0]->shape;
    ink_status st = find_pads(ctx, &pads);
    if (st) return st;
    if (ink_op_has(ctx, 2) && ink_tensor_count(ctx->in[2]) != 1)
        return ink_op_fail(ctx, INK_E_MODEL, "constant_value is not a single element");
    const int64_t most = (int64_t)1 << 46;
    for (int d = 0; d < out.rank; d++) {
        int64_t before = pads.before[d], after = pads.after[d], dim = out.dims[d];
        bool sane = before > -most && before < most && after > -most && after < most;
        if (!sane || dim + before + after < 0)
            return ink_op_fail(ctx, INK_E_MODEL, "pads %lld and %lld are impossible for dimension %d, which is %lld",
                               (long long)before, (long long)after, d, (long long)dim);
        out.dims[d] = dim + before + after;
        if (dim == 0 && out.dims[d] && at->mode != CONSTANT)
            return ink_op_fail(ctx, INK_E_MODEL, "dimension %d is empty, there is nothing to repeat", d);
    }
    size_t count;
    char text[INK_SHAPE_TEXT_MAX];
    if (!ink_shape_count(&out, &count))
        return ink_op_fail(ctx, INK_E_LIMIT, "its output would be %s", ink_shape_text(&out, text));
    ctx->out[0]->shape = out;
    return INK_OK;
}

/* The place in a dimension of the input, or -1 for the constant. */
static int64_t source_of(enum mode mode, int64_t i, int64_t dim)
{
    if (i >= 0 && i < dim) return i;
    int64_t period;
    switch (mode) {
    case EDGE: return i < 0 ? 0 : dim - 1;
    case WRAP: return (i % dim + dim) % dim;
    case REFLECT:
        if (dim == 1) return 0;
        period = 2 * (dim - 1);
        i = (i % period + period) % period;
        return i < dim ? i : period - i;
    default: return -1;
    }
}

struct job {
    enum mode mode;
    const struct ink_shape *in, *out;
    const struct pads *pads;
    size_t element;
    const char *data, *value;
};

static void fill(char *to, const char *value, size_t element, int64_t n)
{
    for (int64_t i = 0; i < n; i++) memcpy(to + (size_t)i * element, value, element);
}

/* One row of the output; `from` is the input's row, NULL where all of it is the constant. */
static void pad_row(const struct job *job, const char *from, char *to)
{
    int last = job->out->rank - 1;
    int64_t n = job->out->dims[last], dim = job->in->dims[last], before = job->pads->before[last];
    if (!from) {
        fill(to, job->value, job->element, n);
        return;
    }
    for (int64_t i = 0; i < n;) {
        int64_t source = source_of(job->mode, i - before, dim), run = 1;
        /* what lies inside of the input is copied at once */
        if (i - before >= 0 && i - before < dim) run = dim - source < n - i ? dim - source : n - i;
        const char *element = source < 0 ? job->value : from + (size_t)source * job->element;
        memcpy(to + (size_t)i * job->element, element, (size_t)run * job->element);
        i += run;
    }
}

/* The input's row that is output row `row`, by its outer indices. */
static const char *row_source(const struct job *job, size_t row)
{
    size_t at = 0, span = 1;
    for (int d = job->out->rank - 2; d >= 0; d--) {
        size_t dim = (size_t)job->out->dims[d];
        int64_t i = (int64_t)(row % dim) - job->pads->before[d];
        int64_t source = source_of(job->mode, i, job->in->dims[d]);
        row /= dim;
        if (source < 0) return NULL;
        at += (size_t)source * span;
        span *= (size_t)job->in->dims[d];
    }
    return job->data + at * (size_t)job->in->dims[job->in->rank - 1] * job->element;
}

ink_status ink_pad_run(struct ink_op_ctx *ctx)
{
    static const char zeros[16];
    if (ink_is_packed(ctx->in[0])) return ink_packed_run(ctx, ink_pad_run);
    const struct attributes *at = ctx->attributes;
    struct ink_tensor *out = ctx->out[0];
    struct pads pads;
    ink_status st = find_pads(ctx, &pads);
    if (st || !ink_tensor_count(out)) return st;
    struct job job = {at->mode, &ctx->in[0]->shape, &out->shape, &pads};
    job.element = ink_dtype_bits(out->dtype) / 8;
    job.data = ctx->in[0]->data;
    job.value = at->pads.given ? at->value : ink_op_has(ctx, 2) ? ctx->in[2]->data : zeros;
    if (!out->shape.rank) {
        memcpy(out->data, job.data, job.element);
        return INK_OK;
    }
    size_t rows = ink_shape_span(&out->shape, 0, out->shape.rank - 1);
    size_t row_bytes = (size_t)out->shape.dims[out->shape.rank - 1] * job.element;
    bool nothing = ink_tensor_count(ctx->in[0]) == 0;
    for (size_t r = 0; r < rows; r++)
        pad_row(&job, nothing ? NULL : row_source(&job, r), (char *)out->data + r * row_bytes);
    return INK_OK;
}
