/* SPDX-License-Identifier: MIT */
/* reader.h - what the readers of model.c and stored.c share; private to this module. */
#ifndef INK_ONNX_READER_H
#define INK_ONNX_READER_H

#include "onnx/model.h"
#include "onnx/wire.h"

struct ink_reader {
    struct ink_arena *arena;
    const struct ink_external_data *external;
    struct ink_error *err;
    int depth; /* of nested graphs */

    void (*visit_external)(void *arg, struct ink_view location); /* only looking for files: nothing is loaded */
    void *visit_arg;
};

ink_status ink_reader_oom(const struct ink_reader *r);
ink_status ink_message_damaged(const struct ink_reader *r, const char *message, struct ink_view name);

/* TensorProto and SparseTensorProto (stored.c) */
ink_status ink_reader_tensor(struct ink_reader *r, struct ink_view bytes, struct ink_stored_tensor *out);
ink_status ink_reader_sparse(struct ink_reader *r, struct ink_view bytes, struct ink_sparse_tensor *out);

/* `count` elements of T, or NULL with the error set; count 0 gives a pointer too. */
#define INK_READER_ARRAY(r, T, count) INK_ARENA_ARRAY((r)->arena, T, count)

#endif
