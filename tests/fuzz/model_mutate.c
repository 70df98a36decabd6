/* SPDX-License-Identifier: MIT */
/* model_mutate.c - the file as a tree of protobuf's fields, a few changes to it, and the file again.
 *
 * Most changes take what else is in the model for the same purpose: a field of the same message and number. */
#include "model_mutate.h"

#include <string.h>

#include "base/buffer.h"
#include "onnx/wire.h"
#include "ops/table.h"

/* The messages of onnx.proto that are looked into. */
enum message {
    M_LEAF,
    M_MODEL,
    M_GRAPH,
    M_NODE,
    M_ATTRIBUTE,
    M_TENSOR,
    M_SPARSE,
    M_VALUE,
    M_TYPE,
    M_TENSOR_TYPE,
    M_SEQUENCE_TYPE,
    M_MAP_TYPE,
    M_SHAPE,
    M_DIM,
    M_OPSET,
    M_FUNCTION,
};

static enum message inside(enum message parent, uint32_t number)
{
    static const struct {
        enum message parent;
        uint32_t number;
        enum message child;
    } messages[] = {
        {M_MODEL, 7, M_GRAPH},        {M_MODEL, 8, M_OPSET},        {M_MODEL, 25, M_FUNCTION},
        {M_GRAPH, 1, M_NODE},         {M_GRAPH, 5, M_TENSOR},       {M_GRAPH, 11, M_VALUE},
        {M_GRAPH, 12, M_VALUE},       {M_GRAPH, 13, M_VALUE},       {M_GRAPH, 15, M_SPARSE},
        {M_NODE, 5, M_ATTRIBUTE},     {M_ATTRIBUTE, 5, M_TENSOR},   {M_ATTRIBUTE, 6, M_GRAPH},
        {M_ATTRIBUTE, 10, M_TENSOR},  {M_ATTRIBUTE, 11, M_GRAPH},   {M_ATTRIBUTE, 22, M_SPARSE},
        {M_SPARSE, 1, M_TENSOR},      {M_SPARSE, 2, M_TENSOR},      {M_VALUE, 2, M_TYPE},
        {M_TYPE, 1, M_TENSOR_TYPE},   {M_TYPE, 4, M_SEQUENCE_TYPE}, {M_TYPE, 5, M_MAP_TYPE},
        {M_TYPE, 8, M_TENSOR_TYPE},   {M_TYPE, 9, M_SEQUENCE_TYPE}, {M_TENSOR_TYPE, 2, M_SHAPE},
        {M_SEQUENCE_TYPE, 1, M_TYPE}, {M_MAP_TYPE, 2, M_TYPE},      {M_SHAPE, 1, M_DIM},
        {M_FUNCTION, 7, M_NODE},      {M_FUNCTION, 9, M_OPSET},     {M_FUNCTION, 11, M_ATTRIBUTE},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (messages[i].parent == parent && messages[i].number == number) return messages[i].child;
    return M_LEAF;
}

enum { NONE = -1, FIELDS_MAX = 1 << 15, DEPTH_MAX = 12 };

struct node {
    struct ink_field field;
    enum message parent, message;
    int first_child, next; /* in the order of the file */
    bool removed;
    char text[24]; /* what field.bytes points to where it was made up */
};

struct tree {
    struct node nodes[FIELDS_MAX];
    int count;
    uint64_t random;
};

static size_t pick(struct tree *t, size_t below)
{
    t->random ^= t->random << 13;
    t->random ^= t->random >> 7;
    t->random ^= t->random << 17;
    return below ? (size_t)((t->random >> 11) % below) : 0;
}

/* --- to a tree and back --- */

/* The first field of a message, NONE where there is none; false where the bytes are damaged or too many. */
static bool parse(struct tree *t, struct ink_view bytes, enum message message, int depth, int *first)
{
    struct ink_wire wire = ink_wire_of(bytes);
    struct ink_field field;
    int *link = first;
    *first = NONE;
    while (ink_wire_next(&wire, &field)) {
        if (t->count == FIELDS_MAX) return false;
        int at = t->count++;
        struct node *n = &t->nodes[at];
        *n = (struct node){.field = field, .parent = message, .first_child = NONE, .next = NONE};
        if (field.type == INK_WIRE_BYTES) n->message = inside(message, field.number);
        if (n->message && (depth == DEPTH_MAX || !parse(t, field.bytes, n->message, depth + 1, &n->first_child)))
            return false;
        *link = at;
        link = &n->next;
    }
    return ink_wire_good(&wire);
}

static void put_varint(struct ink_buffer *out, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    do bytes[n] = (uint8_t)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
    while (n++, value >>= 7);
    ink_buffer_append(out, bytes, n);
}

/* A message's length stands before it, so each is written on its own first. A change may have put a message into itself:
 * depth and the buffer's cap end that. */
static void write(const struct tree *t, int first, int depth, struct ink_buffer *out)
{
    for (int at = first; at != NONE && !out->failed; at = t->nodes[at].next) {
        const struct node *n = &t->nodes[at];
        if (n->removed || depth > DEPTH_MAX + 2) continue;
        put_varint(out, (uint64_t)n->field.number << 3 | n->field.type);
        if (n->field.type == INK_WIRE_VARINT) {
            put_varint(out, n->field.value);
        } else if (n->field.type != INK_WIRE_BYTES) {
            ink_buffer_append(out, &n->field.value, n->field.type == INK_WIRE_FIXED32 ? 4 : 8);
        } else if (!n->message) {
            put_varint(out, n->field.bytes.len);
            ink_buffer_append(out, n->field.bytes.data, n->field.bytes.len);
        } else {
            struct ink_buffer inner;
            ink_buffer_init(&inner, out->cap_bytes);
            write(t, n->first_child, depth + 1, &inner);
            put_varint(out, inner.len);
            ink_buffer_append(out, inner.data, inner.len);
            if (inner.failed) out->failed = true;
            ink_buffer_cleanup(&inner);
        }
    }
}

/* --- changes --- */

/* Another field for the same purpose; the field itself where there is none. */
static int like(struct tree *t, int at)
{
    for (int tries = 0; tries < 64; tries++) {
        int other = (int)pick(t, (size_t)t->count);
        const struct node *n = &t->nodes[other];
        if (other != at && n->parent == t->nodes[at].parent && n->field.number == t->nodes[at].field.number &&
            n->field.type == t->nodes[at].field.type)
            return other;
    }
    return at;
}

static void take_from(struct tree *t, int at, int other)
{
    t->nodes[at].field = t->nodes[other].field;
    t->nodes[at].first_child = t->nodes[other].first_child;
}

static void exchange(struct tree *t, int at, int other)
{
    struct node *a = &t->nodes[at], *b = &t->nodes[other];
    struct ink_field field = a->field;
    int first_child = a->first_child;
    take_from(t, at, other);
    b->field = field;
    b->first_child = first_child;
}

static void double_it(struct tree *t, int at)
{
    if (t->count == FIELDS_MAX) return;
    t->nodes[t->count] = t->nodes[at];
    t->nodes[at].next = t->count++;
}

static uint64_t other_number(struct tree *t, uint64_t value)
{
    static const int64_t edges[] = {0, 1, 2, 3, 5, 7, 16, 100, -1, -2, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    switch (pick(t, 5)) {
    case 0: return value + 1;
    case 1: return value - 1;
    case 2: return value * 2;
    case 3: return pick(t, 27); /* types, opsets, dimensions */
    default: return (uint64_t)edges[pick(t, sizeof edges / sizeof *edges)];
    }
}

static uint64_t other_float(struct tree *t)
{
    static const uint32_t edges[] = {0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x7F800000,
                                     0xFF800000, 0x7FC00000, 0x7F7FFFFF, 0x00000001, 0x4F000000};
    return edges[pick(t, sizeof edges / sizeof *edges)];
}

/* Another value of a leaf: a number, the name of an operator, a changed text or block of numbers. */
static void change_value(struct tree *t, int at)
{
    struct node *n = &t->nodes[at];
    size_t rows = 0, len = n->field.bytes.len < sizeof n->text ? n->field.bytes.len : sizeof n->text;
    if (n->field.type == INK_WIRE_VARINT) {
        n->field.value = other_number(t, n->field.value);
    } else if (n->field.type != INK_WIRE_BYTES) {
        n->field.value = other_float(t);
    } else if (n->parent == M_NODE && n->field.number == 4) {
        while (ink_op_row(rows)) rows++;
        n->field.bytes = ink_view_text(ink_op_row(pick(t, rows))->name);
    } else if (len) {
        memcpy(n->text, n->field.bytes.data, len);
        n->text[pick(t, len)] ^= (char)(1 << pick(t, 8));
        n->field.bytes = ink_view_of(n->text, pick(t, 4) ? len : pick(t, len + 1));
    }
}

static void change(struct tree *t)
{
    int at = (int)pick(t, (size_t)t->count);
    for (int tries = 0; tries < 8 && t->nodes[at].parent == M_MODEL; tries++) at = (int)pick(t, (size_t)t->count);
    switch (pick(t, 8)) {
    case 0: t->nodes[at].removed = true; break;
    case 1: double_it(t, at); break;
    case 2: exchange(t, at, like(t, at)); break;
    case 3:
    case 4:
        if (!t->nodes[at].message) {
            change_value(t, at);
            break;
        }
        /* fall through */
    default: take_from(t, at, like(t, at)); break;
    }
}

size_t ink_model_mutate(uint8_t *data, size_t len, size_t max, unsigned seed)
{
    static struct tree t;
    struct ink_buffer out;
    int first;
    t.count = 0;
    t.random = (uint64_t)seed * 0x9E3779B97F4A7C15u + 88172645463325252u;
    if (!parse(&t, ink_view_of(data, len), M_MODEL, 0, &first) || t.count == 0) return len;
    for (size_t changes = pick(&t, 4) + 1; changes > 0; changes--) change(&t);
    ink_buffer_init(&out, max);
    write(&t, first, 0, &out);
    if (!out.failed && out.len) {
        len = out.len;
        memcpy(data, out.data, len);
    }
    ink_buffer_cleanup(&out);
    return len;
}
