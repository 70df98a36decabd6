/* SPDX-License-Identifier: MIT */
/* date.h - the three ways in which AWS writes a moment, without locale or time zone. Thread-safe. */
#ifndef INK_AWS_DATE_H
#define INK_AWS_DATE_H

#include "base/view.h"

/* Each: seconds since 1970-01-01 UTC; false when the text is no such date. */
bool ink_date_basic(struct ink_view text, int64_t *seconds); /* 20130524T000000Z: SigV4 */
bool ink_date_http(struct ink_view text, int64_t *seconds);  /* Fri, 24 May 2013 00:00:00 GMT: headers (RFC 9110) */
bool ink_date_iso_ms(struct ink_view text, int64_t *ms);     /* 2013-05-24T00:00:00.000Z, fraction or not: listings */

enum { INK_DATE_BASIC_LEN = 16 };
void ink_date_basic_text(int64_t seconds, char out[INK_DATE_BASIC_LEN + 1]);

#endif
