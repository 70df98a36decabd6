/* SPDX-License-Identifier: MIT */
/* build_model.h - small ONNX files, made in the test that wants them: protobuf messages appended field by field.
 *
 *   struct message g = {0};
 *   add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){1, 4});
 *   add_node(&g, "", "Identity", "x", "y", NULL);
 *   add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){1, 4});
 *   struct message m = model_of(&g, 17); */
#ifndef INK_TESTS_BUILD_MODEL_H
#define INK_TESTS_BUILD_MODEL_H

#include <assert.h>

#include "base/view.h"
#include "onnx/dtype.h"

struct message {
    size_t len;
    uint8_t bytes[16 * 1024];
};

enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12, GRAPH_VALUE_INFO = 13 };
enum { NODE_ATTRIBUTE = 5 };

static inline struct ink_view view_of(const struct message *m)
{
    return ink_view_of(m->bytes, m->len);
}

static inline void put_raw(struct message *m, const void *data, size_t len)
{
    assert(len <= sizeof m->bytes - m->len);
    if (len) memcpy(m->bytes + m->len, data, len);
    m->len += len;
}

static inline void put_varint(struct message *m, uint64_t value)
{
    do {
        uint8_t byte = (uint8_t)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        put_raw(m, &byte, 1);
        value >>= 7;
    } while (value);
}

static inline void put_int(struct message *m, unsigned field, int64_t value)
{
    put_varint(m, field << 3);
    put_varint(m, (uint64_t)value);
}

static inline void put_bytes(struct message *m, unsigned field, const void *data, size_t len)
{
    put_varint(m, field << 3 | 2);
    put_varint(m, len);
    put_raw(m, data, len);
}

static inline void put_text(struct message *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}

static inline void put_message(struct message *m, unsigned field, const struct message *inner)
{
    put_bytes(m, field, inner->bytes, inner->len);
}

/* --- graphs --- */

/* A TypeProto for a container of what `type` is. */
static inline struct message container_type(enum ink_dtype container, const struct message *type)
{
    bool map = container & (INK_MAP_INT64 | INK_MAP_STRING);
    struct message inside = {0}, outside = {0};
    if (map) put_int(&inside, 1, container == INK_MAP_STRING ? INK_STRING : INK_INT64);
    put_message(&inside, map ? 2 : 1, type);
    put_message(&outside, map ? 5 : container == INK_SEQUENCE ? 4 : 9, &inside);
    return outside;
}

/* A ValueInfoProto; a dimension below 0 is named "n"; rank below 0: no shape; dtype 0: no type. */
static inline void add_value(struct message *graph, unsigned field, const char *name, enum ink_dtype dtype, int rank,
                             const int64_t *dims)
{
    struct message value = {0}, type = {0}, tensor = {0}, shape = {0};
    for (int i = 0; i < rank; i++) {
        struct message dim = {0};
        if (dims[i] < 0)
            put_text(&dim, 2, "n");
        else
            put_int(&dim, 1, dims[i]);
        put_message(&shape, 1, &dim);
    }
    static const enum ink_dtype from_inside[] = {INK_MAP_INT64, INK_MAP_STRING, INK_SEQUENCE, INK_OPTIONAL};
    put_int(&tensor, 1, ink_dtype_inside(dtype, INK_DTYPE_CONTAINERS));
    if (rank >= 0) put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    for (size_t i = 0; i < sizeof from_inside / sizeof *from_inside; i++)
        if (dtype & from_inside[i]) type = container_type(from_inside[i], &type);
    put_text(&value, 1, name);
    if (dtype) put_message(&value, 2, &type);
    put_message(graph, field, &value);
}

/* Names in `list` are parted by commas; an empty one is an argument left out. */
static inline void put_names(struct message *node, unsigned field, const char *list)
{
    for (const char *end; *list; list = *end ? end + 1 : end) {
        end = strchr(list, ',');
        if (!end) end = list + strlen(list);
        put_bytes(node, field, list, (size_t)(end - list));
    }
}

/* attributes: a message of NODE_ATTRIBUTE fields, or NULL. The node is named after its first output: "node_y". */
static inline void add_node(struct message *graph, const char *domain, const char *op_type, const char *inputs,
                            const char *outputs, const struct message *attributes)
{
    struct message node = {0};
    put_names(&node, 1, inputs);
    put_names(&node, 2, outputs);
    put_varint(&node, 3 << 3 | 2);
    put_varint(&node, 5 + strcspn(outputs, ","));
    put_raw(&node, "node_", 5);
    put_raw(&node, outputs, strcspn(outputs, ","));
    put_text(&node, 4, op_type);
    if (*domain) put_text(&node, 7, domain);
    if (attributes) put_raw(&node, attributes->bytes, attributes->len);
    put_message(graph, GRAPH_NODE, &node);
}

static inline void add_ints(struct message *attributes, const char *name, int count, const int64_t *values)
{
    struct message a = {0};
    put_text(&a, 1, name);
    for (int i = 0; i < count; i++) put_int(&a, 8, values[i]);
    put_int(&a, 20, 7);
    put_message(attributes, NODE_ATTRIBUTE, &a);
}

static inline void add_floats(struct message *attributes, const char *name, int count, const float *values)
{
    struct message a = {0};
    put_text(&a, 1, name);
    for (int i = 0; i < count; i++) {
        put_varint(&a, 7 << 3 | 5);
        put_raw(&a, &values[i], sizeof values[i]);
    }
    put_int(&a, 20, 6);
    put_message(attributes, NODE_ATTRIBUTE, &a);
}

static inline void add_int(struct message *attributes, const char *name, int64_t value)
{
    struct message a = {0};
    put_text(&a, 1, name);
    put_int(&a, 3, value);
    put_int(&a, 20, 2);
    put_message(attributes, NODE_ATTRIBUTE, &a);
}

/* A body: a graph as an attribute. */
static inline void add_graph(struct message *attributes, const char *name, const struct message *graph)
{
    struct message a = {0};
    put_text(&a, 1, name);
    put_message(&a, 6, graph);
    put_int(&a, 20, 5);
    put_message(attributes, NODE_ATTRIBUTE, &a);
}

/* Inside functions: the attribute `name` of a node is the attribute `of` of the call; `kind` as in onnx.proto. */
static inline void add_reference(struct message *attributes, const char *name, int kind, const char *of)
{
    struct message a = {0};
    put_text(&a, 1, name);
    put_int(&a, 20, kind);
    put_text(&a, 21, of);
    put_message(attributes, NODE_ATTRIBUTE, &a);
}

/* An initializer with raw data; `bytes` may be fewer than the shape wants. */
static inline void add_initializer(struct message *graph, const char *name, enum ink_dtype dtype, int rank,
                                   const int64_t *dims, const void *data, size_t bytes)
{
    struct message tensor = {0};
    for (int i = 0; i < rank; i++) put_int(&tensor, 1, dims[i]);
    put_int(&tensor, 2, dtype);
    put_text(&tensor, 8, name);
    put_bytes(&tensor, 9, data, bytes);
    put_message(graph, GRAPH_INITIALIZER, &tensor);
}

static inline struct message model_of(const struct message *graph, int64_t opset)
{
    struct message model = {0}, import = {0};
    put_text(&import, 1, "");
    put_int(&import, 2, opset);
    put_int(&model, 1, 8);
    put_message(&model, 7, graph);
    put_message(&model, 8, &import);
    return model;
}

/* --- functions of the model's own --- */

enum { FUNCTION_NODE = 7, FUNCTION_OPSET = 9, FUNCTION_DEFAULT = 11, FUNCTION_OVERLOAD = 13, MODEL_FUNCTION = 25 };

/* A function of domain "own" without nodes; put it into the model as MODEL_FUNCTION.
 * opset 0: it imports nothing. */
static inline struct message function_of(const char *name, const char *inputs, const char *outputs, int64_t opset)
{
    struct message f = {0}, import = {0};
    put_text(&f, 1, name);
    put_names(&f, 4, inputs);
    put_names(&f, 5, outputs);
    put_text(&f, 10, "own");
    put_text(&import, 1, "");
    put_int(&import, 2, opset);
    if (opset) put_message(&f, FUNCTION_OPSET, &import);
    return f;
}

/* Adds a node to a function, with the arguments of add_node. */
static inline void function_node(struct message *function, const char *domain, const char *op_type, const char *inputs,
                                 const char *outputs, const struct message *attributes)
{
    struct message graph = {0};
    add_node(&graph, domain, op_type, inputs, outputs, attributes);
    graph.bytes[0] = FUNCTION_NODE << 3 | 2; /* the same message, in another field */
    put_raw(function, graph.bytes, graph.len);
}

/* A picture through convolution and pooling, batch size n: x [n,1,6,6] -> Conv 3x3, 2 channels -> MaxPool 2x2 -> y [n,2,2,2].
 * Every name that real models have trouble with is here: a weight that is an input too, nodes that are not in order. */
static inline struct message small_model(void)
{
    static const float weight[18] = {1, 0, -1, 2, 0, -2, 1, 0, -1, 1, 2, 1, 0, 0, 0, -1, -2, -1};
    static const float bias[2] = {0.5f, -0.5f};
    struct message g = {0}, pool = {0};
    add_ints(&pool, "kernel_shape", 2, (int64_t[]){2, 2});
    add_ints(&pool, "strides", 2, (int64_t[]){2, 2});
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){-1, 1, 6, 6});
    add_value(&g, GRAPH_INPUT, "w", INK_FLOAT, 4, (int64_t[]){2, 1, 3, 3});
    add_initializer(&g, "w", INK_FLOAT, 4, (int64_t[]){2, 1, 3, 3}, weight, sizeof weight);
    add_initializer(&g, "b", INK_FLOAT, 1, (int64_t[]){2}, bias, sizeof bias);
    add_node(&g, "", "MaxPool", "c2", "y", &pool);
    add_node(&g, "", "Identity", "c", "c2", NULL);
    add_node(&g, "", "Conv", "x,w,b", "c", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, 4, (int64_t[]){-1, 2, 2, 2});
    add_value(&g, GRAPH_OUTPUT, "c2", INK_DTYPE_NONE, -1, NULL);
    return model_of(&g, 17);
}

/* A Loop in an If. Where c is true, x [2] grows by x + {1, -1} at a time until its first element is 10 or more, six times at most:
 * y [2] is the last of these, rows [n,2] all. Otherwise y is x, and rows is x [1,2]. */
static inline struct message model_with_bodies(void)
{
    static const float w[2] = {1, -1}, ten[1] = {10};
    static const int64_t trips[1] = {6}, zero[1] = {0};
    struct message g = {0}, taken = {0}, other = {0}, body = {0}, branches = {0}, loop = {0};
    add_value(&body, GRAPH_INPUT, "i", INK_INT64, 0, NULL);
    add_value(&body, GRAPH_INPUT, "go", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_INPUT, "state", INK_FLOAT, 1, (int64_t[]){2});
    add_initializer(&body, "ten", INK_FLOAT, 0, NULL, ten, sizeof ten);
    add_node(&body, "", "Add", "state,w", "s1", NULL);
    add_node(&body, "", "Add", "s1,x", "s2", NULL);
    add_node(&body, "", "Gather", "s2,zero", "s3", NULL);
    add_node(&body, "", "Less", "s3,ten", "on", NULL);
    add_value(&body, GRAPH_OUTPUT, "on", INK_BOOL, 0, NULL);
    add_value(&body, GRAPH_OUTPUT, "s2", INK_FLOAT, 1, (int64_t[]){2});
    add_value(&body, GRAPH_OUTPUT, "s2", INK_FLOAT, 1, (int64_t[]){2});
    add_graph(&loop, "body", &body);
    add_node(&taken, "", "Loop", "trips,c,x", "last,all", &loop);
    add_value(&taken, GRAPH_OUTPUT, "last", INK_FLOAT, -1, NULL);
    add_value(&taken, GRAPH_OUTPUT, "all", INK_FLOAT, -1, NULL);
    add_node(&other, "", "Unsqueeze", "x,axes", "row", NULL);
    add_value(&other, GRAPH_OUTPUT, "x", INK_FLOAT, -1, NULL);
    add_value(&other, GRAPH_OUTPUT, "row", INK_FLOAT, -1, NULL);
    add_graph(&branches, "then_branch", &taken);
    add_graph(&branches, "else_branch", &other);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, (int64_t[]){2});
    add_value(&g, GRAPH_INPUT, "c", INK_BOOL, 0, NULL);
    add_initializer(&g, "w", INK_FLOAT, 1, (int64_t[]){2}, w, sizeof w);
    add_initializer(&g, "trips", INK_INT64, 0, NULL, trips, sizeof trips);
    add_initializer(&g, "zero", INK_INT64, 0, NULL, zero, sizeof zero);
    add_initializer(&g, "axes", INK_INT64, 1, (int64_t[]){1}, zero, sizeof zero);
    add_node(&g, "", "If", "c", "y,rows", &branches);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    add_value(&g, GRAPH_OUTPUT, "rows", INK_FLOAT, -1, NULL);
    return model_of(&g, 17);
}

/* y = int32(x), z = -y, both float, through two functions: an attribute handed on and one left out, an input that is an output, a
 * call that stands before what it needs. x [2] is a float. */
static inline struct message model_with_functions(void)
{
    enum { KIND_INT = 2 };
    struct message g = {0}, cast = function_of("Cast", "a,unused", "b,a", 17), to = {0}, back = {0}, kind = {0};
    struct message outer = function_of("Outer", "a", "b", 17), handed = {0}, given = {0}, model;
    add_reference(&to, "to", KIND_INT, "kind");
    add_int(&back, "to", INK_FLOAT);
    function_node(&cast, "", "Cast", "a", "c", &to);
    function_node(&cast, "", "Cast", "c", "b", &back);
    add_int(&kind, "kind", INK_INT32);
    kind.bytes[0] = FUNCTION_DEFAULT << 3 | 2;
    put_raw(&cast, kind.bytes, kind.len);
    add_reference(&handed, "kind", KIND_INT, "k");
    function_node(&outer, "", "Neg", "r", "b", NULL);
    function_node(&outer, "own", "Cast", "a", "r,same", &handed);
    add_int(&given, "k", INK_INT32);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, (int64_t[]){2});
    add_node(&g, "own", "Outer", "t", "y", NULL);
    add_node(&g, "own", "Outer", "n", "t", &given);
    add_node(&g, "own", "Cast", "x", "m,n", NULL);
    add_node(&g, "", "Neg", "m", "z", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, 1, (int64_t[]){2});
    add_value(&g, GRAPH_OUTPUT, "z", INK_DTYPE_NONE, -1, NULL);
    model = model_of(&g, 17);
    put_message(&model, MODEL_FUNCTION, &cast);
    put_message(&model, MODEL_FUNCTION, &outer);
    return model;
}

#endif
