/* SPDX-License-Identifier: MIT */
/* xml.h - a small XML document as a tree, as the query services answer. Hostile bytes: depth, size and entities are capped.
 * Thread-safe with one arena a thread. */
#ifndef INK_AWS_XML_H
#define INK_AWS_XML_H

#include "base/arena.h"
#include "base/status.h"

struct ink_xml {
    const char *name;
    const char *text; /* of an element without elements; else "" */
    struct ink_xml *child, *next;
};

/* The root element; it and all its texts live in the arena. INK_E_FORMAT: no such document, deeper than 24, or one that
 * declares entities. INK_E_OOM. */
INK_NODISCARD ink_status ink_xml_read(struct ink_view bytes, struct ink_arena *arena, struct ink_xml **root,
                                      struct ink_error *err);

/* The first element at a path below node, "Stacks/member/StackName"; NULL where there is none, and for a NULL node. */
const struct ink_xml *ink_xml_at(const struct ink_xml *node, const char *path);

/* Its text; "" where there is no such element. */
const char *ink_xml_text(const struct ink_xml *node, const char *path);

#endif
