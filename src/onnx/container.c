/* SPDX-License-Identifier: MIT */
/* container.c - SequenceProto, OptionalProto and MapProto (onnx-data.proto): what is not a tensor, as tensor.h has it. */
#include "onnx/reader.h"

/* onnx-data.proto; the first three are those of SequenceProto and OptionalProto alike */
enum {
    C_NAME = 1,
    C_TENSOR = 3,
    C_SEQUENCE = 5,
    C_MAP = 6,
    M_KEYS = 3,
    M_STRING_KEYS = 4,
    M_VALUES = 5,
};

static ink_status read_any(struct ink_reader *r, struct ink_view bytes, enum ink_dtype dtype,
                           struct ink_stored_tensor *out);

static uint32_t field_of(enum ink_dtype dtype)
{
    return !ink_dtype_is_container(dtype) ? C_TENSOR : dtype & INK_SEQUENCE ? C_SEQUENCE : C_MAP;
}

static struct ink_view name_of(struct ink_view bytes)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    while (ink_wire_next(&wire, &field))
        if (field.number == C_NAME) return field.bytes;
    return (struct ink_view){0};
}

/* The elements of a sequence, or the one of an optional. */
static ink_status read_elements(struct ink_reader *r, struct ink_view bytes, enum ink_dtype inside,
                                struct ink_stored_tensor *out)
{
    uint32_t number = field_of(inside);
    size_t count = ink_wire_count(bytes, number);
    struct ink_tensor *elements = INK_READER_ARRAY(r, struct ink_tensor, count);
    if (!elements) return ink_reader_oom(r);
    out->tensor.shape = (struct ink_shape){1, {(int64_t)count}};
    out->tensor.data = elements;
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = INK_OK;
    while (!st && ink_wire_next(&wire, &field)) {
        if (field.number != number) continue;
        struct ink_stored_tensor element = {0};
        st = read_any(r, field.bytes, inside, &element);
        *elements++ = element.tensor;
        if (!st && element.tensor.dtype != inside)
            st = ink_fail(r->err, INK_E_MODEL, "%.*s holds %s, not %s", INK_VIEW_ARGS(out->name),
                          ink_dtype_word(element.tensor.dtype), ink_dtype_word(inside));
    }
    return st                     ? st
           : ink_wire_good(&wire) ? INK_OK
                                  : ink_message_damaged(r, ink_dtype_word(out->tensor.dtype), out->name);
}

/* --- maps --- */

struct keys {
    int64_t *numbers;
    struct ink_view *texts;
    size_t count;
};

static void put_key(void *arg, uint64_t value)
{
    struct keys *keys = arg;
    keys->numbers[keys->count++] = (int64_t)value;
}

static ink_status read_keys(struct ink_reader *r, struct ink_view bytes, enum ink_dtype dtype, struct ink_tensor *out)
{
    bool texts = dtype == INK_STRING;
    uint32_t number = texts ? M_STRING_KEYS : M_KEYS;
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    size_t total = 0;
    while (ink_wire_next(&wire, &field)) {
        if (field.number != number) continue;
        size_t more = texts ? 1 : ink_wire_elements(&field, INK_WIRE_VARINT);
        if (more == SIZE_MAX) return ink_fail(r->err, INK_E_MODEL, "the keys of a map are damaged");
        total += more;
    }
    struct keys keys = {0};
    void *data = texts ? (void *)(keys.texts = INK_READER_ARRAY(r, struct ink_view, total))
                       : (void *)(keys.numbers = INK_READER_ARRAY(r, int64_t, total));
    if (!data) return ink_reader_oom(r);
    *out = (struct ink_tensor){dtype, {1, {(int64_t)total}}, data};
    wire = ink_wire_of(bytes);
    while (ink_wire_next(&wire, &field)) {
        if (field.number != number) continue;
        if (texts)
            keys.texts[keys.count++] = field.bytes;
        else
            ink_wire_each(&field, INK_WIRE_VARINT, put_key, &keys);
    }
    return INK_OK;
}

/* A map's values are a sequence of tensors with one element each; here they are one tensor. */
static ink_status join_values(struct ink_reader *r, const struct ink_tensor *each, struct ink_tensor *out)
{
    size_t count = ink_tensor_count(each), size = ink_dtype_bits(out->dtype) / 8;
    const struct ink_tensor *from = each->data;
    char *to = size ? ink_arena_calloc(r->arena, count, size) : NULL;
    if (!size) return ink_fail(r->err, INK_E_UNSUPPORTED, "a map to %s", ink_dtype_word(out->dtype));
    if (!to) return ink_reader_oom(r);
    out->shape = (struct ink_shape){1, {(int64_t)count}};
    out->data = to;
    for (size_t i = 0; i < count; i++) {
        if (ink_tensor_count(&from[i]) != 1)
            return ink_fail(r->err, INK_E_MODEL, "a value of a map is not a single element");
        memcpy(to + i * size, from[i].data, size);
    }
    return INK_OK;
}

static ink_status read_map(struct ink_reader *r, struct ink_view bytes, enum ink_dtype dtype,
                           struct ink_stored_tensor *out)
{
    struct ink_tensor *pair = INK_READER_ARRAY(r, struct ink_tensor, 2);
    if (!pair) return ink_reader_oom(r);
    out->tensor.shape = (struct ink_shape){1, {2}};
    out->tensor.data = pair;
    pair[1].dtype = ink_dtype_inside(dtype, INK_DTYPE_CONTAINERS);
    struct ink_stored_tensor values = {.name = out->name, .tensor.shape = {1, {0}}};
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    ink_status st = read_keys(r, bytes, dtype & INK_MAP_STRING ? INK_STRING : INK_INT64, &pair[0]);
    while (!st && ink_wire_next(&wire, &field))
        if (field.number == M_VALUES) st = read_elements(r, field.bytes, pair[1].dtype, &values);
    if (!st && !ink_wire_good(&wire)) return ink_message_damaged(r, "map", out->name);
    if (!st && ink_tensor_count(&values.tensor) != ink_tensor_count(&pair[0]))
        st = ink_fail(r->err, INK_E_MODEL, "map %.*s has not as many values as keys", INK_VIEW_ARGS(out->name));
    return st ? st : join_values(r, &values.tensor, &pair[1]);
}

/* --- the whole --- */

static ink_status read_any(struct ink_reader *r, struct ink_view bytes, enum ink_dtype dtype,
                           struct ink_stored_tensor *out)
{
    if (!ink_dtype_is_container(dtype)) return ink_reader_tensor(r, bytes, out);
    out->name = name_of(bytes);
    out->tensor.dtype = dtype;
    if (dtype & INK_OPTIONAL) return read_elements(r, bytes, ink_dtype_inside(dtype, INK_OPTIONAL), out);
    if (dtype & INK_SEQUENCE) return read_elements(r, bytes, ink_dtype_inside(dtype, INK_SEQUENCE), out);
    return read_map(r, bytes, dtype, out);
}

ink_status ink_tensor_read(struct ink_view bytes, enum ink_dtype dtype, struct ink_arena *arena,
                           struct ink_stored_tensor *out, struct ink_error *err)
{
    struct ink_reader r = {.arena = arena, .err = err};
    return read_any(&r, bytes, dtype, out);
}
