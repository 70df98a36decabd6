/* SPDX-License-Identifier: MIT */
/* text.h - small things about text: one-line escaping, ASCII case, endings, numbers. No locale anywhere. */
#ifndef INK_BASE_TEXT_H
#define INK_BASE_TEXT_H

#include "base/status.h"
#include "base/view.h"

/* Copies len bytes to out as one printable line: control characters, DEL and bytes that are not UTF-8 become \xNN, a
 * newline \n, a tab \t, a backslash \\. Cut (never inside an escape or a UTF-8 sequence) where out is full; out is always
 * NUL-terminated. Returns the length written. out_cap >= 1. out must not overlap text. */
size_t ink_text_escape(const char *text, size_t len, char *out, size_t out_cap);

/* The length of the UTF-8 sequence that starts at text[0], 1..4, or 0 where it is not valid UTF-8 (overlong forms,
 * surrogates and code points over U+10FFFF are not). len >= 1. */
size_t ink_text_utf8_length(const char *text, size_t len);

char ink_text_lower(char c);
bool ink_text_equal_nocase(const char *a, const char *b);

/* "x.PNG" ends with ".png"; ASCII case is ignored. */
bool ink_text_ends_nocase(const char *text, const char *ending);

/* A whole decimal number, digits only, of at most `max`. False for anything else, the empty text and overflow included. */
bool ink_text_u64(struct ink_view text, uint64_t max, uint64_t *out);

#endif
