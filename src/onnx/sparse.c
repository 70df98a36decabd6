/* SPDX-License-Identifier: MIT */
#include "onnx/sparse.h"

/* Reads one index: `parts` coordinates, or a single number that counts in row-major order. False: outside of the shape. */
static bool place_of(const struct ink_shape *shape, size_t size, bool linear, const int64_t *index, size_t *place)
{
    size_t at = 0;
    int parts = linear ? 1 : shape->rank;
    for (int d = 0; d < parts; d++) {
        size_t dim = linear ? size : (size_t)shape->dims[d];
        if (index[d] < 0 || (uint64_t)index[d] >= dim) return false;
        at = at * dim + (size_t)index[d];
    }
    *place = at;
    return at < size;
}

ink_status ink_sparse_spread(const struct ink_sparse_tensor *sparse, struct ink_arena *arena, struct ink_tensor *out,
                             struct ink_error *err)
{
    const struct ink_tensor *values = &sparse->values.tensor, *indices = &sparse->indices.tensor;
    size_t size, n = ink_tensor_count(values), element = ink_dtype_bits(values->dtype) / 8;
    bool linear = indices->shape.rank == 1;
    size_t parts = linear ? 1 : (size_t)sparse->shape.rank;
    if (!element || values->dtype == INK_STRING)
        return ink_fail(err, INK_E_UNSUPPORTED, "sparse values of type %s are not supported",
                        ink_dtype_word(values->dtype));
    if (!ink_shape_count(&sparse->shape, &size)) return ink_fail(err, INK_E_MODEL, "its shape is impossible");
    if (indices->dtype != INK_INT64 || ink_tensor_count(indices) != n * parts)
        return ink_fail(err, INK_E_MODEL, "it has not one index a value");
    *out = (struct ink_tensor){.dtype = values->dtype, .shape = sparse->shape};
    out->data = ink_arena_calloc(arena, size, element);
    if (!out->data) return ink_fail(err, INK_E_OOM, "written out, it does not fit into memory");
    const int64_t *index = indices->data;
    for (size_t i = 0, at; i < n; i++, index += parts) {
        if (!place_of(&out->shape, size, linear, index, &at))
            return ink_fail(err, INK_E_MODEL, "it has an index outside of its shape");
        memcpy((char *)out->data + at * element, (const char *)values->data + i * element, element);
    }
    return INK_OK;
}
