/* SPDX-License-Identifier: MIT */
/* What is in a bucket: ListObjects, ListObjectsV2, ListObjectVersions. They differ in their paging and in their words. */
#include "aws/sigv4.h"
#include "local/encode.h"
#include "local/s3_call.h"

struct page {
    struct ink_store_list_options options;
    struct ink_store_listing listing;
    bool url; /* encoding-type=url: keys may hold what XML cannot */
    bool owner;
};

static bool take_page(struct ink_call *call, struct page *page)
{
    uint64_t max;
    const char *encoding = ink_call_param(call, "encoding-type");
    if (encoding && strcmp(encoding, "url") != 0) {
        ink_call_refuse_argument(call, "encoding-type", encoding, "Invalid Encoding Method specified in Request");
        return false;
    }
    if (!ink_call_number(call, "max-keys", INT32_MAX, INK_STORE_LIST_MAX, &max)) return false;
    page->url = encoding != NULL;
    page->options.prefix = ink_call_param(call, "prefix");
    page->options.delimiter = ink_call_param(call, "delimiter");
    page->options.max = max < INK_STORE_LIST_MAX ? (size_t)max : INK_STORE_LIST_MAX;
    return true;
}

static bool list(struct ink_call *call, struct page *page)
{
    return ink_call_stored(
        call, ink_store_list(call->gateway->store, call->bucket, &page->options, call->arena, &page->listing));
}

static void write_name(struct ink_call *call, const struct page *page, const char *element, const char *name)
{
    if (!page->url) {
        ink_xml_text(&call->out, element, name);
        return;
    }
    ink_xml_open(&call->out, element);
    ink_percent_encode(&call->out, name);
    ink_xml_close(&call->out, element);
}

static void write_head(struct ink_call *call, const struct page *page)
{
    ink_xml_text(&call->out, "Name", call->bucket);
    write_name(call, page, "Prefix", page->options.prefix ? page->options.prefix : "");
    if (page->options.delimiter && *page->options.delimiter)
        write_name(call, page, "Delimiter", page->options.delimiter);
    ink_xml_number(&call->out, "MaxKeys", page->options.max);
    if (page->url) ink_xml_text(&call->out, "EncodingType", "url");
    ink_xml_text(&call->out, "IsTruncated", page->listing.truncated ? "true" : "false");
}

static void write_object(struct ink_call *call, const struct page *page, const struct ink_store_entry *entry,
                         bool version)
{
    ink_xml_open(&call->out, version ? "Version" : "Contents");
    write_name(call, page, "Key", entry->key);
    if (version) ink_buffer_text(&call->out, "<VersionId>null</VersionId><IsLatest>true</IsLatest>");
    ink_call_write_date(call, "LastModified", entry->modified_ms);
    ink_call_write_etag(call, entry->etag);
    ink_xml_number(&call->out, "Size", entry->size);
    if (page->owner) ink_call_write_owner(call, "Owner");
    ink_xml_text(&call->out, "StorageClass", "STANDARD");
    ink_xml_close(&call->out, version ? "Version" : "Contents");
}

static void write_entries(struct ink_call *call, const struct page *page, bool versions)
{
    const struct ink_store_listing *listing = &page->listing;
    for (size_t i = 0; i < listing->count; i++)
        if (!listing->entries[i].is_prefix) write_object(call, page, &listing->entries[i], versions);
    for (size_t i = 0; i < listing->count; i++) {
        if (!listing->entries[i].is_prefix) continue;
        ink_xml_open(&call->out, "CommonPrefixes");
        write_name(call, page, "Prefix", listing->entries[i].key);
        ink_xml_close(&call->out, "CommonPrefixes");
    }
}

void ink_call_list_objects(struct ink_call *call)
{
    struct page page = {.owner = true};
    if (!take_page(call, &page)) return;
    const char *marker = ink_call_param(call, "marker");
    page.options.after = marker;
    if (!list(call, &page)) return;
    ink_xml_begin(&call->out, "ListBucketResult");
    write_head(call, &page);
    write_name(call, &page, "Marker", marker ? marker : "");
    /* without a delimiter S3 leaves it to the client to take the last key */
    if (page.listing.truncated && page.options.delimiter) write_name(call, &page, "NextMarker", page.listing.next);
    write_entries(call, &page, false);
    ink_xml_close(&call->out, "ListBucketResult");
    ink_call_answer_xml(call);
}

/* --- version 2: the place to go on at is a token that nobody should look into --------------------------------------- */

static const char *token_of(struct ink_call *call, const char *key)
{
    size_t len = strlen(key);
    char *hex = ink_arena_alloc(call->arena, 2 * len + 1, 1);
    if (hex) ink_hex((const uint8_t *)key, len, hex);
    return hex;
}

static bool take_token(struct ink_call *call, const char *token, const char **key)
{
    size_t len = strlen(token) / 2;
    char *out = ink_arena_alloc(call->arena, len + 1, 1);
    if (!out) return ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
    out[len] = '\0';
    *key = out;
    if (len > 0 && ink_hex_decode(token, (uint8_t *)out, len) && strlen(out) == len) return true;
    ink_call_refuse_argument(call, "continuation-token", NULL, "The continuation token provided is incorrect");
    return false;
}

static void write_v2(struct ink_call *call, const struct page *page, const char *token, const char *start_after)
{
    ink_xml_begin(&call->out, "ListBucketResult");
    write_head(call, page);
    ink_xml_number(&call->out, "KeyCount", page->listing.count);
    ink_xml_text(&call->out, "ContinuationToken", token);
    if (start_after) write_name(call, page, "StartAfter", start_after);
    if (page->listing.truncated) ink_xml_text(&call->out, "NextContinuationToken", token_of(call, page->listing.next));
    write_entries(call, page, false);
    ink_xml_close(&call->out, "ListBucketResult");
    ink_call_answer_xml(call);
}

void ink_call_list_objects_v2(struct ink_call *call)
{
    struct page page = {0};
    if (!take_page(call, &page)) return;
    const char *token = ink_call_param(call, "continuation-token");
    const char *start_after = ink_call_param(call, "start-after"), *owner = ink_call_param(call, "fetch-owner");
    page.owner = owner && strcmp(owner, "true") == 0;
    page.options.after = start_after;
    if (token && !take_token(call, token, &page.options.after)) return;
    if (list(call, &page)) write_v2(call, &page, token, start_after);
}

/* --- versions: each object has one, called "null" ------------------------------------------------------------------- */

void ink_call_list_versions(struct ink_call *call)
{
    struct page page = {.owner = true};
    if (!take_page(call, &page)) return;
    const char *marker = ink_call_param(call, "key-marker");
    page.options.after = marker;
    if (!list(call, &page)) return;
    ink_xml_begin(&call->out, "ListVersionsResult");
    write_head(call, &page);
    write_name(call, &page, "KeyMarker", marker ? marker : "");
    ink_xml_text(&call->out, "VersionIdMarker", "");
    if (page.listing.truncated) {
        write_name(call, &page, "NextKeyMarker", page.listing.next);
        ink_xml_text(&call->out, "NextVersionIdMarker", "null");
    }
    write_entries(call, &page, true);
    ink_xml_close(&call->out, "ListVersionsResult");
    ink_call_answer_xml(call);
}
