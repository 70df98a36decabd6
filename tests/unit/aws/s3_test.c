/* SPDX-License-Identifier: MIT */
/* The S3 client against a server that answers as its script says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/s3.h"
#include "aws/s3_xml.h"
#include "base/clock.h"
#include "peer.h"

static const struct ink_aws_config config = {
    .access_key = "AKIAIOSFODNN7EXAMPLE", .secret = "wJalrXUtnFEMI", .token = "tok/en+=", .region = "eu-central-1"};

/* Performs one call against a server with these answers; returns the server, to be looked at and stopped. */
static struct peer *ask(const struct peer_answer *answers, size_t count, struct ink_s3_call *call, uint64_t within_us)
{
    struct peer *peer = peer_start(answers, count, NULL);
    struct ink_http_client *http = ink_http_client_new();
    struct ink_s3 *s3;
    struct ink_error err = {0};
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%u", peer_port(peer));
    assert_int_equal(ink_s3_new(http, &config, endpoint, &s3, &err), INK_OK);
    if (!call->bucket) call->bucket = "b";
    if (!call->key && call->op != INK_S3_LIST) call->key = "k";
    if (!call->cap_bytes) call->cap_bytes = 1 << 20;
    ink_status st = ink_s3_perform(s3, call, 1, ink_clock_us() + within_us);
    assert_int_equal(st, call->status);
    ink_s3_free(s3);
    ink_http_client_free(http);
    return peer;
}

static ink_status get(const char *answer, struct ink_s3_call *call)
{
    struct peer_answer one = {answer};
    peer_stop(ask(&one, 1, call, 400000));
    ink_s3_call_cleanup(call);
    return call->status;
}

#define HELLO(headers) "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" headers "\r\nhello"

static void what_is_read_is_checked(void **state)
{
    static const struct {
        const char *answer;
        ink_status want;
    } cases[] = {
        {HELLO(""), INK_OK},
        {HELLO("ETag: \"5d41402abc4b2a76b9719d911017c592\"\r\n"), INK_OK},
        {HELLO("ETag: \"5d41402abc4b2a76b9719d911017c593\"\r\n"), INK_E_FORMAT},
        {HELLO("ETag: \"5d41402abc4b2a76b9719d911017c593-2\"\r\n"), INK_OK},
        {HELLO("ETag: \"5d41402abc4b2a76b9719d911017c593\"\r\nx-amz-server-side-encryption: aws:kms\r\n"), INK_OK},
        {HELLO("ETag: \"5d41402abc4b2a76b9719d911017c593\"\r\nx-amz-server-side-encryption: AES256\r\n"), INK_E_FORMAT},
        {HELLO("x-amz-checksum-crc32: NhCmhg==\r\n"), INK_OK},
        {HELLO("x-amz-checksum-crc32: NhCmhQ==\r\n"), INK_E_FORMAT},
        {HELLO("x-amz-checksum-crc32: NhCmhQ==-3\r\n"), INK_OK},
        {HELLO("x-amz-checksum-sha256: LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\r\n"), INK_OK},
        {HELLO("x-amz-checksum-sha1: qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n"), INK_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_s3_call call = {.op = INK_S3_GET};
        ink_status st = get(cases[i].answer, &call);
        if (st != cases[i].want) print_message("%s: %s\n", cases[i].answer, call.error.text);
        assert_int_equal(st, cases[i].want);
    }
    struct ink_s3_call call = {.op = INK_S3_GET, .cap_bytes = 4};
    assert_int_equal(get(HELLO("ETag: \"0123\"\r\n"), &call), INK_E_LIMIT);
    assert_string_equal(call.etag, "0123"); /* an answer about it must name it */
    assert_non_null(strstr(call.error.text, "GET s3://b/k: "));
}

static void what_answers_mean(void **state)
{
    static const struct {
        const char *status, *code;
        ink_status want;
    } cases[] = {
        {"404 Not Found", "NoSuchKey", INK_E_NOT_FOUND},
        {"404 Not Found", "NoSuchBucket", INK_E_NOT_FOUND},
        {"403 Forbidden", "AccessDenied", INK_E_DENIED},
        {"403 Forbidden", "SignatureDoesNotMatch", INK_E_DENIED},
        {"412 Precondition", "PreconditionFailed", INK_E_CHANGED},
        {"409 Conflict", "ConditionalRequestConflict", INK_E_CHANGED},
        {"400 Bad Request", "InvalidArgument", INK_E_ARGUMENT},
        {"400 Bad Request", "RequestTimeout", INK_E_REMOTE},
        {"503 Slow Down", "SlowDown", INK_E_REMOTE},
        {"501 No", "NotImplemented", INK_E_REMOTE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[300], answer[600];
        snprintf(body, sizeof body, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>a &amp; b</Message></Error>",
                 cases[i].code);
        snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", cases[i].status, strlen(body),
                 body);
        struct ink_s3_call call = {.op = INK_S3_GET};
        assert_int_equal(get(answer, &call), cases[i].want);
        assert_string_equal(call.reason, cases[i].code);
        assert_non_null(strstr(call.error.text, ": a & b"));
        if (call.code == 403)
            assert_non_null(strstr(call.error.text, i == 2 ? "s3:ListBucket" : "AWS_SECRET_ACCESS_KEY"));
    }
    struct ink_s3_call call = {.op = INK_S3_GET, .if_none_match = "x"};
    assert_int_equal(get("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", &call), INK_E_CHANGED);
    assert_string_equal(call.etag, "x");
    call = (struct ink_s3_call){.op = INK_S3_HEAD};
    assert_int_equal(get("HTTP/1.1 403 Forbidden\r\n\r\n", &call), INK_E_DENIED);
    assert_non_null(strstr(call.error.text, "s3:ListBucket"));
}

static void busy_servers_are_asked_again(void **state)
{
    struct peer_answer answers[] = {{"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"},
                                    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", .close = true},
                                    {"", .reset = true},
                                    {HELLO("x-amz-checksum-crc32: AAAAAA==\r\n")},
                                    {HELLO("ETag: \"e\"\r\nx-amz-version-id: v1\r\nContent-Type: image/png\r\n"
                                           "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n")}};
    struct ink_s3_call call = {.op = INK_S3_GET};
    struct peer *peer = ask(answers, 5, &call, 20000000);
    assert_int_equal(call.status, INK_OK);
    assert_int_equal(call.attempts, 5);
    assert_string_equal((char *)call.body_in.data, "hello");
    assert_string_equal(call.etag, "e");
    assert_string_equal(call.found_version, "v1");
    assert_string_equal(call.found_type, "image/png");
    assert_int_equal(call.found_bytes, 5);
    assert_true(call.modified_ms == INT64_C(784111777000));
    ink_s3_call_cleanup(&call);
    peer_stop(peer);
}

static void the_deadline_ends_it(void **state)
{
    struct peer_answer busy = {"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"};
    struct ink_s3_call call = {.op = INK_S3_GET};
    uint64_t start = ink_clock_us();
    peer_stop(ask(&busy, 1, &call, 1000000));    /* long enough for an answer on a busy machine */
    assert_int_equal(call.status, INK_E_REMOTE); /* also where the last try was under way when time was over */
    assert_true(ink_s3_may_pass(call.status));
    struct peer_answer late = {HELLO(""), .wait_ms = 1500};
    peer_stop(ask(&late, 1, &call, 300000));
    assert_int_equal(call.status, INK_E_TIMEOUT);
    assert_true(ink_clock_us() - start < 8000000);
}

static void what_is_sent(void **state)
{
    struct peer_answer ok = {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    struct ink_s3_call call = {.op = INK_S3_PUT,
                               .key = "a b+c%d/Z\xc3\xbcrich//./..",
                               .if_none_match = "*",
                               .body = ink_view_text("hello"),
                               .content_type = "text/plain"};
    struct peer *peer = ask(&ok, 1, &call, 1000000);
    const char *text = peer_request(peer, 0);
    static const char *const parts[] = {
        "PUT /b/a%20b%2Bc%25d/Z%C3%BCrich//./.. HTTP/1.1\r\n",
        "\r\nContent-MD5: XUFAKrxLKna5cZ2REBfFkg==\r\n",
        "\r\nx-amz-content-sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\r\n",
        "\r\nx-amz-security-token: tok/en+=\r\n",
        "\r\nIf-None-Match: *\r\n",
        "SignedHeaders=content-md5;content-type;host;if-none-match;x-amz-content-sha256;x-amz-date;",
        ";x-amz-security-token, Signature=",
        "/eu-central-1/s3/aws4_request",
        "\r\n\r\nhello",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(text, parts[i])) fail_msg("%s is not in %s", parts[i], text);
    peer_stop(peer);
}

static void regions_are_followed_once(void **state)
{
    struct peer_answer answers[] = {
        {"HTTP/1.1 301 Moved\r\nx-amz-bucket-region: us-west-2\r\nContent-Length: 0\r\n\r\n"}, {HELLO("")}};
    struct ink_s3_call call = {.op = INK_S3_GET};
    struct peer *peer = ask(answers, 2, &call, 1000000);
    assert_int_equal(call.status, INK_OK);
    assert_non_null(strstr(peer_request(peer, 1), "/us-west-2/s3/aws4_request"));
    ink_s3_call_cleanup(&call);
    peer_stop(peer);
    struct ink_s3_call evil = {.op = INK_S3_GET};
    assert_int_equal(
        get("HTTP/1.1 301 Moved\r\nx-amz-bucket-region: evil.example/\r\nContent-Length: 0\r\n\r\n", &evil),
        INK_E_REMOTE);
}

static void listings(void **state)
{
    static const char xml[] =
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
        "<IsTruncated>true</IsTruncated><Contents><Key>a+b%2F%C3%BC</Key><LastModified>2013-05-24T00:00:00.000Z</"
        "LastModified>"
        "<ETag>&#34;abc&#34;</ETag><Size>7</Size><Owner><ID>x</ID></Owner></Contents><Contents><Key>k2</Key><Size>0</"
        "Size></Contents>"
        "<NextContinuationToken>t=1&amp;</NextContinuationToken><EncodingType>url</EncodingType></ListBucketResult>";
    struct ink_arena arena;
    ink_arena_init(&arena, 1 << 20);
    struct ink_s3_call call = {.op = INK_S3_LIST, .arena = &arena};
    assert_int_equal(ink_s3_read_listing(ink_view_text(xml), &call, &call.error), INK_OK);
    assert_int_equal(call.item_count, 2);
    assert_string_equal(call.items[0].key, "a b/\xc3\xbc");
    assert_string_equal(call.items[0].etag, "abc");
    assert_int_equal(call.items[0].size_bytes, 7);
    assert_true(call.items[0].modified_ms == INT64_C(1369353600000));
    assert_string_equal(call.token, "t=1&");
    static const char *const bad[] = {
        "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%00b</Key></Contents></ListBucketResult>",
        "",
        "x",
        "<Error/>",
        "<ListBucketResult>",
        "<ListBucketResult><Contents/></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult>&b;</ListBucketResult>",
        "<ListBucketResult><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></ListBucketResult>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        call = (struct ink_s3_call){.op = INK_S3_LIST, .arena = &arena};
        assert_int_equal(ink_s3_read_listing(ink_view_text(bad[i]), &call, &call.error), INK_E_FORMAT);
    }
    ink_arena_cleanup(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_checked),
        cmocka_unit_test(what_answers_mean),
        cmocka_unit_test(busy_servers_are_asked_again),
        cmocka_unit_test(the_deadline_ends_it),
        cmocka_unit_test(what_is_sent),
        cmocka_unit_test(regions_are_followed_once),
        cmocka_unit_test(listings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
