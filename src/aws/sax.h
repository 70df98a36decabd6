/* SPDX-License-Identifier: MIT */
/* sax.h - an XML document, element by element, by expat. Hostile bytes: depth and text are capped, entities refused, since a
 * document that declares any could grow without bound, and no service does. Thread-safe with one reader a thread. */
#ifndef INK_AWS_SAX_H
#define INK_AWS_SAX_H

#include "base/buffer.h"
#include "base/status.h"

struct ink_sax {
    void *arg;        /* the caller's own */
    int depth_most;   /* elements inside each other */
    size_t text_most; /* bytes in one element, its own elements aside */

    /* The root's depth is 0. `text` of an element with elements is what stands behind the last of them. */
    void (*start)(struct ink_sax *sax, int depth, const char *name);
    void (*end)(struct ink_sax *sax, int depth, const char *text);

    /* the reader's own */
    void *parser;
    int depth;
    struct ink_buffer text;
    ink_status status;
};

/* INK_E_FORMAT: not well-formed, too deep, or declares entities. INK_E_LIMIT: a text is too long. INK_E_OOM; and what start
 * or end stopped it with. */
INK_NODISCARD ink_status ink_sax_read(struct ink_sax *sax, struct ink_view xml);

/* From start and end: no more of it, because of this. The first reason is kept. */
void ink_sax_stop(struct ink_sax *sax, ink_status status);

#endif
