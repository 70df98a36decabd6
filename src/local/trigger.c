/* SPDX-License-Identifier: MIT */
#include "local/trigger.h"

#include <stdio.h>

#include "base/clock.h"

/* What S3 can notify of, as far as this cloud can cause it; a configuration may name the others of its kind. */
static const char *const known_events[] = {
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ReducedRedundancyLostObject",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
};

/* The next of a list with commas between; false at its end. */
static bool next_event(const char **list, struct ink_view *event)
{
    if (!**list) return false;
    size_t len = strcspn(*list, ",");
    *event = ink_view_of(*list, len);
    *list += len + ((*list)[len] == ',');
    return true;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t text_len = strlen(text), end_len = strlen(end);
    return text_len >= end_len && memcmp(text + text_len - end_len, end, end_len) == 0;
}

/* "s3:ObjectCreated:*" takes "ObjectCreated:Put". */
static bool event_matches(struct ink_view wanted, const char *event)
{
    if (wanted.len < 4 || memcmp(wanted.data, "s3:", 3) != 0) return false;
    wanted = ink_view_of(wanted.data + 3, wanted.len - 3);
    if (wanted.data[wanted.len - 1] == '*') return strncmp((const char *)wanted.data, event, wanted.len - 1) == 0;
    return ink_view_is(wanted, event);
}

bool ink_trigger_matches(const struct ink_store_rule *rule, const char *event, const char *key)
{
    if (!starts_with(key, rule->prefix) || !ends_with(key, rule->suffix)) return false;
    const char *list = rule->events;
    for (struct ink_view wanted; next_event(&list, &wanted);)
        if (event_matches(wanted, event)) return true;
    return false;
}

/* --- what S3 refuses -------------------------------------------------------------------------------------------- */

static bool event_known(struct ink_view event)
{
    for (size_t i = 0; i < sizeof known_events / sizeof *known_events; i++)
        if (ink_view_is(event, known_events[i])) return true;
    return false;
}

/* Either of two events takes the other one, or both are the same. */
static bool events_meet(struct ink_view a, struct ink_view b)
{
    if (ink_view_equal(a, b)) return true;
    bool any_a = a.data[a.len - 1] == '*', any_b = b.data[b.len - 1] == '*';
    return (any_a && b.len >= a.len && memcmp(a.data, b.data, a.len - 1) == 0) ||
           (any_b && a.len >= b.len && memcmp(a.data, b.data, b.len - 1) == 0);
}

static bool lists_meet(const char *a, const char *b)
{
    for (struct ink_view event; next_event(&a, &event);) {
        const char *rest = b;
        for (struct ink_view other; next_event(&rest, &other);)
            if (event.len && other.len && events_meet(event, other)) return true;
    }
    return false;
}

static bool rules_meet(const struct ink_store_rule *a, const struct ink_store_rule *b)
{
    bool prefixes = starts_with(a->prefix, b->prefix) || starts_with(b->prefix, a->prefix);
    bool suffixes = ends_with(a->suffix, b->suffix) || ends_with(b->suffix, a->suffix);
    return prefixes && suffixes && lists_meet(a->events, b->events);
}

static ink_status check_events(const struct ink_store_rule *rule, struct ink_error *err)
{
    const char *list = rule->events;
    if (!*list) return ink_fail(err, INK_E_ARGUMENT, "A notification configuration must name an event");
    for (struct ink_view event; next_event(&list, &event);)
        if (!event_known(event))
            return ink_fail(err, INK_E_ARGUMENT, "The event '%.*s' is not supported for notifications",
                            INK_VIEW_ARGS(event));
    return INK_OK;
}

ink_status ink_trigger_check(const struct ink_store_rule *rules, size_t count, struct ink_error *err)
{
    for (size_t i = 0; i < count; i++) {
        ink_status st = check_events(&rules[i], err);
        if (st) return st;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(rules[i].id, rules[k].id) == 0)
                return ink_fail(err, INK_E_ARGUMENT, "Configuration ids must be unique: '%.200s' is there twice",
                                rules[i].id);
            if (rules_meet(&rules[i], &rules[k]))
                return ink_fail(
                    err, INK_E_ARGUMENT,
                    "Configurations overlap. Configurations on the same bucket cannot share a common event type");
        }
    }
    return INK_OK;
}

size_t ink_trigger_default_rules(const char *function, struct ink_store_rule *rules, size_t room)
{
    static const char *const suffixes[] = {
        ".png",  ".PNG",  ".jpg",  ".JPG",  ".jpeg", ".JPEG", ".webp",      ".WEBP",      ".gif",       ".GIF",
        ".bmp",  ".BMP",  ".heic", ".HEIC", ".heif", ".HEIF", ".tif",       ".TIF",       ".tiff",      ".TIFF",
        ".avif", ".AVIF", ".onnx", ".ONNX", ".data", ".DATA", ".onnx_data", ".ONNX_DATA", "model.json", "MODEL.JSON",
    };
    size_t count = sizeof suffixes / sizeof *suffixes;
    if (count > room) count = room;
    for (size_t i = 0; i < count; i++)
        rules[i] = (struct ink_store_rule){suffixes[i], function, "s3:ObjectCreated:*", "", suffixes[i]};
    return count;
}

/* --- the event -------------------------------------------------------------------------------------------------- */

static void put_string(struct ink_buffer *out, const char *text)
{
    ink_buffer_text(out, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            ink_buffer_printf(out, "\\%c", c);
        else if (c < 0x20)
            ink_buffer_printf(out, "\\u%04x", c);
        else
            ink_buffer_append(out, text, 1);
    }
    ink_buffer_text(out, "\"");
}

static void put_member(struct ink_buffer *out, const char *before, const char *text)
{
    ink_buffer_text(out, before);
    put_string(out, text ? text : "");
}

/* application/x-www-form-urlencoded, as S3 writes keys: a space is '+', '/' stays. */
static void put_key(struct ink_buffer *out, const char *key)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*/";
    for (; *key; key++) {
        if (*key == ' ')
            ink_buffer_text(out, "+");
        else if (strchr(plain, *key))
            ink_buffer_append(out, key, 1);
        else
            ink_buffer_printf(out, "%%%02X", (unsigned char)*key);
    }
}

static void put_object(const struct ink_trigger_event *event, struct ink_buffer *out)
{
    ink_buffer_text(out, ",\"object\":{\"key\":\"");
    put_key(out, event->key);
    ink_buffer_text(out, "\"");
    if (event->etag) {
        ink_buffer_printf(out, ",\"size\":%llu", (unsigned long long)event->size);
        put_member(out, ",\"eTag\":", event->etag);
    }
    ink_buffer_printf(out, ",\"sequencer\":\"%016llX\"}", (unsigned long long)event->sequencer);
}

ink_status ink_trigger_write(const struct ink_trigger_event *event, struct ink_buffer *out)
{
    char when[INK_CLOCK_ISO_LEN + 1];
    ink_clock_iso(event->when_ms, when);
    const struct ink_store_origin *origin = event->origin;
    ink_buffer_printf(out,
                      "{\"Records\":[{\"eventVersion\":\"2.5\",\"eventSource\":\"aws:s3\",\"awsRegion\":\"%s\","
                      "\"eventTime\":\"%s\",\"eventName\":\"%s\"",
                      INK_TRIGGER_REGION, when, event->name);
    put_member(out, ",\"userIdentity\":{\"principalId\":", origin->principal);
    put_member(out, "},\"requestParameters\":{\"sourceIPAddress\":", origin->source_ip);
    put_member(out, "},\"responseElements\":{\"x-amz-request-id\":", origin->request_id);
    put_member(out, ",\"x-amz-id-2\":", origin->host_id);
    put_member(out, "},\"s3\":{\"s3SchemaVersion\":\"1.0\",\"configurationId\":", event->rule_id);
    put_member(out, ",\"bucket\":{\"name\":", event->bucket);
    put_member(out, ",\"ownerIdentity\":{\"principalId\":", origin->principal);
    ink_buffer_printf(out, "},\"arn\":\"arn:aws:s3:::%s\"}", event->bucket);
    put_object(event, out);
    ink_buffer_text(out, "}}]}");
    return out->failed ? INK_E_OOM : INK_OK;
}
