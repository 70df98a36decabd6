/* SPDX-License-Identifier: MIT */
/* json.h - a JSON value as text, at the end of a buffer. */
#ifndef INK_PIPELINE_JSON_H
#define INK_PIPELINE_JSON_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/status.h"

/* Takes root over. NULL, which is what jansson makes where memory runs out, and a full buffer: INK_E_OOM. */
INK_NODISCARD ink_status ink_json_write(json_t *root, size_t flags, struct ink_buffer *out);

#endif
