/* SPDX-License-Identifier: MIT */
/* condition.h - If-Match and its siblings, and Range: what a GET, a HEAD and the source of a copy must pass. */
#ifndef INK_LOCAL_CONDITION_H
#define INK_LOCAL_CONDITION_H

#include "base/status.h"
#include "base/view.h"

/* The four headers, NULL where absent. */
struct ink_condition {
    const char *match;
    const char *none_match;
    const char *modified_since;
    const char *unmodified_since;
};

enum ink_condition_result {
    INK_CONDITION_HOLDS,
    INK_CONDITION_NO_MATCH,     /* If-Match failed: 412 */
    INK_CONDITION_MODIFIED,     /* If-Unmodified-Since failed: 412 */
    INK_CONDITION_SAME,         /* If-None-Match failed: 304, for a copy 412 */
    INK_CONDITION_NOT_MODIFIED, /* If-Modified-Since failed: 304, for a copy 412 */
};

/* etag without quotes. Precedence as RFC 9110 13.2.2: an ETag condition silences the date beside it. Dates that cannot be
 * read, or lie in the future (now_ms), are ignored. */
enum ink_condition_result ink_condition_check(const struct ink_condition *condition, const char *etag,
                                              int64_t modified_ms, int64_t now_ms);

/* A list of ETags, "*" included; quotes may be missing. */
bool ink_condition_etag_in(const char *list, const char *etag);

enum ink_range_result {
    INK_RANGE_ALL,           /* none, or one that S3 ignores: several, "bytes=5-2", another unit */
    INK_RANGE_PART,          /* first..last */
    INK_RANGE_UNSATISFIABLE, /* 416 */
};

/* "bytes=0-99", "bytes=100-", "bytes=-5" against an object of `size` bytes. header may be NULL. */
enum ink_range_result ink_range_parse(const char *header, uint64_t size, uint64_t *first, uint64_t *last);

#endif
