/* SPDX-License-Identifier: MIT */
/* view.h - bytes that somebody else owns. A function that returns a view says how long it lives. */
#ifndef INK_BASE_VIEW_H
#define INK_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ink_view {
    const uint8_t *data; /* may be NULL when len is 0 */
    size_t len;
};

static inline struct ink_view ink_view_of(const void *data, size_t len)
{
    return (struct ink_view){data, len};
}

static inline struct ink_view ink_view_text(const char *text)
{
    return (struct ink_view){(const uint8_t *)text, strlen(text)};
}

static inline bool ink_view_equal(struct ink_view a, struct ink_view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool ink_view_is(struct ink_view a, const char *text)
{
    return ink_view_equal(a, ink_view_text(text));
}

/* For printf's "%.*s": INK_VIEW_ARGS(v). Cut at 200 bytes, so that a hostile name cannot fill a message. */
#define INK_VIEW_ARGS(view) (int)((view).len < 200 ? (view).len : 200), ((view).len ? (const char *)(view).data : "")

#endif
