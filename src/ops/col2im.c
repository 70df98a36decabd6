/* SPDX-License-Identifier: MIT */
/* Col2Im: columns [N, C * block, L], one for each place of a block that slides over a picture, summed up to the picture
 * [N, C, image...]. */
#include <limits.h>

#include "ops/conv.h"
#include "ops/floats.h"
#include "ops/lists.h"

struct lists {
    struct ink_list strides, dilations, pads;
};

struct sizes {
    int rank;
    int64_t image[INK_RANK_MAX], block[INK_RANK_MAX], slides[INK_RANK_MAX];
    int64_t stride[INK_RANK_MAX], dilation[INK_RANK_MAX], pad[INK_RANK_MAX];
    size_t block_count, slide_count;
};

ink_status ink_col2im_load(struct ink_op_ctx *ctx)
{
    struct lists *my = INK_ARENA_NEW(ctx->arena, struct lists);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_list_attribute(ctx, "strides", &my->strides);
    if (!st) st = ink_list_attribute(ctx, "dilations", &my->dilations);
    return st ? st : ink_list_attribute(ctx, "pads", &my->pads);
}

/* Numbers [from, from + rank) of a list, each least..INT_MAX; `least` (or 1) for all where it is left out. */
static ink_status take(const struct ink_op_ctx *ctx, const char *name, const struct ink_list *list, size_t from,
                       int rank, int64_t least, int64_t *out)
{
    for (int d = 0; d < rank; d++) {
        out[d] = list->given ? ink_list_at(list, from + (size_t)d) : least;
        if (out[d] < least || out[d] > INT_MAX)
            return ink_op_fail(ctx, INK_E_MODEL, "%s has the value %lld", name, (long long)out[d]);
    }
    return INK_OK;
}

static ink_status fit_lists(const struct ink_op_ctx *ctx, struct sizes *z, int64_t *pad_end)
{
    const struct lists *my = ctx->attributes;
    struct ink_list image, block;
    ink_status st = ink_list_input(ctx, 1, &image);
    ink_status st_block = ink_list_input(ctx, 2, &block);
    if (st || st_block) return st ? st : st_block;
    size_t rank = image.count;
    if (rank < 1 || rank > INK_RANK_MAX - 2 || block.count != rank ||
        (my->strides.given && my->strides.count != rank) || (my->dilations.given && my->dilations.count != rank) ||
        (my->pads.given && my->pads.count != 2 * rank))
        return ink_op_fail(ctx, INK_E_MODEL, "its lists are not for a picture of %zu dimensions", rank);
    z->rank = (int)rank;
    st = take(ctx, "image_shape", &image, 0, z->rank, 1, z->image);
    if (!st) st = take(ctx, "block_shape", &block, 0, z->rank, 1, z->block);
    if (!st) st = take(ctx, "strides", &my->strides, 0, z->rank, 1, z->stride);
    if (!st) st = take(ctx, "dilations", &my->dilations, 0, z->rank, 1, z->dilation);
    if (!st) st = take(ctx, "pads", &my->pads, 0, z->rank, 0, z->pad);
    return st ? st : take(ctx, "pads", &my->pads, rank, z->rank, 0, pad_end);
}

static ink_status fit(const struct ink_op_ctx *ctx, struct sizes *z)
{
    const struct ink_shape *x = &ctx->in[0]->shape;
    int64_t pad_end[INK_RANK_MAX], room;
    char text[INK_SHAPE_TEXT_MAX];
    ink_status st = fit_lists(ctx, z, pad_end);
    if (st) return st;
    struct ink_shape blocks = {.rank = z->rank}, slides = {.rank = z->rank};
    for (int d = 0; d < z->rank; d++) {
        room = z->image[d] + z->pad[d] + pad_end[d] - (z->block[d] - 1) * z->dilation[d] - 1; /* all below 2^31 */
        z->slides[d] = room < 0 ? 0 : room / z->stride[d] + 1;
        blocks.dims[d] = z->block[d];
        slides.dims[d] = z->slides[d];
    }
    if (!ink_shape_count(&blocks, &z->block_count) || !ink_shape_count(&slides, &z->slide_count))
        return ink_op_fail(ctx, INK_E_LIMIT, "blocks %s are too many", ink_shape_text(&slides, text));
    if (x->rank != 3 || x->dims[1] % (int64_t)z->block_count || x->dims[2] != (int64_t)z->slide_count)
        return ink_op_fail(ctx, INK_E_MODEL, "columns %s are not of %zu places of a block of %zu",
                           ink_shape_text(x, text), z->slide_count, z->block_count);
    return INK_OK;
}

ink_status ink_col2im_shape(struct ink_op_ctx *ctx)
{
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st) return st;
    const struct ink_shape *x = &ctx->in[0]->shape;
    struct ink_shape y = {.rank = z.rank + 2, .dims = {x->dims[0], x->dims[1] / (int64_t)z.block_count}};
    for (int d = 0; d < z.rank; d++) y.dims[2 + d] = z.image[d];
    ctx->out[0]->shape = y;
    return INK_OK;
}

ink_status ink_col2im_prepare(struct ink_op_ctx *ctx)
{
    struct ink_floats_plan *floats = INK_ARENA_NEW(ctx->arena, struct ink_floats_plan);
    if (!floats) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = floats;
    return ink_floats_prepare(ctx, floats, 0, 0);
}

/* y[i] += x[k]; integers as unsigned ones, which wrap. */
typedef void add_fn(void *y, size_t i, const void *x, size_t k);

#define ADD(T)                                                                                                         \
    static void add_##T(void *y, size_t i, const void *x, size_t k)                                                    \
    {                                                                                                                  \
        ((T *)y)[i] = (T)(((T *)y)[i] + ((const T *)x)[k]);                                                            \
    }
ADD(float)
ADD(double)
ADD(uint8_t)
ADD(uint16_t)
ADD(uint32_t)
ADD(uint64_t)

static add_fn *add_of(enum ink_dtype dtype)
{
    if (dtype == INK_DOUBLE) return add_double;
    if (INK_TYPES_FLOAT & INK_DTYPE_BIT(dtype)) return add_float; /* halves come as floats */
    switch (ink_dtype_bits(dtype)) {
    case 8: return add_uint8_t;
    case 16: return add_uint16_t;
    case 32: return add_uint32_t;
    default: return add_uint64_t;
    }
}

/* Where element `element` of the block at place `slide` lies in the picture; false where that is in the padding. */
static bool find_pixel(const struct sizes *z, size_t element, size_t slide, size_t *out)
{
    size_t step = 1;
    *out = 0;
    for (int d = z->rank - 1; d >= 0; d--) {
        int64_t at = (int64_t)(slide % (size_t)z->slides[d]) * z->stride[d] - z->pad[d] +
                     (int64_t)(element % (size_t)z->block[d]) * z->dilation[d];
        if (at < 0 || at >= z->image[d]) return false;
        slide /= (size_t)z->slides[d];
        element /= (size_t)z->block[d];
        *out += (size_t)at * step;
        step *= (size_t)z->image[d];
    }
    return true;
}

ink_status ink_col2im_run(struct ink_op_ctx *ctx)
{
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st || ink_op_is_empty(ctx)) return st;
    enum ink_dtype dtype = ctx->in[0]->dtype;
    bool halves = dtype == INK_FLOAT16 || dtype == INK_BFLOAT16;
    struct ink_floats floats = ink_floats_begin(ctx, ctx->prepared);
    const void *x = halves ? ink_floats_in(ctx, &floats, 0) : ctx->in[0]->data;
    void *y = halves ? ink_floats_out(ctx, &floats, 0) : ctx->out[0]->data;
    add_fn *add = add_of(dtype);
    size_t pixels = ink_shape_span(&ctx->out[0]->shape, 2, z.rank + 2), count = ink_tensor_count(ctx->out[0]);
    memset(y, 0, halves ? count * sizeof(float) : ink_tensor_bytes(ctx->out[0]));
    for (size_t element = 0; element < z.block_count; element++)
        for (size_t slide = 0; slide < z.slide_count; slide++) {
            size_t pixel;
            if (!find_pixel(&z, element, slide, &pixel)) continue;
            for (size_t plane = 0; plane < count / pixels; plane++)
                add(y, plane * pixels + pixel, x, (plane * z.block_count + element) * z.slide_count + slide);
        }
    if (halves) ink_floats_end(ctx, &floats);
    return INK_OK;
}
