/* SPDX-License-Identifier: MIT */
/* Unique: elements, or slices along an axis, each once; sorted or as they come first. NaN equals NaN and is the largest. */
#include <stdlib.h>

#include "base/checked.h"
#include "ops/indexed.h"
#include "ops/topk.h"

struct unique {
    bool flattens, sorts;
    int64_t axis;
};

/* X seen as [outer, n, inner]. */
struct view {
    enum ink_dtype dtype;
    const char *data;
    size_t outer, n, inner, size;
};

/* Equal slices: [first, end) of the sorted ones. */
struct group {
    size_t first, end;
    size_t slice; /* the one of them that comes first */
};

ink_status ink_unique_load(struct ink_op_ctx *ctx)
{
    struct unique *my = INK_ARENA_NEW(ctx->arena, struct unique);
    int64_t sorted = 1;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    my->flattens = !ink_op_attr_given(ctx, "axis");
    ink_status st = ink_op_attr_i64(ctx, "axis", 0, &my->axis);
    if (!st) st = ink_op_attr_i64(ctx, "sorted", 1, &sorted);
    my->sorts = sorted != 0;
    return st;
}

static ink_status view_of(const struct ink_op_ctx *ctx, struct view *v)
{
    const struct unique *my = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    int axis;
    *v = (struct view){x->dtype, x->data, 1, 0, 1, ink_dtype_bits(x->dtype) / 8};
    if (my->flattens) {
        v->n = ink_tensor_count(x);
        return INK_OK;
    }
    ink_status st = ink_op_axis(ctx, my->axis, x->shape.rank, false, &axis);
    if (st) return st;
    v->n = (size_t)x->shape.dims[axis];
    v->outer = ink_shape_span(&x->shape, 0, axis);
    v->inner = ink_shape_span(&x->shape, axis + 1, x->shape.rank);
    return INK_OK;
}

/* Slices in order, then their groups. */
ink_status ink_unique_prepare(struct ink_op_ctx *ctx)
{
    struct view v;
    ink_status st = view_of(ctx, &v);
    size_t room = st || v.n == 0 ? 1 : v.n; /* there is scratch for nothing too */
    if (!st && !ink_mul_size(room, sizeof(size_t) + sizeof(struct group), &ctx->scratch_bytes))
        st = ink_op_fail(ctx, INK_E_LIMIT, "%zu elements are too many", v.n);
    return st;
}

static int compare_elements(const struct view *v, const char *a, const char *b)
{
    if (v->dtype == INK_STRING) {
        const struct ink_view *x = (const struct ink_view *)a, *y = (const struct ink_view *)b;
        size_t least = x->len < y->len ? x->len : y->len;
        int order = least ? memcmp(x->data, y->data, least) : 0;
        return order ? order : x->len < y->len ? -1 : x->len > y->len;
    }
    bool is_complex = v->dtype == INK_COMPLEX64 || v->dtype == INK_COMPLEX128;
    enum ink_dtype part = v->dtype == INK_COMPLEX64 ? INK_FLOAT : v->dtype == INK_COMPLEX128 ? INK_DOUBLE : v->dtype;
    for (size_t i = 0; i <= is_complex; i++) {
        size_t at = i * v->size / 2;
        uint64_t x = ink_sort_key(part, a + at), y = ink_sort_key(part, b + at);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static int compare_slices(const struct view *v, size_t a, size_t b)
{
    for (size_t o = 0; o < v->outer; o++)
        for (size_t i = 0; i < v->inner; i++) {
            const char *row = v->data + (o * v->n * v->inner + i) * v->size;
            int order = compare_elements(v, row + a * v->inner * v->size, row + b * v->inner * v->size);
            if (order) return order;
        }
    return 0;
}

static int by_content(const void *a, const void *b, void *view)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = compare_slices(view, x, y);
    return order ? order : x < y ? -1 : x > y;
}

static int by_slice(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return x->slice < y->slice ? -1 : x->slice > y->slice;
}

static size_t find_groups(struct view *v, size_t *order, struct group *groups)
{
    size_t count = 0;
    for (size_t i = 0; i < v->n; i++) order[i] = i;
    if (v->n) qsort_r(order, v->n, sizeof *order, by_content, v);
    for (size_t i = 0; i < v->n; i++) {
        if (i == 0 || compare_slices(v, order[i - 1], order[i]))
            groups[count++] = (struct group){.first = i, .slice = order[i]};
        groups[count - 1].end = i + 1;
    }
    return count;
}

static ink_status give_values(struct ink_op_ctx *ctx, const struct view *v, const struct group *groups, size_t count)
{
    const struct unique *my = ctx->attributes;
    struct ink_shape shape = {1, {(int64_t)count}};
    if (!my->flattens) {
        shape = ctx->in[0]->shape;
        shape.dims[my->axis < 0 ? my->axis + shape.rank : my->axis] = (int64_t)count;
    }
    ink_status st = ctx->resize(ctx, 0, &shape);
    size_t bytes = v->inner * v->size;
    char *y = st ? NULL : ctx->out[0]->data;
    for (size_t o = 0; !st && bytes && count && o < v->outer; o++)
        for (size_t g = 0; g < count; g++, y += bytes) memcpy(y, v->data + (o * v->n + groups[g].slice) * bytes, bytes);
    return st;
}

/* Output i, a list of n numbers; *out = NULL where nobody wants it. */
static ink_status give_list(struct ink_op_ctx *ctx, int i, size_t n, int64_t **out)
{
    *out = NULL;
    if (!ink_op_wants(ctx, i)) return INK_OK;
    ink_status st = ctx->resize(ctx, i, &(struct ink_shape){1, {(int64_t)n}});
    if (!st) *out = ctx->out[i]->data;
    return st;
}

ink_status ink_unique_run(struct ink_op_ctx *ctx)
{
    const struct unique *my = ctx->attributes;
    struct view v;
    int64_t *indices, *inverse, *counts;
    ink_status st = view_of(ctx, &v);
    if (st) return st;
    struct group *groups = ctx->scratch;
    size_t *order = (size_t *)(groups + v.n), count = find_groups(&v, order, groups);
    if (!my->sorts && count) qsort(groups, count, sizeof *groups, by_slice);
    st = give_values(ctx, &v, groups, count);
    if (!st) st = give_list(ctx, 1, count, &indices);
    if (!st) st = give_list(ctx, 2, v.n, &inverse);
    if (!st) st = give_list(ctx, 3, count, &counts);
    for (size_t g = 0; !st && g < count; g++) {
        if (indices) indices[g] = (int64_t)groups[g].slice;
        if (counts) counts[g] = (int64_t)(groups[g].end - groups[g].first);
        for (size_t i = groups[g].first; inverse && i < groups[g].end; i++) inverse[order[i]] = (int64_t)g;
    }
    return st;
}
