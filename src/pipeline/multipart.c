/* SPDX-License-Identifier: MIT */
#include "pipeline/multipart.h"

#include <stdio.h>

#include "base/text.h"

enum { BOUNDARY_MAX = 70 }; /* RFC 2046 5.1.1 */

static const char type[] = "multipart/form-data";

/* Without regard to case, as types and parameters are. */
static const char *behind(const char *text, const char *start)
{
    while (*start && ink_text_lower(*text) == *start) text++, start++;
    return *start ? NULL : text;
}

bool ink_multipart_is(const char *content_type)
{
    const char *rest = content_type ? behind(content_type, type) : NULL;
    return rest && (*rest == '\0' || *rest == ';' || *rest == ' ');
}

/* The value of a parameter of a header: `; boundary=x` or `; boundary="x"`. len 0: there is none. */
static struct ink_view parameter(struct ink_view header, const char *name)
{
    size_t name_len = strlen(name);
    for (size_t i = 0; i < header.len; i++) {
        if (header.data[i] != ';') continue;
        for (i++; i < header.len && header.data[i] == ' '; i++) continue;
        if (header.len - i <= name_len || header.data[i + name_len] != '=') continue;
        size_t same = 0;
        while (same < name_len && ink_text_lower((char)header.data[i + same]) == name[same]) same++;
        if (same < name_len) continue;
        size_t start = i + name_len + 1, end;
        bool quoted = start < header.len && header.data[start] == '"';
        start += quoted;
        for (end = start; end < header.len; end++)
            if (quoted ? header.data[end] == '"' : header.data[end] == ';' || header.data[end] == ' ') break;
        return ink_view_of(header.data + start, end - start);
    }
    return (struct ink_view){NULL, 0};
}

static struct ink_view from(struct ink_view text, size_t start)
{
    return ink_view_of(text.data + start, text.len - start);
}

/* Where `what` begins; SIZE_MAX: nowhere. */
static size_t find(struct ink_view in, const char *what)
{
    const uint8_t *at = in.len ? memmem(in.data, in.len, what, strlen(what)) : NULL;
    return at ? (size_t)(at - in.data) : SIZE_MAX;
}

static bool is_file(struct ink_view head)
{
    while (head.len) {
        size_t end = find(head, "\r\n");
        struct ink_view line = ink_view_of(head.data, end == SIZE_MAX ? head.len : end);
        char start[32];
        snprintf(start, sizeof start, "%.*s", (int)(line.len < sizeof start - 1 ? line.len : sizeof start - 1),
                 (const char *)line.data);
        if (behind(start, "content-disposition:") &&
            (parameter(line, "filename").len || parameter(line, "filename*").len))
            return true;
        head = end == SIZE_MAX ? (struct ink_view){NULL, 0} : from(head, end + 2);
    }
    return false;
}

ink_status ink_multipart_file(const char *content_type, struct ink_view body, struct ink_view *file,
                              struct ink_error *err)
{
    struct ink_view boundary = parameter(ink_view_text(content_type), "boundary");
    char delimiter[BOUNDARY_MAX + sizeof "\r\n--"];
    if (!boundary.len || boundary.len > BOUNDARY_MAX)
        return ink_fail(err, INK_E_FORMAT, "%s without a boundary of 1 to %d characters", type, BOUNDARY_MAX);
    snprintf(delimiter, sizeof delimiter, "\r\n--%.*s", (int)boundary.len, (const char *)boundary.data);
    /* the first one may stand at the very beginning, without the line's end in front of it */
    size_t at = body.len && find(body, delimiter + 2) == 0 ? 0 : find(body, delimiter);
    if (at == SIZE_MAX) return ink_fail(err, INK_E_FORMAT, "the form's boundary is not in the body");
    struct ink_view rest = from(body, at + strlen(delimiter) - (at == 0 && body.data[0] == '-' ? 2 : 0));
    for (;;) {
        size_t head = find(rest, "\r\n"), blank, end;
        if (head == SIZE_MAX || (rest.len >= 2 && rest.data[0] == '-' && rest.data[1] == '-'))
            return ink_fail(err, INK_E_FORMAT, "no file in the form");
        rest = from(rest, head);
        blank = find(rest, "\r\n\r\n");
        if (blank == SIZE_MAX) return ink_fail(err, INK_E_FORMAT, "a part of the form without a body");
        struct ink_view content = from(rest, blank + 4);
        /* an empty body: the blank line's own end is the delimiter's */
        end = find(from(rest, blank + 2), delimiter);
        if (end == SIZE_MAX) return ink_fail(err, INK_E_FORMAT, "a part of the form without end");
        if (is_file(ink_view_of(rest.data, blank))) {
            *file = ink_view_of(content.data, end < 2 ? 0 : end - 2);
            return INK_OK;
        }
        rest = from(rest, blank + 2 + end + strlen(delimiter));
    }
}
