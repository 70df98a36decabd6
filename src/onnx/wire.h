/* SPDX-License-Identifier: MIT */
/* wire.h - protobuf's wire format (protobuf.dev/programming-guides/encoding), read without copying.
 *
 *   struct ink_wire wire = ink_wire_of(bytes);
 *   struct ink_field field;
 *   while (ink_wire_next(&wire, &field)) ...
 *   if (!ink_wire_good(&wire)) ...damaged...
 *
 * Every view points into the input and lives as long as it. */
#ifndef INK_ONNX_WIRE_H
#define INK_ONNX_WIRE_H

#include "base/status.h"
#include "base/view.h"

enum ink_wire_type { INK_WIRE_VARINT = 0, INK_WIRE_FIXED64 = 1, INK_WIRE_BYTES = 2, INK_WIRE_FIXED32 = 5 };

struct ink_wire {
    const uint8_t *at;
    const uint8_t *end;
    bool damaged;
};

struct ink_field {
    uint32_t number;
    enum ink_wire_type type;
    uint64_t value;        /* VARINT, FIXED64, FIXED32 */
    struct ink_view bytes; /* BYTES */
};

struct ink_wire ink_wire_of(struct ink_view bytes);

/* The next field; false at the end and where the bytes are damaged (cut, a length over the end, a group). */
bool ink_wire_next(struct ink_wire *wire, struct ink_field *field);

static inline bool ink_wire_good(const struct ink_wire *wire)
{
    return !wire->damaged;
}

/* How often a field occurs in a message; what is behind damage does not count. */
size_t ink_wire_count(struct ink_view message, uint32_t number);

/* One varint from the front of *bytes, which moves on. False when it is cut or longer than ten bytes. */
bool ink_wire_varint(struct ink_view *bytes, uint64_t *value);

/* Repeated numbers, which may be packed into one field or not: how many elements this field holds, SIZE_MAX where it
 * is damaged or of another type. element is VARINT, FIXED32 or FIXED64. */
size_t ink_wire_elements(const struct ink_field *field, enum ink_wire_type element);

/* ... and element by element: visit(arg, value) for each. Call only where ink_wire_elements was not SIZE_MAX. */
void ink_wire_each(const struct ink_field *field, enum ink_wire_type element, void (*visit)(void *arg, uint64_t value),
                   void *arg);

float ink_wire_float(uint64_t fixed32);
double ink_wire_double(uint64_t fixed64);

#endif
