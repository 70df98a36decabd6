/* SPDX-License-Identifier: MIT */
/* Each folder of tests/golden/sigv4 is a case: `context` and `request` in, one file a stage out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/cut.h"
#include "aws/sigv4.h"
#include "base/file.h"
#include "base/text.h"

enum { HEADERS_MOST = 32, CAP = 1 << 20 };

struct golden {
    char folder[512];
    struct ink_buffer context_text, request_text;
    struct ink_view key, secret, token, time, region, service, payload, expires;
    struct ink_sigv4_header headers[HEADERS_MOST];
    struct ink_sigv4_request request;
};

static bool read_part(const struct golden *golden, const char *name, struct ink_buffer *out)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", golden->folder, name);
    ink_buffer_init(out, CAP);
    return !ink_file_read(path, out, NULL);
}

static void read_context(struct golden *golden)
{
    struct {
        const char *name;
        struct ink_view *value;
    } fields[] = {{"key", &golden->key},         {"secret", &golden->secret},  {"token", &golden->token},
                  {"time", &golden->time},       {"region", &golden->region},  {"service", &golden->service},
                  {"payload", &golden->payload}, {"expires", &golden->expires}};
    struct ink_view rest = ink_buffer_view(&golden->context_text);
    while (rest.len) {
        struct ink_view line = ink_cut(&rest, '\n');
        struct ink_view name = ink_cut(&line, ' ');
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            if (ink_view_is(name, fields[i].name)) *fields[i].value = line;
    }
}

static void read_request(struct golden *golden)
{
    struct ink_view rest = ink_buffer_view(&golden->request_text);
    struct ink_view line = ink_cut(&rest, '\n');
    struct ink_sigv4_request *request = &golden->request;
    request->method = ink_cut(&line, ' ');
    request->path = ink_cut(&line, '?');
    request->query = line;
    request->headers = golden->headers;
    request->payload_hash = golden->payload;
    while (rest.len) {
        line = ink_cut(&rest, '\n');
        assert_true(request->header_count < HEADERS_MOST);
        struct ink_sigv4_header *header = &golden->headers[request->header_count++];
        header->name = ink_cut(&line, ':');
        header->value = line;
    }
}

static void load(struct golden *golden, const char *name)
{
    *golden = (struct golden){0};
    snprintf(golden->folder, sizeof golden->folder, "%s/tests/golden/sigv4/%s", getenv("INK_SOURCE"), name);
    assert_true(read_part(golden, "context", &golden->context_text));
    assert_true(read_part(golden, "request", &golden->request_text));
    read_context(golden);
    read_request(golden);
}

static void unload(struct golden *golden)
{
    ink_buffer_cleanup(&golden->context_text);
    ink_buffer_cleanup(&golden->request_text);
}

static struct ink_sigv4_signer signer_of(const struct golden *golden)
{
    return (struct ink_sigv4_signer){.access_key = golden->key,
                                     .secret = golden->secret,
                                     .token = golden->token,
                                     .region = golden->region,
                                     .service = golden->service};
}

/* What the file `name` says, without the newline at its end. */
static void check_stage(const struct golden *golden, const char *name, const struct ink_buffer *got)
{
    struct ink_buffer want;
    if (!read_part(golden, name, &want)) fail_msg("%s/%s is missing", golden->folder, name);
    assert_true(want.len > 0);
    want.data[--want.len] = '\0';
    assert_string_equal((char *)got->data, (char *)want.data);
    ink_buffer_cleanup(&want);
}

/* The side that verifies: from the claim to the same stages. */
static void check_claim(const struct golden *golden, const struct ink_sigv4_claim *claim,
                        const struct ink_sigv4_request *request, struct ink_view time)
{
    struct ink_buffer canonical, to_sign;
    struct ink_error err = {0};
    char hex[INK_SIGV4_HEX + 1];
    uint8_t key[INK_SHA256_LEN];
    ink_buffer_init(&canonical, CAP);
    ink_buffer_init(&to_sign, CAP);
    assert_int_equal(
        ink_sigv4_canonical_request(request, claim->signed_headers, claim->scope.service, &canonical, &err), 0);
    check_stage(golden, "canonical_request", &canonical);
    assert_int_equal(ink_sigv4_string_to_sign(time, &claim->scope, ink_buffer_view(&canonical), &to_sign), 0);
    check_stage(golden, "string_to_sign", &to_sign);
    ink_sigv4_signing_key(golden->secret, &claim->scope, key);
    ink_sigv4_signature(key, ink_buffer_view(&to_sign), hex);
    assert_true(ink_sigv4_same(claim->signature, ink_view_text(hex)));
    assert_true(ink_view_equal(claim->access_key, golden->key));
    ink_buffer_cleanup(&canonical);
    ink_buffer_cleanup(&to_sign);
}

static void check_authorization(struct golden *golden)
{
    struct ink_sigv4_signer signer = signer_of(golden);
    struct ink_sigv4_claim claim;
    struct ink_error err = {0};
    struct ink_buffer out;
    ink_buffer_init(&out, CAP);
    assert_int_equal(ink_sigv4_authorize(&signer, &golden->request, golden->time, &out, &err), 0);
    assert_int_equal(ink_sigv4_parse_authorization(ink_buffer_view(&out), &claim, &err), 0);
    check_claim(golden, &claim, &golden->request, golden->time);
    check_stage(golden, "authorization", &out);
    ink_buffer_cleanup(&out);
}

static void check_presigned(struct golden *golden)
{
    struct ink_sigv4_signer signer = signer_of(golden);
    struct ink_sigv4_claim claim;
    struct ink_error err = {0};
    struct ink_buffer out, scratch;
    uint64_t expires;
    ink_buffer_init(&out, CAP);
    ink_buffer_init(&scratch, CAP);
    assert_true(ink_text_u64(golden->expires, 604800, &expires));
    assert_int_equal(ink_sigv4_presign(&signer, &golden->request, golden->time, expires, &out, &err), 0);
    assert_int_equal(ink_sigv4_parse_query(ink_buffer_view(&out), &scratch, &claim, &err), 0);
    assert_int_equal(claim.expires_s, expires);
    struct ink_sigv4_request seen = golden->request;
    seen.query = ink_buffer_view(&out);
    check_claim(golden, &claim, &seen, claim.time);
    check_stage(golden, "query", &out);
    ink_buffer_cleanup(&out);
    ink_buffer_cleanup(&scratch);
}

static void golden_cases(void **state)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/sigv4", getenv("INK_SOURCE"));
    DIR *folder = opendir(path);
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        struct golden golden;
        load(&golden, entry->d_name);
        print_message("%s\n", entry->d_name);
        if (golden.expires.len)
            check_presigned(&golden);
        else
            check_authorization(&golden);
        unload(&golden);
        count++;
    }
    closedir(folder);
    assert_true(count >= 14);
}

/* Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks"
 * and "... Including Trailing Headers": 65,536 and 1,024 times 'a', and none. */
static const struct ink_sigv4_scope example = {
    {(const uint8_t *)"20130524", 8}, {(const uint8_t *)"us-east-1", 9}, {(const uint8_t *)"s3", 2}};

static void check_chunks(const char *const signatures[4], char last[INK_SIGV4_HEX + 1], uint8_t key[INK_SHA256_LEN])
{
    static char text[65536];
    static const size_t lengths[] = {65536, 1024, 0};
    memset(text, 'a', sizeof text);
    ink_sigv4_signing_key(ink_view_text("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), &example, key);
    snprintf(last, INK_SIGV4_HEX + 1, "%s", signatures[0]);
    for (int i = 0; i < 3; i++) {
        uint8_t hash[INK_SHA256_LEN];
        char before[INK_SIGV4_HEX + 1];
        memcpy(before, last, sizeof before);
        ink_sha256(ink_view_of(text, lengths[i]), hash);
        assert_int_equal(ink_sigv4_chunk_signature(key, ink_view_text("20130524T000000Z"), &example,
                                                   ink_view_text(before), hash, last),
                         0);
        assert_string_equal(last, signatures[i + 1]);
    }
}

static void chunks(void **state)
{
    static const char *const signatures[4] = {"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
                                              "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                                              "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                                              "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"};
    char last[INK_SIGV4_HEX + 1];
    uint8_t key[INK_SHA256_LEN];
    check_chunks(signatures, last, key);
}

static void trailer(void **state)
{
    static const char *const signatures[4] = {"106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
                                              "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                                              "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                                              "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"};
    char last[INK_SIGV4_HEX + 1], hex[INK_SIGV4_HEX + 1];
    uint8_t key[INK_SHA256_LEN], hash[INK_SHA256_LEN];
    check_chunks(signatures, last, key);
    ink_sha256(ink_view_text("x-amz-checksum-crc32c:sOO8/Q==\n"), hash);
    assert_int_equal(
        ink_sigv4_trailer_signature(key, ink_view_text("20130524T000000Z"), &example, ink_view_text(last), hash, hex),
        0);
    assert_string_equal(hex, "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
}

static ink_status parse(const char *text, struct ink_sigv4_claim *claim)
{
    return ink_sigv4_parse_authorization(ink_view_text(text), claim, NULL);
}

#define SIGNATURE "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"

static void claims(void **state)
{
    struct ink_sigv4_claim claim;
    /* s3cmd writes no blanks */
    assert_int_equal(
        parse("AWS4-HMAC-SHA256 Credential=a/b/20130524/US/s3/aws4_request,SignedHeaders=host,Signature=" SIGNATURE,
              &claim),
        0);
    assert_true(ink_view_is(claim.access_key, "a/b"));
    assert_true(ink_view_is(claim.scope.region, "US"));
    assert_int_equal(parse("AWS AKIA:abc=", &claim), INK_E_FORMAT);
    assert_int_equal(parse("AWS4-HMAC-SHA256", &claim), INK_E_FORMAT);
    assert_int_equal(
        parse("AWS4-HMAC-SHA256 Credential=x/s3/aws4_request, SignedHeaders=host, Signature=" SIGNATURE, &claim),
        INK_E_FORMAT);
    assert_int_equal(
        parse("AWS4-HMAC-SHA256 Credential=k/20130524/r/s3/aws4_request, SignedHeaders=host, Signature=00", &claim),
        INK_E_FORMAT);
    assert_false(ink_sigv4_same(ink_view_text("abc"), ink_view_text("abd")));
    assert_false(ink_sigv4_same(ink_view_text("abc"), ink_view_text("abcd")));
}

static ink_status parse_query(const char *text)
{
    struct ink_sigv4_claim claim;
    struct ink_buffer scratch;
    ink_buffer_init(&scratch, CAP);
    ink_status st = ink_sigv4_parse_query(ink_view_text(text), &scratch, &claim, NULL);
    ink_buffer_cleanup(&scratch);
    return st;
}

static void presigned_claims(void **state)
{
#define REST                                                                                                           \
    "&X-Amz-Credential=k%2F20130524%2Fr%2Fs3%2Faws4_request&X-Amz-SignedHeaders=host&X-Amz-Signature=" SIGNATURE
    assert_int_equal(parse_query("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20130524T000000Z&X-Amz-Expires=1" REST),
                     0);
    assert_int_equal(parse_query(""), INK_E_NOT_FOUND);
    assert_int_equal(parse_query("uploads&list-type=2"), INK_E_NOT_FOUND);
    assert_int_equal(parse_query("X-Amz-Date=20130524T000000Z&X-Amz-Expires=604801" REST), INK_E_FORMAT);
    assert_int_equal(parse_query("X-Amz-Date=20130524T000000Z&X-Amz-Expires=0" REST), INK_E_FORMAT);
    assert_int_equal(parse_query("X-Amz-Date=20130532T000000Z&X-Amz-Expires=1" REST), INK_E_FORMAT);
    assert_int_equal(parse_query("X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Expires=1" REST), INK_E_FORMAT);
}

static void a_signed_header_must_be_there(void **state)
{
    struct ink_sigv4_header host = {ink_view_text("Host"), ink_view_text("h")};
    struct ink_sigv4_request request = {
        .method = ink_view_text("GET"), .path = ink_view_text("/"), .headers = &host, .header_count = 1};
    struct ink_error err = {0};
    struct ink_buffer out;
    ink_buffer_init(&out, CAP);
    assert_int_equal(
        ink_sigv4_canonical_request(&request, ink_view_text("host;range"), ink_view_text("s3"), &out, &err),
        INK_E_FORMAT);
    assert_non_null(strstr(err.text, "range"));
    ink_buffer_cleanup(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_cases),     cmocka_unit_test(chunks),
        cmocka_unit_test(trailer),          cmocka_unit_test(claims),
        cmocka_unit_test(presigned_claims), cmocka_unit_test(a_signed_header_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
