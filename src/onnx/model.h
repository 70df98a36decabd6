/* SPDX-License-Identifier: MIT */
/* model.h - an ONNX file as it was written: onnx.proto's messages as plain structs.
 *
 *   bytes of model.onnx  ->  struct ink_model
 *
 * Nothing is checked here but the form: names are not resolved, operators not looked up (graph.h, ops/table.h do). All
 * names and most tensors are views into the file, which must stay where it is; the rest lives in the arena given. */
#ifndef INK_ONNX_MODEL_H
#define INK_ONNX_MODEL_H

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"
#include "onnx/tensor.h"

/* onnx.proto, AttributeProto.AttributeType */
enum ink_attribute_kind {
    INK_ATTRIBUTE_UNDEFINED,
    INK_ATTRIBUTE_FLOAT,
    INK_ATTRIBUTE_INT,
    INK_ATTRIBUTE_STRING,
    INK_ATTRIBUTE_TENSOR,
    INK_ATTRIBUTE_GRAPH,
    INK_ATTRIBUTE_FLOATS,
    INK_ATTRIBUTE_INTS,
    INK_ATTRIBUTE_STRINGS,
    INK_ATTRIBUTE_TENSORS,
    INK_ATTRIBUTE_GRAPHS,
    INK_ATTRIBUTE_SPARSE_TENSOR,
    INK_ATTRIBUTE_SPARSE_TENSORS,
    INK_ATTRIBUTE_TYPE_PROTO,
    INK_ATTRIBUTE_TYPE_PROTOS,
    INK_ATTRIBUTE_END
};

struct ink_graph_proto;

/* A tensor that is stored in the file, or beside it. */
struct ink_stored_tensor {
    struct ink_view name;
    struct ink_tensor tensor; /* data is aligned for its type; never NULL */
};

struct ink_sparse_tensor {
    struct ink_stored_tensor values;  /* [nnz]; its name is the tensor's */
    struct ink_stored_tensor indices; /* int64 [nnz] or [nnz, rank] */
    struct ink_shape shape;
};

struct ink_attribute {
    struct ink_view name;
    enum ink_attribute_kind kind;
    struct ink_view reference; /* ref_attr_name: inside functions; empty elsewhere */
    size_t count;              /* elements of the lists; 1 for the single kinds */
    union {
        float f;
        int64_t i;
        struct ink_view s;
        const float *floats;
        const int64_t *ints;
        const struct ink_view *strings;
        const struct ink_stored_tensor *tensors; /* TENSOR, TENSORS */
        const struct ink_graph_proto *graphs;    /* GRAPH, GRAPHS */
        const struct ink_sparse_tensor *sparse;  /* SPARSE_TENSOR, SPARSE_TENSORS */
        enum ink_dtype dtype;                    /* TYPE_PROTO; NONE where ink_value_info would have it */
    };
};

struct ink_node {
    struct ink_view name; /* may be empty */
    struct ink_view op_type;
    struct ink_view domain; /* "" is ai.onnx, also where the file spells it out */
    struct ink_view overload;
    const struct ink_view *inputs; /* an empty name is an argument left out */
    int input_count;
    const struct ink_view *outputs;
    int output_count;
    const struct ink_attribute *attributes;
    int attribute_count;
    int position; /* 0, 1, ... in the order of the file */
};

/* The declared name, type and shape of a graph's input, output or inner value. */
struct ink_value_info {
    struct ink_view name;
    enum ink_dtype dtype; /* of a tensor or a container; NONE where no type is declared, or one that is none of these */
    bool foreign;         /* ... the latter: a sparse tensor, a sequence of sequences */
    struct ink_shape shape; /* of a tensor: rank INK_RANK_UNKNOWN where no shape is declared, and of containers;
                             * INK_DIM_UNKNOWN for a name or nothing */
    const struct ink_view *dim_names; /* shape.rank of them, empty where a dimension has none; NULL when none has */
};

struct ink_graph_proto {
    struct ink_view name;
    struct ink_node *nodes;
    int node_count;
    struct ink_stored_tensor *initializers;
    int initializer_count;
    struct ink_sparse_tensor *sparse_initializers;
    int sparse_count;
    struct ink_value_info *inputs;
    int input_count;
    struct ink_value_info *outputs;
    int output_count;
    struct ink_value_info *values; /* value_info */
    int value_count;
};

struct ink_opset_import {
    struct ink_view domain; /* "" is ai.onnx */
    int64_t version;
};

struct ink_metadata {
    struct ink_view key;
    struct ink_view value;
};

struct ink_opset_imports {
    const struct ink_opset_import *items;
    int count;
};

/* A function of the model's own: nodes that a node of this domain, name and overload stands for. */
struct ink_function_proto {
    struct ink_view name;
    struct ink_view domain;
    struct ink_view overload;
    struct ink_view *inputs; /* formal arguments: the names that the nodes know them by */
    int input_count;
    struct ink_view *outputs;
    int output_count;
    struct ink_attribute *defaults; /* attributes that a call may leave out */
    int default_count;
    struct ink_opset_imports opsets; /* what its nodes mean, whatever the model imports */
    struct ink_node *nodes;
    int node_count;
};

struct ink_model {
    int64_t ir_version;
    struct ink_view producer_name;
    struct ink_view producer_version;
    struct ink_opset_imports opsets;
    struct ink_metadata *metadata;
    int metadata_count;
    struct ink_function_proto *functions;
    int function_count;
    struct ink_graph_proto graph;
};

/* Where weights outside of the file come from. */
struct ink_external_data {
    /* Gives `length` bytes from `offset` of the file at `location` (length UINT64_MAX: up to its end). The location was
     * checked: relative, no "..", at most 1023 bytes, NUL-terminated. The view must live as long as the model. */
    ink_status (*load)(void *arg, const char *location, uint64_t offset, uint64_t length, struct ink_view *out,
                       struct ink_error *err);
    void *arg;
};

/* Reads a whole model.
 *
 * bytes     the file; must stay in place while the model is used
 * external  NULL: weights outside of the file are an error that names the file
 * arena     gets everything that is not a view
 *
 * INK_E_MODEL names the message that is damaged ("node 7: ...", "initializer conv1.weight: ..."); INK_E_OOM when the
 * arena's cap is reached; what external->load says. Thread-safe with one arena a thread. */
INK_NODISCARD ink_status ink_model_read(struct ink_view bytes, const struct ink_external_data *external,
                                        struct ink_arena *arena, struct ink_model *out, struct ink_error *err);

/* A single TensorProto, as in the backend tests' input_0.pb; or a SequenceProto, OptionalProto or MapProto (onnx-data.proto):
 * the messages do not say which they are, `dtype` does. A tensor's own type is what it says, whatever dtype is. */
INK_NODISCARD ink_status ink_tensor_read(struct ink_view bytes, enum ink_dtype dtype, struct ink_arena *arena,
                                         struct ink_stored_tensor *out, struct ink_error *err);

/* The version that is imported for a domain; 0 where none is. IR versions before 3 had no imports: opset 1 then. */
int64_t ink_opset_of(const struct ink_opset_imports *opsets, struct ink_view domain);
int64_t ink_model_opset(const struct ink_model *model, struct ink_view domain);

/* The attribute of that name, NULL where there is none. */
const struct ink_attribute *ink_node_attribute(const struct ink_node *node, const char *name);

/* The files outside that a model needs, without loading one: calls visit(arg, location) for each tensor that lies outside.
 * A location may be visited many times. INK_E_MODEL where the file is damaged. */
INK_NODISCARD ink_status ink_model_external_files(struct ink_view bytes,
                                                  void (*visit)(void *arg, struct ink_view location), void *arg,
                                                  struct ink_error *err);

#endif
