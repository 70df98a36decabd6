/* SPDX-License-Identifier: MIT */
#include "aws/s3_call.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

/* One row an operation. */
static const struct {
    const char *method;
    size_t answer_max; /* bytes; of an error's document at least */
} ops[] = {
    [INK_S3_GET] = {"GET", 64 * 1024},        [INK_S3_HEAD] = {"HEAD", 0},
    [INK_S3_PUT] = {"PUT", 64 * 1024},        [INK_S3_DELETE] = {"DELETE", 64 * 1024},
    [INK_S3_LIST] = {"GET", 8 * 1024 * 1024}, /* 1000 keys of 1024 bytes, each as %XX, and what is round them */
};

const char *ink_s3_method(enum ink_s3_op op)
{
    return ops[op].method;
}

const char *ink_s3_region(const struct ink_s3 *s3, const char *bucket)
{
    return strcmp(bucket, s3->moved_bucket) == 0 ? s3->moved_region : s3->config->region;
}

/* A name with a dot fits no wildcard certificate; one that is no DNS label fits no host name. */
static bool fits_host(const char *bucket)
{
    size_t len = strlen(bucket);
    return len >= 3 && len <= 63 && strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static ink_status set_place(struct ink_s3 *s3, struct ink_s3_way *way, struct ink_error *err)
{
    const struct ink_s3_call *call = way->call;
    const char *region = ink_s3_region(s3, call->bucket);
    struct ink_origin *origin = &way->exchange->origin;
    struct ink_buffer *target = &way->target;
    bool in_host = !s3->custom && fits_host(call->bucket);
    if (s3->custom) {
        *origin = s3->origin;
        ink_buffer_text(target, s3->base);
    } else {
        *origin = (struct ink_origin){.tls = true, .port = 443};
        int len = snprintf(origin->host, sizeof origin->host, "%s%ss3.%s.%s", in_host ? call->bucket : "",
                           in_host ? "." : "", region, ink_aws_domain(region));
        if (len >= (int)sizeof origin->host) return ink_fail(err, INK_E_ARGUMENT, "the region's name is too long");
    }
    ink_buffer_text(target, "/");
    if (!in_host) ink_url_encode(ink_view_text(call->bucket), false, target);
    if (call->op != INK_S3_LIST) {
        if (!in_host) ink_buffer_text(target, "/");
        ink_url_encode(ink_view_text(call->key), true, target);
    }
    ink_origin_host_header(origin, &way->host);
    return INK_OK;
}

static void parameter(struct ink_buffer *out, char mark, const char *name, const char *value)
{
    if (!value) return;
    ink_buffer_printf(out, "%c%s=", mark, name);
    ink_url_encode(ink_view_text(value), false, out);
}

static void set_query(struct ink_s3_way *way)
{
    const struct ink_s3_call *call = way->call;
    if (call->op != INK_S3_LIST) {
        parameter(&way->target, '?', "versionId", call->version_id);
        return;
    }
    ink_buffer_printf(&way->target, "?list-type=2&encoding-type=url&max-keys=%u",
                      call->max_keys ? call->max_keys : 1000);
    parameter(&way->target, '&', "prefix", call->key);
    parameter(&way->target, '&', "start-after", call->start_after);
    parameter(&way->target, '&', "continuation-token", call->next);
}

static void header(struct ink_s3_way *way, const char *name, const char *value)
{
    if (value && *value) way->headers[way->header_count++] = (struct ink_http_header){name, value};
}

static const char *quoted(const char *etag, char *room, size_t cap)
{
    if (!etag || strcmp(etag, "*") == 0) return etag;
    snprintf(room, cap, "\"%s\"", etag);
    return room;
}

/* Both hashes are of the body, so they are made once for all tries. The SHA-256 is signed and checked by AWS and by others;
 * the MD5 is what old servers check too (Ceph 16 ignores x-amz-checksum-*), and what Object Lock asks for. */
static void hash_body(struct ink_s3_way *way)
{
    uint8_t sha256[INK_SHA256_LEN], md5[INK_MD5_LEN];
    if (way->sha256[0]) return;
    struct ink_view body = way->call->op == INK_S3_PUT ? way->call->body : (struct ink_view){NULL, 0};
    ink_sha256(body, sha256);
    ink_hex(sha256, sizeof sha256, way->sha256);
    if (way->call->op != INK_S3_PUT) return;
    ink_md5(body, md5);
    ink_base64(md5, sizeof md5, way->md5);
}

static void set_headers(struct ink_s3 *s3, struct ink_s3_way *way)
{
    const struct ink_s3_call *call = way->call;
    ink_date_basic_text(ink_clock_wall_ms() / 1000, way->date);
    hash_body(way);
    way->header_count = 0;
    header(way, "Host", (const char *)way->host.data);
    header(way, "x-amz-content-sha256", way->sha256);
    header(way, "x-amz-date", way->date);
    header(way, "x-amz-security-token", s3->config->token);
    header(way, "x-amz-expected-bucket-owner", call->owner);
    header(way, "If-Match", quoted(call->if_match, way->if_match, sizeof way->if_match));
    header(way, "If-None-Match", quoted(call->if_none_match, way->if_none_match, sizeof way->if_none_match));
    if (call->op == INK_S3_PUT) {
        header(way, "Content-MD5", way->md5);
        header(way, "Content-Type", call->content_type);
    }
    if (call->op == INK_S3_GET) header(way, "x-amz-checksum-mode", "ENABLED");
}

static void use_region(struct ink_s3 *s3, const char *region)
{
    if (strcmp(region, s3->signer_region) == 0) return;
    snprintf(s3->signer_region, sizeof s3->signer_region, "%s", region);
    s3->signer.region = ink_view_text(s3->signer_region);
    s3->signer.day[0] = '\0';
}

static ink_status sign(struct ink_s3 *s3, struct ink_s3_way *way, struct ink_error *err)
{
    struct ink_sigv4_header headers[INK_S3_HEADERS_MOST];
    const char *target = (const char *)way->target.data, *query = strchr(target, '?');
    for (size_t i = 0; i < way->header_count; i++)
        headers[i] =
            (struct ink_sigv4_header){ink_view_text(way->headers[i].name), ink_view_text(way->headers[i].value)};
    struct ink_sigv4_request request = {
        .method = ink_view_text(ink_s3_method(way->call->op)),
        .path = ink_view_of(target, query ? (size_t)(query - target) : way->target.len),
        .query = query ? ink_view_text(query + 1) : (struct ink_view){NULL, 0},
        .headers = headers,
        .header_count = way->header_count,
        .payload_hash = ink_view_text(way->sha256),
    };
    use_region(s3, ink_s3_region(s3, way->call->bucket));
    ink_status st = ink_sigv4_authorize(&s3->signer, &request, ink_view_text(way->date), &way->authorization, err);
    if (st) return st;
    header(way, "Authorization", (const char *)way->authorization.data);
    /* not signed: whoever is in between may add to it */
    if (s3->config->in_lambda) header(way, "X-Amzn-Trace-Id", getenv("_X_AMZN_TRACE_ID"));
    header(way, "User-Agent", "inkling/" INK_VERSION);
    return INK_OK;
}

static ink_status check_call(const struct ink_s3 *s3, const struct ink_s3_call *call, struct ink_error *err)
{
    if (!s3->config->access_key)
        return ink_fail(err, INK_E_DENIED,
                        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN)");
    if (!call->bucket || !call->bucket[0] || strlen(call->bucket) > INK_S3_BUCKET_MAX)
        return ink_fail(err, INK_E_ARGUMENT, "a bucket's name has 3 to 63 characters");
    if (call->op != INK_S3_LIST && (!call->key || !call->key[0])) return ink_fail(err, INK_E_ARGUMENT, "an empty key");
    if (call->op == INK_S3_LIST && !call->arena) return ink_fail(err, INK_E_ARGUMENT, "a listing needs an arena");
    if ((call->if_match && strlen(call->if_match) > INK_S3_ETAG_MAX) ||
        (call->if_none_match && strlen(call->if_none_match) > INK_S3_ETAG_MAX))
        return ink_fail(err, INK_E_ARGUMENT, "an ETag longer than %d characters", INK_S3_ETAG_MAX);
    return INK_OK;
}

ink_status ink_s3_write(struct ink_s3 *s3, struct ink_s3_way *way, struct ink_error *err)
{
    const struct ink_s3_call *call = way->call;
    struct ink_http_exchange *x = way->exchange;
    ink_status st = check_call(s3, call, err);
    if (st) return st;
    ink_s3_way_cleanup(way);
    ink_buffer_init(&way->target, 16 * 1024);
    ink_buffer_init(&way->authorization, 16 * 1024);
    ink_buffer_init(&way->host, 1024);
    *x = (struct ink_http_exchange){.method = ink_s3_method(call->op)};
    st = set_place(s3, way, err);
    if (!st) set_query(way);
    if (!st && (way->target.failed || way->host.failed)) st = ink_fail(err, INK_E_LIMIT, "the key is too long");
    if (st) return st;
    set_headers(s3, way);
    st = sign(s3, way, err);
    x->target = (const char *)way->target.data;
    x->headers = way->headers;
    x->header_count = way->header_count;
    if (call->op == INK_S3_PUT) x->body = call->body;
    x->answer_cap_bytes = ops[call->op].answer_max;
    if (call->op == INK_S3_GET && call->cap_bytes > x->answer_cap_bytes) x->answer_cap_bytes = call->cap_bytes;
    return st;
}

void ink_s3_way_cleanup(struct ink_s3_way *way)
{
    ink_buffer_cleanup(&way->target);
    ink_buffer_cleanup(&way->authorization);
    ink_buffer_cleanup(&way->host);
}
