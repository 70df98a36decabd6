/* SPDX-License-Identifier: MIT */
/* stored.c - TensorProto: from raw bytes, typed fields or another file to aligned elements. */
#include <limits.h>

#include "base/checked.h"
#include "base/text.h"
#include "onnx/reader.h"

/* onnx.proto, TensorProto */
enum {
    T_DIMS = 1,
    T_DATA_TYPE = 2,
    T_SEGMENT = 3,
    T_FLOAT_DATA = 4,
    T_INT32_DATA = 5,
    T_STRING_DATA = 6,
    T_INT64_DATA = 7,
    T_NAME = 8,
    T_RAW_DATA = 9,
    T_DOUBLE_DATA = 10,
    T_UINT64_DATA = 11,
    T_EXTERNAL_DATA = 13,
    T_DATA_LOCATION = 14
};

struct external {
    struct ink_view location;
    uint64_t offset;
    uint64_t length;
    bool used;
};

static ink_status fail(const struct ink_reader *r, const struct ink_stored_tensor *t, const char *what)
{
    return ink_fail(r->err, INK_E_MODEL, "tensor %.*s: %s", INK_VIEW_ARGS(t->name), what);
}

/* --- shape, type, and where the values are --- */

struct dims {
    struct ink_shape shape;
    bool bad;
};

static void add_dim(void *arg, uint64_t value)
{
    struct dims *d = arg;
    if (d->shape.rank >= INK_RANK_MAX || value > INT64_MAX)
        d->bad = true;
    else
        d->shape.dims[d->shape.rank++] = (int64_t)value;
}

static ink_status read_external_entry(struct ink_reader *r, struct ink_view bytes, struct ink_stored_tensor *t,
                                      struct external *external)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    struct ink_view key = {0}, value = {0};
    while (ink_wire_next(&wire, &field)) {
        if (field.number == 1) key = field.bytes;
        if (field.number == 2) value = field.bytes;
    }
    if (!ink_wire_good(&wire)) return ink_message_damaged(r, "external_data of tensor", t->name);
    uint64_t *number = ink_view_is(key, "offset")   ? &external->offset
                       : ink_view_is(key, "length") ? &external->length
                                                    : NULL;
    if (ink_view_is(key, "location")) external->location = value;
    if (number && !ink_text_u64(value, UINT64_MAX - 1, number))
        return fail(r, t, "external_data: offset or length is not a number");
    return INK_OK;
}

static ink_status read_head(struct ink_reader *r, struct ink_view bytes, struct ink_stored_tensor *t,
                            struct external *external)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    struct dims dims = {0};
    uint64_t dtype = 0;
    bool segment = false;
    ink_status st = INK_OK;
    external->length = UINT64_MAX;
    while (!st && ink_wire_next(&wire, &field)) {
        switch (field.number) {
        case T_DIMS:
            dims.bad |= ink_wire_elements(&field, INK_WIRE_VARINT) == SIZE_MAX;
            if (!dims.bad) ink_wire_each(&field, INK_WIRE_VARINT, add_dim, &dims);
            break;
        case T_DATA_TYPE: dtype = field.value; break;
        case T_SEGMENT: segment = true; break;
        case T_NAME: t->name = field.bytes; break;
        case T_EXTERNAL_DATA: st = read_external_entry(r, field.bytes, t, external); break;
        case T_DATA_LOCATION: external->used = field.value == 1; break;
        default: break;
        }
    }
    if (st) return st;
    if (!ink_wire_good(&wire)) return ink_message_damaged(r, "tensor", t->name);
    if (segment) return fail(r, t, "it is stored in segments, which nobody writes and inkling does not read");
    if (dims.bad) return fail(r, t, "its dimensions are negative, or more than 12");
    if (dtype > INT_MAX || !ink_dtype_valid((int64_t)dtype))
        return ink_fail(r->err, INK_E_MODEL, "tensor %.*s: type %llu is not an ONNX type", INK_VIEW_ARGS(t->name),
                        (unsigned long long)dtype);
    t->tensor = (struct ink_tensor){.dtype = (enum ink_dtype)dtype, .shape = dims.shape};
    return INK_OK;
}

/* --- values --- */

static size_t alignment(enum ink_dtype dtype)
{
    size_t size = ink_dtype_bits(dtype) / 8;
    return size > 8 ? 8 : size ? size : 1; /* complex128 and strings are made of 8-byte parts */
}

/* The values of a tensor that has none: NULL would mean that they are not known. */
static max_align_t no_values;

/* Raw bytes: a view where they lie well, else a copy. ONNX stores little-endian, as every CPU that inkling runs on. */
static ink_status place_raw(struct ink_reader *r, struct ink_view raw, size_t bytes, struct ink_stored_tensor *t)
{
    if (raw.len != bytes)
        return ink_fail(r->err, INK_E_MODEL, "tensor %.*s: %zu bytes of data, its shape and type want %zu",
                        INK_VIEW_ARGS(t->name), raw.len, bytes);
    if ((uintptr_t)raw.data % alignment(t->tensor.dtype) == 0) {
        t->tensor.data = bytes ? (void *)(uintptr_t)raw.data : &no_values;
        return INK_OK;
    }
    t->tensor.data = ink_arena_alloc(r->arena, bytes, INK_ARENA_ALIGN);
    if (!t->tensor.data) return ink_reader_oom(r);
    memcpy(t->tensor.data, raw.data, bytes);
    return INK_OK;
}

/* Numbers from a typed field into elements of `size` bytes; sub-byte types come packed, a byte a number. */
struct sink {
    uint8_t *at;
    uint8_t *end;
    size_t size;
};

static void put_number(void *arg, uint64_t value)
{
    struct sink *sink = arg;
    if ((size_t)(sink->end - sink->at) < sink->size) return;
    memcpy(sink->at, &value, sink->size);
    sink->at += sink->size;
}

/* Which field holds the values of a type, and as which wire type (onnx.proto, the comments of TensorProto). */
static void typed_field(enum ink_dtype dtype, uint32_t *number, enum ink_wire_type *element)
{
    *number = T_INT32_DATA;
    *element = INK_WIRE_VARINT;
    if (dtype == INK_FLOAT || dtype == INK_COMPLEX64) {
        *number = T_FLOAT_DATA;
        *element = INK_WIRE_FIXED32;
    } else if (dtype == INK_DOUBLE || dtype == INK_COMPLEX128) {
        *number = T_DOUBLE_DATA;
        *element = INK_WIRE_FIXED64;
    } else if (dtype == INK_INT64) {
        *number = T_INT64_DATA;
    } else if (dtype == INK_UINT32 || dtype == INK_UINT64) {
        *number = T_UINT64_DATA;
    }
}

static ink_status place_typed(struct ink_reader *r, struct ink_view message, size_t bytes, struct ink_stored_tensor *t)
{
    uint32_t number;
    enum ink_wire_type element;
    typed_field(t->tensor.dtype, &number, &element);
    size_t size = ink_dtype_bits(t->tensor.dtype) / 8;
    if (t->tensor.dtype == INK_COMPLEX64 || t->tensor.dtype == INK_COMPLEX128)
        size /= 2; /* real, imaginary, real, ... */
    if (size == 0) size = 1;

    /* count first: a header that asks for 3 GB must not get them before its values were seen */
    struct ink_wire wire = ink_wire_of(message);
    struct ink_field field;
    size_t have = 0;
    while (ink_wire_next(&wire, &field)) {
        if (field.number != number) continue;
        size_t more = ink_wire_elements(&field, element);
        if (more == SIZE_MAX || !ink_add_size(have, more, &have)) return fail(r, t, "its values are damaged");
    }
    if (have != bytes / size)
        return ink_fail(r->err, INK_E_MODEL, "tensor %.*s: %zu values, its shape wants %zu", INK_VIEW_ARGS(t->name),
                        have, bytes / size);
    uint8_t *data = ink_arena_alloc(r->arena, bytes, INK_ARENA_ALIGN);
    if (!data) return ink_reader_oom(r);
    struct sink sink = {data, data + bytes, size};
    wire = ink_wire_of(message);
    while (ink_wire_next(&wire, &field))
        if (field.number == number) ink_wire_each(&field, element, put_number, &sink);
    t->tensor.data = data;
    return INK_OK;
}

static ink_status place_strings(struct ink_reader *r, struct ink_view message, size_t count,
                                struct ink_stored_tensor *t)
{
    size_t have = ink_wire_count(message, T_STRING_DATA);
    if (have != count)
        return ink_fail(r->err, INK_E_MODEL, "tensor %.*s: %zu strings, its shape wants %zu", INK_VIEW_ARGS(t->name),
                        have, count);
    struct ink_view *strings = INK_READER_ARRAY(r, struct ink_view, count);
    if (!strings) return ink_reader_oom(r);
    struct ink_wire wire = ink_wire_of(message);
    struct ink_field field;
    for (size_t i = 0; ink_wire_next(&wire, &field);)
        if (field.number == T_STRING_DATA) strings[i++] = field.bytes;
    t->tensor.data = strings;
    return INK_OK;
}

/* --- values in another file --- */

/* Relative, inside the model's folder, and without a NUL that would end it early. */
static bool location_is_safe(struct ink_view location)
{
    if (location.len == 0 || location.len > 1023 || location.data[0] == '/' || memchr(location.data, 0, location.len))
        return false;
    size_t start = 0;
    for (size_t i = 0; i <= location.len; i++) {
        if (i < location.len && location.data[i] != '/') continue;
        if (ink_view_is(ink_view_of(location.data + start, i - start), "..")) return false;
        start = i + 1;
    }
    return true;
}

static ink_status place_external(struct ink_reader *r, const struct external *external, size_t bytes,
                                 struct ink_stored_tensor *t)
{
    char location[1024];
    if (!location_is_safe(external->location))
        return ink_fail(r->err, INK_E_MODEL,
                        "tensor %.*s: its data is said to be in \"%.*s\", which is not inside the model's folder",
                        INK_VIEW_ARGS(t->name), INK_VIEW_ARGS(external->location));
    if (r->visit_external) {
        r->visit_external(r->visit_arg, external->location);
        return INK_OK;
    }
    memcpy(location, external->location.data, external->location.len);
    location[external->location.len] = '\0';
    if (!r->external)
        return ink_fail(r->err, INK_E_MODEL, "tensor %.*s: its data is in the file %s, which must lie beside the model",
                        INK_VIEW_ARGS(t->name), location);
    struct ink_view raw = {0};
    /* without a length ONNX means the rest of the file; only what the shape wants is taken of it */
    uint64_t length = external->length == UINT64_MAX ? bytes : external->length;
    if (length != bytes)
        return ink_fail(r->err, INK_E_MODEL, "tensor %.*s: %llu bytes in %s, its shape and type want %zu",
                        INK_VIEW_ARGS(t->name), (unsigned long long)length, location, bytes);
    ink_status st = r->external->load(r->external->arg, location, external->offset, length, &raw, r->err);
    return st ? st : place_raw(r, raw, bytes, t);
}

/* --- the whole --- */

ink_status ink_reader_tensor(struct ink_reader *r, struct ink_view bytes, struct ink_stored_tensor *out)
{
    struct external external = {0};
    *out = (struct ink_stored_tensor){0};
    ink_status st = read_head(r, bytes, out, &external);
    if (st) return st;
    size_t count, len;
    if (!ink_shape_count(&out->tensor.shape, &count) || !ink_dtype_bytes(out->tensor.dtype, count, &len))
        return fail(r, out, "it is larger than any machine's memory");
    if (external.used) return place_external(r, &external, len, out);
    if (r->visit_external) return INK_OK;
    if (out->tensor.dtype == INK_STRING) return place_strings(r, bytes, count, out);

    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    struct ink_view raw = {0};
    bool has_raw = false;
    while (ink_wire_next(&wire, &field)) {
        if (field.number != T_RAW_DATA || field.type != INK_WIRE_BYTES) continue;
        raw = field.bytes;
        has_raw = true;
    }
    return has_raw && !(raw.len == 0 && len) ? place_raw(r, raw, len, out) : place_typed(r, bytes, len, out);
}

ink_status ink_reader_sparse(struct ink_reader *r, struct ink_view bytes, struct ink_sparse_tensor *out)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    struct dims dims = {0};
    ink_status st = INK_OK;
    *out = (struct ink_sparse_tensor){0};
    while (!st && ink_wire_next(&wire, &field)) {
        if (field.number == 1) st = ink_reader_tensor(r, field.bytes, &out->values);
        if (field.number == 2) st = ink_reader_tensor(r, field.bytes, &out->indices);
        if (field.number != 3) continue;
        dims.bad |= ink_wire_elements(&field, INK_WIRE_VARINT) == SIZE_MAX;
        if (!dims.bad) ink_wire_each(&field, INK_WIRE_VARINT, add_dim, &dims);
    }
    if (st) return st;
    if (!ink_wire_good(&wire) || dims.bad) return ink_message_damaged(r, "sparse tensor", out->values.name);
    out->shape = dims.shape;
    return INK_OK;
}
