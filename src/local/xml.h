/* SPDX-License-Identifier: MIT */
/* xml.h - the little XML that S3 needs: elements written to a buffer, small documents read into a tree.
 *
 * Read: namespaces are cut off, attributes and comments skipped, a DOCTYPE refused (no entities, so no expansion), depth
 * and size capped. Written: text is escaped; control characters become &#xN;, as S3
 * does it. */
#ifndef INK_LOCAL_XML_H
#define INK_LOCAL_XML_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/view.h"

struct ink_xml_node {
    const char *name;
    const char *text; /* what stands in it, children's left out; "" when nothing does */
    const struct ink_xml_node *child;
    const struct ink_xml_node *next;
};

enum { INK_XML_DEPTH_MAX = 16, INK_XML_BYTES_MAX = 8 * 1024 * 1024 };

/* The root element, in the arena. INK_E_FORMAT when it is not such a document, INK_E_LIMIT, INK_E_OOM. */
INK_NODISCARD ink_status ink_xml_parse(struct ink_view text, struct ink_arena *arena, const struct ink_xml_node **out,
                                       struct ink_error *err);

/* The first child of that name, or NULL; node may be NULL. */
const struct ink_xml_node *ink_xml_child(const struct ink_xml_node *node, const char *name);

/* The next of the same name behind node, or NULL. */
const struct ink_xml_node *ink_xml_next(const struct ink_xml_node *node);

/* The text of the first child of that name, or NULL. */
const char *ink_xml_child_text(const struct ink_xml_node *node, const char *name);

/* The declaration, and <root> with S3's namespace. */
void ink_xml_begin(struct ink_buffer *out, const char *root);
void ink_xml_open(struct ink_buffer *out, const char *name);
void ink_xml_close(struct ink_buffer *out, const char *name);
void ink_xml_text(struct ink_buffer *out, const char *name, const char *text); /* <name>text</name>; NULL: nothing */
void ink_xml_number(struct ink_buffer *out, const char *name, uint64_t number);
void ink_xml_escape(struct ink_buffer *out, const char *text);

#endif
