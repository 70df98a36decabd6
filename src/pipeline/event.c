/* SPDX-License-Identifier: MIT */
#include "pipeline/event.h"

#include <jansson.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "net/url.h"
#include "pipeline/keys.h"
#include "pipeline/request.h"

enum {
    WRAPPINGS_MAX = 5, /* the failure record, in a queue, of an event that a queue got from a topic needs 4 */
    BUCKET_MAX = 255
};

struct reading {
    struct ink_arena *arena;
    struct ink_event *out;
    size_t item_room, bad_room;
    const char *message_id; /* of the queue's message that is being read */
};

static ink_status read_any(struct reading *r, const json_t *root, int depth, struct ink_error *err);

/* --- small parts ------------------------------------------------------------------------------------------------ */

/* NULL for anything else, and for text with a NUL byte: nothing that is read as text may have one. */
static const char *string_at(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

static const char *keep(struct reading *r, const char *text)
{
    return text && *text ? ink_arena_text(r->arena, ink_view_text(text)) : NULL;
}

/* Room for one more in an array of the arena: doubles it. NULL: no memory. */
static void *one_more(struct ink_arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room) return items;
    size_t wanted = *room ? *room * 2 : 4;
    void *grown = ink_arena_calloc(arena, wanted, size);
    if (!grown) return NULL;
    if (count) memcpy(grown, items, count * size);
    *room = wanted;
    return grown;
}

static void said(struct reading *r, const char *source)
{
    if (!r->out->source) r->out->source = source; /* the outermost wrapping */
}

/* --- one object ------------------------------------------------------------------------------------------------- */

static bool bucket_is_fine(const char *bucket)
{
    static const char also[] = "-._:"; /* ':' between Ceph's tenant and bucket */
    size_t len = strlen(bucket);
    if (len == 0 || len > BUCKET_MAX) return false;
    for (const char *p = bucket; *p; p++) {
        char c = ink_text_lower(*p);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr(also, c))) return false;
    }
    return true;
}

static ink_status keep_key(struct reading *r, const char *key, bool encoded, const char **out, struct ink_error *err)
{
    struct ink_buffer decoded;
    ink_buffer_init(&decoded, 4 * INK_KEY_MAX);
    if (encoded)
        ink_url_decode(ink_view_text(key), true, &decoded);
    else
        ink_buffer_text(&decoded, key);
    bool nul = decoded.len && memchr(decoded.data, 0, decoded.len);
    ink_status st = INK_OK;
    if (decoded.failed || decoded.len > INK_KEY_MAX)
        st = ink_fail(err, INK_E_FORMAT, "a key of more than %d bytes", INK_KEY_MAX);
    else if (decoded.len == 0 || nul)
        st = ink_fail(err, INK_E_FORMAT, nul ? "a key with a NUL byte" : "an empty key");
    else if (!(*out = ink_arena_text(r->arena, ink_buffer_view(&decoded))))
        st = ink_fail(err, INK_E_OOM, "no memory for the event");
    ink_buffer_cleanup(&decoded);
    return st;
}

/* What an event says about one object, still in JSON's memory. */
struct found {
    const char *bucket, *key, *version, *etag, *sequencer;
    bool encoded;
    const char *ignored;
};

static ink_status add_item(struct reading *r, const struct found *found, struct ink_error *err)
{
    struct ink_event *event = r->out;
    if (!found->bucket || !found->key)
        return ink_fail(err, INK_E_FORMAT, "no %s in the event", found->bucket ? "object key" : "bucket name");
    if (!bucket_is_fine(found->bucket))
        return ink_fail(err, INK_E_FORMAT, "\"%.80s\" is no bucket's name", found->bucket);
    if (event->item_count == INK_EVENT_ITEMS_MAX)
        return ink_fail(err, INK_E_LIMIT, "more than %d objects in one event", INK_EVENT_ITEMS_MAX);
    struct ink_event_item item = {
        .bucket = keep(r, found->bucket),
        .version = keep(r, found->version),
        .etag = keep(r, found->etag),
        .sequencer = keep(r, found->sequencer),
        .message_id = r->message_id,
        .ignored = keep(r, found->ignored),
    };
    ink_status st = keep_key(r, found->key, found->encoded, &item.key, err);
    if (st) return st;
    struct ink_event_item *items =
        one_more(r->arena, event->items, event->item_count, &r->item_room, sizeof *event->items);
    if (!items || !item.bucket || (found->ignored && !item.ignored))
        return ink_fail(err, INK_E_OOM, "no memory for the event");
    event->items = items;
    items[event->item_count++] = item;
    return INK_OK;
}

/* --- the forms -------------------------------------------------------------------------------------------------- */

static bool starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static ink_status read_s3_record(struct reading *r, const json_t *record, struct ink_error *err)
{
    const json_t *s3 = json_object_get(record, "s3"), *object = json_object_get(s3, "object");
    const char *source = string_at(record, "eventSource"), *version = string_at(record, "eventVersion");
    const char *name = string_at(record, "eventName");
    if (version && !starts(version, "2."))
        return ink_fail(err, INK_E_FORMAT, "an S3 event of version %.20s; 2.x is read here", version);
    if (name && starts(name, "s3:")) name += strlen("s3:"); /* MinIO writes it as the configuration does */
    if (!name || !*name) return ink_fail(err, INK_E_FORMAT, "an S3 record without eventName");
    bool ceph = source && strcmp(source, "ceph:s3") == 0;
    said(r, ceph ? "ceph" : "s3");
    struct found found = {
        .bucket = string_at(json_object_get(s3, "bucket"), "name"),
        .key = string_at(object, "key"),
        .version = string_at(object, "versionId"),
        .etag = string_at(object, "eTag"),
        .sequencer = string_at(object, "sequencer"),
        .encoded = !ceph,
        .ignored = starts(name, "ObjectCreated:") ? NULL : name,
    };
    return add_item(r, &found, err);
}

static ink_status read_inner(struct reading *r, const char *text, int depth, struct ink_error *err)
{
    json_error_t where;
    json_t *inner = text ? json_loads(text, 0, &where) : NULL;
    if (!inner) return ink_fail(err, INK_E_FORMAT, "a message that is not JSON: %s", text ? where.text : "it is empty");
    ink_status st = read_any(r, inner, depth + 1, err);
    json_decref(inner);
    return st;
}

/* A queue's message. Its failure is its own: the others are read. */
static ink_status read_sqs_record(struct reading *r, const json_t *record, int depth, struct ink_error *err)
{
    struct ink_error why = {0};
    size_t items_before = r->out->item_count;
    const char *outer = r->message_id;
    said(r, "sqs");
    r->message_id = outer ? outer : keep(r, string_at(record, "messageId"));
    ink_status st = read_inner(r, string_at(record, "body"), depth, &why);
    const char *id = r->message_id;
    r->message_id = outer;
    if (!st) return INK_OK;
    if (st == INK_E_OOM || st == INK_E_LIMIT || !id || outer) return ink_fail(err, st, "%s", why.text);
    r->out->item_count = items_before;
    struct ink_event_bad *bad = one_more(r->arena, r->out->bad, r->out->bad_count, &r->bad_room, sizeof *bad);
    const char *text = keep(r, why.text);
    if (!bad || !text) return ink_fail(err, INK_E_OOM, "no memory for the event");
    r->out->bad = bad;
    bad[r->out->bad_count++] = (struct ink_event_bad){id, text};
    return INK_OK;
}

static ink_status read_record(struct reading *r, const json_t *record, int depth, struct ink_error *err)
{
    if (json_object_get(record, "s3")) return read_s3_record(r, record, err);
    if (json_object_get(record, "body")) {
        if (depth == 0 && string_at(record, "messageId")) r->out->batch = true;
        return read_sqs_record(r, record, depth, err);
    }
    if (json_object_get(record, "Sns")) {
        said(r, "sns");
        return read_inner(r, string_at(json_object_get(record, "Sns"), "Message"), depth, err);
    }
    const char *source = string_at(record, "eventSource");
    return ink_fail(err, INK_E_FORMAT, "a record of %.60s, not of S3, SQS or SNS",
                    source ? source : "an unknown source");
}

static ink_status read_records(struct reading *r, const json_t *records, int depth, struct ink_error *err)
{
    ink_status st = INK_OK;
    for (size_t i = 0; i < json_array_size(records) && !st; i++) {
        st = read_record(r, json_array_get(records, i), depth, err);
        if (st) ink_fail_in(err, "record %zu", i);
    }
    return st;
}

static ink_status read_eventbridge(struct reading *r, const json_t *root, struct ink_error *err)
{
    const json_t *detail = json_object_get(root, "detail"), *object = json_object_get(detail, "object");
    const char *type = string_at(root, "detail-type");
    said(r, "eventbridge");
    struct found found = {
        .bucket = string_at(json_object_get(detail, "bucket"), "name"),
        .key = string_at(object, "key"),
        .version = string_at(object, "version-id"),
        .etag = string_at(object, "etag"),
        .sequencer = string_at(object, "sequencer"),
        .ignored = type && strcmp(type, "Object Created") == 0 ? NULL
                   : type && *type                             ? type
                                                               : "no detail-type",
    };
    return add_item(r, &found, err);
}

static ink_status read_direct(struct reading *r, const json_t *root, struct ink_error *err)
{
    said(r, "direct");
    struct found found = {
        .bucket = string_at(root, "bucket"), .key = string_at(root, "key"), .version = string_at(root, "version")};
    ink_status st = add_item(r, &found, err);
    bool look = json_is_true(json_object_get(root, "look")), graph = json_is_true(json_object_get(root, "graph"));
    if (st || strcmp(r->out->source, "direct") != 0 || (!look && !graph)) return st;
    const struct ink_event_item *item = &r->out->items[0];
    r->out->look = (struct ink_event_look){item->bucket, item->key, graph, keep(r, string_at(root, "fit"))};
    r->out->item_count = 0;
    return INK_OK;
}

static ink_status read_request(struct reading *r, const json_t *root, struct ink_error *err)
{
    said(r, "http");
    r->out->request = ink_request_read(root, r->arena);
    return r->out->request ? INK_OK : ink_fail(err, INK_E_OOM, "no memory for the event");
}

static ink_status read_any(struct reading *r, const json_t *root, int depth, struct ink_error *err)
{
    static const char wanted[] =
        "wanted is an event of S3, SQS, SNS, EventBridge or HTTP, or {\"bucket\": .., \"key\": ..}";
    const char *type = string_at(root, "Type"), *test = string_at(root, "Event"), *source = string_at(root, "source");
    if (depth > WRAPPINGS_MAX) return ink_fail(err, INK_E_FORMAT, "more than %d wrappings", WRAPPINGS_MAX);
    if (!json_is_object(root)) return ink_fail(err, INK_E_FORMAT, "the event is not a JSON object; %s", wanted);
    if (json_is_array(json_object_get(root, "Records")))
        return read_records(r, json_object_get(root, "Records"), depth, err);
    if (test && strcmp(test, "s3:TestEvent") == 0) {
        said(r, "test");
        return INK_OK;
    }
    if (type && strcmp(type, "Notification") == 0) return read_inner(r, string_at(root, "Message"), depth, err);
    if (source && strcmp(source, "aws.s3") == 0) return read_eventbridge(r, root, err);
    if (json_object_get(root, "bucket") && json_object_get(root, "key")) return read_direct(r, root, err);
    if (json_is_object(json_object_get(root, "requestPayload")))
        return read_any(r, json_object_get(root, "requestPayload"), depth + 1, err);
    if (depth == 0 && ink_request_is(root)) return read_request(r, root, err);
    return ink_fail(err, INK_E_FORMAT, "an event of no form that is known here; %s", wanted);
}

ink_status ink_event_read(struct ink_view json, struct ink_arena *arena, struct ink_event *out, struct ink_error *err)
{
    *out = (struct ink_event){0};
    if (json.len > INK_EVENT_BYTES_MAX)
        return ink_fail(err, INK_E_LIMIT, "an event of %zu bytes; at most 6 MiB are read", json.len);
    if (json.len == 0) return ink_fail(err, INK_E_FORMAT, "the event is empty");
    json_error_t where;
    /* a body that is text may have a NUL byte; all other text is looked at by string_at */
    json_t *root = json_loadb((const char *)json.data, json.len, JSON_ALLOW_NUL, &where);
    if (!root) return ink_fail(err, INK_E_FORMAT, "the event is not JSON: line %d: %s", where.line, where.text);
    struct reading r = {.arena = arena, .out = out};
    ink_status st = read_any(&r, root, 0, err);
    json_decref(root);
    if (!out->source) out->source = "s3"; /* {"Records":[]}: nothing to do */
    return st;
}
