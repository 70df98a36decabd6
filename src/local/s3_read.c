/* SPDX-License-Identifier: MIT */
/* Objects: get and head, with ranges and conditions. */
#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/condition.h"
#include "local/encode.h"
#include "local/s3_call.h"

static struct ink_condition condition_of(const struct ink_call *call)
{
    return (struct ink_condition){
        .match = ink_call_header(call, "If-Match"),
        .none_match = ink_call_header(call, "If-None-Match"),
        .modified_since = ink_call_header(call, "If-Modified-Since"),
        .unmodified_since = ink_call_header(call, "If-Unmodified-Since"),
    };
}

static void answer_identity(struct ink_call *call, const struct ink_store_object *object)
{
    char date[INK_HTTP_DATE_LEN + 1];
    ink_http_date(object->modified_ms, date);
    ink_call_answer_etag(call, object->etag);
    ink_call_answer_header(call, "Last-Modified", date);
}

static bool conditions_hold(struct ink_call *call, const struct ink_store_object *object)
{
    const struct ink_condition condition = condition_of(call);
    enum ink_condition_result result =
        ink_condition_check(&condition, object->etag, object->modified_ms, ink_clock_wall_ms());
    if (result == INK_CONDITION_HOLDS) return true;
    if (result == INK_CONDITION_SAME || result == INK_CONDITION_NOT_MODIFIED) {
        ink_call_answer(call, 304);
        answer_identity(call, object);
        return false;
    }
    ink_call_refuse(call, INK_REFUSE_PRECONDITION, NULL);
    ink_refuse_detail(&call->refusal, "Condition",
                      result == INK_CONDITION_NO_MATCH ? "If-Match" : "If-Unmodified-Since");
    return false;
}

/* response-content-type=... in the query replaces what was kept. */
static const char * override(const struct ink_call *call, const char *name)
{
    static const char *const names[] = {"cache-control",    "content-disposition", "content-encoding",
                                        "content-language", "content-type",        "expires"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return ink_call_param(call, ink_arena_printf(call->arena, "response-%s", name));
    return NULL;
}

static void answer_overrides(struct ink_call *call, const struct ink_store_headers *kept)
{
    for (size_t i = 0; i < call->uri.count; i++) {
        const char *name = call->uri.params[i].name;
        if (strncmp(name, "response-", 9) != 0 || ink_call_kept(kept, name + 9) || !override(call, name + 9)) continue;
        ink_call_answer_header(call, name + 9, call->uri.params[i].value);
    }
}

static void answer_kept(struct ink_call *call, const struct ink_store_headers *kept, bool whole)
{
    const char *mode = ink_call_header(call, "x-amz-checksum-mode");
    bool sums = whole && mode && strcasecmp(mode, "ENABLED") == 0;
    for (size_t i = 0; i < kept->count; i++) {
        const char *name = kept->items[i].name, *value = override(call, name);
        if (strcmp(name, "x-amz-checksum-algorithm") == 0) continue;
        if (strncmp(name, "x-amz-checksum-", 15) == 0 && !sums) continue;
        ink_call_answer_header(call, name, value ? value : kept->items[i].value);
    }
    answer_overrides(call, kept);
}

/* Part numbers are not kept after an upload is complete; an object put in one piece is its own part 1. */
static bool check_part_number(struct ink_call *call, const struct ink_store_object *object)
{
    const char *number = ink_call_param(call, "partNumber");
    if (!number || (strcmp(number, "1") == 0 && !strchr(object->etag, '-'))) return true;
    return ink_refuse(&call->refusal, INK_REFUSE_NOT_IMPLEMENTED,
                      "This local cloud does not give out single parts of a finished object; ask for a range.");
}

static bool take_range(struct ink_call *call, uint64_t size, uint64_t *first, uint64_t *len)
{
    const char *range = ink_call_header(call, "Range");
    uint64_t last = 0;
    *first = 0;
    *len = size;
    switch (ink_range_parse(range, size, first, &last)) {
    case INK_RANGE_ALL: ink_call_answer(call, 200); break;
    case INK_RANGE_PART:
        *len = last - *first + 1;
        ink_call_answer(call, 206);
        ink_call_answer_header(
            call, "Content-Range",
            ink_arena_printf(call->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, *first, last, size));
        break;
    case INK_RANGE_UNSATISFIABLE:
        ink_call_refuse(call, INK_REFUSE_INVALID_RANGE, NULL);
        ink_refuse_detail(&call->refusal, "RangeRequested", range);
        ink_refuse_detail(&call->refusal, "ActualObjectSize", ink_arena_printf(call->arena, "%" PRIu64, size));
        return false;
    }
    return true;
}

/* All of the answer but its body; false when that is all there is to it. */
static bool answer_head(struct ink_call *call, const struct ink_store_object *object, uint64_t *first, uint64_t *len)
{
    if (!conditions_hold(call, object) || !check_part_number(call, object) ||
        !take_range(call, object->size, first, len))
        return false;
    answer_identity(call, object);
    ink_call_answer_header(call, "Accept-Ranges", "bytes");
    answer_kept(call, &object->headers, *len == object->size);
    return true;
}

void ink_call_head_object(struct ink_call *call)
{
    struct ink_store_object object;
    uint64_t first, len;
    if (!ink_call_stored(call, ink_store_head(call->gateway->store, call->bucket, call->key, call->arena, &object)))
        return;
    if (answer_head(call, &object, &first, &len)) call->http->response.len = len;
}

void ink_call_get_object(struct ink_call *call)
{
    struct ink_store_body body = {.fd = -1};
    uint64_t first, len;
    if (!ink_call_stored(call, ink_store_get(call->gateway->store, call->bucket, call->key, call->arena, &body)))
        return;
    if (!answer_head(call, &body.object, &first, &len)) {
        if (body.fd >= 0) close(body.fd);
        return;
    }
    if (body.fd < 0) {
        call->http->response.body = ink_view_of(body.bytes.data + first, (size_t)len);
        return;
    }
    call->http->response.fd = body.fd;
    call->http->response.offset = first;
    call->http->response.len = len;
}

static bool is_asked(const struct ink_call *call, const char *attribute)
{
    const char *list = ink_call_header(call, "x-amz-object-attributes");
    size_t len = strlen(attribute);
    while (list && *list) {
        list += strspn(list, ", ");
        size_t item = strcspn(list, ", ");
        if (item == len && strncmp(list, attribute, len) == 0) return true;
        list += item;
    }
    return false;
}

static void write_sums(struct ink_call *call, const struct ink_store_headers *kept)
{
    bool open = false;
    for (int kind = 0; kind < INK_SUM_NONE; kind++) {
        const char *value = ink_call_kept(kept, ink_sum_header((enum ink_sum_kind)kind));
        if (!value) continue;
        if (!open) ink_xml_open(&call->out, "Checksum");
        open = true;
        ink_xml_text(&call->out, ink_sum_element((enum ink_sum_kind)kind), value);
    }
    if (!open) return;
    ink_xml_text(&call->out, "ChecksumType", ink_call_kept(kept, "x-amz-checksum-type"));
    ink_xml_close(&call->out, "Checksum");
}

void ink_call_get_attributes(struct ink_call *call)
{
    struct ink_store_object object;
    if (!ink_call_stored(call, ink_store_head(call->gateway->store, call->bucket, call->key, call->arena, &object)) ||
        !conditions_hold(call, &object))
        return;
    char date[INK_HTTP_DATE_LEN + 1];
    ink_http_date(object.modified_ms, date);
    ink_xml_begin(&call->out, "GetObjectAttributesResponse");
    if (is_asked(call, "ETag")) ink_xml_text(&call->out, "ETag", object.etag);
    if (is_asked(call, "Checksum")) write_sums(call, &object.headers);
    if (is_asked(call, "StorageClass")) ink_xml_text(&call->out, "StorageClass", "STANDARD");
    if (is_asked(call, "ObjectSize")) ink_xml_number(&call->out, "ObjectSize", object.size);
    ink_xml_close(&call->out, "GetObjectAttributesResponse");
    ink_call_answer_xml(call);
    ink_call_answer_header(call, "Last-Modified", date);
}
