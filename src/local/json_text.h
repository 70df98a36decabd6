/* SPDX-License-Identifier: MIT */
/* json_text.h - text from outside as a JSON string. */
#ifndef INK_LOCAL_JSON_TEXT_H
#define INK_LOCAL_JSON_TEXT_H

#include <jansson.h>

#include "base/view.h"

/* Whatever bytes it has: what is not UTF-8, or has a zero byte, is escaped, and then cut at 4 KB. NULL: out of memory. */
json_t *ink_json_text_of(struct ink_view text);
json_t *ink_json_text(const char *text); /* NULL gives null */

#endif
