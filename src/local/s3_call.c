/* SPDX-License-Identifier: MIT */
#include "local/s3_call.h"

#include "base/clock.h"
#include "base/text.h"
#include "local/encode.h"

/* --- asking --------------------------------------------------------------------------------------------------------- */

const char *ink_call_header(const struct ink_call *call, const char *name)
{
    return ink_http_header(call->http, name);
}

const char *ink_call_param(const struct ink_call *call, const char *name)
{
    return ink_uri_param(&call->uri, name);
}

bool ink_call_number(struct ink_call *call, const char *name, uint64_t max, uint64_t otherwise, uint64_t *out)
{
    const char *text = ink_call_param(call, name);
    *out = otherwise;
    if (!text || *text == '\0') return true;
    if (ink_text_u64(ink_view_text(text), max, out)) return true;
    ink_call_refuse_argument(call, name, text,
                             ink_arena_printf(call->arena, "Argument %s must be an integer between 0 and %llu", name,
                                              (unsigned long long)max));
    return false;
}

struct ink_store_origin ink_call_origin(const struct ink_call *call)
{
    return (struct ink_store_origin){
        .request_id = call->request_id,
        .host_id = INK_CALL_HOST_ID,
        .source_ip = call->http->peer,
        .principal = call->gateway->keys.access_key,
        .trace_header = ink_call_header(call, "X-Amzn-Trace-Id"),
    };
}

const struct ink_xml_node *ink_call_xml(struct ink_call *call, const char *root)
{
    const struct ink_xml_node *node = NULL;
    struct ink_error err = {0};
    ink_status st = ink_xml_parse(ink_buffer_view(&call->text), call->arena, &node, &err);
    if (!st && strcmp(node->name, root) == 0) return node;
    ink_call_refuse(call, st == INK_E_OOM ? INK_REFUSE_UNAVAILABLE : INK_REFUSE_MALFORMED_XML, NULL);
    if (st) ink_refuse_detail(&call->refusal, "Reason", ink_arena_text(call->arena, ink_view_text(err.text)));
    return NULL;
}

const char *ink_call_etag(const struct ink_call *call, const char *text)
{
    const char *end = text + strlen(text);
    while (text < end && strchr("\" \t\r\n", *text)) text++;
    while (end > text && strchr("\" \t\r\n", end[-1])) end--;
    const char *kept = ink_arena_text(call->arena, ink_view_of(text, (size_t)(end - text)));
    return kept ? kept : "";
}

static bool refuse_condition(struct ink_call *call, const char *header, const char *why)
{
    ink_call_refuse(call, INK_REFUSE_NOT_IMPLEMENTED, NULL);
    ink_refuse_detail(&call->refusal, "Header", header);
    ink_refuse_detail(&call->refusal, "additionalMessage", why);
    return false;
}

bool ink_call_write_condition(struct ink_call *call, struct ink_store_condition *out)
{
    const char *match = ink_call_header(call, "If-Match"), *none = ink_call_header(call, "If-None-Match");
    *out = (struct ink_store_condition){0};
    if (match && none)
        return refuse_condition(call, "If-Match,If-None-Match",
                                "Multiple conditional request headers present in the request");
    if (none && strcmp(none, "*") != 0)
        return refuse_condition(call, "If-None-Match",
                                "We don't accept the provided value of If-None-Match header for this API");
    if (match && strcmp(match, "*") == 0)
        return refuse_condition(call, "If-Match", "We don't accept the provided value of If-Match header for this API");
    out->if_absent = none != NULL;
    out->if_match = match ? ink_call_etag(call, match) : NULL;
    return true;
}

/* --- headers that are kept with an object --------------------------------------------------------------------------- */

static const char meta_prefix[] = "x-amz-meta-";

static bool is_kept(const char *name)
{
    static const char *const names[] = {"cache-control",
                                        "content-disposition",
                                        "content-encoding",
                                        "content-language",
                                        "content-type",
                                        "expires",
                                        "x-amz-website-redirect-location"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return strncmp(name, meta_prefix, sizeof meta_prefix - 1) == 0;
}

void ink_call_add_header(struct ink_store_headers *headers, const char *name, const char *value)
{
    ((struct ink_store_header *)headers->items)[headers->count++] = (struct ink_store_header){name, value};
}

const char *ink_call_kept(const struct ink_store_headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (strcmp(headers->items[i].name, name) == 0) return headers->items[i].value;
    return NULL;
}

/* "aws-chunked,gzip" -> "gzip": the first is about the way here, not about the object. NULL when nothing is left. */
static const char *without_chunked(struct ink_arena *arena, const char *codings)
{
    const char *left = NULL;
    while (*codings) {
        codings += strspn(codings, ", ");
        size_t len = strcspn(codings, ", ");
        const char *coding = ink_arena_text(arena, ink_view_of(codings, len));
        if (coding && len && !ink_text_equal_nocase(coding, "aws-chunked"))
            left = left ? ink_arena_printf(arena, "%s,%s", left, coding) : coding;
        codings += len;
    }
    return left;
}

static bool keep_header(struct ink_call *call, const char *name, const char *value, size_t *meta_len,
                        struct ink_store_headers *out)
{
    char *lower = ink_arena_text(call->arena, ink_view_text(name));
    if (!lower) return false;
    for (char *c = lower; *c; c++) *c = ink_text_lower(*c);
    if (!is_kept(lower)) return true;
    if (strcmp(lower, "content-encoding") == 0) value = without_chunked(call->arena, value);
    if (!value) return true;
    if (strncmp(lower, meta_prefix, sizeof meta_prefix - 1) == 0)
        *meta_len += strlen(lower) - (sizeof meta_prefix - 1) + strlen(value);
    ink_call_add_header(out, lower, value);
    return true;
}

bool ink_call_object_headers(struct ink_call *call, size_t more, struct ink_store_headers *out)
{
    size_t meta_len = 0, room = call->http->header_count + call->uri.count + more + 1;
    *out = (struct ink_store_headers){.items = INK_ARENA_ARRAY(call->arena, struct ink_store_header, room)};
    bool good = out->items != NULL;
    for (size_t i = 0; good && i < call->http->header_count; i++)
        good = keep_header(call, call->http->headers[i].name, call->http->headers[i].value, &meta_len, out);
    /* presigned URLs carry metadata in the query */
    for (size_t i = 0; good && i < call->uri.count; i++)
        if (strncasecmp(call->uri.params[i].name, meta_prefix, sizeof meta_prefix - 1) == 0)
            good = keep_header(call, call->uri.params[i].name, call->uri.params[i].value, &meta_len, out);
    if (!good) return ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
    if (meta_len > INK_CALL_METADATA_MAX) {
        ink_call_refuse(call, INK_REFUSE_METADATA_TOO_LARGE, NULL);
        ink_refuse_detail(&call->refusal, "MaxSizeAllowed", "2048");
        return false;
    }
    if (!ink_call_kept(out, "content-type")) ink_call_add_header(out, "content-type", "binary/octet-stream");
    return true;
}

/* --- answering ------------------------------------------------------------------------------------------------------ */

void ink_call_refuse(struct ink_call *call, enum ink_refuse code, const char *message)
{
    ink_refuse(&call->refusal, code, message);
}

void ink_call_refuse_argument(struct ink_call *call, const char *name, const char *value, const char *message)
{
    ink_call_refuse(call, INK_REFUSE_INVALID_ARGUMENT, message);
    ink_refuse_detail(&call->refusal, "ArgumentName", name);
    ink_refuse_detail(&call->refusal, "ArgumentValue", value);
}

static void refuse_write_condition(struct ink_call *call)
{
    ink_call_refuse(call, INK_REFUSE_PRECONDITION, NULL);
    ink_refuse_detail(&call->refusal, "Condition",
                      ink_call_header(call, "If-None-Match") ? "If-None-Match" : "If-Match");
}

bool ink_call_stored(struct ink_call *call, ink_store_status status)
{
    static const enum ink_refuse codes[] = {
        [INK_STORE_OK] = INK_REFUSE_NONE,
        [INK_STORE_NO_BUCKET] = INK_REFUSE_NO_BUCKET,
        [INK_STORE_NO_KEY] = INK_REFUSE_NO_KEY,
        [INK_STORE_NO_UPLOAD] = INK_REFUSE_NO_UPLOAD,
        [INK_STORE_BUCKET_EXISTS] = INK_REFUSE_BUCKET_EXISTS,
        [INK_STORE_BUCKET_NOT_EMPTY] = INK_REFUSE_BUCKET_NOT_EMPTY,
        [INK_STORE_PRECONDITION] = INK_REFUSE_PRECONDITION,
        [INK_STORE_BAD_PART] = INK_REFUSE_INVALID_PART,
        [INK_STORE_PART_ORDER] = INK_REFUSE_INVALID_PART_ORDER,
        [INK_STORE_PART_TOO_SMALL] = INK_REFUSE_TOO_SMALL,
        [INK_STORE_TOO_BIG] = INK_REFUSE_TOO_LARGE,
        [INK_STORE_KEY_TOO_LONG] = INK_REFUSE_KEY_TOO_LONG,
        [INK_STORE_BAD_ARGUMENT] = INK_REFUSE_INVALID_ARGUMENT,
        [INK_STORE_FULL] = INK_REFUSE_FULL,
        [INK_STORE_BROKEN] = INK_REFUSE_INTERNAL,
        [INK_STORE_OOM] = INK_REFUSE_UNAVAILABLE,
    };
    if (status == INK_STORE_OK) return true;
    if (status == INK_STORE_PRECONDITION) {
        refuse_write_condition(call);
        return false;
    }
    ink_call_refuse(call, codes[status], NULL);
    if (status == INK_STORE_NO_BUCKET || status == INK_STORE_BUCKET_EXISTS || status == INK_STORE_BUCKET_NOT_EMPTY)
        ink_refuse_detail(&call->refusal, "BucketName", call->bucket);
    if (status == INK_STORE_NO_KEY) ink_refuse_detail(&call->refusal, "Key", call->key);
    if (status == INK_STORE_NO_UPLOAD) ink_refuse_detail(&call->refusal, "UploadId", ink_call_param(call, "uploadId"));
    if (status == INK_STORE_KEY_TOO_LONG) ink_refuse_detail(&call->refusal, "MaxSizeAllowed", "1024");
    if (status == INK_STORE_TOO_BIG) ink_refuse_detail(&call->refusal, "MaxSizeAllowed", "5368709120");
    return false;
}

void ink_call_answer(struct ink_call *call, unsigned status)
{
    ink_http_respond(call->http, status, NULL, (struct ink_view){0});
}

void ink_call_answer_xml(struct ink_call *call)
{
    if (call->out.failed)
        ink_call_refuse(call, INK_REFUSE_UNAVAILABLE, NULL);
    else
        ink_http_respond(call->http, 200, "application/xml", ink_buffer_view(&call->out));
}

void ink_call_answer_header(struct ink_call *call, const char *name, const char *value)
{
    if (value) ink_http_respond_header(call->http, name, value);
}

void ink_call_answer_etag(struct ink_call *call, const char *etag)
{
    ink_call_answer_header(call, "ETag", ink_arena_printf(call->arena, "\"%s\"", etag));
}

void ink_call_answer_sum(struct ink_call *call)
{
    if (call->integrity.kind == INK_SUM_NONE) return;
    ink_call_answer_header(call, ink_sum_header(call->integrity.kind), call->integrity.value);
    ink_call_answer_header(call, "x-amz-checksum-type", "FULL_OBJECT");
}

void ink_call_write_owner(struct ink_call *call, const char *element)
{
    ink_xml_open(&call->out, element);
    ink_xml_text(&call->out, "ID", INK_CALL_OWNER_ID);
    ink_xml_text(&call->out, "DisplayName", "inkling");
    ink_xml_close(&call->out, element);
}

void ink_call_write_date(struct ink_call *call, const char *element, int64_t wall_ms)
{
    char iso[INK_CLOCK_ISO_LEN + 1];
    ink_clock_iso(wall_ms - wall_ms % 1000, iso); /* whole seconds, as Last-Modified has them */
    ink_xml_text(&call->out, element, iso);
}

void ink_call_write_etag(struct ink_call *call, const char *etag)
{
    ink_buffer_printf(&call->out, "<ETag>&quot;%s&quot;</ETag>", etag);
}
