/* SPDX-License-Identifier: MIT */
/* sparse.h - sparse tensors (onnx.proto, SparseTensorProto) are written out when they are read: no operator knows them. */
#ifndef INK_ONNX_SPARSE_H
#define INK_ONNX_SPARSE_H

#include "onnx/model.h"

/* Zeros of the sparse tensor's shape, and its values where its indices say; of an index that is there twice the later value.
 * The bytes live in the arena.
 *
 * INK_E_MODEL: an index outside of the shape, not one index a value, an impossible shape. INK_E_UNSUPPORTED: values of
 * strings or under 8 bits. INK_E_OOM: the arena's cap. Thread-safe with one arena a thread. */
INK_NODISCARD ink_status ink_sparse_spread(const struct ink_sparse_tensor *sparse, struct ink_arena *arena,
                                           struct ink_tensor *out, struct ink_error *err);

#endif
