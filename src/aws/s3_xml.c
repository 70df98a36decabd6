/* SPDX-License-Identifier: MIT */
#include "aws/s3_xml.h"

#include "aws/date.h"
#include "aws/sax.h"
#include "base/text.h"
#include "net/url.h"

enum { DEPTH_MOST = 8, NAME_MAX_BYTES = 32, TEXT_MAX = 8 * 1024, ITEMS_MOST = 1000 };

struct reader {
    struct ink_sax sax;
    char names[DEPTH_MOST][NAME_MAX_BYTES]; /* of the open elements */
    void (*end)(struct reader *reader, const char *parent, const char *name, const char *text);
    struct ink_s3_fault *fault;
    struct ink_s3_call *call;
    struct ink_s3_item *items;
    struct ink_s3_item item;
    size_t count;
    bool listing, encoded, truncated;
};

static void on_start(struct ink_sax *sax, int depth, const char *name)
{
    struct reader *reader = sax->arg;
    char *kept = reader->names[depth];
    size_t len = strlen(name);
    if (len >= NAME_MAX_BYTES) len = 0; /* none that we look for is that long */
    memcpy(kept, name, len);
    kept[len] = '\0';
}

static void on_end(struct ink_sax *sax, int depth, const char *text)
{
    struct reader *reader = sax->arg;
    reader->end(reader, depth ? reader->names[depth - 1] : "", reader->names[depth], text);
}

static ink_status parse(struct reader *reader, struct ink_view xml)
{
    reader->sax = (struct ink_sax){
        .arg = reader, .depth_most = DEPTH_MOST, .text_most = TEXT_MAX, .start = on_start, .end = on_end};
    return ink_sax_read(&reader->sax, xml);
}

static void copy_text(char *out, size_t cap, const char *text)
{
    ink_text_escape(text, strlen(text), out, cap);
}

static void fault_end(struct reader *reader, const char *parent, const char *name, const char *text)
{
    struct ink_s3_fault *fault = reader->fault;
    if (strcmp(parent, "Error") != 0) return;
    if (strcmp(name, "Code") == 0) copy_text(fault->code, sizeof fault->code, text);
    if (strcmp(name, "Message") == 0) copy_text(fault->message, sizeof fault->message, text);
    if (strcmp(name, "Region") == 0) copy_text(fault->region, sizeof fault->region, text);
}

void ink_s3_read_fault(struct ink_view xml, struct ink_s3_fault *out)
{
    struct reader reader = {.end = fault_end, .fault = out};
    *out = (struct ink_s3_fault){0};
    if (xml.len && parse(&reader, xml)) *out = (struct ink_s3_fault){0};
}

static char *kept(struct reader *reader, const char *text, bool encoded)
{
    struct ink_view source = ink_view_text(text);
    struct ink_buffer decoded;
    ink_buffer_init(&decoded, TEXT_MAX);
    if (encoded && source.len) {
        ink_url_decode(source, true, &decoded);
        source = ink_buffer_view(&decoded);
    }
    bool cut = source.len && memchr(source.data, 0, source.len); /* half a key would be another one */
    char *copy = decoded.failed || cut ? NULL : ink_arena_text(reader->call->arena, source);
    ink_buffer_cleanup(&decoded);
    if (!copy) ink_sax_stop(&reader->sax, cut ? INK_E_FORMAT : INK_E_OOM);
    return copy;
}

static const char *without_quotes(struct reader *reader, const char *etag)
{
    char *copy = kept(reader, etag, false);
    size_t len = copy ? strlen(copy) : 0;
    if (len < 2 || copy[0] != '"' || copy[len - 1] != '"') return copy;
    copy[len - 1] = '\0';
    return copy + 1;
}

static void item_end(struct reader *reader, const char *name, const char *text)
{
    struct ink_s3_item *item = &reader->item;
    if (strcmp(name, "Key") == 0) item->key = kept(reader, text, reader->encoded);
    if (strcmp(name, "ETag") == 0) item->etag = without_quotes(reader, text);
    if (strcmp(name, "Size") == 0 && !ink_text_u64(ink_view_text(text), UINT64_MAX, &item->size_bytes))
        ink_sax_stop(&reader->sax, INK_E_FORMAT);
    if (strcmp(name, "LastModified") == 0) ink_date_iso_ms(ink_view_text(text), &item->modified_ms);
}

static void take_item(struct reader *reader)
{
    struct ink_s3_item item = reader->item;
    reader->item = (struct ink_s3_item){0};
    if (!item.key || reader->count == ITEMS_MOST) {
        ink_sax_stop(&reader->sax, INK_E_FORMAT);
        return;
    }
    if (!item.etag) item.etag = "";
    reader->items[reader->count++] = item;
}

static void listing_end(struct reader *reader, const char *parent, const char *name, const char *text)
{
    if (strcmp(parent, "Contents") == 0) item_end(reader, name, text);
    if (*parent == '\0' && strcmp(name, "ListBucketResult") == 0) reader->listing = true;
    if (strcmp(parent, "ListBucketResult") != 0) return;
    if (strcmp(name, "Contents") == 0) take_item(reader);
    if (strcmp(name, "IsTruncated") == 0) reader->truncated = strcmp(text, "true") == 0;
    if (strcmp(name, "NextContinuationToken") == 0) reader->call->token = kept(reader, text, false);
}

ink_status ink_s3_read_listing(struct ink_view xml, struct ink_s3_call *call, struct ink_error *err)
{
    /* where EncodingType stands among the elements differs, so it is looked for before */
    static const char encoding[] = "<EncodingType>url</EncodingType>";
    struct reader reader = {.end = listing_end, .call = call};
    reader.encoded = xml.len && memmem(xml.data, xml.len, encoding, sizeof encoding - 1);
    reader.items = INK_ARENA_ARRAY(call->arena, struct ink_s3_item, ITEMS_MOST);
    ink_status st = reader.items ? parse(&reader, xml) : INK_E_OOM;
    if (!st && (!reader.listing || (reader.truncated && !call->token))) st = INK_E_FORMAT;
    if (!reader.truncated) call->token = NULL;
    if (st == INK_E_FORMAT || st == INK_E_LIMIT)
        return ink_fail(err, INK_E_FORMAT, "the listing is no ListBucketResult that can be read");
    if (st) return ink_fail(err, st, "no memory for the listing");
    call->items = reader.items;
    call->item_count = reader.count;
    return INK_OK;
}
