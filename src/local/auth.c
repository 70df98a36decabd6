/* SPDX-License-Identifier: MIT */
#include "local/auth.h"

#include <stdio.h>

#include "base/text.h"
#include "local/encode.h"

/* --- refusing ------------------------------------------------------------------------------------------------------ */

static const char *words(const struct ink_auth *auth, const char *format, const char *key)
{
    return ink_arena_printf(auth->http->arena, format, key);
}

static const char *text_of(const struct ink_auth *auth, struct ink_view view)
{
    return ink_arena_text(auth->http->arena, view);
}

static bool refuse_unsigned(struct ink_auth *auth, struct ink_refusal *refusal)
{
    return ink_refuse(refusal, INK_REFUSE_ACCESS_DENIED,
                      words(auth,
                            "Access Denied: the request is not signed. Sign it with AWS Signature Version 4 and the "
                            "access key \"%s\"; inkling serve prints the lines to export when it starts.",
                            auth->keys->access_key));
}

static bool refuse_v2(struct ink_refusal *refusal)
{
    return ink_refuse(
        refusal, INK_REFUSE_INVALID_REQUEST,
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256 "
        "(aws: configure set default.s3.signature_version s3v4; boto3: Config(signature_version=\"s3v4\"); "
        "s3cmd: signature_v2 = False; rclone: v2_auth = false.)");
}

static bool refuse_key(struct ink_auth *auth, struct ink_refusal *refusal)
{
    ink_refuse(refusal, INK_REFUSE_INVALID_ACCESS_KEY,
               words(auth,
                     "The AWS Access Key Id you provided does not exist in our records. The access key of this local "
                     "cloud is \"%s\".",
                     auth->keys->access_key));
    ink_refuse_detail(refusal, "AWSAccessKeyId", text_of(auth, auth->claim.access_key));
    return false;
}

/* The bytes of a text in hex with blanks, as S3 shows what it signed. */
static const char *bytes_of(struct ink_arena *arena, struct ink_view text)
{
    char *out = ink_arena_alloc(arena, text.len * 3 + 1, 1);
    if (!out) return NULL;
    for (size_t i = 0; i < text.len; i++) snprintf(out + 3 * i, 4, "%02x ", text.data[i]);
    out[text.len ? 3 * text.len - 1 : 0] = '\0';
    return out;
}

static bool refuse_signature(struct ink_auth *auth, struct ink_view canonical, struct ink_view to_sign,
                             struct ink_refusal *refusal)
{
    ink_refuse(
        refusal, INK_REFUSE_SIGNATURE,
        words(auth,
              "The request signature we calculated does not match the signature you provided. Check your key and "
              "signing method. (The access key is right: \"%s\".)",
              auth->keys->access_key));
    ink_refuse_detail(refusal, "AWSAccessKeyId", text_of(auth, auth->claim.access_key));
    ink_refuse_detail(refusal, "StringToSign", text_of(auth, to_sign));
    ink_refuse_detail(refusal, "SignatureProvided", text_of(auth, auth->claim.signature));
    ink_refuse_detail(refusal, "StringToSignBytes", bytes_of(auth->http->arena, to_sign));
    ink_refuse_detail(refusal, "CanonicalRequest", text_of(auth, canonical));
    ink_refuse_detail(refusal, "CanonicalRequestBytes", bytes_of(auth->http->arena, canonical));
    return false;
}

/* --- the request's signature --------------------------------------------------------------------------------------- */

static const struct ink_sigv4_header *headers_of(const struct ink_http_request *http)
{
    struct ink_sigv4_header *headers = INK_ARENA_ARRAY(http->arena, struct ink_sigv4_header, http->header_count);
    if (!headers) return NULL;
    for (size_t i = 0; i < http->header_count; i++)
        headers[i] =
            (struct ink_sigv4_header){ink_view_text(http->headers[i].name), ink_view_text(http->headers[i].value)};
    return headers;
}

static bool verify_with(struct ink_auth *auth, const char *payload_hash, struct ink_buffer *canonical,
                        struct ink_buffer *to_sign, struct ink_refusal *refusal)
{
    const struct ink_sigv4_request request = {
        .method = ink_view_text(auth->http->method),
        .path = auth->uri->raw_path,
        .query = auth->uri->raw_query,
        .headers = headers_of(auth->http),
        .header_count = auth->http->header_count,
        .payload_hash = ink_view_text(payload_hash),
    };
    struct ink_error err = {0};
    if (!request.headers) return ink_refuse(refusal, INK_REFUSE_UNAVAILABLE, NULL);
    ink_status st =
        ink_sigv4_canonical_request(&request, auth->claim.signed_headers, auth->claim.scope.service, canonical, &err);
    if (st && st != INK_E_FORMAT) return ink_refuse(refusal, INK_REFUSE_UNAVAILABLE, NULL);
    if (st)
        return ink_refuse(refusal, INK_REFUSE_AUTH_HEADER, ink_arena_text(auth->http->arena, ink_view_text(err.text)));
    if (ink_sigv4_string_to_sign(ink_view_text(auth->time), &auth->claim.scope, ink_buffer_view(canonical), to_sign))
        return ink_refuse(refusal, INK_REFUSE_UNAVAILABLE, NULL);
    ink_sigv4_signing_key(ink_view_text(auth->keys->secret), &auth->claim.scope, auth->key);
    ink_sigv4_signature(auth->key, ink_buffer_view(to_sign), auth->previous);
    if (!ink_sigv4_same(ink_view_text(auth->previous), auth->claim.signature))
        return refuse_signature(auth, ink_buffer_view(canonical), ink_buffer_view(to_sign), refusal);
    return true;
}

static bool verify(struct ink_auth *auth, const char *payload_hash, struct ink_refusal *refusal)
{
    struct ink_buffer canonical, to_sign;
    ink_buffer_init(&canonical, 1024 * 1024);
    ink_buffer_init(&to_sign, 4096);
    bool good = verify_with(auth, payload_hash, &canonical, &to_sign, refusal);
    ink_buffer_cleanup(&canonical);
    ink_buffer_cleanup(&to_sign);
    return good;
}

/* --- what the headers say ------------------------------------------------------------------------------------------ */

static bool is_signed(struct ink_view list, const char *name)
{
    size_t len = strlen(name);
    for (size_t at = 0; at < list.len;) {
        const uint8_t *end = memchr(list.data + at, ';', list.len - at);
        size_t item = end ? (size_t)(end - (list.data + at)) : list.len - at;
        if (item == len && strncasecmp((const char *)list.data + at, name, len) == 0) return true;
        at += item + 1;
    }
    return false;
}

/* Whoever could add an x-amz- header to somebody's signed URL could change what it does. */
static bool check_signed_headers(struct ink_auth *auth, struct ink_refusal *refusal)
{
    const struct ink_http_request *http = auth->http;
    const char *missing = is_signed(auth->claim.signed_headers, "host") ? NULL : "host";
    for (size_t i = 0; i < http->header_count; i++) {
        const char *name = http->headers[i].name;
        if (strncasecmp(name, "x-amz-", 6) != 0 || strcasecmp(name, "x-amz-content-sha256") == 0) continue;
        if (is_signed(auth->claim.signed_headers, name)) continue;
        missing = missing ? ink_arena_printf(http->arena, "%s, %s", missing, name) : name;
    }
    if (!missing) return true;
    ink_refuse(refusal, INK_REFUSE_ACCESS_DENIED, "There were headers present in the request which were not signed");
    ink_refuse_detail(refusal, "HeadersNotSigned", missing);
    return false;
}

static const char *iso(const struct ink_auth *auth, int64_t ms)
{
    char text[INK_SIGV4_TIME + 1];
    ink_date_basic_text(ms / 1000, text);
    return ink_arena_text(auth->http->arena, ink_view_text(text));
}

static bool refuse_skewed(struct ink_auth *auth, int64_t now_ms, struct ink_refusal *refusal)
{
    ink_refuse(refusal, INK_REFUSE_SKEWED, NULL);
    ink_refuse_detail(refusal, "RequestTime", text_of(auth, ink_view_text(auth->time)));
    ink_refuse_detail(refusal, "ServerTime", iso(auth, now_ms));
    ink_refuse_detail(refusal, "MaxAllowedSkewMilliseconds", "900000");
    return false;
}

static bool check_scope(struct ink_auth *auth, struct ink_refusal *refusal)
{
    if (!ink_view_is(auth->claim.access_key, auth->keys->access_key)) return refuse_key(auth, refusal);
    if (!ink_view_equal(auth->claim.scope.date, ink_view_of(auth->time, INK_SIGV4_DATE)))
        return ink_refuse(refusal, auth->presigned ? INK_REFUSE_AUTH_QUERY : INK_REFUSE_AUTH_HEADER,
                          "Invalid credential date: it is not the date of the request.");
    return true;
}

static bool begin_header(struct ink_auth *auth, const char *authorization, int64_t now_ms, struct ink_refusal *refusal)
{
    struct ink_error err = {0};
    if (strncmp(authorization, "AWS ", 4) == 0) return refuse_v2(refusal);
    if (ink_sigv4_parse_authorization(ink_view_text(authorization), &auth->claim, &err))
        return ink_refuse(refusal, INK_REFUSE_AUTH_HEADER,
                          ink_arena_printf(auth->http->arena, "The authorization header is malformed; %s", err.text));
    const char *amz_date = ink_http_header(auth->http, "x-amz-date"), *date = ink_http_header(auth->http, "Date");
    int64_t seconds = 0, date_ms = 0;
    if (amz_date ? !ink_date_basic(ink_view_text(amz_date), &seconds) : !date || !ink_date_parse(date, &date_ms))
        return ink_refuse(refusal, INK_REFUSE_ACCESS_DENIED,
                          "AWS authentication requires a valid Date or x-amz-date header");
    if (!amz_date) seconds = date_ms / 1000;
    ink_date_basic_text(seconds, auth->time);
    if (!check_scope(auth, refusal)) return false;
    int64_t skew_ms = now_ms - seconds * 1000;
    if (skew_ms > INK_AUTH_SKEW_MS || skew_ms < -INK_AUTH_SKEW_MS) return refuse_skewed(auth, now_ms, refusal);
    return true;
}

static bool begin_presigned(struct ink_auth *auth, int64_t now_ms, struct ink_refusal *refusal)
{
    struct ink_arena *arena = auth->http->arena;
    struct ink_error err = {0};
    int64_t seconds = 0;
    auth->presigned = true;
    ink_buffer_init(&auth->decoded_query, auth->uri->raw_query.len + 1);
    ink_status st = ink_sigv4_parse_query(auth->uri->raw_query, &auth->decoded_query, &auth->claim, &err);
    if (st == INK_E_OOM) return ink_refuse(refusal, INK_REFUSE_UNAVAILABLE, NULL);
    if (st || !ink_date_basic(auth->claim.time, &seconds))
        return ink_refuse(refusal, INK_REFUSE_AUTH_QUERY,
                          ink_arena_text(arena, ink_view_text(st ? err.text : "X-Amz-Date is not a date")));
    ink_date_basic_text(seconds, auth->time);
    if (!check_scope(auth, refusal)) return false;
    if (seconds * 1000 - now_ms > INK_AUTH_SKEW_MS) return refuse_skewed(auth, now_ms, refusal);
    int64_t end_ms = (seconds + (int64_t)auth->claim.expires_s) * 1000;
    if (now_ms <= end_ms) return true;
    ink_refuse(refusal, INK_REFUSE_ACCESS_DENIED, "Request has expired");
    ink_refuse_detail(refusal, "X-Amz-Expires", ink_arena_printf(arena, "%d", (int)auth->claim.expires_s));
    ink_refuse_detail(refusal, "Expires", iso(auth, end_ms));
    ink_refuse_detail(refusal, "ServerTime", iso(auth, now_ms));
    return false;
}

static bool take_payload(struct ink_auth *auth, struct ink_refusal *refusal)
{
    static const struct {
        const char *word;
        enum ink_auth_body body;
        bool trailer;
    } forms[] = {{INK_SIGV4_UNSIGNED, INK_AUTH_UNSIGNED, false},
                 {INK_SIGV4_STREAMING, INK_AUTH_SIGNED_CHUNKS, false},
                 {INK_SIGV4_STREAMING_TRAILER, INK_AUTH_SIGNED_CHUNKS, true},
                 {INK_SIGV4_UNSIGNED_TRAILER, INK_AUTH_UNSIGNED_CHUNKS, false}};
    uint8_t bytes[INK_SHA256_LEN];
    const char *hash = ink_http_header(auth->http, "x-amz-content-sha256");
    if (!hash && auth->presigned) hash = ink_uri_param(auth->uri, "X-Amz-Content-Sha256");
    if (!hash && auth->presigned) hash = INK_SIGV4_UNSIGNED;
    auth->body = hash ? INK_AUTH_HASHED : INK_AUTH_UNHASHED;
    if (!hash) return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(hash, forms[i].word) == 0) {
            auth->body = forms[i].body;
            auth->trailer = forms[i].trailer;
        }
    if (auth->body == INK_AUTH_HASHED && !ink_hex_decode(hash, bytes, sizeof bytes)) {
        ink_refuse(refusal, INK_REFUSE_INVALID_ARGUMENT,
                   "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                   "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 "
                   "value.");
        ink_refuse_detail(refusal, "ArgumentName", "x-amz-content-sha256");
        ink_refuse_detail(refusal, "ArgumentValue", hash);
        return false;
    }
    snprintf(auth->hash, sizeof auth->hash, "%s", hash);
    return true;
}

bool ink_auth_begin(struct ink_auth *auth, const struct ink_auth_keys *keys, const struct ink_http_request *http,
                    const struct ink_uri *uri, int64_t now_ms, struct ink_refusal *refusal)
{
    *auth = (struct ink_auth){.keys = keys, .http = http, .uri = uri};
    const char *authorization = ink_http_header(http, "Authorization");
    if (authorization) {
        if (!begin_header(auth, authorization, now_ms, refusal)) return false;
    } else {
        if (ink_uri_param(uri, "AWSAccessKeyId") && ink_uri_param(uri, "Signature")) return refuse_v2(refusal);
        if (!ink_uri_param(uri, "X-Amz-Signature") && !ink_uri_param(uri, "X-Amz-Algorithm"))
            return refuse_unsigned(auth, refusal);
        if (!begin_presigned(auth, now_ms, refusal)) return false;
    }
    if (!check_signed_headers(auth, refusal) || !take_payload(auth, refusal)) return false;
    ink_sha256_init(&auth->sha);
    ink_sha256_init(&auth->trailer_sha);
    return auth->body == INK_AUTH_UNHASHED || verify(auth, auth->hash, refusal);
}

/* --- the body ------------------------------------------------------------------------------------------------------ */

bool ink_auth_data(struct ink_auth *auth, struct ink_view bytes, struct ink_refusal *refusal)
{
    auth->bytes += bytes.len;
    if (auth->body == INK_AUTH_UNHASHED && auth->bytes > INK_AUTH_UNHASHED_MAX)
        return ink_refuse(refusal, INK_REFUSE_INVALID_REQUEST,
                          "Missing required header for this request: x-amz-content-sha256 (bodies over 64 MiB)");
    if (auth->body != INK_AUTH_UNSIGNED && auth->body != INK_AUTH_UNSIGNED_CHUNKS) ink_sha256_update(&auth->sha, bytes);
    return true;
}

bool ink_auth_chunk(struct ink_auth *auth, struct ink_view signature, struct ink_refusal *refusal)
{
    if (auth->body != INK_AUTH_SIGNED_CHUNKS) return true;
    uint8_t sha[INK_SHA256_LEN];
    char want[INK_SIGV4_HEX + 1];
    ink_sha256_final(&auth->sha, sha);
    ink_sha256_init(&auth->sha);
    if (ink_sigv4_chunk_signature(auth->key, ink_view_text(auth->time), &auth->claim.scope,
                                  ink_view_text(auth->previous), sha, want))
        return ink_refuse(refusal, INK_REFUSE_UNAVAILABLE, NULL);
    memcpy(auth->previous, want, sizeof want);
    if (ink_sigv4_same(ink_view_text(want), signature)) return true;
    return ink_refuse(refusal, INK_REFUSE_SIGNATURE, "The signature of a chunk of the body does not match.");
}

void ink_auth_trailer(struct ink_auth *auth, struct ink_view name, struct ink_view value)
{
    if (name.len == 23 && strncasecmp((const char *)name.data, "x-amz-trailer-signature", 23) == 0) {
        size_t len = value.len < INK_SIGV4_HEX ? value.len : INK_SIGV4_HEX;
        memcpy(auth->trailer_signature, value.data, len);
        auth->trailer_signature[len] = '\0';
        return;
    }
    ink_sha256_update(&auth->trailer_sha, name);
    ink_sha256_update(&auth->trailer_sha, ink_view_text(":"));
    ink_sha256_update(&auth->trailer_sha, value);
    ink_sha256_update(&auth->trailer_sha, ink_view_text("\n"));
}

static bool end_trailer(struct ink_auth *auth, struct ink_refusal *refusal)
{
    uint8_t sha[INK_SHA256_LEN];
    char want[INK_SIGV4_HEX + 1];
    ink_sha256_final(&auth->trailer_sha, sha);
    if (ink_sigv4_trailer_signature(auth->key, ink_view_text(auth->time), &auth->claim.scope,
                                    ink_view_text(auth->previous), sha, want))
        return ink_refuse(refusal, INK_REFUSE_UNAVAILABLE, NULL);
    if (ink_sigv4_same(ink_view_text(want), ink_view_text(auth->trailer_signature))) return true;
    return ink_refuse(refusal, INK_REFUSE_SIGNATURE, "The signature of the body's trailer does not match.");
}

bool ink_auth_end(struct ink_auth *auth, struct ink_refusal *refusal)
{
    if (auth->body == INK_AUTH_SIGNED_CHUNKS) return !auth->trailer || end_trailer(auth, refusal);
    if (auth->body != INK_AUTH_HASHED && auth->body != INK_AUTH_UNHASHED) return true;
    uint8_t sha[INK_SHA256_LEN];
    char hex[INK_SIGV4_HEX + 1];
    ink_sha256_final(&auth->sha, sha);
    ink_hex(sha, sizeof sha, hex);
    if (auth->body == INK_AUTH_UNHASHED) return verify(auth, hex, refusal);
    if (strcasecmp(hex, auth->hash) == 0) return true;
    ink_refuse(refusal, INK_REFUSE_SHA256_MISMATCH, NULL);
    ink_refuse_detail(refusal, "ClientComputedContentSHA256", auth->hash);
    ink_refuse_detail(refusal, "S3ComputedContentSHA256", text_of(auth, ink_view_text(hex)));
    return false;
}

void ink_auth_cleanup(struct ink_auth *auth)
{
    ink_buffer_cleanup(&auth->decoded_query);
}
