/* SPDX-License-Identifier: MIT */
/* Events, settings, forms: what anybody may have written. The first byte chooses which. */
#include <stdio.h>

#include "fuzz.h"
#include "pipeline/event.h"
#include "pipeline/known.h"
#include "pipeline/multipart.h"
#include "pipeline/request.h"
#include "pipeline/settings.h"

static const char *const seeds[] = {
    "e{\"Records\":[{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"eventName\":\"ObjectCreated:Put\",\"s3\":{"
    "\"bucket\":{\"name\":\"b\"},"
    "\"object\":{\"key\":\"in/my+digit%282%29.png\",\"eTag\":\"d41d\",\"versionId\":\"v\",\"sequencer\":\"0055\"}}}]}",
    "e{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"m\",\"body\":\"{\\\"bucket\\\":\\\"b\\\",\\\"key\\\":"
    "\\\"k\\\"}\"}]}",
    "e{\"Records\":[{\"Sns\":{\"Message\":\"{\\\"Records\\\":[]}\"}}]}",
    "e{\"source\":\"aws.s3\",\"detail-type\":\"Object "
    "Created\",\"detail\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"k\"}}}",
    "e{\"Event\":\"s3:TestEvent\"}",
    "e{\"version\":\"2.0\",\"requestContext\":{\"http\":{\"method\":\"POST\"}},\"headers\":{\"content-type\":\"image/"
    "png\"},"
    "\"queryStringParameters\":{\"folder\":\"a/b\"},\"body\":\"iVBORw0KGgo=\",\"isBase64Encoded\":true}",
    "e{\"httpMethod\":\"POST\",\"requestContext\":{},\"multiValueHeaders\":{\"Accept\":[\"*/*\"]},"
    "\"multiValueQueryStringParameters\":{\"folder\":[\"a\"]},\"body\":\"GIF\\u0000\",\"isBase64Encoded\":false}",
    "e{\"requestContext\":{\"condition\":\"RetriesExhausted\"},\"requestPayload\":{\"bucket\":\"b\",\"key\":\"k\"}}",
    "f--b\r\nContent-Disposition: form-data; name=\"who\"\r\n\r\nme\r\n--b\r\nContent-Disposition: form-data; name=p; "
    "filename=\"a.png\"\r\n\r\nbytes\r\n--b--\r\n",
    "t; boundary=\"b\"; charset=x",
    "s{\"labels\":[\"a\",\"b\"],\"size\":[28,28],\"layout\":\"nchw\",\"scale\":0.5,\"mean\":[1,2,3],\"std\":0.3,"
    "\"top\":3}",
    "s{\"polarity\":\"keep\",\"fit\":\"auto\",\"transpose\":false,\"segment\":false}",
};

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    return index < sizeof seeds / sizeof seeds[0] && !ink_buffer_text(out, seeds[index]);
}

/* The picture of a form has to lie in the body. */
static void read_form(const char *type, struct ink_view body)
{
    struct ink_view file = {0};
    if (ink_multipart_is(type) && !ink_multipart_file(type, body, &file, NULL) &&
        (file.data < body.data || file.data + file.len > body.data + body.len))
        __builtin_trap();
}

static void read_type(struct ink_view parameters)
{
    char type[512];
    snprintf(type, sizeof type, "multipart/form-data%.*s", (int)(parameters.len < 400 ? parameters.len : 400),
             (const char *)parameters.data);
    read_form(type, ink_view_text("--b\r\nContent-Disposition: form-data; filename=x\r\n\r\n1\r\n--b--"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ink_arena arena;
    struct ink_error err = {0};
    if (!len) return 0;
    ink_arena_init(&arena, 16 << 20);
    struct ink_view json = ink_view_of(data + 1, len - 1);
    if (data[0] == 's') {
        struct ink_settings settings = ink_settings_none;
        (void)!ink_settings_read(json, &arena, &settings, &err);
        struct ink_finding known;
        (void)ink_known_read(json, "etag", "", &known);
    } else if (data[0] == 'f') {
        read_form("multipart/form-data; boundary=b", json);
    } else if (data[0] == 't') {
        read_type(json);
    } else {
        struct ink_event event;
        (void)!ink_event_read(json, &arena, &event, &err);
    }
    ink_arena_cleanup(&arena);
    return 0;
}
