/* SPDX-License-Identifier: MIT */
/* Where keys come from: files in a folder of the test's own, services that answer as a script says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "peer.h"

static char home[] = "/tmp/inkling-credentials-XXXXXX";
static struct ink_arena arena;
static struct ink_http_client *http;

#define ANSWER(body) ((struct peer_answer){.bytes = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body, .close = true})

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", home, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static int start(void **state)
{
    static const char *const folders[] = {"/.aws", "/.aws/sso", "/.aws/sso/cache"};
    char path[256];
    if (!mkdtemp(home)) return -1;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s%s", home, folders[i]);
        mkdir(path, 0700);
    }
    return 0;
}

static int end(void **state)
{
    char command[256];
    snprintf(command, sizeof command, "rm -r '%s'", home);
    return system(command);
}

static int fresh(void **state)
{
    static const char *const names[] = {"AWS_ACCESS_KEY_ID",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN",
                                        "AWS_REGION",
                                        "AWS_DEFAULT_REGION",
                                        "AWS_ENDPOINT_URL",
                                        "AWS_ENDPOINT_URL_STS",
                                        "AWS_ENDPOINT_URL_SSO",
                                        "AWS_PROFILE",
                                        "AWS_CONFIG_FILE",
                                        "AWS_SHARED_CREDENTIALS_FILE",
                                        "AWS_WEB_IDENTITY_TOKEN_FILE",
                                        "AWS_ROLE_ARN",
                                        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                                        "AWS_LAMBDA_FUNCTION_NAME"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    setenv("HOME", home, 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    write_file(".aws/config", "");
    write_file(".aws/credentials", "");
    ink_arena_init(&arena, 8 << 20);
    http = ink_http_client_new();
    return http ? 0 : -1;
}

static int stale(void **state)
{
    ink_http_client_free(http);
    ink_arena_cleanup(&arena);
    return 0;
}

static ink_status find(const char *profile, struct ink_aws_config *config, struct ink_error *err)
{
    *err = (struct ink_error){0};
    return ink_credentials_find(http, &(struct ink_credentials_wish){.profile = profile}, &arena, config, err);
}

static void found(const char *profile, const char *key, const char *region)
{
    struct ink_aws_config config;
    struct ink_error err;
    ink_status st = find(profile, &config, &err);
    if (st) print_message("%s\n", err.text);
    assert_int_equal(st, INK_OK);
    assert_string_equal(config.access_key, key);
    assert_string_equal(config.region, region);
}

static void not_found(const char *profile, ink_status want, const char *said)
{
    struct ink_aws_config config;
    struct ink_error err;
    assert_int_equal(find(profile, &config, &err), want);
    if (!strstr(err.text, said)) print_message("%s\n", err.text);
    assert_non_null(strstr(err.text, said));
}

/* Has a service or an endpoint answer by script. */
static struct peer *serve(const char *name, const char *path, const struct peer_answer *answers, size_t count)
{
    struct peer *peer = peer_start(answers, count, NULL);
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer_port(peer), path);
    setenv(name, url, 1);
    return peer;
}

static void environment_and_profiles(void **state)
{
    not_found(NULL, INK_E_DENIED, "no credentials: run `aws configure`");
    write_file(".aws/config", "[default]\nregion = eu-west-1\n[profile work]\nregion = eu-west-2\n"
                              "aws_access_key_id = config\naws_secret_access_key = s\n[profile bare]\nregion = x\n");
    write_file(".aws/credentials",
               "[default]\naws_access_key_id = file\naws_secret_access_key = s\n"
               "[half]\naws_access_key_id = k\n[odd]\naws_access_key_id=a b\naws_secret_access_key=c\n");
    found(NULL, "file", "eu-west-1");
    found("work", "config", "eu-west-2");
    setenv("AWS_PROFILE", "work", 1);
    found(NULL, "config", "eu-west-2");
    setenv("AWS_ACCESS_KEY_ID", "environment", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    found(NULL, "environment", "eu-west-2");
    found("default", "file", "eu-west-1"); /* asked for by name */
    setenv("AWS_REGION", "ap-south-1", 1);
    found("default", "file", "ap-south-1");
    not_found("half", INK_E_FORMAT, "profile half: the secret access key is missing");
    not_found("odd", INK_E_FORMAT, "profile odd: the keys have characters that no key has");
    not_found("bare", INK_E_NOT_FOUND, "profile bare: it has no credentials");
    not_found("none", INK_E_NOT_FOUND, "profile none: there is no such profile");
    unsetenv("AWS_REGION");
    not_found("half", INK_E_FORMAT, "missing");
    write_file(".aws/credentials", "[default\n");
    not_found(NULL, INK_E_FORMAT, "/.aws/credentials: line 1: no ] behind the [");
}

static void a_region_is_needed(void **state)
{
    setenv("AWS_ACCESS_KEY_ID", "k", 1);
    not_found(NULL, INK_E_DENIED, "AWS_SECRET_ACCESS_KEY is not set");
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    not_found(NULL, INK_E_ARGUMENT, "no region: say --region");
}

#define CREDENTIALS                                                                                                    \
    "<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"   \
    "</Credentials>"
#define ASSUMED     "<AssumeRoleResponse><AssumeRoleResult>" CREDENTIALS "</AssumeRoleResult></AssumeRoleResponse>"
#define ASSUMED_WEB "<R><AssumeRoleWithWebIdentityResult>" CREDENTIALS "</AssumeRoleWithWebIdentityResult></R>"

static void roles(void **state)
{
    const struct peer_answer assumed[] = {ANSWER(ASSUMED)};
    write_file(".aws/config",
               "[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nregion = eu-west-1\n"
               "external_id = e d\n"
               "[profile twice]\nrole_arn = arn:aws:iam::1:role/q\nsource_profile = role\nregion=eu-west-1\n"
               "[profile env]\nrole_arn = r\ncredential_source = Environment\nregion=eu-west-1\n"
               "[profile odd]\nrole_arn = r\ncredential_source = Moon\n"
               "[profile lone]\nrole_arn = r\n"
               "[profile mfa]\nrole_arn = r\nsource_profile = base\nmfa_serial = m\n"
               "[profile a]\nrole_arn = r\nsource_profile = b\n"
               "[profile b]\nrole_arn = r\nsource_profile = a\n");
    write_file(".aws/credentials", "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n");
    struct peer *sts = serve("AWS_ENDPOINT_URL_STS", "", assumed, 1);
    found("role", "ASIA", "eu-west-1");
    assert_non_null(strstr(peer_request(sts, 0), "Credential=AKIABASE/"));
    assert_non_null(strstr(peer_request(sts, 0),
                           "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
                           "&RoleSessionName=inkling&ExternalId=e%20d"));
    found("twice", "ASIA", "eu-west-1");
    assert_non_null(strstr(peer_request(sts, 2), "Credential=ASIA/"));
    assert_non_null(strstr(peer_request(sts, 2), "X-Amz-Security-Token: t"));
    setenv("AWS_ACCESS_KEY_ID", "AKIAENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    found("env", "ASIA", "eu-west-1");
    assert_non_null(strstr(peer_request(sts, 3), "Credential=AKIAENV/"));
    not_found("odd", INK_E_FORMAT, "credential_source = Moon is not known");
    not_found("lone", INK_E_FORMAT, "role_arn needs source_profile or credential_source");
    not_found("mfa", INK_E_UNSUPPORTED,
              "wants an MFA code, which is not asked for here; `aws configure export-credentials");
    not_found("a", INK_E_FORMAT, "the profiles name each other in a circle");
    peer_stop(sts);
}

static void refused_roles_say_so(void **state)
{
    const struct peer_answer refused[] = {
        {.bytes = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n<ErrorResponse><Error><Code>AccessDenied</Code>"
                  "<Message>not you</Message></Error></ErrorResponse>",
         .close = true}};
    write_file(".aws/config", "[profile role]\nrole_arn = arn:r\nsource_profile = role\naws_access_key_id = k\n"
                              "aws_secret_access_key = s\nregion = eu-west-1\n");
    struct peer *sts = serve("AWS_ENDPOINT_URL_STS", "", refused, 1);
    not_found("role", INK_E_DENIED, "profile role: arn:r: STS AssumeRole: AccessDenied: not you (403)");
    peer_stop(sts);
}

static void web_identity(void **state)
{
    const struct peer_answer assumed[] = {ANSWER(ASSUMED_WEB)};
    char path[256];
    struct peer *sts = serve("AWS_ENDPOINT_URL_STS", "", assumed, 1);
    write_file("token", "eyJ.x.y\n");
    snprintf(path, sizeof path, "%s/token", home);
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
    setenv("AWS_ROLE_ARN", "arn:r", 1);
    setenv("AWS_REGION", "eu-west-1", 1);
    found(NULL, "ASIA", "eu-west-1");
    assert_non_null(strstr(peer_request(sts, 0), "WebIdentityToken=eyJ.x.y"));
    assert_null(strstr(peer_request(sts, 0), "Authorization:"));
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token", 1);
    not_found(NULL, INK_E_NOT_FOUND, "/nowhere/token");
    peer_stop(sts);
}

static void sso(void **state)
{
    const struct peer_answer keys[] = {ANSWER(
        "{\"roleCredentials\":{\"accessKeyId\":\"SSO\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\",\"expiration\":"
        "9999999999999}}")};
    /* sha1("corp"), sha1("https://corp.awsapps.com/start") */
    static const char *const caches[] = {".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
                                         ".aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json"};
    write_file(
        ".aws/config",
        "[profile s]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = A B\nregion = eu-west-1\n"
        "[sso-session corp]\nsso_region = eu-north-1\nsso_start_url = https://corp.awsapps.com/start\n"
        "[profile none]\nsso_session = other\nsso_account_id = 1\nsso_role_name = r\n"
        "[sso-session other]\nsso_region = r\n"
        "[profile legacy]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-north-1\n"
        "sso_account_id = 1\nsso_role_name = r\nregion = eu-west-1\n[profile part]\nsso_session = corp\nsso_account_id "
        "= 1\n");
    struct peer *portal = serve("AWS_ENDPOINT_URL_SSO", "", keys, 1);
    not_found("s", INK_E_DENIED, "profile s: not signed in (");
    not_found("s", INK_E_DENIED, "; run `aws sso login --profile s`");
    write_file(caches[0], "{\"accessToken\":\"TOKEN\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}");
    not_found("s", INK_E_DENIED, "profile s: the sign-in has expired; run `aws sso login --profile s`");
    write_file(caches[0], "{\"accessToken\":\"TOKEN\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}");
    found("s", "SSO", "eu-west-1");
    assert_non_null(strstr(peer_request(portal, 0),
                           "GET /federation/credentials?role_name=A%20B&account_id=123456789012 HTTP/1.1"));
    assert_non_null(strstr(peer_request(portal, 0), "x-amz-sso_bearer_token: TOKEN"));
    not_found("none", INK_E_DENIED, "not signed in");
    write_file(caches[1], "{\"accessToken\":\"OLD\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}");
    found("legacy", "SSO", "eu-west-1");
    assert_non_null(strstr(peer_request(portal, 1), "x-amz-sso_bearer_token: OLD"));
    not_found("part", INK_E_FORMAT, "profile part: sso_role_name is missing");
    peer_stop(portal);
}

static void processes(void **state)
{
    write_file(
        ".aws/config",
        "[profile p]\nregion = eu-west-1\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"PROC\", "
        "\"SecretAccessKey\": \"s\"}'\n"
        "[profile old]\ncredential_process = echo '{\"AccessKeyId\": \"P\", \"SecretAccessKey\": \"s\", "
        "\"Expiration\": \"2020-01-01T00:00:00Z\"}'\n"
        "[profile bad]\ncredential_process = false\n[profile text]\ncredential_process = echo hello\n"
        "[profile login]\nlogin_session = arn:x\n");
    found("p", "PROC", "eu-west-1");
    not_found("old", INK_E_DENIED, "credential_process: they have expired");
    not_found("bad", INK_E_DENIED, "credential_process failed");
    not_found("text", INK_E_FORMAT, "it printed no JSON");
    not_found("login", INK_E_UNSUPPORTED, "sessions of `aws login` are not read here");
}

#define KEYS                                                                                                           \
    "{\"AccessKeyId\":\"META\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"

static void container(void **state)
{
    const struct peer_answer keys[] = {ANSWER(KEYS)};
    struct peer *peer = serve("AWS_CONTAINER_CREDENTIALS_FULL_URI", "/v1/keys?a=b", keys, 1);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc", 1);
    setenv("AWS_REGION", "eu-west-1", 1);
    found(NULL, "META", "eu-west-1");
    assert_non_null(strstr(peer_request(peer, 0), "GET /v1/keys?a=b HTTP/1.1"));
    assert_non_null(strstr(peer_request(peer, 0), "Authorization: Basic abc"));
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/keys", 1);
    not_found(NULL, INK_E_DENIED, "192.0.2.1 over plain http");
    peer_stop(peer);
}

static void instance(void **state)
{
    const struct peer_answer answers[] = {ANSWER("TOKEN"), ANSWER("my-role\n"), ANSWER(KEYS)};
    struct peer *peer = serve("AWS_EC2_METADATA_SERVICE_ENDPOINT", "/", answers, 3);
    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_REGION", "eu-west-1", 1);
    found(NULL, "META", "eu-west-1");
    assert_non_null(strstr(peer_request(peer, 0), "PUT /latest/api/token HTTP/1.1"));
    assert_non_null(strstr(peer_request(peer, 0), "X-aws-ec2-metadata-token-ttl-seconds: "));
    assert_non_null(strstr(peer_request(peer, 2), "GET /latest/meta-data/iam/security-credentials/my-role HTTP/1.1"));
    assert_non_null(strstr(peer_request(peer, 2), "X-aws-ec2-metadata-token: TOKEN"));
    peer_stop(peer);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, stale)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(environment_and_profiles),
        TEST(a_region_is_needed),
        TEST(roles),
        TEST(refused_roles_say_so),
        TEST(web_identity),
        TEST(sso),
        TEST(processes),
        TEST(container),
        TEST(instance),
    };
    return cmocka_run_group_tests(tests, start, end);
}
