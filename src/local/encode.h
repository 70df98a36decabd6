/* SPDX-License-Identifier: MIT */
/* encode.h - the small text forms that S3 speaks: base64, hex, percent escapes, dates. No locale; thread-safe.
 *
 * The other way round, bytes to base64 and hex, is in aws/hash.h. */
#ifndef INK_LOCAL_ENCODE_H
#define INK_LOCAL_ENCODE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/view.h"

/* Exactly `len` bytes, or false: padding, alphabet and length must be right. */
bool ink_base64_exactly(const char *text, uint8_t *out, size_t len);

/* Exactly `len` bytes from 2 * len hex digits of either case, or false. */
bool ink_hex_decode(const char *text, uint8_t *out, size_t len);

/* %XX -> byte; with plus_is_space also '+' -> ' '. Into the arena. INK_E_FORMAT for a % without two hex digits and for
 * %00; INK_E_OOM. */
INK_NODISCARD ink_status ink_percent_decode(struct ink_arena *arena, struct ink_view text, bool plus_is_space,
                                            const char **out);

/* What list answers do with encoding-type=url: all but A-Z a-z 0-9 - _ . * / becomes %XX, a space '+'. */
void ink_percent_encode(struct ink_buffer *out, const char *text);

enum { INK_HTTP_DATE_LEN = 29 }; /* Sun, 06 Nov 1994 08:49:37 GMT */
void ink_http_date(int64_t wall_ms, char out[INK_HTTP_DATE_LEN + 1]);

/* The three forms of RFC 9110, and ISO 8601 in UTC ("2024-11-02T16:51:31Z", milliseconds allowed). False for others. */
bool ink_date_parse(const char *text, int64_t *wall_ms);

#endif
