/* SPDX-License-Identifier: MIT */
/* Copies: of a whole object, and of a range into a part of an upload. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "local/condition.h"
#include "local/encode.h"
#include "local/s3_call.h"

struct source {
    const char *bucket;
    const char *key;
};

static bool refuse_source(struct ink_call *call, const char *source)
{
    ink_call_refuse_argument(call, "x-amz-copy-source", source,
                             "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
    return false;
}

/* "/bucket/key", "bucket/key", "bucket%2Fkey", each with "?versionId=null" behind it or not. */
static bool take_source(struct ink_call *call, struct source *out)
{
    const char *header = ink_call_header(call, "x-amz-copy-source");
    size_t len = strcspn(header, "?");
    const char *version = header[len] ? header + len + 1 : NULL;
    if (version && strcmp(version, "versionId=null") != 0) {
        ink_call_refuse_argument(call, "versionId", version, "Invalid version id specified");
        return false;
    }
    const char *path;
    ink_status st = ink_percent_decode(call->arena, ink_view_of(header, len), false, &path);
    if (st == INK_E_OOM) return ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
    if (st) return refuse_source(call, header);
    if (*path == '/') path++;
    const char *slash = strchr(path, '/');
    if (!slash || slash == path || slash[1] == '\0') return refuse_source(call, header);
    out->bucket = ink_arena_text(call->arena, ink_view_of(path, (size_t)(slash - path)));
    out->key = slash + 1;
    return out->bucket || ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
}

static bool source_holds(struct ink_call *call, const struct ink_store_object *object)
{
    static const char *const names[] = {
        [INK_CONDITION_NO_MATCH] = "x-amz-copy-source-If-Match",
        [INK_CONDITION_MODIFIED] = "x-amz-copy-source-If-Unmodified-Since",
        [INK_CONDITION_SAME] = "x-amz-copy-source-If-None-Match",
        [INK_CONDITION_NOT_MODIFIED] = "x-amz-copy-source-If-Modified-Since",
    };
    const struct ink_condition condition = {
        .match = ink_call_header(call, names[INK_CONDITION_NO_MATCH]),
        .none_match = ink_call_header(call, names[INK_CONDITION_SAME]),
        .modified_since = ink_call_header(call, names[INK_CONDITION_NOT_MODIFIED]),
        .unmodified_since = ink_call_header(call, names[INK_CONDITION_MODIFIED]),
    };
    enum ink_condition_result result =
        ink_condition_check(&condition, object->etag, object->modified_ms, ink_clock_wall_ms());
    if (result == INK_CONDITION_HOLDS) return true;
    ink_call_refuse(call, INK_REFUSE_PRECONDITION, NULL);
    ink_refuse_detail(&call->refusal, "Condition", names[result]);
    return false;
}

/* A refusal about the source names the source, not the target. */
static bool stored_source(struct ink_call *call, const struct source *from, ink_store_status status)
{
    const char *bucket = call->bucket, *key = call->key;
    call->bucket = from->bucket;
    call->key = from->key;
    bool good = ink_call_stored(call, status);
    call->bucket = bucket;
    call->key = key;
    return good;
}

/* --- CopyObject ------------------------------------------------------------------------------------------------------ */

/* With "REPLACE" the request's headers, else the source's. Checksums stay: the bytes are the same. */
static bool take_headers(struct ink_call *call, const struct source *from, const struct ink_store_object *source,
                         struct ink_store_headers *out, bool *replace)
{
    const char *directive = ink_call_header(call, "x-amz-metadata-directive");
    *replace = directive && strcmp(directive, "REPLACE") == 0;
    if (directive && !*replace && strcmp(directive, "COPY") != 0) {
        ink_call_refuse_argument(call, "x-amz-metadata-directive", directive, "Unknown metadata directive.");
        return false;
    }
    if (!*replace && strcmp(from->bucket, call->bucket) == 0 && strcmp(from->key, call->key) == 0)
        return ink_refuse(&call->refusal, INK_REFUSE_INVALID_REQUEST,
                          "This copy request is illegal because it is trying to copy an object to itself without "
                          "changing the object's metadata, storage class, website redirect location or encryption "
                          "attributes.");
    if (!*replace) return true;
    if (!ink_call_object_headers(call, source->headers.count, out)) return false;
    for (size_t i = 0; i < source->headers.count; i++)
        if (strncmp(source->headers.items[i].name, "x-amz-checksum-", 15) == 0)
            ink_call_add_header(out, source->headers.items[i].name, source->headers.items[i].value);
    return true;
}

static void write_sums(struct ink_call *call, const struct ink_store_headers *kept)
{
    for (int kind = 0; kind < INK_SUM_NONE; kind++)
        ink_xml_text(&call->out, ink_sum_element((enum ink_sum_kind)kind),
                     ink_call_kept(kept, ink_sum_header((enum ink_sum_kind)kind)));
    ink_xml_text(&call->out, "ChecksumType", ink_call_kept(kept, "x-amz-checksum-type"));
}

void ink_call_copy_object(struct ink_call *call)
{
    struct source from;
    struct ink_store_object source, made;
    struct ink_store_headers headers = {0};
    struct ink_store_condition condition;
    bool replace;
    if (!ink_call_write_condition(call, &condition) || !take_source(call, &from) ||
        !stored_source(call, &from,
                       ink_store_head(call->gateway->store, from.bucket, from.key, call->arena, &source)) ||
        !source_holds(call, &source) || !take_headers(call, &from, &source, &headers, &replace))
        return;
    const struct ink_store_copy copy = {
        .from_bucket = from.bucket,
        .from_key = from.key,
        .from_etag = source.etag,
        .to_bucket = call->bucket,
        .to_key = call->key,
        .headers = replace ? &headers : NULL,
        .condition = condition,
        .origin = ink_call_origin(call),
    };
    if (!ink_call_stored(call, ink_store_copy(call->gateway->store, &copy, &made))) return;
    ink_xml_begin(&call->out, "CopyObjectResult");
    ink_call_write_date(call, "LastModified", made.modified_ms);
    ink_call_write_etag(call, made.etag);
    write_sums(call, &source.headers);
    ink_xml_close(&call->out, "CopyObjectResult");
    ink_call_answer_xml(call);
}

/* --- UploadPartCopy -------------------------------------------------------------------------------------------------- */

static bool refuse_range(struct ink_call *call, const char *range, const char *message)
{
    ink_call_refuse_argument(call, "x-amz-copy-source-range", range, message);
    return false;
}

/* Only "bytes=first-last" here, and inside the source. */
static bool take_range(struct ink_call *call, uint64_t size, uint64_t *first, uint64_t *len)
{
    const char *range = ink_call_header(call, "x-amz-copy-source-range");
    uint64_t a, b;
    *first = 0;
    *len = size;
    if (!range) return true;
    const char *dash = strncmp(range, "bytes=", 6) == 0 ? strchr(range + 6, '-') : NULL;
    if (!dash || !ink_text_u64(ink_view_of(range + 6, (size_t)(dash - range - 6)), INT64_MAX, &a) ||
        !ink_text_u64(ink_view_text(dash + 1), INT64_MAX, &b) || b < a)
        return refuse_range(call, range,
                            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and "
                            "last are the zero-based offsets of the first and last bytes to copy");
    if (b >= size)
        return refuse_range(
            call, range,
            ink_arena_printf(call->arena, "Range specified is not valid for source object of size: %" PRIu64, size));
    *first = a;
    *len = b - a + 1;
    return true;
}

static bool append_file(struct ink_call *call, int fd, uint64_t at, uint64_t len)
{
    enum { STEP = 256 * 1024 };
    uint8_t *step = ink_arena_alloc(call->arena, STEP, 16);
    if (!step) return ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
    while (len > 0) {
        ssize_t got = pread(fd, step, len < STEP ? (size_t)len : STEP, (off_t)at);
        if (got <= 0) return ink_refuse(&call->refusal, INK_REFUSE_INTERNAL, NULL);
        struct ink_view piece = ink_view_of(step, (size_t)got);
        if (!ink_call_stored(call, ink_store_put_append(call->put, piece))) return false;
        at += (uint64_t)got;
        len -= (uint64_t)got;
    }
    return true;
}

static bool append_source(struct ink_call *call, const struct ink_store_body *body, uint64_t first, uint64_t len)
{
    if (body->fd >= 0) return append_file(call, body->fd, first, len);
    return ink_call_stored(call, ink_store_put_append(call->put, ink_view_of(body->bytes.data + first, (size_t)len)));
}

static void copy_part(struct ink_call *call, const struct ink_store_body *body)
{
    uint64_t first, len;
    struct ink_store_commit commit = {0};
    struct ink_store_object made;
    if (!source_holds(call, &body->object) || !take_range(call, body->object.size, &first, &len)) return;
    ink_call_upload_part_begin(call);
    if (call->refusal.code || !append_source(call, body, first, len)) return;
    struct ink_store_put *put = call->put;
    call->put = NULL;
    if (!ink_call_stored(call, ink_store_put_commit(put, &commit, &made))) return;
    ink_xml_begin(&call->out, "CopyPartResult");
    ink_call_write_date(call, "LastModified", made.modified_ms);
    ink_call_write_etag(call, made.etag);
    ink_xml_close(&call->out, "CopyPartResult");
    ink_call_answer_xml(call);
}

void ink_call_upload_part_copy(struct ink_call *call)
{
    struct source from;
    struct ink_store_body body = {.fd = -1};
    if (!take_source(call, &from) ||
        !stored_source(call, &from, ink_store_get(call->gateway->store, from.bucket, from.key, call->arena, &body)))
        return;
    copy_part(call, &body);
    if (body.fd >= 0) close(body.fd);
}
