/* SPDX-License-Identifier: MIT */
/* What servers say: the first byte chooses the reader, the others are read as an HTTP answer (in pieces of different sizes),
 * S3's XML, an endpoint's URL, or a claim about a signature. */
#include <stdio.h>
#include <stdlib.h>

#include "aws/s3_xml.h"
#include "aws/sigv4.h"
#include "fuzz.h"
#include "net/http1.h"
#include "net/url.h"

enum { CAP = 1 << 16 };

/* The answer must not depend on how it was cut up. */
static ink_status read_answer(struct ink_view bytes, size_t piece, struct ink_buffer *head, struct ink_buffer *body)
{
    struct ink_http1 parser;
    ink_status st = INK_OK;
    ink_buffer_init(head, INK_HTTP1_HEAD_MAX);
    ink_buffer_init(body, CAP);
    ink_http1_init(&parser, false, head, body);
    for (size_t at = 0, used; !st && at < bytes.len && parser.state != INK_HTTP1_DONE; at += used) {
        size_t len = bytes.len - at < piece ? bytes.len - at : piece;
        st = ink_http1_feed(&parser, ink_view_of(bytes.data + at, len), &used, NULL);
        if (!st && used == 0) abort();
    }
    if (!st) st = ink_http1_end(&parser, NULL);
    ink_http1_cleanup(&parser);
    ink_http1_header(head, "etag");
    return st;
}

static void try_http(struct ink_view bytes)
{
    struct ink_buffer head[2], body[2];
    ink_status whole = read_answer(bytes, SIZE_MAX, &head[0], &body[0]);
    ink_status cut = read_answer(bytes, 1, &head[1], &body[1]);
    bool same = ink_view_equal(ink_buffer_view(&head[0]), ink_buffer_view(&head[1])) &&
                ink_view_equal(ink_buffer_view(&body[0]), ink_buffer_view(&body[1]));
    if (!whole != !cut || (!whole && !same)) abort();
    for (int i = 0; i < 2; i++) {
        ink_buffer_cleanup(&head[i]);
        ink_buffer_cleanup(&body[i]);
    }
}

static void try_xml(struct ink_view bytes)
{
    struct ink_s3_fault fault;
    struct ink_arena arena;
    ink_arena_init(&arena, 4 << 20);
    struct ink_s3_call call = {.op = INK_S3_LIST, .arena = &arena};
    ink_s3_read_fault(bytes, &fault);
    if (ink_s3_read_listing(bytes, &call, NULL) == INK_OK)
        for (size_t i = 0; i < call.item_count; i++)
            if (!call.items[i].key || !call.items[i].etag) abort();
    ink_arena_cleanup(&arena);
}

static void try_texts(struct ink_view bytes)
{
    struct ink_sigv4_claim claim;
    struct ink_origin origin;
    struct ink_buffer text;
    const char *path;
    size_t path_len;
    ink_buffer_init(&text, CAP);
    if (ink_sigv4_parse_authorization(bytes, &claim, NULL) == INK_OK && claim.access_key.len == 0) abort();
    if (ink_sigv4_parse_query(bytes, &text, &claim, NULL) == INK_OK && claim.signature.len != INK_SIGV4_HEX) abort();
    ink_buffer_clear(&text);
    struct ink_sigv4_request request = {.method = ink_view_text("GET"), .path = bytes, .query = bytes};
    if (ink_sigv4_canonical_request(&request, (struct ink_view){NULL, 0}, ink_view_text("lambda"), &text, NULL) ==
        INK_E_OOM)
        abort();
    ink_buffer_clear(&text);
    ink_buffer_append(&text, bytes.data, bytes.len);
    if (text.data && ink_url_parse((const char *)text.data, &origin, &path, &path_len, NULL) == INK_OK && !origin.port)
        abort();
    ink_buffer_cleanup(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static void (*const readers[])(struct ink_view) = {try_http, try_xml, try_texts};
    if (len == 0 || len > CAP) return 0;
    readers[data[0] % 3](ink_view_of(data + 1, len - 1));
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const char *const seeds[] = {
        "0HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\nhello",
        "0HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: "
        "x\r\n\r\n",
        "0HTTP/1.0 200 OK\r\n\r\nto the end",
        "1<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>a &amp; b</Message><Region>r</Region></Error>",
        "1<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><Contents><Key>a%20b</Key>"
        "<ETag>&quot;e&quot;</ETag><Size>7</Size><LastModified>2013-05-24T00:00:00.000Z</LastModified></Contents>"
        "<NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
        "2https://[::1]:9000/path/",
        "2X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k%2F20130524%2Fr%2Fs3%2Faws4_request&X-Amz-Date="
        "20130524T000000Z"
        "&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature="
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "2AWS4-HMAC-SHA256 Credential=k/20130524/r/s3/aws4_request, SignedHeaders=host, Signature=00",
    };
    if (index >= sizeof seeds / sizeof *seeds) return false;
    ink_buffer_text(out, seeds[index]);
    return true;
}
