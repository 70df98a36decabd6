/* SPDX-License-Identifier: MIT */
#include "local/condition.h"

#include "base/text.h"
#include "local/encode.h"

static bool is_etag(const char *item, size_t len, const char *etag)
{
    if (len >= 2 && memcmp(item, "W/", 2) == 0) item += 2, len -= 2;
    if (len >= 2 && item[0] == '"' && item[len - 1] == '"') item++, len -= 2;
    return len == strlen(etag) && memcmp(item, etag, len) == 0;
}

bool ink_condition_etag_in(const char *list, const char *etag)
{
    for (const char *at = list; *at;) {
        at += strspn(at, ", \t");
        size_t len = strcspn(at, ","), trimmed = len;
        while (trimmed > 0 && (at[trimmed - 1] == ' ' || at[trimmed - 1] == '\t')) trimmed--;
        if ((trimmed == 1 && *at == '*') || (trimmed > 0 && is_etag(at, trimmed, etag))) return true;
        at += len;
    }
    return false;
}

enum ink_condition_result ink_condition_check(const struct ink_condition *condition, const char *etag,
                                              int64_t modified_ms, int64_t now_ms)
{
    int64_t date, modified_s = modified_ms / 1000; /* HTTP dates have whole seconds */
    if (condition->match) {
        if (!ink_condition_etag_in(condition->match, etag)) return INK_CONDITION_NO_MATCH;
    } else if (condition->unmodified_since && ink_date_parse(condition->unmodified_since, &date)) {
        if (modified_s > date / 1000) return INK_CONDITION_MODIFIED;
    }
    if (condition->none_match) {
        if (ink_condition_etag_in(condition->none_match, etag)) return INK_CONDITION_SAME;
    } else if (condition->modified_since && ink_date_parse(condition->modified_since, &date)) {
        if (date <= now_ms && modified_s <= date / 1000) return INK_CONDITION_NOT_MODIFIED;
    }
    return INK_CONDITION_HOLDS;
}

enum ink_range_result ink_range_parse(const char *header, uint64_t size, uint64_t *first, uint64_t *last)
{
    static const char unit[] = "bytes=";
    if (!header || strncmp(header, unit, sizeof unit - 1) != 0) return INK_RANGE_ALL;
    const char *from = header + sizeof unit - 1;
    const char *dash = strchr(from, '-');
    if (!dash) return INK_RANGE_ALL;
    struct ink_view left = ink_view_of(from, (size_t)(dash - from)), right = ink_view_text(dash + 1);
    uint64_t a = 0, b = 0;
    if ((left.len && !ink_text_u64(left, INT64_MAX, &a)) || (right.len && !ink_text_u64(right, INT64_MAX, &b)))
        return INK_RANGE_ALL;
    if (left.len == 0) {
        if (right.len == 0) return INK_RANGE_ALL;
        if (b == 0 || size == 0) return INK_RANGE_UNSATISFIABLE;
        *first = b < size ? size - b : 0;
        *last = size - 1;
        return INK_RANGE_PART;
    }
    if (right.len && b < a) return INK_RANGE_ALL;
    if (a >= size) return INK_RANGE_UNSATISFIABLE;
    *first = a;
    *last = right.len && b < size ? b : size - 1;
    return INK_RANGE_PART;
}
