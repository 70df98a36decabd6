/* SPDX-License-Identifier: MIT */
#include "onnx/wire.h"

struct ink_wire ink_wire_of(struct ink_view bytes)
{
    /* arithmetic on NULL is not defined, so the empty view gets an address */
    static const uint8_t nothing[1];
    const uint8_t *start = bytes.len ? bytes.data : nothing;
    return (struct ink_wire){.at = start, .end = start + bytes.len};
}

bool ink_wire_varint(struct ink_view *bytes, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes->len && i < 10; i++) {
        sum |= (uint64_t)(bytes->data[i] & 0x7F) << (7 * i);
        if (bytes->data[i] < 0x80) {
            *value = sum;
            *bytes = ink_view_of(bytes->data + i + 1, bytes->len - i - 1);
            return true;
        }
    }
    return false;
}

static uint64_t little_endian(const uint8_t *p, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) value |= (uint64_t)p[i] << (8 * i);
    return value;
}

/* The value behind a tag; moves rest on. */
static bool read_value(struct ink_view *rest, struct ink_field *field)
{
    uint64_t len;
    switch (field->type) {
    case INK_WIRE_VARINT: return ink_wire_varint(rest, &field->value);
    case INK_WIRE_FIXED64: len = 8; break;
    case INK_WIRE_FIXED32: len = 4; break;
    case INK_WIRE_BYTES:
        if (!ink_wire_varint(rest, &len)) return false;
        break;
    default: return false; /* groups were never used by ONNX */
    }
    if (len > rest->len) return false;
    field->bytes = ink_view_of(rest->data, (size_t)len);
    if (field->type != INK_WIRE_BYTES) field->value = little_endian(rest->data, (size_t)len);
    *rest = ink_view_of(rest->data + len, rest->len - (size_t)len);
    return true;
}

bool ink_wire_next(struct ink_wire *wire, struct ink_field *field)
{
    struct ink_view rest = ink_view_of(wire->at, (size_t)(wire->end - wire->at));
    if (rest.len == 0 || wire->damaged) return false;
    uint64_t tag;
    wire->damaged = true;
    if (!ink_wire_varint(&rest, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) return false;
    *field = (struct ink_field){.number = (uint32_t)(tag >> 3), .type = (enum ink_wire_type)(tag & 7)};
    if (!read_value(&rest, field)) return false;
    wire->damaged = false;
    wire->at = rest.data;
    return true;
}

size_t ink_wire_count(struct ink_view message, uint32_t number)
{
    struct ink_wire wire = ink_wire_of(message);
    struct ink_field field;
    size_t count = 0;
    while (ink_wire_next(&wire, &field)) count += field.number == number;
    return count;
}

size_t ink_wire_elements(const struct ink_field *field, enum ink_wire_type element)
{
    if (field->type == element) return 1;
    if (field->type != INK_WIRE_BYTES) return SIZE_MAX;
    if (element == INK_WIRE_VARINT) {
        struct ink_view rest = field->bytes;
        uint64_t value;
        size_t count = 0;
        for (; rest.len; count++)
            if (!ink_wire_varint(&rest, &value)) return SIZE_MAX;
        return count;
    }
    size_t size = element == INK_WIRE_FIXED32 ? 4 : 8;
    return field->bytes.len % size ? SIZE_MAX : field->bytes.len / size;
}

void ink_wire_each(const struct ink_field *field, enum ink_wire_type element, void (*visit)(void *arg, uint64_t value),
                   void *arg)
{
    if (field->type == element) {
        visit(arg, field->value);
        return;
    }
    struct ink_view rest = field->bytes;
    while (rest.len) {
        uint64_t value = 0;
        if (element == INK_WIRE_VARINT) {
            if (!ink_wire_varint(&rest, &value)) return;
        } else {
            size_t size = element == INK_WIRE_FIXED32 ? 4 : 8;
            value = little_endian(rest.data, size);
            rest = ink_view_of(rest.data + size, rest.len - size);
        }
        visit(arg, value);
    }
}

float ink_wire_float(uint64_t fixed32)
{
    uint32_t bits = (uint32_t)fixed32;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double ink_wire_double(uint64_t fixed64)
{
    double value;
    memcpy(&value, &fixed64, sizeof value);
    return value;
}
