/* SPDX-License-Identifier: MIT */
/* The gateway without a socket: requests go in, answers come out, and no allocation that fails may break anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/date.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "local/gateway.h"

struct fixture {
    char folder[64];
    struct ink_gateway gateway;
    struct ink_http_handler handler;
};

struct asked {
    const char *method;
    const char *target;
    const char *body;      /* NULL: none */
    const char *header[2]; /* one more header, signed; its name in lower case */
    unsigned want;
};

static bool known(void *self, const char *name)
{
    return strcmp(name, "inkling") == 0;
}

static int open_store(void **state)
{
    static struct fixture f = {.folder = "/tmp/inkling-gateway-XXXXXX"};
    struct ink_error err = {0};
    ink_log_setup(INK_LOG_ERROR, false);
    if (!mkdtemp(f.folder)) return 1;
    f.gateway = (struct ink_gateway){.keys = {"inkling", "inkling-local"}, .loopback = true, .function_known = known};
    f.handler = ink_gateway_handler(&f.gateway);
    *state = &f;
    return ink_store_open(f.folder, &f.gateway.store, &err);
}

static int close_store(void **state)
{
    struct fixture *f = *state;
    char command[100];
    ink_store_close(f->gateway.store);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    return system(command);
}

/* Fills the request's headers, Authorization last. Made before allocations begin to fail. */
static void sign(struct ink_http_request *http, struct ink_http_header headers[6], const struct asked *asked,
                 struct ink_buffer *authorization, char time[INK_SIGV4_TIME + 1], char hash[INK_SIGV4_HEX + 1])
{
    struct ink_view body = ink_view_text(asked->body ? asked->body : "");
    uint8_t sha[INK_SHA256_LEN];
    ink_sha256(body, sha);
    ink_hex(sha, sizeof sha, hash);
    ink_date_basic_text(ink_clock_wall_ms() / 1000, time);
    headers[0] = (struct ink_http_header){"host", "localhost"};
    headers[1] = (struct ink_http_header){"x-amz-date", time};
    headers[2] = (struct ink_http_header){"x-amz-content-sha256", hash};
    headers[3] = (struct ink_http_header){"content-length", "1"}; /* the gateway only asks whether it is there */
    size_t count = 4;
    if (asked->header[0]) headers[count++] = (struct ink_http_header){asked->header[0], asked->header[1]};
    struct ink_sigv4_header signed_headers[5];
    for (size_t i = 0; i < count; i++)
        signed_headers[i] = (struct ink_sigv4_header){ink_view_text(headers[i].name), ink_view_text(headers[i].value)};
    size_t path_len = strcspn(asked->target, "?");
    const struct ink_sigv4_request request = {
        .method = ink_view_text(asked->method),
        .path = ink_view_of(asked->target, path_len),
        .query = ink_view_text(asked->target[path_len] ? asked->target + path_len + 1 : ""),
        .headers = signed_headers,
        .header_count = count,
        .payload_hash = ink_view_text(hash),
    };
    struct ink_sigv4_signer signer = {.access_key = ink_view_text("inkling"),
                                      .secret = ink_view_text("inkling-local"),
                                      .region = ink_view_text("us-east-1"),
                                      .service = ink_view_text("s3")};
    assert_int_equal(ink_sigv4_authorize(&signer, &request, ink_view_text(time), authorization, NULL), INK_OK);
    headers[count++] = (struct ink_http_header){"authorization", (const char *)authorization->data};
    http->headers = headers;
    http->header_count = count;
    http->content_length = body.len;
}

/* Runs one request as http_server.c would, the fail_at-th allocation failing; returns the status. */
static unsigned ask(struct fixture *f, const struct asked *asked, unsigned long fail_at, char *answer, size_t room)
{
    struct ink_arena arena;
    struct ink_buffer authorization;
    struct ink_http_header headers[6];
    char time[INK_SIGV4_TIME + 1], hash[INK_SIGV4_HEX + 1];
    struct ink_http_request http = {
        .method = asked->method, .target = asked->target, .peer = "127.0.0.1", .arena = &arena, .response.fd = -1};
    ink_arena_init(&arena, INK_HTTP_ARENA_MAX);
    ink_buffer_init(&authorization, 4096);
    sign(&http, headers, asked, &authorization, time, hash);
    ink_alloc_fail_at(fail_at);
    enum ink_http_next next = f->handler.begin(&f->gateway, &http);
    if (next == INK_HTTP_READ && asked->body) next = f->handler.body(&f->gateway, &http, ink_view_text(asked->body));
    if (next == INK_HTTP_READ) f->handler.end(&f->gateway, &http);
    unsigned status = http.response.status;
    if (answer) snprintf(answer, room, "%.*s", (int)http.response.body.len, (const char *)http.response.body.data);
    f->handler.close(&f->gateway, &http);
    ink_alloc_fail_at(0);
    ink_arena_cleanup(&arena);
    ink_buffer_cleanup(&authorization);
    return status;
}

static const struct asked asked[] = {
    {"PUT", "/work", NULL, {NULL}, 200},
    {"PUT", "/work/a%20b", "hello", {"x-amz-checksum-crc32", "NhCmhg=="}, 200},
    {"GET", "/work/a%20b", NULL, {"range", "bytes=1-3"}, 206},
    {"HEAD", "/work/a%20b", NULL, {"if-none-match", "\"5d41402abc4b2a76b9719d911017c592\""}, 304},
    {"GET", "/work?list-type=2&prefix=a&encoding-type=url", NULL, {NULL}, 200},
    {"PUT", "/work/copy", NULL, {"x-amz-copy-source", "work%2Fa%20b"}, 200},
    {"POST", "/work/parts?uploads", NULL, {NULL}, 200},
    {"GET", "/work?uploads", NULL, {NULL}, 200},
    {"POST",
     "/work?delete",
     "<Delete><Object><Key>copy</Key></Object></Delete>",
     {"content-md5", "fjrcxLyYjg4c5F3ukfVeEQ=="},
     200},
    {"PUT",
     "/work?notification",
     "<NotificationConfiguration><CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:us-east-1:000000000000:"
     "function:inkling</CloudFunction><Event>s3:ObjectCreated:*</Event></CloudFunctionConfiguration>"
     "</NotificationConfiguration>",
     {NULL},
     200},
    {"GET", "/work?notification", NULL, {NULL}, 200},
    {"GET", "/work/none", NULL, {NULL}, 404},
    {"DELETE", "/work/copy", NULL, {NULL}, 204},
};

static void every_call(void **state)
{
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        unsigned status = ask(*state, &asked[i], 0, NULL, 0);
        if (status != asked[i].want) print_error("%s %s: %u\n", asked[i].method, asked[i].target, status);
        assert_int_equal(status, asked[i].want);
    }
}

/* With any allocation failing, a call succeeds or says that the server cannot: it never says anything else. */
static void every_allocation(void **state)
{
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        unsigned status = 0;
        char text[4096];
        for (unsigned long n = 1; n < 500; n++) {
            status = ask(*state, &asked[i], n, text, sizeof text);
            if (status == asked[i].want) break;
            bool server = status == 0 || status >= 500; /* 0: not even an answer; http_server.c makes it a 500 */
            if (!server)
                print_error("%s %s, allocation %lu: %u %s\n", asked[i].method, asked[i].target, n, status, text);
            assert_true(server);
        }
        assert_int_equal(status, asked[i].want);
    }
}

static void answers_in_words(void **state)
{
    char text[4096];
    const struct asked missing = {"GET", "/work/none%3Cb%3E", NULL, {NULL}, 404};
    assert_int_equal(ask(*state, &missing, 0, text, sizeof text), 404);
    assert_non_null(strstr(text, "<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"
                                 "<Key>none&lt;b&gt;</Key><Resource>/work/none&lt;b&gt;</Resource>"));
    const struct asked function = {
        "PUT",
        "/work?notification",
        "<NotificationConfiguration><CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:us-east-1:1:function:x"
        "</CloudFunction><Event>s3:ObjectCreated:*</Event></CloudFunctionConfiguration></NotificationConfiguration>",
        {NULL},
        400};
    assert_int_equal(ask(*state, &function, 0, text, sizeof text), 400);
    assert_non_null(strstr(text, "<ArgumentValue1>Not authorized to invoke function "
                                 "[arn:aws:lambda:us-east-1:1:function:x]</ArgumentValue1>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call),
        cmocka_unit_test(every_allocation),
        cmocka_unit_test(answers_in_words),
    };
    return cmocka_run_group_tests(tests, open_store, close_store);
}
