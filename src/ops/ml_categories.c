/* SPDX-License-Identifier: MIT */
/* CategoryMapper, LabelEncoder, OneHotEncoder: values that are looked up in a list. */
#include <math.h>

#include "ops/ml.h"
#include "ops/ml_keys.h"

/* --- from one value to another --- */

struct encoder {
    struct ink_keys keys;
    struct ink_tensor values;    /* as many as there are keys */
    struct ink_tensor otherwise; /* one value, for what is no key; it lies in the model or is one of these: */
    int64_t integer;
    struct ink_view text;
    float number;
    double wide;
};

static struct encoder *new_encoder(struct ink_op_ctx *ctx)
{
    struct encoder *my = INK_ARENA_NEW(ctx->arena, struct encoder);
    ctx->attributes = my;
    return my;
}

/* keys -> values, of which there are as many; what is no key becomes default_string, default_int64 or default_float. */
static ink_status set_lists(struct ink_op_ctx *ctx, struct encoder *my, const struct ink_tensor *keys,
                            const struct ink_tensor *values, const char *default_text)
{
    if (keys->dtype != ctx->types[0])
        return ink_op_fail(ctx, INK_E_MODEL, "its input is %s, its keys are %s", ink_dtype_word(ctx->types[0]),
                           ink_dtype_word(keys->dtype));
    if (ink_tensor_count(keys) != ink_tensor_count(values))
        return ink_op_fail(ctx, INK_E_MODEL, "%zu values for %zu keys", ink_tensor_count(values),
                           ink_tensor_count(keys));
    my->values = *values;
    ctx->types[1] = values->dtype;
    ink_status st = ink_op_attr_i64(ctx, "default_int64", -1, &my->integer);
    if (!st) st = ink_op_attr_text(ctx, "default_string", default_text, &my->text);
    if (!st) st = ink_op_attr_f32(ctx, "default_float", -0.0f, &my->number);
    if (st) return st;
    my->wide = (double)my->number;
    if (!my->otherwise.data)
        my->otherwise.data = values->dtype == INK_STRING   ? (void *)&my->text
                             : values->dtype == INK_FLOAT  ? (void *)&my->number
                             : values->dtype == INK_DOUBLE ? (void *)&my->wide
                                                           : (void *)&my->integer; /* its low bytes come first */
    return ink_keys_init(ctx, keys, &my->keys);
}

ink_status ink_category_mapper_load(struct ink_op_ctx *ctx)
{
    const struct ink_view *strings;
    const int64_t *integers;
    size_t string_count, integer_count;
    struct encoder *my = new_encoder(ctx);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ink_status st = ink_op_attr_texts(ctx, "cats_strings", &strings, &string_count);
    if (!st) st = ink_op_attr_i64s(ctx, "cats_int64s", &integers, &integer_count);
    if (st) return st;
    struct ink_tensor words = ink_keys_of_strings(strings, string_count);
    struct ink_tensor numbers = ink_keys_of_integers(integers, integer_count);
    bool from_words = ctx->types[0] == INK_STRING;
    return set_lists(ctx, my, from_words ? &words : &numbers, from_words ? &numbers : &words, "_Unused");
}

/* Strings to their places in the list, or places to strings. */
ink_status ink_label_encoder_old_load(struct ink_op_ctx *ctx)
{
    const struct ink_view *strings;
    size_t count;
    struct encoder *my = new_encoder(ctx);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ink_status st = ink_op_attr_texts(ctx, "classes_strings", &strings, &count);
    int64_t *places = INK_ARENA_ARRAY(ctx->arena, int64_t, st ? 0 : count + 1);
    if (st) return st;
    if (!places) return ink_op_fail(ctx, INK_E_OOM, "no memory for its %zu classes", count);
    for (size_t i = 0; i < count; i++) places[i] = (int64_t)i;
    struct ink_tensor words = ink_keys_of_strings(strings, count), numbers = ink_keys_of_integers(places, count);
    bool from_words = ctx->types[0] == INK_STRING;
    return set_lists(ctx, my, from_words ? &words : &numbers, from_words ? &numbers : &words, "_Unused");
}

/* PREFIX_tensor, PREFIX_strings, PREFIX_int64s or PREFIX_floats, whichever is given. */
static ink_status list_named(const struct ink_op_ctx *ctx, const char *const names[4], struct ink_tensor *out)
{
    const struct ink_tensor *tensor;
    const struct ink_view *strings;
    const int64_t *integers;
    const float *floats;
    size_t counts[3];
    ink_status st = ink_op_attr_tensor(ctx, names[0], &tensor);
    if (!st) st = ink_op_attr_texts(ctx, names[1], &strings, &counts[0]);
    if (!st) st = ink_op_attr_i64s(ctx, names[2], &integers, &counts[1]);
    if (!st) st = ink_op_attr_f32s(ctx, names[3], &floats, &counts[2]);
    if (st) return st;
    if ((tensor != NULL) + (counts[0] > 0) + (counts[1] > 0) + (counts[2] > 0) > 1)
        return ink_op_fail(ctx, INK_E_MODEL, "more than one of %s, %s, %s, %s is given", names[0], names[1], names[2],
                           names[3]);
    if (tensor)
        *out = *tensor;
    else if (counts[0])
        *out = ink_keys_of_strings(strings, counts[0]);
    else if (counts[2])
        *out = (struct ink_tensor){INK_FLOAT, {1, {(int64_t)counts[2]}}, (void *)(uintptr_t)floats};
    else
        *out = ink_keys_of_integers(integers, counts[1]);
    return INK_OK;
}

ink_status ink_label_encoder_load(struct ink_op_ctx *ctx)
{
    static const char *const key_names[] = {"keys_tensor", "keys_strings", "keys_int64s", "keys_floats"};
    static const char *const value_names[] = {"values_tensor", "values_strings", "values_int64s", "values_floats"};
    const struct ink_tensor *otherwise = NULL;
    struct ink_tensor keys, values;
    struct encoder *my = new_encoder(ctx);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ink_status st = list_named(ctx, key_names, &keys);
    if (!st) st = list_named(ctx, value_names, &values);
    if (!st) st = ink_op_attr_tensor(ctx, "default_tensor", &otherwise);
    if (st) return st;
    if (!(ctx->op->types[1] & INK_DTYPE_BIT(values.dtype)))
        return ink_op_fail(ctx, INK_E_MODEL, "its values are %s", ink_dtype_word(values.dtype));
    if (otherwise && (otherwise->dtype != values.dtype || ink_tensor_count(otherwise) != 1))
        return ink_op_fail(ctx, INK_E_MODEL, "default_tensor is not one %s", ink_dtype_word(values.dtype));
    if (otherwise) my->otherwise = *otherwise;
    return set_lists(ctx, my, &keys, &values, "_Unused");
}

ink_status ink_label_encoder_run(struct ink_op_ctx *ctx)
{
    const struct encoder *my = ctx->attributes;
    size_t n = ink_tensor_count(ctx->in[0]), size = ink_dtype_bits(ctx->out[0]->dtype) / 8;
    for (size_t i = 0; i < n; i++) {
        int64_t place = ink_keys_find(&my->keys, ctx->in[0], i);
        const char *value =
            place == INK_KEY_NONE ? my->otherwise.data : (const char *)my->values.data + (size_t)place * size;
        memcpy((char *)ctx->out[0]->data + i * size, value, size);
    }
    return INK_OK;
}

/* --- OneHotEncoder --- */

struct one_hot {
    struct ink_keys categories; /* strings or int64 */
    bool unknown_allowed;       /* it is a row of zeros */
};

ink_status ink_one_hot_encoder_load(struct ink_op_ctx *ctx)
{
    const struct ink_view *strings;
    const int64_t *integers;
    size_t string_count, integer_count;
    int64_t zeros = 1;
    struct one_hot *my = INK_ARENA_NEW(ctx->arena, struct one_hot);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_texts(ctx, "cats_strings", &strings, &string_count);
    if (!st) st = ink_op_attr_i64s(ctx, "cats_int64s", &integers, &integer_count);
    if (!st) st = ink_op_attr_i64(ctx, "zeros", 1, &zeros);
    if (st) return st;
    bool words = ctx->types[0] == INK_STRING;
    if (!(words ? string_count : integer_count))
        return ink_op_fail(ctx, INK_E_MODEL, "%s is not given", words ? "cats_strings" : "cats_int64s");
    my->unknown_allowed = zeros != 0;
    struct ink_tensor list =
        words ? ink_keys_of_strings(strings, string_count) : ink_keys_of_integers(integers, integer_count);
    return ink_keys_init(ctx, &list, &my->categories);
}

ink_status ink_one_hot_encoder_shape(struct ink_op_ctx *ctx)
{
    const struct one_hot *my = ctx->attributes;
    struct ink_shape y = ctx->in[0]->shape;
    if (y.rank == INK_RANK_MAX) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "more than %d dimensions", INK_RANK_MAX);
    y.dims[y.rank++] = (int64_t)ink_tensor_count(&my->categories.values);
    ctx->out[0]->shape = y;
    return INK_OK;
}

/* Floats are cut to integers first; what does not fit is no category. */
static int64_t category_of(const struct ink_keys *categories, const struct ink_tensor *x, size_t i)
{
    if (x->dtype != INK_FLOAT && x->dtype != INK_DOUBLE) return ink_keys_find(categories, x, i);
    double value = x->dtype == INK_FLOAT ? (double)((const float *)x->data)[i] : ((const double *)x->data)[i];
    if (!(value > -0x1p63 && value < 0x1p63)) return INK_KEY_NONE;
    int64_t whole = (int64_t)value;
    struct ink_tensor one = ink_keys_of_integers(&whole, 1);
    return ink_keys_find(categories, &one, 0);
}

ink_status ink_one_hot_encoder_run(struct ink_op_ctx *ctx)
{
    const struct one_hot *my = ctx->attributes;
    size_t n = ink_tensor_count(ctx->in[0]), width = ink_tensor_count(&my->categories.values);
    float *y = ctx->out[0]->data;
    if (ink_op_is_empty(ctx)) return INK_OK;
    memset(y, 0, ink_tensor_bytes(ctx->out[0]));
    for (size_t i = 0; i < n; i++) {
        int64_t place = category_of(&my->categories, ctx->in[0], i);
        if (place != INK_KEY_NONE)
            y[i * width + (size_t)place] = 1;
        else if (!my->unknown_allowed)
            return ink_op_fail(ctx, INK_E_MODEL, "element %zu is of an unknown category", i);
    }
    return INK_OK;
}
