/* SPDX-License-Identifier: MIT */
/* base64.h - reads base64 (RFC 4648, section 4). The other way round is in aws/hash.h. Thread-safe; the text may be hostile. */
#ifndef INK_BASE_BASE64_H
#define INK_BASE_BASE64_H

#include <stdbool.h>

#include "base/view.h"

/* The most bytes that text_len characters can stand for. */
static inline size_t ink_base64_room(size_t text_len)
{
    return text_len / 4 * 3;
}

/* Whole groups of four with their padding; nothing but the alphabet's characters, no line breaks. False for anything else.
 *
 * out  the caller's, ink_base64_room(text.len) bytes
 * len  how many were written */
bool ink_base64_decode(struct ink_view text, uint8_t *out, size_t *len);

#endif
