/* SPDX-License-Identifier: MIT */
/* model.c - ModelProto, GraphProto, NodeProto and their like. Each reader goes over its message twice: once to count, once
 * to fill arrays of the right length. */
#include "onnx/model.h"

#include "onnx/reader.h"

enum { GRAPH_DEPTH_MAX = 32, OPSETS_MAX = 1000 /* each node looks through them */ };

ink_status ink_reader_oom(const struct ink_reader *r)
{
    return ink_fail(r->err, INK_E_OOM, "the model does not fit into memory (limit %zu bytes)", r->arena->cap_bytes);
}

ink_status ink_message_damaged(const struct ink_reader *r, const char *message, struct ink_view name)
{
    return ink_fail(r->err, INK_E_MODEL, "the file is damaged or cut off in %s %.*s", message, INK_VIEW_ARGS(name));
}

/* "ai.onnx" is the long name of the domain that everybody writes as "". */
static struct ink_view domain_of(struct ink_view domain)
{
    return ink_view_is(domain, "ai.onnx") ? (struct ink_view){0} : domain;
}

/* An array for each repeated field of a message, counted; false when memory ran out. */
#define ALLOCATE(r, message, number, array, count)                                                                     \
    ((array) = INK_ARENA_ARRAY((r)->arena, __typeof__(*(array)), ink_wire_count(message, number)), (count) = 0,        \
     (array) != NULL)

/* --- attributes --- */

struct numbers {
    int64_t *ints;
    float *floats;
    size_t count;
};

static void put_int(void *arg, uint64_t value)
{
    struct numbers *n = arg;
    n->ints[n->count++] = (int64_t)value;
}

static void put_float(void *arg, uint64_t value)
{
    struct numbers *n = arg;
    n->floats[n->count++] = ink_wire_float(value);
}

static ink_status read_graph(struct ink_reader *r, struct ink_view bytes, struct ink_graph_proto *out);
static ink_status read_type(struct ink_reader *r, struct ink_view bytes, int depth, struct ink_value_info *info);

static ink_status read_number_list(struct ink_reader *r, struct ink_view bytes, uint32_t number,
                                   struct ink_attribute *a)
{
    enum ink_wire_type element = number == 7 ? INK_WIRE_FIXED32 : INK_WIRE_VARINT;
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    struct numbers n = {0};
    size_t total = 0;
    while (ink_wire_next(&wire, &field)) {
        if (field.number != number) continue;
        size_t more = ink_wire_elements(&field, element);
        if (more == SIZE_MAX) return ink_message_damaged(r, "attribute", a->name);
        total += more;
    }
    n.ints = number == 8 ? INK_READER_ARRAY(r, int64_t, total) : NULL;
    n.floats = number == 7 ? INK_READER_ARRAY(r, float, total) : NULL;
    if (!n.ints && !n.floats) return ink_reader_oom(r);
    wire = ink_wire_of(bytes);
    while (ink_wire_next(&wire, &field))
        if (field.number == number) ink_wire_each(&field, element, number == 7 ? put_float : put_int, &n);
    a->count = n.count;
    if (number == 7)
        a->floats = n.floats;
    else
        a->ints = n.ints;
    return INK_OK;
}

/* The messages of a list (or the only one), each read by its reader. */
static ink_status read_message_list(struct ink_reader *r, struct ink_view bytes, uint32_t number,
                                    struct ink_attribute *a)
{
    size_t count = ink_wire_count(bytes, number);
    struct ink_stored_tensor *tensors = NULL;
    struct ink_graph_proto *graphs = NULL;
    struct ink_sparse_tensor *sparse = NULL;
    struct ink_view *strings = NULL;
    switch (number) {
    case 5:
    case 10: a->tensors = tensors = INK_READER_ARRAY(r, struct ink_stored_tensor, count); break;
    case 6:
    case 11: a->graphs = graphs = INK_READER_ARRAY(r, struct ink_graph_proto, count); break;
    case 22:
    case 23: a->sparse = sparse = INK_READER_ARRAY(r, struct ink_sparse_tensor, count); break;
    default: a->strings = strings = INK_READER_ARRAY(r, struct ink_view, count); break;
    }
    if (!tensors && !graphs && !sparse && !strings) return ink_reader_oom(r);

    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    for (size_t i = 0; !st && ink_wire_next(&wire, &field);) {
        if (field.number != number) continue;
        if (tensors) st = ink_reader_tensor(r, field.bytes, &tensors[i]);
        if (graphs) st = read_graph(r, field.bytes, &graphs[i]);
        if (sparse) st = ink_reader_sparse(r, field.bytes, &sparse[i]);
        if (strings) strings[i] = field.bytes;
        i++;
    }
    a->count = count;
    return st;
}

/* Which field holds the value of a kind (onnx.proto, AttributeProto). */
static const uint8_t value_fields[INK_ATTRIBUTE_END] = {
    [INK_ATTRIBUTE_FLOAT] = 2,          [INK_ATTRIBUTE_INT] = 3,
    [INK_ATTRIBUTE_STRING] = 4,         [INK_ATTRIBUTE_TENSOR] = 5,
    [INK_ATTRIBUTE_GRAPH] = 6,          [INK_ATTRIBUTE_FLOATS] = 7,
    [INK_ATTRIBUTE_INTS] = 8,           [INK_ATTRIBUTE_STRINGS] = 9,
    [INK_ATTRIBUTE_TENSORS] = 10,       [INK_ATTRIBUTE_GRAPHS] = 11,
    [INK_ATTRIBUTE_SPARSE_TENSOR] = 22, [INK_ATTRIBUTE_SPARSE_TENSORS] = 23,
    [INK_ATTRIBUTE_TYPE_PROTO] = 14,
};

/* IR version 1 had no `type`: the kind is then that of the field that is there. */
static enum ink_attribute_kind kind_by_field(uint32_t number)
{
    for (int kind = 1; kind < INK_ATTRIBUTE_END; kind++)
        if (value_fields[kind] == number) return (enum ink_attribute_kind)kind;
    return INK_ATTRIBUTE_UNDEFINED;
}

static ink_status read_type_attribute(struct ink_reader *r, struct ink_view bytes, struct ink_attribute *a)
{
    struct ink_value_info info = {.name = a->name};
    ink_status st = read_type(r, bytes, 1, &info);
    a->dtype = info.dtype;
    return st;
}

static ink_status read_attribute(struct ink_reader *r, struct ink_view bytes, struct ink_attribute *a)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    enum ink_attribute_kind seen = INK_ATTRIBUTE_UNDEFINED;
    uint64_t kind = 0;
    float f = 0;
    int64_t i = 0;
    struct ink_view s = {0}, type = {0};
    while (ink_wire_next(&wire, &field)) {
        switch (field.number) {
        case 1: a->name = field.bytes; break;
        case 2: f = ink_wire_float(field.value); break;
        case 3: i = (int64_t)field.value; break;
        case 4: s = field.bytes; break;
        case 14: type = field.bytes; break;
        case 20: kind = field.value; break;
        case 21: a->reference = field.bytes; break;
        default: break;
        }
        if (seen == INK_ATTRIBUTE_UNDEFINED) seen = kind_by_field(field.number);
    }
    if (!ink_wire_good(&wire)) return ink_message_damaged(r, "attribute", a->name);
    if (kind >= INK_ATTRIBUTE_END)
        return ink_fail(r->err, INK_E_MODEL, "attribute %.*s: kind %llu is not known", INK_VIEW_ARGS(a->name),
                        (unsigned long long)kind);
    a->kind = kind ? (enum ink_attribute_kind)kind : seen;
    a->count = 1;
    switch (a->kind) {
    case INK_ATTRIBUTE_FLOAT: a->f = f; return INK_OK;
    case INK_ATTRIBUTE_INT: a->i = i; return INK_OK;
    case INK_ATTRIBUTE_STRING: a->s = s; return INK_OK;
    case INK_ATTRIBUTE_TYPE_PROTO: return read_type_attribute(r, type, a);
    case INK_ATTRIBUTE_FLOATS:
    case INK_ATTRIBUTE_INTS: return read_number_list(r, bytes, value_fields[a->kind], a);
    case INK_ATTRIBUTE_UNDEFINED:
    case INK_ATTRIBUTE_TYPE_PROTOS:
    case INK_ATTRIBUTE_END: return INK_OK; /* operators that want one will miss it, with their name */
    default: break;
    }
    ink_status st = read_message_list(r, bytes, value_fields[a->kind], a);
    bool single =
        a->kind == INK_ATTRIBUTE_TENSOR || a->kind == INK_ATTRIBUTE_GRAPH || a->kind == INK_ATTRIBUTE_SPARSE_TENSOR;
    if (!st && single && a->count != 1 && a->reference.len == 0)
        return ink_fail(r->err, INK_E_MODEL, "attribute %.*s: it has %zu values, not one", INK_VIEW_ARGS(a->name),
                        a->count);
    return st;
}

/* --- nodes --- */

static ink_status read_node(struct ink_reader *r, struct ink_view bytes, struct ink_node *node)
{
    struct ink_view *inputs, *outputs;
    struct ink_attribute *attributes;
    if (!ALLOCATE(r, bytes, 1, inputs, node->input_count) || !ALLOCATE(r, bytes, 2, outputs, node->output_count) ||
        !ALLOCATE(r, bytes, 5, attributes, node->attribute_count))
        return ink_reader_oom(r);
    node->inputs = inputs;
    node->outputs = outputs;
    node->attributes = attributes;
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    while (!st && ink_wire_next(&wire, &field)) {
        switch (field.number) {
        case 1: inputs[node->input_count++] = field.bytes; break;
        case 2: outputs[node->output_count++] = field.bytes; break;
        case 3: node->name = field.bytes; break;
        case 4: node->op_type = field.bytes; break;
        case 5: st = read_attribute(r, field.bytes, &attributes[node->attribute_count++]); break;
        case 7: node->domain = domain_of(field.bytes); break;
        case 8: node->overload = field.bytes; break;
        default: break;
        }
    }
    if (st) return ink_fail_in(r->err, "node %d (%.*s)", node->position, INK_VIEW_ARGS(node->op_type));
    if (!ink_wire_good(&wire)) return ink_message_damaged(r, "node", node->name);
    return node->op_type.len ? INK_OK : ink_fail(r->err, INK_E_MODEL, "node %d names no operator", node->position);
}

/* --- declared types --- */

static ink_status read_dim(struct ink_reader *r, struct ink_view bytes, struct ink_value_info *info,
                           struct ink_view *name)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    int64_t dim = INK_DIM_UNKNOWN;
    while (ink_wire_next(&wire, &field)) {
        if (field.number == 1 && field.type == INK_WIRE_VARINT) dim = (int64_t)field.value;
        if (field.number == 2) *name = field.bytes;
    }
    if (!ink_wire_good(&wire)) return ink_message_damaged(r, "shape of", info->name);
    /* exporters write 0 (old Keras) or a negative number for a dimension that they do not know */
    info->shape.dims[info->shape.rank++] = dim < 0 ? INK_DIM_UNKNOWN : dim;
    return INK_OK;
}

static ink_status read_shape(struct ink_reader *r, struct ink_view bytes, struct ink_value_info *info)
{
    size_t rank = ink_wire_count(bytes, 1);
    if (rank > INK_RANK_MAX)
        return ink_fail(r->err, INK_E_MODEL, "%.*s: %zu dimensions, at most %d are supported",
                        INK_VIEW_ARGS(info->name), rank, INK_RANK_MAX);
    struct ink_view *names = INK_READER_ARRAY(r, struct ink_view, rank);
    if (!names) return ink_reader_oom(r);
    info->shape.rank = 0;
    info->dim_names = names;
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    while (!st && ink_wire_next(&wire, &field))
        if (field.number == 1) st = read_dim(r, field.bytes, info, &names[info->shape.rank]);
    return st ? st : ink_wire_good(&wire) ? INK_OK : ink_message_damaged(r, "shape of", info->name);
}

static ink_status read_tensor_type(struct ink_reader *r, struct ink_view bytes, struct ink_value_info *info)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    while (!st && ink_wire_next(&wire, &field)) {
        if (field.number == 1 && field.value < INK_DTYPE_END) info->dtype = (enum ink_dtype)field.value;
        if (field.number == 2) st = read_shape(r, field.bytes, info);
    }
    return st ? st : ink_wire_good(&wire) ? INK_OK : ink_message_damaged(r, "type of", info->name);
}

enum { TYPE_DEPTH_MAX = 3 }; /* an optional of a sequence of tensors */

/* TypeProto.Sequence, Optional and Map: the type inside, and a map's keys. */
static ink_status read_container_type(struct ink_reader *r, struct ink_view bytes, enum ink_dtype container, int depth,
                                      struct ink_value_info *info)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    bool is_map = container == INK_MAP_INT64;
    struct ink_view inside = {0};
    while (ink_wire_next(&wire, &field)) {
        if (field.number == 1 && is_map && field.value != INK_INT64)
            container = field.value == INK_STRING ? INK_MAP_STRING : INK_DTYPE_NONE;
        if (field.number == (is_map ? 2 : 1)) inside = field.bytes;
    }
    if (!ink_wire_good(&wire)) return ink_message_damaged(r, "type of", info->name);
    ink_status st = depth < TYPE_DEPTH_MAX ? read_type(r, inside, depth + 1, info) : INK_OK;
    info->shape.rank = INK_RANK_UNKNOWN;
    info->dim_names = NULL;
    info->dtype = ink_dtype_wrap(info->dtype, container);
    info->foreign = !info->dtype;
    return st;
}

static ink_status read_type(struct ink_reader *r, struct ink_view bytes, int depth, struct ink_value_info *info)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    while (!st && ink_wire_next(&wire, &field)) {
        switch (field.number) {
        case 1: st = read_tensor_type(r, field.bytes, info); break;
        case 4: st = read_container_type(r, field.bytes, INK_SEQUENCE, depth, info); break;
        case 5: st = read_container_type(r, field.bytes, INK_MAP_INT64, depth, info); break;
        case 7:
        case 8: info->foreign = true; break; /* opaque, sparse */
        case 9: st = read_container_type(r, field.bytes, INK_OPTIONAL, depth, info); break;
        default: break;
        }
    }
    return st ? st : ink_wire_good(&wire) ? INK_OK : ink_message_damaged(r, "type of", info->name);
}

static ink_status read_value_info(struct ink_reader *r, struct ink_view bytes, struct ink_value_info *info)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    struct ink_view type = {0};
    *info = (struct ink_value_info){.shape.rank = INK_RANK_UNKNOWN};
    while (ink_wire_next(&wire, &field)) {
        if (field.number == 1) info->name = field.bytes;
        if (field.number == 2) type = field.bytes;
    }
    return ink_wire_good(&wire) ? read_type(r, type, 1, info) : ink_message_damaged(r, "value", info->name);
}

/* --- graph and model --- */

static ink_status read_graph(struct ink_reader *r, struct ink_view bytes, struct ink_graph_proto *g)
{
    if (++r->depth > GRAPH_DEPTH_MAX)
        return ink_fail(r->err, INK_E_MODEL, "graphs are nested more than %d deep", GRAPH_DEPTH_MAX);
    if (!ALLOCATE(r, bytes, 1, g->nodes, g->node_count) ||
        !ALLOCATE(r, bytes, 5, g->initializers, g->initializer_count) ||
        !ALLOCATE(r, bytes, 15, g->sparse_initializers, g->sparse_count) ||
        !ALLOCATE(r, bytes, 11, g->inputs, g->input_count) || !ALLOCATE(r, bytes, 12, g->outputs, g->output_count) ||
        !ALLOCATE(r, bytes, 13, g->values, g->value_count))
        return ink_reader_oom(r);
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    while (!st && ink_wire_next(&wire, &field)) {
        switch (field.number) {
        case 1:
            g->nodes[g->node_count].position = g->node_count;
            st = read_node(r, field.bytes, &g->nodes[g->node_count]);
            g->node_count++;
            break;
        case 2: g->name = field.bytes; break;
        case 5: st = ink_reader_tensor(r, field.bytes, &g->initializers[g->initializer_count++]); break;
        case 11: st = read_value_info(r, field.bytes, &g->inputs[g->input_count++]); break;
        case 12: st = read_value_info(r, field.bytes, &g->outputs[g->output_count++]); break;
        case 13: st = read_value_info(r, field.bytes, &g->values[g->value_count++]); break;
        case 15: st = ink_reader_sparse(r, field.bytes, &g->sparse_initializers[g->sparse_count++]); break;
        default: break;
        }
    }
    r->depth--;
    return st ? st : ink_wire_good(&wire) ? INK_OK : ink_message_damaged(r, "graph", g->name);
}

/* Two names, or a name and a number, as several small messages have them. */
static ink_status read_pair(struct ink_reader *r, struct ink_view bytes, const char *what, struct ink_view *one,
                            struct ink_view *two, uint64_t *number)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    while (ink_wire_next(&wire, &field)) {
        if (field.number == 1) *one = field.bytes;
        if (field.number == 2 && two) *two = field.bytes;
        if (field.number == 2 && number) *number = field.value;
    }
    return ink_wire_good(&wire) ? INK_OK : ink_message_damaged(r, what, *one);
}

static ink_status read_opset(struct ink_reader *r, struct ink_view bytes, struct ink_opset_import *opset)
{
    uint64_t version = 0;
    ink_status st = read_pair(r, bytes, "opset_import", &opset->domain, NULL, &version);
    opset->domain = domain_of(opset->domain);
    opset->version = (int64_t)version;
    return st;
}

/* The imports of a model or a function, which have them in different fields. */
static ink_status read_opsets(struct ink_reader *r, struct ink_view bytes, uint32_t number,
                              struct ink_opset_imports *opsets)
{
    size_t count = ink_wire_count(bytes, number);
    if (count > OPSETS_MAX) return ink_fail(r->err, INK_E_MODEL, "it imports more than %d operator sets", OPSETS_MAX);
    struct ink_opset_import *items = INK_READER_ARRAY(r, struct ink_opset_import, count);
    if (!items) return ink_reader_oom(r);
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    *opsets = (struct ink_opset_imports){.items = items};
    while (!st && ink_wire_next(&wire, &field))
        if (field.number == number) st = read_opset(r, field.bytes, &items[opsets->count++]);
    return st;
}

static ink_status read_function(struct ink_reader *r, struct ink_view bytes, struct ink_function_proto *f)
{
    if (!ALLOCATE(r, bytes, 4, f->inputs, f->input_count) || !ALLOCATE(r, bytes, 5, f->outputs, f->output_count) ||
        !ALLOCATE(r, bytes, 7, f->nodes, f->node_count) || !ALLOCATE(r, bytes, 11, f->defaults, f->default_count))
        return ink_reader_oom(r);
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = read_opsets(r, bytes, 9, &f->opsets);
    while (!st && ink_wire_next(&wire, &field)) {
        switch (field.number) {
        case 1: f->name = field.bytes; break;
        case 4: f->inputs[f->input_count++] = field.bytes; break;
        case 5: f->outputs[f->output_count++] = field.bytes; break;
        case 7:
            f->nodes[f->node_count].position = f->node_count;
            st = read_node(r, field.bytes, &f->nodes[f->node_count++]);
            break;
        case 10: f->domain = domain_of(field.bytes); break;
        case 11: st = read_attribute(r, field.bytes, &f->defaults[f->default_count++]); break;
        case 13: f->overload = field.bytes; break;
        default: break;
        }
    }
    if (st) return ink_fail_in(r->err, "function %.*s", INK_VIEW_ARGS(f->name));
    return ink_wire_good(&wire) ? INK_OK : ink_message_damaged(r, "function", f->name);
}

static ink_status read_model(struct ink_reader *r, struct ink_view bytes, struct ink_model *m)
{
    *m = (struct ink_model){0};
    if (bytes.len == 0) return ink_fail(r->err, INK_E_MODEL, "the file is empty");
    if (!ALLOCATE(r, bytes, 14, m->metadata, m->metadata_count) ||
        !ALLOCATE(r, bytes, 25, m->functions, m->function_count))
        return ink_reader_oom(r);
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    struct ink_metadata *metadata;
    bool has_graph = false;
    ink_status st = read_opsets(r, bytes, 8, &m->opsets);
    while (!st && ink_wire_next(&wire, &field)) {
        switch (field.number) {
        case 1: m->ir_version = (int64_t)field.value; break;
        case 2: m->producer_name = field.bytes; break;
        case 3: m->producer_version = field.bytes; break;
        case 7:
            st = has_graph ? ink_fail(r->err, INK_E_MODEL, "the file has two graphs")
                           : read_graph(r, field.bytes, &m->graph);
            has_graph = true;
            break;
        case 14:
            metadata = &m->metadata[m->metadata_count++];
            st = read_pair(r, field.bytes, "metadata", &metadata->key, &metadata->value, NULL);
            break;
        case 25: st = read_function(r, field.bytes, &m->functions[m->function_count++]); break;
        default: break;
        }
    }
    if (st) return st;
    if (!ink_wire_good(&wire))
        return ink_fail(r->err, INK_E_MODEL, "%s",
                        has_graph ? "the file is damaged or cut off behind the graph"
                                  : "this is not an ONNX model, or it is cut off");
    return has_graph ? INK_OK : ink_fail(r->err, INK_E_MODEL, "this is not an ONNX model: it has no graph");
}

ink_status ink_model_read(struct ink_view bytes, const struct ink_external_data *external, struct ink_arena *arena,
                          struct ink_model *out, struct ink_error *err)
{
    struct ink_reader r = {.arena = arena, .external = external, .err = err};
    return read_model(&r, bytes, out);
}

ink_status ink_model_external_files(struct ink_view bytes, void (*visit)(void *arg, struct ink_view location),
                                    void *arg, struct ink_error *err)
{
    struct ink_arena arena;
    struct ink_model model;
    ink_arena_init(&arena, 64 * bytes.len + (1 << 20));
    struct ink_reader r = {.arena = &arena, .err = err, .visit_external = visit, .visit_arg = arg};
    ink_status st = read_model(&r, bytes, &model);
    ink_arena_cleanup(&arena);
    return st;
}

int64_t ink_opset_of(const struct ink_opset_imports *opsets, struct ink_view domain)
{
    for (int i = 0; i < opsets->count; i++)
        if (ink_view_equal(opsets->items[i].domain, domain)) return opsets->items[i].version;
    /* the field came with IR version 3; files without it that call themselves newer exist, and mean the same */
    return domain.len == 0 && opsets->count == 0 ? 1 : 0;
}

int64_t ink_model_opset(const struct ink_model *model, struct ink_view domain)
{
    return ink_opset_of(&model->opsets, domain);
}

const struct ink_attribute *ink_node_attribute(const struct ink_node *node, const char *name)
{
    for (int i = 0; i < node->attribute_count; i++)
        if (ink_view_is(node->attributes[i].name, name)) return &node->attributes[i];
    return NULL;
}
