/* SPDX-License-Identifier: MIT */
#include "onnx/tensor.h"

#include <assert.h>
#include <stdio.h>

#include "base/checked.h"

/* 2^47 elements of 16 bytes still fit an int64 offset; no machine holds as many. */
static const size_t COUNT_LIMIT = (size_t)1 << 47;

bool ink_shape_count(const struct ink_shape *shape, size_t *count)
{
    if (shape->rank < 0) return false;
    size_t product = 1;
    bool zero = false;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dims[i] < 0 || (uint64_t)shape->dims[i] >= COUNT_LIMIT) return false;
        if (shape->dims[i] == 0) {
            zero = true;
            continue;
        }
        if (!ink_mul_size(product, (size_t)shape->dims[i], &product) || product >= COUNT_LIMIT) return false;
    }
    *count = zero ? 0 : product;
    return true;
}

size_t ink_shape_span(const struct ink_shape *shape, int from, int to)
{
    size_t product = 1;
    for (int i = from; i < to; i++) product *= (size_t)shape->dims[i];
    return product;
}

bool ink_shape_equal(const struct ink_shape *a, const struct ink_shape *b)
{
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dims[i] != b->dims[i]) return false;
    return true;
}

bool ink_shape_known(const struct ink_shape *shape)
{
    if (shape->rank < 0) return false;
    for (int i = 0; i < shape->rank; i++)
        if (shape->dims[i] < 0) return false;
    return true;
}

bool ink_dtype_bytes(enum ink_dtype dtype, size_t count, size_t *bytes)
{
    size_t bits;
    if (!ink_mul_size(count, ink_dtype_bits(dtype), &bits) || !ink_add_size(bits, 7, &bits)) return false;
    *bytes = bits / 8;
    return true;
}

size_t ink_tensor_count(const struct ink_tensor *tensor)
{
    size_t count = 0;
    bool good = ink_shape_count(&tensor->shape, &count);
    assert(good);
    (void)good;
    return count;
}

size_t ink_tensor_bytes(const struct ink_tensor *tensor)
{
    size_t bytes = 0;
    bool good = ink_dtype_bytes(tensor->dtype, ink_tensor_count(tensor), &bytes);
    assert(good);
    (void)good;
    return bytes;
}

static ink_status copy_texts(const struct ink_view *from, size_t count, struct ink_arena *arena, struct ink_view *to)
{
    for (size_t i = 0; i < count; i++) {
        char *text = ink_arena_alloc(arena, from[i].len, 1);
        if (!text) return INK_E_OOM;
        if (from[i].len) memcpy(text, from[i].data, from[i].len);
        to[i] = ink_view_of(text, from[i].len);
    }
    return INK_OK;
}

/* As deep as containers go: an optional of a sequence of tensors, a sequence of maps of tensors. */
ink_status ink_tensor_fill(const struct ink_tensor *from, struct ink_arena *arena, const struct ink_tensor *to)
{
    size_t count = ink_tensor_count(from), bytes = ink_tensor_bytes(from);
    if (from->dtype == INK_STRING) return copy_texts(from->data, count, arena, to->data);
    if (!ink_dtype_is_container(from->dtype)) {
        if (bytes) memcpy(to->data, from->data, bytes);
        return INK_OK;
    }
    ink_status st = INK_OK;
    for (size_t i = 0; !st && i < count; i++)
        st = ink_tensor_copy((const struct ink_tensor *)from->data + i, arena, (struct ink_tensor *)to->data + i);
    return st;
}

ink_status ink_tensor_copy(const struct ink_tensor *from, struct ink_arena *arena, struct ink_tensor *to)
{
    *to = *from;
    to->data = ink_arena_alloc(arena, ink_tensor_bytes(from), INK_ARENA_ALIGN);
    return to->data ? ink_tensor_fill(from, arena, to) : INK_E_OOM;
}

char *ink_shape_text(const struct ink_shape *shape, char out[INK_SHAPE_TEXT_MAX])
{
    if (shape->rank < 0) {
        snprintf(out, INK_SHAPE_TEXT_MAX, "[...]");
        return out;
    }
    size_t used = (size_t)snprintf(out, INK_SHAPE_TEXT_MAX, "[");
    for (int i = 0; i < shape->rank && used < INK_SHAPE_TEXT_MAX; i++) {
        const char *comma = i ? "," : "";
        int n = shape->dims[i] < 0
                    ? snprintf(out + used, INK_SHAPE_TEXT_MAX - used, "%s?", comma)
                    : snprintf(out + used, INK_SHAPE_TEXT_MAX - used, "%s%lld", comma, (long long)shape->dims[i]);
        used += (size_t)n;
    }
    if (used < INK_SHAPE_TEXT_MAX) snprintf(out + used, INK_SHAPE_TEXT_MAX - used, "]");
    return out;
}

int64_t ink_tensor_i64(const struct ink_tensor *tensor, size_t index)
{
    switch (tensor->dtype) {
    case INK_INT64: return ((const int64_t *)tensor->data)[index];
    case INK_INT32: return ((const int32_t *)tensor->data)[index];
    case INK_INT16: return ((const int16_t *)tensor->data)[index];
    case INK_INT8: return ((const int8_t *)tensor->data)[index];
    case INK_UINT64: return (int64_t)((const uint64_t *)tensor->data)[index];
    case INK_UINT32: return ((const uint32_t *)tensor->data)[index];
    case INK_UINT16: return ((const uint16_t *)tensor->data)[index];
    case INK_UINT8:
    case INK_BOOL: return ((const uint8_t *)tensor->data)[index];
    default: assert(!"not an integer tensor"); return 0;
    }
}

bool ink_shape_broadcast(const struct ink_shape *a, const struct ink_shape *b, struct ink_shape *out)
{
    struct ink_shape r = {.rank = a->rank > b->rank ? a->rank : b->rank};
    for (int i = 1; i <= r.rank; i++) {
        int64_t da = i <= a->rank ? a->dims[a->rank - i] : 1;
        int64_t db = i <= b->rank ? b->dims[b->rank - i] : 1;
        if (da != db && da != 1 && db != 1) return false;
        r.dims[r.rank - i] = da == 1 ? db : da;
    }
    *out = r;
    return true;
}
