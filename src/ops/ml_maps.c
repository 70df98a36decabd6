/* SPDX-License-Identifier: MIT */
/* ZipMap, CastMap, DictVectorizer: between maps and rows of tensors. */
#include <stdio.h>
#include <stdlib.h>

#include "ops/elements.h"
#include "ops/ml.h"
#include "ops/ml_keys.h"

/* --- ZipMap: scores [N,E] or [E] -> a sequence of maps from the classes' labels to them --- */

ink_status ink_zip_map_load(struct ink_op_ctx *ctx)
{
    const struct ink_view *strings;
    const int64_t *integers;
    size_t string_count, integer_count;
    struct ink_tensor *labels = INK_ARENA_NEW(ctx->arena, struct ink_tensor);
    if (!labels) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = labels;
    ink_status st = ink_op_attr_texts(ctx, "classlabels_strings", &strings, &string_count);
    if (!st) st = ink_op_attr_i64s(ctx, "classlabels_int64s", &integers, &integer_count);
    if (st) return st;
    if ((string_count > 0) == (integer_count > 0))
        return ink_op_fail(ctx, INK_E_MODEL, "one of classlabels_strings and classlabels_int64s must be given");
    *labels = string_count ? ink_keys_of_strings(strings, string_count) : ink_keys_of_integers(integers, integer_count);
    enum ink_dtype map = ink_dtype_wrap(ctx->types[0], string_count ? INK_MAP_STRING : INK_MAP_INT64);
    ctx->types[1] = ink_dtype_wrap(map, INK_SEQUENCE);
    return INK_OK;
}

ink_status ink_zip_map_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *labels = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    size_t count = ink_tensor_count(labels);
    char text[INK_SHAPE_TEXT_MAX];
    if (x->rank < 1 || x->rank > 2 || x->dims[x->rank - 1] != (int64_t)count)
        return ink_op_fail(ctx, INK_E_MODEL, "its input %s has no score for each of %zu classes",
                           ink_shape_text(x, text), count);
    size_t rows = x->rank == 2 ? (size_t)x->dims[0] : 1;
    ink_status st = ctx->resize(ctx, 0, &(struct ink_shape){1, {(int64_t)rows}});
    if (st) return st;
    struct ink_tensor *maps = ctx->out[0]->data;
    struct ink_tensor *pairs = INK_ARENA_ARRAY(ctx->arena, struct ink_tensor, 2 * rows + 1);
    float *values = INK_ARENA_ARRAY(ctx->arena, float, rows *count + 1);
    if (!pairs || !values) return ink_op_fail(ctx, INK_E_OOM, "its maps do not fit into memory");
    if (rows) memcpy(values, ctx->in[0]->data, rows * count * sizeof *values);
    for (size_t r = 0; r < rows; r++, pairs += 2, values += count) {
        pairs[0] = *labels;
        pairs[1] = (struct ink_tensor){INK_FLOAT, {1, {(int64_t)count}}, values};
        maps[r] = (struct ink_tensor){ink_dtype_inside(ctx->types[1], INK_SEQUENCE), {1, {2}}, pairs};
    }
    return INK_OK;
}

/* --- one value after the other out of a map --- */

struct reader {
    struct ink_keys keys;
    struct ink_tensor values;
};

static ink_status read_map(struct ink_op_ctx *ctx, struct reader *out)
{
    const struct ink_tensor *pair = ctx->in[0]->data;
    out->values = pair[1];
    return ink_keys_init(ctx, &pair[0], &out->keys);
}

static ink_status row_of(struct ink_op_ctx *ctx, size_t count)
{
    ink_status st = ctx->resize(ctx, 0, &(struct ink_shape){2, {1, (int64_t)count}});
    if (!st && count) memset(ctx->out[0]->data, 0, ink_tensor_bytes(ctx->out[0]));
    return st;
}

/* --- DictVectorizer: [1,C], the value of each key of a list; 0 or "" where the map has none --- */

ink_status ink_dict_vectorizer_load(struct ink_op_ctx *ctx)
{
    const struct ink_view *strings;
    const int64_t *integers;
    size_t string_count, integer_count;
    struct ink_tensor *vocabulary = INK_ARENA_NEW(ctx->arena, struct ink_tensor);
    if (!vocabulary) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = vocabulary;
    ink_status st = ink_op_attr_texts(ctx, "string_vocabulary", &strings, &string_count);
    if (!st) st = ink_op_attr_i64s(ctx, "int64_vocabulary", &integers, &integer_count);
    if (st) return st;
    bool words = ctx->types[0] & INK_MAP_STRING;
    if ((words ? string_count : integer_count) == 0 || (ctx->types[0] & INK_SEQUENCE))
        return ink_op_fail(ctx, INK_E_MODEL, "its input is %s, and there is no list of its keys",
                           ink_dtype_word(ctx->types[0]));
    *vocabulary = words ? ink_keys_of_strings(strings, string_count) : ink_keys_of_integers(integers, integer_count);
    ctx->types[1] = ink_dtype_inside(ctx->types[0], INK_DTYPE_CONTAINERS);
    return INK_OK;
}

ink_status ink_dict_vectorizer_run(struct ink_op_ctx *ctx)
{
    const struct ink_tensor *vocabulary = ctx->attributes;
    size_t count = ink_tensor_count(vocabulary), size = ink_dtype_bits(ctx->types[1]) / 8;
    struct reader map;
    ink_status st = read_map(ctx, &map);
    if (!st) st = row_of(ctx, count);
    for (size_t i = 0; !st && i < count; i++) {
        int64_t place = ink_keys_find(&map.keys, vocabulary, i);
        if (place == INK_KEY_NONE) continue;
        memcpy((char *)ctx->out[0]->data + i * size, (const char *)map.values.data + (size_t)place * size, size);
    }
    return st;
}

/* --- CastMap: the values in the order of their keys, or each at its key's place --- */

struct cast_map {
    bool sparse;
    int64_t width; /* where it is sparse */
};

ink_status ink_cast_map_load(struct ink_op_ctx *ctx)
{
    struct cast_map *my = INK_ARENA_NEW(ctx->arena, struct cast_map);
    struct ink_view to, form;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_text(ctx, "cast_to", "TO_FLOAT", &to);
    if (!st) st = ink_op_attr_text(ctx, "map_form", "DENSE", &form);
    if (!st) st = ink_op_attr_i64(ctx, "max_map", 1, &my->width);
    if (st) return st;
    enum ink_dtype inside = ink_dtype_inside(ctx->types[0], INK_MAP_INT64);
    if (inside != INK_FLOAT && inside != INK_STRING)
        return ink_op_fail(ctx, INK_E_MODEL, "its input is %s", ink_dtype_word(ctx->types[0]));
    my->sparse = ink_view_is(form, "SPARSE");
    ctx->types[1] = ink_view_is(to, "TO_FLOAT")    ? INK_FLOAT
                    : ink_view_is(to, "TO_INT64")  ? INK_INT64
                    : ink_view_is(to, "TO_STRING") ? INK_STRING
                                                   : INK_DTYPE_NONE;
    if (!ctx->types[1] || (!my->sparse && !ink_view_is(form, "DENSE")) || my->width < 0)
        return ink_op_fail(ctx, INK_E_MODEL, "cast_to \"%.*s\", map_form \"%.*s\" or max_map %lld is none",
                           INK_VIEW_ARGS(to), INK_VIEW_ARGS(form), (long long)my->width);
    return INK_OK;
}

static ink_status number_of(const struct ink_op_ctx *ctx, struct ink_view text, float *number)
{
    char copy[64], *end = copy;
    if (text.len < sizeof copy) {
        memcpy(copy, text.len ? (const char *)text.data : "", text.len);
        copy[text.len] = '\0';
        *number = strtof(copy, &end);
    }
    return end != copy ? INK_OK : ink_op_fail(ctx, INK_E_MODEL, "\"%.*s\" is no number", INK_VIEW_ARGS(text));
}

static ink_status put(struct ink_op_ctx *ctx, const struct ink_tensor *values, size_t place, size_t i)
{
    struct ink_tensor *y = ctx->out[0];
    float number = 0;
    if (values->dtype == INK_STRING && y->dtype == INK_STRING) {
        ((struct ink_view *)y->data)[i] = ((const struct ink_view *)values->data)[place];
        return INK_OK;
    }
    ink_status st = INK_OK;
    if (values->dtype == INK_STRING)
        st = number_of(ctx, ((const struct ink_view *)values->data)[place], &number);
    else
        number = ((const float *)values->data)[place];
    if (st) return st;
    if (y->dtype != INK_STRING) {
        ink_convert(1, INK_FLOAT, &number, y->dtype, (char *)y->data + i * (ink_dtype_bits(y->dtype) / 8), false,
                    INK_ROUND_NEAREST);
        return INK_OK;
    }
    char *text = ink_arena_printf(ctx->arena, "%f", (double)number);
    if (!text) return ink_op_fail(ctx, INK_E_OOM, "its strings do not fit into memory");
    ((struct ink_view *)y->data)[i] = ink_view_text(text);
    return INK_OK;
}

ink_status ink_cast_map_run(struct ink_op_ctx *ctx)
{
    const struct cast_map *my = ctx->attributes;
    struct reader map;
    ink_status st = read_map(ctx, &map);
    if (st) return st;
    size_t count = ink_tensor_count(&map.keys.values);
    const int64_t *keys = map.keys.values.data;
    st = row_of(ctx, my->sparse ? (size_t)my->width : count);
    for (size_t i = 0; !st && my->sparse && ctx->types[1] == INK_STRING && i < (size_t)my->width; i++)
        ((struct ink_view *)ctx->out[0]->data)[i] = ink_view_text("0.f"); /* as ONNX Runtime fills it */
    for (size_t i = 0; !st && i < count; i++) {
        size_t place = map.keys.order[i];
        if (my->sparse && keys[place] < 0)
            return ink_op_fail(ctx, INK_E_MODEL, "the map has key %lld", (long long)keys[place]);
        if (!my->sparse || keys[place] < my->width)
            st = put(ctx, &map.values, place, my->sparse ? (size_t)keys[place] : i);
    }
    return st;
}
