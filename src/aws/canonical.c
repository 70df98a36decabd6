/* SPDX-License-Identifier: MIT */
/* Stage 1 of SigV4: one spelling for a request, however it was written on the wire. */
#include "aws/sigv4.h"

#include <stdlib.h>

#include "aws/cut.h"
#include "base/alloc.h"
#include "base/text.h"
#include "net/url.h"

struct pair {
    struct ink_view name;
    struct ink_view value;
};

static int compare_views(struct ink_view a, struct ink_view b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = compare_views(x->name, y->name);
    return order ? order : compare_views(x->value, y->value);
}

static struct ink_view recoded(struct ink_view text, struct ink_buffer *room)
{
    size_t start = room->len;
    ink_url_recode(text, false, room);
    return ink_view_of(room->data + start, room->len - start);
}

static size_t read_pairs(struct ink_view query, struct ink_buffer *room, struct pair *pairs)
{
    size_t count = 0;
    while (query.len) {
        struct ink_view value = ink_cut(&query, '&');
        if (value.len == 0) continue;
        struct ink_view name = ink_cut(&value, '=');
        struct pair pair = {recoded(name, room), recoded(value, room)};
        if (!ink_view_is(pair.name, "X-Amz-Signature")) pairs[count++] = pair;
    }
    return count;
}

/* name=value&..., sorted by name, then by value; "?uploads" counts as "uploads=" */
static ink_status canonical_query(struct ink_view query, struct ink_buffer *out)
{
    if (query.len == 0) return INK_OK;
    size_t most = 1;
    for (size_t i = 0; i < query.len; i++) most += query.data[i] == '&';
    struct pair *pairs = ink_calloc(most, sizeof *pairs);
    struct ink_buffer room;
    ink_buffer_init(&room, 3 * query.len); /* every byte as %XX; taken at once, since the pairs point into it */
    ink_status st = pairs ? ink_buffer_reserve(&room, 3 * query.len) : INK_E_OOM;
    if (!st) {
        size_t count = read_pairs(query, &room, pairs);
        qsort(pairs, count, sizeof *pairs, compare_pairs);
        for (size_t i = 0; i < count; i++) {
            if (i) ink_buffer_text(out, "&");
            ink_buffer_append(out, pairs[i].name.data, pairs[i].name.len);
            ink_buffer_text(out, "=");
            ink_buffer_append(out, pairs[i].value.data, pairs[i].value.len);
        }
    }
    ink_buffer_cleanup(&room);
    ink_free(pairs);
    return st;
}

/* RFC 3986, 5.2.4, and no empty segments either; the '/' at the end stays. Appends to out, which is not encoded yet. */
static void remove_dot_segments(struct ink_view path, struct ink_buffer *out)
{
    struct ink_view last = {NULL, 0};
    while (path.len) {
        last = ink_cut(&path, '/');
        if (ink_view_is(last, "..")) {
            while (out->len && out->data[--out->len] != '/') {}
        } else if (last.len && !ink_view_is(last, ".")) {
            ink_buffer_text(out, "/");
            ink_buffer_append(out, last.data, last.len);
        }
    }
}

static ink_status canonical_path(struct ink_view path, bool s3, struct ink_buffer *out)
{
    if (path.len == 0) return ink_buffer_text(out, "/");
    if (s3) {
        ink_url_recode(path, true, out);
        return INK_OK;
    }
    struct ink_buffer normal;
    ink_buffer_init(&normal, path.len + 1);
    ink_status st = ink_buffer_reserve(&normal, path.len + 1);
    if (!st) {
        remove_dot_segments(path, &normal);
        if (normal.len == 0 || path.data[path.len - 1] == '/') ink_buffer_text(&normal, "/");
        ink_url_encode(ink_buffer_view(&normal), true, out);
    }
    ink_buffer_cleanup(&normal);
    return st;
}

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without blanks at the ends, and one space for several within. */
static void append_value(struct ink_view value, struct ink_buffer *out)
{
    bool pending = false, any = false;
    for (size_t i = 0; i < value.len; i++) {
        if (blank(value.data[i])) {
            pending = any;
            continue;
        }
        if (pending) ink_buffer_text(out, " ");
        ink_buffer_append(out, &value.data[i], 1);
        pending = false;
        any = true;
    }
}

static bool same_name(struct ink_view a, struct ink_view lower)
{
    if (a.len != lower.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (ink_text_lower((char)a.data[i]) != (char)lower.data[i]) return false;
    return true;
}

/* name:value,value\n */
static bool append_header(const struct ink_sigv4_request *request, struct ink_view name, struct ink_buffer *out)
{
    bool found = false;
    for (size_t i = 0; i < request->header_count; i++) {
        if (!same_name(request->headers[i].name, name)) continue;
        if (!found) ink_buffer_append(out, name.data, name.len);
        ink_buffer_text(out, found ? "," : ":");
        append_value(request->headers[i].value, out);
        found = true;
    }
    ink_buffer_text(out, "\n");
    return found;
}

ink_status ink_sigv4_canonical_request(const struct ink_sigv4_request *request, struct ink_view signed_headers,
                                       struct ink_view service, struct ink_buffer *out, struct ink_error *err)
{
    ink_buffer_append(out, request->method.data, request->method.len);
    ink_buffer_text(out, "\n");
    ink_status st = canonical_path(request->path, ink_view_is(service, "s3"), out);
    ink_buffer_text(out, "\n");
    if (!st) st = canonical_query(request->query, out);
    if (st) return ink_fail(err, st, "signing: out of memory");
    ink_buffer_text(out, "\n");
    for (struct ink_view rest = signed_headers; rest.len;) {
        struct ink_view name = ink_cut(&rest, ';');
        if (!append_header(request, name, out))
            return ink_fail(err, INK_E_FORMAT, "SignedHeaders names %.*s, which the request does not have",
                            INK_VIEW_ARGS(name));
    }
    ink_buffer_text(out, "\n");
    ink_buffer_append(out, signed_headers.data, signed_headers.len);
    ink_buffer_text(out, "\n");
    ink_buffer_append(out, request->payload_hash.data, request->payload_hash.len);
    if (out->failed) return ink_fail(err, INK_E_LIMIT, "the canonical request is too long to be signed");
    return INK_OK;
}
