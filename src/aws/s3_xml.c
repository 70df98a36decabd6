/* SPDX-License-Identifier: MIT */
#include "aws/s3_xml.h"

#include <expat.h>

#include "aws/date.h"
#include "base/alloc.h"
#include "base/text.h"
#include "net/url.h"

enum { DEPTH_MOST = 8, NAME_MAX_BYTES = 32, TEXT_MAX = 8 * 1024, ITEMS_MOST = 1000 };

struct reader {
    XML_Parser parser;
    int depth;
    char names[DEPTH_MOST][NAME_MAX_BYTES]; /* of the open elements */
    struct ink_buffer text;                 /* of the innermost one */
    void (*end)(struct reader *reader, const char *parent, const char *name, const char *text);
    struct ink_s3_fault *fault;
    struct ink_s3_call *call;
    struct ink_s3_item *items;
    struct ink_s3_item item;
    size_t count;
    bool listing, encoded, truncated;
    ink_status status;
};

static void stop(struct reader *reader, ink_status status)
{
    if (!reader->status) reader->status = status;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = arg;
    if (reader->depth == DEPTH_MOST) {
        stop(reader, INK_E_FORMAT);
        return;
    }
    char *kept = reader->names[reader->depth++];
    size_t len = strlen(name);
    if (len >= NAME_MAX_BYTES) len = 0; /* none that we look for is that long */
    memcpy(kept, name, len);
    kept[len] = '\0';
    ink_buffer_clear(&reader->text);
}

static void on_text(void *arg, const XML_Char *text, int len)
{
    struct reader *reader = arg;
    ink_status st = ink_buffer_append(&reader->text, text, (size_t)len);
    if (st) stop(reader, st);
}

static void on_end(void *arg, const XML_Char *name)
{
    struct reader *reader = arg;
    const char *text = reader->text.data ? (const char *)reader->text.data : "";
    int depth = --reader->depth;
    reader->end(reader, depth ? reader->names[depth - 1] : "", reader->names[depth], text);
    ink_buffer_clear(&reader->text);
}

/* Entities are not S3's way: a document that declares any could grow without bound. */
static void on_entity(void *arg, const XML_Char *name, int is_parameter, const XML_Char *value, int len,
                      const XML_Char *base, const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
    stop(arg, INK_E_FORMAT);
}

static ink_status parse(struct reader *reader, struct ink_view xml)
{
    static const XML_Memory_Handling_Suite memory = {ink_malloc, ink_realloc, ink_free};
    reader->parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
    if (!reader->parser) return INK_E_OOM;
    ink_buffer_init(&reader->text, TEXT_MAX);
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader->parser, on_text);
    XML_SetEntityDeclHandler(reader->parser, on_entity);
    bool whole =
        xml.len <= INT32_MAX && XML_Parse(reader->parser, (const char *)xml.data, (int)xml.len, 1) == XML_STATUS_OK;
    if (!whole && !reader->status)
        reader->status = XML_GetErrorCode(reader->parser) == XML_ERROR_NO_MEMORY ? INK_E_OOM : INK_E_FORMAT;
    XML_ParserFree(reader->parser);
    ink_buffer_cleanup(&reader->text);
    return reader->status;
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
    if (!copy) stop(reader, cut ? INK_E_FORMAT : INK_E_OOM);
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
        stop(reader, INK_E_FORMAT);
    if (strcmp(name, "LastModified") == 0) ink_date_iso_ms(ink_view_text(text), &item->modified_ms);
}

static void take_item(struct reader *reader)
{
    struct ink_s3_item item = reader->item;
    reader->item = (struct ink_s3_item){0};
    if (!item.key || reader->count == ITEMS_MOST) {
        stop(reader, INK_E_FORMAT);
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
