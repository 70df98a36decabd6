/* SPDX-License-Identifier: MIT */
/* The S3 client against a real service, which s3_moto.py starts; the environment says where and who. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "aws/s3.h"
#include "base/clock.h"

static struct ink_arena arena;
static struct ink_aws_config config;
static struct ink_http_client *http;
static struct ink_s3 *s3;

static ink_status perform(struct ink_s3_call *calls, size_t count)
{
    ink_status st = ink_s3_perform(s3, calls, count, ink_clock_us() + 20000000);
    if (st) print_message("%s\n", calls[0].error.text);
    return st;
}

static struct ink_s3_call call(enum ink_s3_op op, const char *key)
{
    return (struct ink_s3_call){.op = op, .bucket = "inkling-test", .key = key, .cap_bytes = 1 << 20, .arena = &arena};
}

static void hard_keys_come_back(void **state)
{
    static const char *const keys[] = {"plain.png", "a b+c%d.png", "Z\xc3\xbcrich/\xe6\x97\xa5.png",
                                       "p%20q",     "x&y=z?#",     "~'()*!"};
    enum { COUNT = sizeof keys / sizeof *keys };
    struct ink_s3_call puts[COUNT], gets[COUNT];
    for (int i = 0; i < COUNT; i++) {
        puts[i] = call(INK_S3_PUT, keys[i]);
        puts[i].body = ink_view_text(keys[i]);
        puts[i].content_type = "text/plain";
        gets[i] = call(INK_S3_GET, keys[i]);
    }
    assert_int_equal(perform(puts, COUNT), INK_OK);
    assert_int_equal(perform(gets, COUNT), INK_OK);
    for (int i = 0; i < COUNT; i++) {
        assert_string_equal((char *)gets[i].body_in.data, keys[i]);
        assert_string_equal(gets[i].etag, puts[i].etag);
        assert_string_equal(gets[i].found_type, "text/plain");
        assert_true(gets[i].modified_ms > 0);
        ink_s3_call_cleanup(&gets[i]);
    }
    size_t seen = 0;
    struct ink_s3_call list = call(INK_S3_LIST, NULL);
    list.max_keys = 4;
    do {
        assert_int_equal(perform(&list, 1), INK_OK);
        for (size_t i = 0; i < list.item_count; i++)
            for (int k = 0; k < COUNT; k++) seen += strcmp(list.items[i].key, keys[k]) == 0;
        list.next = list.token;
    } while (list.token);
    assert_int_equal(seen, COUNT);
}

static void conditions_and_absence(void **state)
{
    struct ink_s3_call put = call(INK_S3_PUT, "once"), get = call(INK_S3_GET, "once"), head = call(INK_S3_HEAD, "once");
    put.body = ink_view_text("hello");
    assert_int_equal(perform(&put, 1), INK_OK);
    get.if_none_match = put.etag;
    assert_int_equal(perform(&get, 1), INK_E_CHANGED);
    assert_int_equal(get.code, 304);
    get = call(INK_S3_GET, "once");
    get.if_match = "00000000000000000000000000000000";
    assert_int_equal(perform(&get, 1), INK_E_CHANGED);
    assert_int_equal(perform(&head, 1), INK_OK);
    assert_int_equal(head.found_bytes, 5);
    assert_string_equal(head.etag, put.etag);
    struct ink_s3_call delete = call(INK_S3_DELETE, "once");
    assert_int_equal(perform(&delete, 1), INK_OK);
    get = call(INK_S3_GET, "once");
    assert_int_equal(perform(&get, 1), INK_E_NOT_FOUND);
    assert_string_equal(get.reason, "NoSuchKey");
    get.bucket = "no-such-bucket-here";
    assert_int_equal(perform(&get, 1), INK_E_NOT_FOUND);
    assert_string_equal(get.reason, "NoSuchBucket");
}

/* The client makes no buckets; a PUT of the bucket is a PUT of "/bucket", signed by hand. */
static int make_bucket(void **state)
{
    struct ink_error err = {0};
    ink_arena_init(&arena, 16 << 20);
    if (ink_aws_config_from_env(&arena, &config, &err)) return 1;
    http = ink_http_client_new();
    if (ink_s3_new(http, &config, NULL, &s3, &err)) return 1;
    struct ink_http_exchange x = {.method = "PUT", .target = "/inkling-test", .answer_cap_bytes = 65536};
    const char *path;
    size_t path_len;
    if (ink_url_parse(ink_aws_endpoint_from_env("S3"), &x.origin, &path, &path_len, &err)) return 1;
    struct ink_http_header header = {
        "Authorization", "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, "
                         "Signature=0"};
    x.headers = &header;
    x.header_count = 1;
    int failed = ink_http_perform(http, &x, 1) || x.code != 200;
    ink_http_exchange_cleanup(&x);
    return failed;
}

static int end(void **state)
{
    ink_s3_free(s3);
    ink_http_client_free(http);
    ink_arena_cleanup(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hard_keys_come_back), cmocka_unit_test(conditions_and_absence)};
    return cmocka_run_group_tests(tests, make_bucket, end);
}
