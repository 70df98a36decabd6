/* SPDX-License-Identifier: MIT */
/* tensor.h - shape, type and values: what flows along the edges of a graph. Row-major, no strides.
 *
 * Sequences, optionals and maps are tensors whose elements are struct ink_tensor, as those of strings are struct ink_view:
 *
 *   sequence  [n]        its tensors, all of one type, of any shapes; or its maps
 *   optional  [0] or [1] nothing, or what it holds: a tensor or a sequence
 *   map       [2]        its keys [n], each once, and its values [n]
 *
 * Nobody changes what is in one: two may share it. */
#ifndef INK_ONNX_TENSOR_H
#define INK_ONNX_TENSOR_H

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"
#include "onnx/dtype.h"

enum {
    INK_RANK_MAX = 12, /* more is refused at load, by name */
    INK_RANK_UNKNOWN = -1,
    INK_DIM_UNKNOWN = -1, /* only before a run: inside operators every dimension is known */
};

struct ink_shape {
    int rank; /* 0 is a scalar */
    int64_t dims[INK_RANK_MAX];
};

struct ink_tensor {
    enum ink_dtype dtype;
    struct ink_shape shape;
    void *data; /* ink_tensor_bytes() long; NULL while the values are not known (shape inference) */
};

/* The product of the dimensions (1 for a scalar, 0 where one is 0). False on an unknown or negative dimension and on a
 * product of 2^47 or more. */
bool ink_shape_count(const struct ink_shape *shape, size_t *count);

/* The product of dims[from..to), for shapes whose ink_shape_count is known to be good. */
size_t ink_shape_span(const struct ink_shape *shape, int from, int to);

bool ink_shape_equal(const struct ink_shape *a, const struct ink_shape *b);
bool ink_shape_known(const struct ink_shape *shape); /* rank and every dimension */

/* Bytes that `count` elements take; sub-byte types are rounded up to a whole byte. False on overflow. */
bool ink_dtype_bytes(enum ink_dtype dtype, size_t count, size_t *bytes);

/* Elements and bytes of a tensor whose shape was checked at load. */
size_t ink_tensor_count(const struct ink_tensor *tensor);
size_t ink_tensor_bytes(const struct ink_tensor *tensor);

/* "[1,3,224,224]", "[]" for a scalar, "?" for an unknown dimension; cut where it does not fit; always NUL-terminated.
 * Returns out. */
enum { INK_SHAPE_TEXT_MAX = 160 };
char *ink_shape_text(const struct ink_shape *shape, char out[INK_SHAPE_TEXT_MAX]);

/* Element `index` of an int32, int64, or other integer tensor as int64, without regard to its type.
 * The data must be there. */
int64_t ink_tensor_i64(const struct ink_tensor *tensor, size_t index);

/* A copy of everything in a tensor: what strings and containers point to as well. It lives in the arena. ink_tensor_fill copies
 * to where to->data points, which has room for it; only what is pointed to comes from the arena. INK_E_OOM only. */
INK_NODISCARD ink_status ink_tensor_copy(const struct ink_tensor *from, struct ink_arena *arena, struct ink_tensor *to);
INK_NODISCARD ink_status ink_tensor_fill(const struct ink_tensor *from, struct ink_arena *arena,
                                         const struct ink_tensor *to);

/* The shape after numpy's broadcasting of a and b; false where they do not fit. out may be a or b. */
bool ink_shape_broadcast(const struct ink_shape *a, const struct ink_shape *b, struct ink_shape *out);

#endif
