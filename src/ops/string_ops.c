/* SPDX-License-Identifier: MIT */
#include "ops/string_ops.h"

#include "base/checked.h"
#include "ops/walk.h"

ink_status ink_strings_resize(struct ink_op_ctx *ctx, int i, const struct ink_shape *shape, size_t text_bytes,
                              struct ink_view **views, char **text)
{
    size_t n, all, behind = text_bytes / sizeof(struct ink_view) + (text_bytes % sizeof(struct ink_view) != 0);
    if (!ink_shape_count(shape, &n) || !ink_add_size(n, behind, &all) || all > INT64_MAX)
        return ink_op_fail(ctx, INK_E_LIMIT, "its strings are too long");
    ink_status st = ctx->resize(ctx, i, &(struct ink_shape){1, {(int64_t)all}});
    if (st) return st;
    ctx->out[i]->shape = *shape;
    *views = ctx->out[i]->data;
    *text = (char *)(*views + n);
    return INK_OK;
}

/* --- StringConcat --- */

struct concat {
    const struct ink_view *a, *b;
    struct ink_view *out; /* NULL: only the length is wanted */
    char *text;
    size_t bytes;
    bool too_long;
};

static void concat_row(const void *arg, const struct ink_walk *walk, size_t n, const size_t *in_at, size_t out_at)
{
    struct concat *job = *(struct concat *const *)arg;
    for (size_t i = 0; i < n; i++) {
        struct ink_view a = job->a[in_at[0] + i * walk->row_step[0]], b = job->b[in_at[1] + i * walk->row_step[1]];
        if (!job->out) {
            bool fits = ink_add_size(job->bytes, a.len, &job->bytes) && ink_add_size(job->bytes, b.len, &job->bytes);
            job->too_long = job->too_long || !fits;
            continue;
        }
        if (a.len) memcpy(job->text, a.data, a.len);
        if (b.len) memcpy(job->text + a.len, b.data, b.len);
        job->out[out_at + i] = ink_view_of(job->text, a.len + b.len);
        job->text += a.len + b.len;
    }
}

ink_status ink_string_concat_run(struct ink_op_ctx *ctx)
{
    struct concat job = {.a = ctx->in[0]->data, .b = ctx->in[1]->data}, *arg = &job;
    const struct ink_shape *shapes[] = {&ctx->in[0]->shape, &ctx->in[1]->shape};
    struct ink_walk walk;
    ink_status st = ink_op_shape_broadcast(ctx);
    if (st) return st;
    struct ink_shape shape = ctx->out[0]->shape;
    ink_walk_plan(&walk, &shape, shapes, 2);
    ink_walk_run(&walk, NULL, concat_row, &arg);
    if (job.too_long) return ink_op_fail(ctx, INK_E_LIMIT, "its strings are too long");
    st = ink_strings_resize(ctx, 0, &shape, job.bytes, &job.out, &job.text);
    if (!st) ink_walk_run(&walk, NULL, concat_row, &arg);
    return st;
}

/* --- StringSplit --- */

struct split {
    struct ink_view delimiter; /* empty: white space */
    int64_t most;              /* splits; negative: as many as there are */
};

ink_status ink_string_split_load(struct ink_op_ctx *ctx)
{
    struct split *my = INK_ARENA_NEW(ctx->arena, struct split);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_text(ctx, "delimiter", "", &my->delimiter);
    return st ? st : ink_op_attr_i64(ctx, "maxsplit", -1, &my->most);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct ink_view *rest)
{
    while (rest->len && is_space(*rest->data)) *rest = ink_view_of(rest->data + 1, rest->len - 1);
}

/* Where the delimiter is next; rest->len where it is no more. */
static size_t find_end(const struct split *my, const struct ink_view *rest)
{
    size_t len = my->delimiter.len;
    for (size_t i = 0; i < rest->len; i++) {
        if (len == 0 ? is_space(rest->data[i])
                     : rest->len - i >= len && !memcmp(rest->data + i, my->delimiter.data, len))
            return i;
    }
    return rest->len;
}

/* The pieces of a string to out, or only their number. */
static size_t split(const struct split *my, struct ink_view rest, struct ink_view *out)
{
    size_t count = 0;
    bool by_space = my->delimiter.len == 0;
    if (by_space) skip_space(&rest);
    if (by_space && rest.len == 0) return 0;
    for (;;) {
        bool last = my->most >= 0 && count >= (uint64_t)my->most;
        size_t end = last ? rest.len : find_end(my, &rest);
        if (out) out[count] = ink_view_of(rest.data, end);
        count++;
        if (end == rest.len) return count;
        size_t skipped = end + (by_space ? 1 : my->delimiter.len);
        rest = ink_view_of(rest.data + skipped, rest.len - skipped);
        if (by_space) skip_space(&rest);
        if (by_space && rest.len == 0) return count;
    }
}

/* The pieces are views into the input's strings, which live as long as the run. */
ink_status ink_string_split_run(struct ink_op_ctx *ctx)
{
    const struct split *my = ctx->attributes;
    const struct ink_view *x = ctx->in[0]->data;
    struct ink_shape shape = ctx->in[0]->shape;
    size_t n = ink_tensor_count(ctx->in[0]), most = 0;
    if (shape.rank == INK_RANK_MAX) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "more than %d dimensions", INK_RANK_MAX);
    ink_status st = ink_op_wants(ctx, 1) ? ctx->resize(ctx, 1, &shape) : INK_OK;
    if (st) return st;
    int64_t *counts = ink_op_wants(ctx, 1) ? ctx->out[1]->data : NULL;
    for (size_t i = 0; i < n; i++) {
        size_t count = split(my, x[i], NULL);
        if (counts) counts[i] = (int64_t)count;
        if (count > most) most = count;
    }
    shape.dims[shape.rank++] = (int64_t)most;
    st = ctx->resize(ctx, 0, &shape);
    struct ink_view *y = st ? NULL : ctx->out[0]->data;
    for (size_t i = 0; !st && i < n; i++) {
        size_t count = split(my, x[i], y + i * most);
        for (size_t k = count; k < most; k++) y[i * most + k] = (struct ink_view){0};
    }
    return st;
}
