/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "aws/config.h"
#include "net/url.h"

static struct ink_arena arena;

static int forget_all(void **state)
{
    static const char *const names[] = {"AWS_ACCESS_KEY_ID",       "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN",       "AWS_REGION",
                                        "AWS_DEFAULT_REGION",      "AWS_ENDPOINT_URL",
                                        "AWS_ENDPOINT_URL_S3",     "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                                        "AWS_LAMBDA_FUNCTION_NAME"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    return 0;
}

static void credentials(void **state)
{
    struct ink_aws_config config;
    struct ink_error err = {0};
    assert_int_equal(ink_aws_config_from_env(&arena, &config, &err), INK_OK);
    assert_null(config.access_key);
    assert_string_equal(config.region, "us-east-1");
    assert_false(config.in_lambda);
    setenv("AWS_ACCESS_KEY_ID", "k", 1);
    assert_int_equal(ink_aws_config_from_env(&arena, &config, &err), INK_E_DENIED);
    assert_non_null(strstr(err.text, "AWS_SECRET_ACCESS_KEY is not set"));
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    setenv("AWS_SESSION_TOKEN", "t", 1);
    setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
    setenv("AWS_LAMBDA_FUNCTION_NAME", "f", 1);
    assert_int_equal(ink_aws_config_from_env(&arena, &config, &err), INK_OK);
    assert_string_equal(config.token, "t");
    assert_string_equal(config.region, "eu-west-1");
    assert_true(config.in_lambda);
    setenv("AWS_REGION", "eu-west-2", 1);
    assert_int_equal(ink_aws_config_from_env(&arena, &config, &err), INK_OK);
    assert_string_equal(config.region, "eu-west-2");
}

static void endpoints(void **state)
{
    assert_null(ink_aws_endpoint_from_env("S3"));
    setenv("AWS_ENDPOINT_URL", "http://all", 1);
    assert_string_equal(ink_aws_endpoint_from_env("S3"), "http://all");
    setenv("AWS_ENDPOINT_URL_S3", "http://s3", 1);
    assert_string_equal(ink_aws_endpoint_from_env("S3"), "http://s3");
    assert_string_equal(ink_aws_endpoint_from_env("LAMBDA"), "http://all");
    setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
    assert_null(ink_aws_endpoint_from_env("S3"));
    assert_string_equal(ink_aws_domain("cn-north-1"), "amazonaws.com.cn");
    assert_string_equal(ink_aws_domain("eu-west-1"), "amazonaws.com");
}

static void urls(void **state)
{
    static const struct {
        const char *text, *host, *path;
        unsigned port;
        bool tls;
    } good[] = {{"http://Host.Example", "host.example", "", 80, false},
                {"https://h:8443/a/b/", "h", "/a/b", 8443, true},
                {"https://[::1]:9/", "::1", "", 9, true},
                {"127.0.0.1:9001/u", "127.0.0.1", "/u", 9001, false}};
    static const char *const bad[] = {
        "",           "http://",       "ftp://h",     "http://u:p@h", "http://h:0",  "http://h:65536",
        "http://h:x", "http://h/?q=1", "http://[::1", "http://a b",   "http://h\r\n"};
    struct ink_origin origin;
    const char *path;
    size_t len;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(ink_url_parse(good[i].text, &origin, &path, &len, NULL), INK_OK);
        assert_string_equal(origin.host, good[i].host);
        assert_int_equal(origin.port, good[i].port);
        assert_int_equal(origin.tls, good[i].tls);
        assert_true(ink_view_is(ink_view_of(path, len), good[i].path));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ink_url_parse(bad[i], &origin, &path, &len, NULL), INK_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(credentials, forget_all),
        cmocka_unit_test_setup(endpoints, forget_all),
        cmocka_unit_test(urls),
    };
    ink_arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ink_arena_cleanup(&arena);
    return failed;
}
