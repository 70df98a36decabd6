/* SPDX-License-Identifier: MIT */
/* Multipart uploads: create, upload a part, list, abort. Completing is in s3_complete.c. */
#include "base/text.h"
#include "local/encode.h"
#include "local/s3_call.h"

/* --- create ---------------------------------------------------------------------------------------------------------- */

/* The algorithm and type are kept with the upload: they decide how the parts' checksums become the object's. */
static bool take_algorithm(struct ink_call *call, struct ink_store_headers *headers)
{
    const char *algorithm = ink_call_header(call, "x-amz-checksum-algorithm");
    const char *type = ink_call_header(call, "x-amz-checksum-type");
    if (!algorithm)
        return !type || ink_refuse(&call->refusal, INK_REFUSE_INVALID_REQUEST,
                                   "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm "
                                   "header.");
    enum ink_sum_kind kind = ink_sum_find(algorithm);
    if (kind == INK_SUM_NONE)
        return ink_refuse(&call->refusal, INK_REFUSE_INVALID_REQUEST,
                          "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                          "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
    const char *implied = kind == INK_SUM_CRC64NVME ? "FULL_OBJECT" : "COMPOSITE";
    if (!type) type = implied;
    bool full = strcmp(type, "FULL_OBJECT") == 0;
    if ((full && !ink_sum_is_crc(kind)) || (!full && kind == INK_SUM_CRC64NVME))
        return ink_refuse(&call->refusal, INK_REFUSE_INVALID_REQUEST,
                          ink_arena_printf(call->arena,
                                           "The %s checksum type cannot be used with the %s checksum algorithm.",
                                           full ? "FULL_OBJECT" : "COMPOSITE", ink_sum_name(kind)));
    ink_call_add_header(headers, "x-amz-checksum-algorithm", ink_sum_name(kind));
    ink_call_add_header(headers, "x-amz-checksum-type", full ? "FULL_OBJECT" : "COMPOSITE");
    return true;
}

void ink_call_create_upload(struct ink_call *call)
{
    struct ink_store_headers headers;
    char id[INK_STORE_UPLOAD_ID_LEN + 1];
    if (!ink_call_object_headers(call, 2, &headers) || !take_algorithm(call, &headers)) return;
    if (!ink_call_stored(call, ink_store_upload_create(call->gateway->store, call->bucket, call->key, &headers, id)))
        return;
    ink_xml_begin(&call->out, "InitiateMultipartUploadResult");
    ink_xml_text(&call->out, "Bucket", call->bucket);
    ink_xml_text(&call->out, "Key", call->key);
    ink_xml_text(&call->out, "UploadId", id);
    ink_xml_close(&call->out, "InitiateMultipartUploadResult");
    ink_call_answer_xml(call);
    ink_call_answer_header(call, "x-amz-checksum-algorithm", ink_call_kept(&headers, "x-amz-checksum-algorithm"));
    ink_call_answer_header(call, "x-amz-checksum-type", ink_call_kept(&headers, "x-amz-checksum-type"));
}

/* --- a part ---------------------------------------------------------------------------------------------------------- */

void ink_call_upload_part_begin(struct ink_call *call)
{
    uint64_t number = 0;
    const char *text = ink_call_param(call, "partNumber");
    if (!text || !ink_text_u64(ink_view_text(text), INK_STORE_PARTS_MAX, &number) || number == 0) {
        ink_call_refuse_argument(call, "partNumber", text ? text : "",
                                 "Part number must be an integer between 1 and 10000, inclusive");
        return;
    }
    ink_call_stored(call, ink_store_put_begin_part(call->gateway->store, call->bucket, call->key,
                                                   ink_call_param(call, "uploadId"), (int)number,
                                                   call->http->content_length, &call->put));
}

void ink_call_upload_part(struct ink_call *call)
{
    struct ink_store_header sum[1];
    struct ink_store_commit commit = {.headers = {.items = sum}};
    struct ink_store_object object;
    if (call->integrity.kind != INK_SUM_NONE)
        ink_call_add_header(&commit.headers, ink_sum_header(call->integrity.kind), call->integrity.value);
    struct ink_store_put *put = call->put;
    call->put = NULL;
    if (!ink_call_stored(call, ink_store_put_commit(put, &commit, &object))) return;
    ink_call_answer(call, 200);
    ink_call_answer_etag(call, object.etag);
    if (call->integrity.kind != INK_SUM_NONE)
        ink_call_answer_header(call, ink_sum_header(call->integrity.kind), call->integrity.value);
}

/* --- what there is ---------------------------------------------------------------------------------------------------- */

static void write_part(struct ink_call *call, const struct ink_store_part *part)
{
    ink_xml_open(&call->out, "Part");
    ink_xml_number(&call->out, "PartNumber", (uint64_t)part->number);
    ink_call_write_date(call, "LastModified", part->modified_ms);
    ink_call_write_etag(call, part->etag);
    ink_xml_number(&call->out, "Size", part->size);
    for (int kind = 0; kind < INK_SUM_NONE; kind++)
        ink_xml_text(&call->out, ink_sum_element((enum ink_sum_kind)kind),
                     ink_call_kept(&part->headers, ink_sum_header((enum ink_sum_kind)kind)));
    ink_xml_close(&call->out, "Part");
}

void ink_call_list_parts(struct ink_call *call)
{
    const char *id = ink_call_param(call, "uploadId");
    struct ink_store_parts parts;
    uint64_t after, max;
    if (!ink_call_number(call, "part-number-marker", INT32_MAX, 0, &after) ||
        !ink_call_number(call, "max-parts", INT32_MAX, INK_STORE_LIST_MAX, &max))
        return;
    if (max > INK_STORE_LIST_MAX) max = INK_STORE_LIST_MAX;
    if (!ink_call_stored(call, ink_store_upload_parts(call->gateway->store, call->bucket, call->key, id, (int)after,
                                                      (size_t)max, call->arena, &parts)))
        return;
    ink_xml_begin(&call->out, "ListPartsResult");
    ink_xml_text(&call->out, "Bucket", call->bucket);
    ink_xml_text(&call->out, "Key", call->key);
    ink_xml_text(&call->out, "UploadId", id);
    ink_call_write_owner(call, "Initiator");
    ink_call_write_owner(call, "Owner");
    ink_xml_text(&call->out, "StorageClass", "STANDARD");
    ink_xml_text(&call->out, "ChecksumAlgorithm", ink_call_kept(&parts.headers, "x-amz-checksum-algorithm"));
    ink_xml_text(&call->out, "ChecksumType", ink_call_kept(&parts.headers, "x-amz-checksum-type"));
    ink_xml_number(&call->out, "PartNumberMarker", after);
    ink_xml_number(&call->out, "NextPartNumberMarker", parts.count ? (uint64_t)parts.items[parts.count - 1].number : 0);
    ink_xml_number(&call->out, "MaxParts", max);
    ink_xml_text(&call->out, "IsTruncated", parts.truncated ? "true" : "false");
    for (size_t i = 0; i < parts.count; i++) write_part(call, &parts.items[i]);
    ink_xml_close(&call->out, "ListPartsResult");
    ink_call_answer_xml(call);
}

static void write_name(struct ink_call *call, const char *element, const char *name, bool url)
{
    ink_xml_open(&call->out, element);
    if (url)
        ink_percent_encode(&call->out, name);
    else
        ink_xml_escape(&call->out, name);
    ink_xml_close(&call->out, element);
}

static void write_upload(struct ink_call *call, const struct ink_store_upload *upload, bool url)
{
    ink_xml_open(&call->out, "Upload");
    write_name(call, "Key", upload->key, url);
    ink_xml_text(&call->out, "UploadId", upload->id);
    ink_call_write_owner(call, "Initiator");
    ink_call_write_owner(call, "Owner");
    ink_xml_text(&call->out, "StorageClass", "STANDARD");
    ink_call_write_date(call, "Initiated", upload->started_ms);
    ink_xml_close(&call->out, "Upload");
}

void ink_call_list_uploads(struct ink_call *call)
{
    const char *prefix = ink_call_param(call, "prefix"), *encoding = ink_call_param(call, "encoding-type");
    const char *key = ink_call_param(call, "key-marker"), *id = ink_call_param(call, "upload-id-marker");
    bool url = encoding && strcmp(encoding, "url") == 0;
    struct ink_store_uploads uploads;
    uint64_t max;
    if (!ink_call_number(call, "max-uploads", INT32_MAX, INK_STORE_LIST_MAX, &max)) return;
    if (max > INK_STORE_LIST_MAX) max = INK_STORE_LIST_MAX;
    if (!ink_call_stored(call, ink_store_upload_list(call->gateway->store, call->bucket, prefix, key, id, (size_t)max,
                                                     call->arena, &uploads)))
        return;
    const struct ink_store_upload *last = uploads.count ? &uploads.items[uploads.count - 1] : NULL;
    ink_xml_begin(&call->out, "ListMultipartUploadsResult");
    ink_xml_text(&call->out, "Bucket", call->bucket);
    write_name(call, "KeyMarker", key ? key : "", url);
    write_name(call, "UploadIdMarker", id ? id : "", false);
    write_name(call, "NextKeyMarker", last ? last->key : "", url);
    write_name(call, "NextUploadIdMarker", last ? last->id : "", false);
    if (prefix) write_name(call, "Prefix", prefix, url);
    if (url) ink_xml_text(&call->out, "EncodingType", "url");
    ink_xml_number(&call->out, "MaxUploads", max);
    ink_xml_text(&call->out, "IsTruncated", uploads.truncated ? "true" : "false");
    for (size_t i = 0; i < uploads.count; i++) write_upload(call, &uploads.items[i], url);
    ink_xml_close(&call->out, "ListMultipartUploadsResult");
    ink_call_answer_xml(call);
}

void ink_call_abort_upload(struct ink_call *call)
{
    if (ink_call_stored(call, ink_store_upload_abort(call->gateway->store, call->bucket, call->key,
                                                     ink_call_param(call, "uploadId"))))
        ink_call_answer(call, 204);
}
