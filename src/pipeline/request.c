/* SPDX-License-Identifier: MIT */
#include "pipeline/request.h"

#include "base/base64.h"
#include "base/text.h"

static const char *method_of(const json_t *event)
{
    const json_t *context = json_object_get(event, "requestContext");
    const char *method = json_string_value(json_object_get(json_object_get(context, "http"), "method"));
    return method || !context ? method : json_string_value(json_object_get(event, "httpMethod"));
}

bool ink_request_is(const json_t *event)
{
    return method_of(event) != NULL;
}

/* Of an object of texts, whatever the case of its names. */
static const char *named(const json_t *object, const char *wanted)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (ink_text_equal_nocase(name, wanted)) return json_string_value(value);
    }
    return NULL;
}

/* Payload 1.0 may have a list of values for each name, and load balancers may have nothing else. */
static const char *first_of_many(const json_t *object, const char *wanted)
{
    const char *name;
    json_t *values;
    json_object_foreach((json_t *)(uintptr_t)object, name, values)
    {
        if (ink_text_equal_nocase(name, wanted)) return json_string_value(json_array_get(values, 0));
    }
    return NULL;
}

struct reading {
    const json_t *event;
    struct ink_arena *arena;
    bool full;
};

static const char *keep(struct reading *r, const char *one_form, const char *other_form, const char *wanted)
{
    const char *value = named(json_object_get(r->event, one_form), wanted);
    if (!value) value = first_of_many(json_object_get(r->event, other_form), wanted);
    const char *kept = value ? ink_arena_text(r->arena, ink_view_text(value)) : NULL;
    if (value && !kept) r->full = true;
    return kept;
}

static void keep_body(struct reading *r, struct ink_request *out)
{
    const json_t *body = json_object_get(r->event, "body");
    struct ink_view text = ink_view_of(json_string_value(body), json_string_length(body));
    bool encoded = json_is_true(json_object_get(r->event, "isBase64Encoded"));
    out->form = encoded ? INK_BODY_BYTES : INK_BODY_TEXT;
    uint8_t *bytes = ink_arena_alloc(r->arena, encoded ? ink_base64_room(text.len) : text.len, 1);
    size_t len = text.len;
    if (!bytes) {
        r->full = true;
        return;
    }
    if (encoded && !ink_base64_decode(text, bytes, &len)) {
        out->form = INK_BODY_UNREADABLE;
        len = 0;
    } else if (!encoded && len) {
        memcpy(bytes, text.data, len);
    }
    out->body = ink_view_of(bytes, len);
}

struct ink_request *ink_request_read(const json_t *event, struct ink_arena *arena)
{
    struct reading r = {.event = event, .arena = arena};
    struct ink_request *out = INK_ARENA_NEW(arena, struct ink_request);
    if (!out) return NULL;
    out->method = ink_arena_text(arena, ink_view_text(method_of(event)));
    out->accept = keep(&r, "headers", "multiValueHeaders", "accept");
    out->content_type = keep(&r, "headers", "multiValueHeaders", "content-type");
    out->folder = keep(&r, "queryStringParameters", "multiValueQueryStringParameters", "folder");
    keep_body(&r, out);
    return r.full || !out->method ? NULL : out;
}
