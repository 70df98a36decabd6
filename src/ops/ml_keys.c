/* SPDX-License-Identifier: MIT */
#include "ops/ml_keys.h"

#include <math.h>
#include <stdlib.h>

static int compare_texts(struct ink_view a, struct ink_view b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least ? memcmp(a.data, b.data, least) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* NaN is behind all others. */
static int compare_doubles(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static double double_at(const struct ink_tensor *t, size_t i)
{
    return t->dtype == INK_DOUBLE ? ((const double *)t->data)[i] : (double)((const float *)t->data)[i];
}

static int compare(const struct ink_tensor *a, size_t i, const struct ink_tensor *b, size_t j)
{
    switch (a->dtype) {
    case INK_STRING: return compare_texts(((const struct ink_view *)a->data)[i], ((const struct ink_view *)b->data)[j]);
    case INK_FLOAT:
    case INK_DOUBLE: return compare_doubles(double_at(a, i), double_at(b, j));
    default: {
        int64_t x = ink_tensor_i64(a, i), y = ink_tensor_i64(b, j);
        return (x > y) - (x < y);
    }
    }
}

static int by_key(const void *a, const void *b, void *values)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = compare(values, i, values, j);
    return order ? order : (i > j) - (i < j);
}

ink_status ink_keys_init(struct ink_op_ctx *ctx, const struct ink_tensor *values, struct ink_keys *out)
{
    size_t count = ink_tensor_count(values);
    size_t *order = INK_ARENA_ARRAY(ctx->arena, size_t, count + 1);
    if (!order) return ink_op_fail(ctx, INK_E_OOM, "no memory for its %zu keys", count);
    for (size_t i = 0; i < count; i++) order[i] = i;
    *out = (struct ink_keys){*values, order};
    if (count) qsort_r(order, count, sizeof *order, by_key, &out->values);
    return INK_OK;
}

int64_t ink_keys_find(const struct ink_keys *keys, const struct ink_tensor *x, size_t i)
{
    size_t low = 0, high = ink_tensor_count(&keys->values);
    while (low < high) { /* the first key that is larger */
        size_t middle = low + (high - low) / 2;
        if (compare(&keys->values, keys->order[middle], x, i) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || compare(&keys->values, keys->order[low - 1], x, i)) return INK_KEY_NONE;
    return (int64_t)keys->order[low - 1];
}

struct ink_tensor ink_keys_of_strings(const struct ink_view *values, size_t count)
{
    return (struct ink_tensor){INK_STRING, {1, {(int64_t)count}}, (void *)(uintptr_t)values};
}

struct ink_tensor ink_keys_of_integers(const int64_t *values, size_t count)
{
    return (struct ink_tensor){INK_INT64, {1, {(int64_t)count}}, (void *)(uintptr_t)values};
}
