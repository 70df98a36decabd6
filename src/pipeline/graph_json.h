/* SPDX-License-Identifier: MIT */
/* graph_json.h - a model's graph as JSON, for drawing: nodes in the order of the file, values by number (docs/json.md).
 * Of a model that is refused, too, with what stands against its nodes. */
#ifndef INK_PIPELINE_GRAPH_JSON_H
#define INK_PIPELINE_GRAPH_JSON_H

#include "base/buffer.h"
#include "engine/session.h"

enum { INK_GRAPH_NODES_MAX = 2000 }; /* more are only counted: nobody can look at them */

struct ink_graph_subject {
    const char *model_key;
    const char *model_etag;
    const struct ink_session *session; /* NULL: the file could not be read at all */
    const struct ink_error *error;     /* why it cannot be used; its status INK_OK: it can */
};

/* Appends one object. INK_E_OOM. */
INK_NODISCARD ink_status ink_graph_json(const struct ink_graph_subject *subject, struct ink_buffer *out,
                                        struct ink_error *err);

#endif
