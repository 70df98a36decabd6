/* SPDX-License-Identifier: MIT */
#include "local/page.h"

#include "local/xml.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>inkling</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:42em;margin:3em auto;padding:0 1em}"
    "pre{background:#f4f4f4;padding:1em;overflow:auto}</style>\n"
    "<h1>inkling</h1>\n"
    "<p>This is a local cloud: an S3 with a function behind it that reads handwriting. Put <code>model.onnx</code> and "
    "<code>digit.png</code> in a bucket and find <code>results.txt</code> beside them.</p>\n"
    "<p>Every request must be signed. <code>inkling serve</code> prints the lines to export when it starts; then, with "
    "any S3 client:</p>\n";

static void write_page(struct ink_buffer *out, const char *host, const char *access_key)
{
    ink_buffer_text(out, head);
    ink_buffer_text(out, "<pre>export AWS_ENDPOINT_URL=http://");
    ink_xml_escape(out, host);
    ink_buffer_text(out, "\nexport AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=");
    ink_xml_escape(out, access_key);
    ink_buffer_text(out, " AWS_SECRET_ACCESS_KEY=...\n\n"
                         "aws s3 cp model.onnx s3://handwriting/\n"
                         "aws s3 cp digit.png s3://handwriting/\n"
                         "aws s3 cp s3://handwriting/results.txt -</pre>\n</html>\n");
}

void ink_page_answer(struct ink_http_request *http, const struct ink_auth_keys *keys)
{
    struct ink_buffer out;
    const char *host = ink_http_header(http, "Host");
    ink_buffer_init(&out, 64 * 1024);
    write_page(&out, host ? host : "", keys->access_key);
    const char *page = ink_arena_text(http->arena, ink_buffer_view(&out));
    ink_buffer_cleanup(&out);
    ink_http_respond(http, page ? 200 : 503, "text/html; charset=utf-8", ink_view_text(page ? page : ""));
    ink_http_respond_header(http, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    ink_http_respond_header(http, "X-Content-Type-Options", "nosniff");
}
