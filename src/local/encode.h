/* SPDX-License-Identifier: MIT */
/* encode.h - the small text forms that S3 speaks: base64, hex, percent escapes, dates. No locale; thread-safe. */
#ifndef INK_LOCAL_ENCODE_H
#define INK_LOCAL_ENCODE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/view.h"

/* NUL-terminated base64 with padding; out_cap must be at least 4 * ceil(len / 3) + 1. */
void ink_base64_encode(const uint8_t *bytes, size_t len, char *out, size_t out_cap);

/* Exactly `len` bytes, or false: padding, alphabet and length must be right. */
bool ink_base64_decode(const char *text, uint8_t *out, size_t len);

/* Lower-case hex, NUL-terminated: 2 * len + 1 chars. */
void ink_hex_encode(const uint8_t *bytes, size_t len, char *out);

/* Exactly `len` bytes from 2 * len hex digits of either case, or false. */
bool ink_hex_decode(const char *text, uint8_t *out, size_t len);

/* %XX -> byte; with plus_is_space also '+' -> ' '. NULL for a % without two hex digits, for %00, and without memory. */
char *ink_percent_decode(struct ink_arena *arena, struct ink_view text, bool plus_is_space);

/* What list answers do with encoding-type=url: all but A-Z a-z 0-9 - _ . * / becomes %XX, a space '+'. */
void ink_percent_encode(struct ink_buffer *out, const char *text);

enum { INK_HTTP_DATE_LEN = 29 }; /* Sun, 06 Nov 1994 08:49:37 GMT */
void ink_http_date(int64_t wall_ms, char out[INK_HTTP_DATE_LEN + 1]);

/* The three forms of RFC 9110, and ISO 8601 in UTC ("2024-11-02T16:51:31Z", milliseconds allowed). False for others. */
bool ink_date_parse(const char *text, int64_t *wall_ms);

/* 20130524T000000Z as signatures have it. */
bool ink_amz_date_parse(const char *text, int64_t *wall_ms);

#endif
