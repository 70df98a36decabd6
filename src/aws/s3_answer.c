/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "aws/s3_call.h"
#include "aws/s3_xml.h"
#include "base/text.h"

/* What S3's own words mean for the caller, where the code alone does not say it. */
static const struct rule {
    const char *reason;
    bool again;
    const char *advice;
} rules[] = {
    {"SlowDown", true, ""},
    {"RequestTimeout", true, ""},
    {"Throttling", true, ""},
    {"ThrottlingException", true, ""},
    {"RequestLimitExceeded", true, ""},
    {"InternalError", true, ""},
    {"ServiceUnavailable", true, ""},
    {"BadDigest", true, ""},
    {"InvalidAccessKeyId", false, "; the access key is not known there: check AWS_ACCESS_KEY_ID and the endpoint"},
    {"SignatureDoesNotMatch", false, "; the secret is not the access key's: check AWS_SECRET_ACCESS_KEY"},
    {"ExpiredToken", false, "; the session is over: get new credentials"},
    {"InvalidToken", false, "; AWS_SESSION_TOKEN does not belong to the access key"},
    {"RequestTimeTooSkewed", false, "; this machine's clock is wrong"},
    {"NoSuchBucket", false, "; check the bucket's name, the region and the endpoint"},
    {"AccessDenied", false,
     "; the role needs this action on the bucket's objects, and s3:ListBucket on the bucket (without it, a missing key "
     "is "
     "answered so too)"},
};

static const struct rule *rule_of(const char *reason)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].reason, reason) == 0) return &rules[i];
    return NULL;
}

static void copy_header(const struct ink_http_exchange *x, const char *name, char *out, size_t cap)
{
    const char *value = ink_http_answer_header(x, name);
    size_t len = value ? strlen(value) : 0;
    if (len >= cap) len = 0;
    if (len) memcpy(out, value, len);
    out[len] = '\0';
}

static void take_etag(const struct ink_http_exchange *x, struct ink_s3_call *call)
{
    char etag[INK_S3_ETAG_MAX + 3];
    copy_header(x, "ETag", etag, sizeof etag);
    size_t len = strlen(etag);
    bool quoted = len >= 2 && etag[0] == '"' && etag[len - 1] == '"';
    if (quoted) etag[len - 1] = '\0';
    snprintf(call->etag, sizeof call->etag, "%.*s", INK_S3_ETAG_MAX, etag + quoted);
}

static void take_metadata(const struct ink_http_exchange *x, struct ink_s3_call *call)
{
    int64_t seconds;
    const char *length = ink_http_answer_header(x, "Content-Length"),
               *date = ink_http_answer_header(x, "Last-Modified");
    take_etag(x, call);
    copy_header(x, "x-amz-version-id", call->found_version, sizeof call->found_version);
    copy_header(x, "Content-Type", call->found_type, sizeof call->found_type);
    call->found_bytes = 0;
    if (!length || !ink_text_u64(ink_view_text(length), UINT64_MAX, &call->found_bytes))
        call->found_bytes = x->body_in.len;
    call->modified_ms = date && ink_date_http(ink_view_text(date), &seconds) ? seconds * 1000 : 0;
}

/* Whether an ETag is the MD5 of the bytes: not of a multipart upload ("...-N"), nor of what KMS or the customer encrypted. */
static bool etag_is_md5(const struct ink_http_exchange *x, const char *etag)
{
    const char *encryption = ink_http_answer_header(x, "x-amz-server-side-encryption");
    if (encryption && strcmp(encryption, "AES256") != 0) return false;
    if (ink_http_answer_header(x, "x-amz-server-side-encryption-customer-algorithm")) return false;
    return strlen(etag) == 2 * INK_MD5_LEN && strspn(etag, "0123456789abcdef") == 2 * INK_MD5_LEN;
}

/* The strongest there is decides: a checksum of the whole object, else an ETag that is an MD5. */
static ink_status check_bytes(const struct ink_http_exchange *x, struct ink_s3_call *call)
{
    struct ink_view bytes = ink_buffer_view(&x->body_in);
    for (int i = 0; i < INK_CHECKSUM_COUNT; i++) {
        const struct ink_checksum *checksum = &ink_checksums[i];
        uint8_t value[INK_CHECKSUM_LEN_MAX];
        char text[4 * ((INK_CHECKSUM_LEN_MAX + 2) / 3) + 1];
        const char *told = ink_http_answer_header(x, checksum->header);
        if (!told || strchr(told, '-')) continue; /* "...-N": of the parts' checksums */
        checksum->of(bytes, value);
        ink_base64(value, checksum->len, text);
        if (strcmp(text, told) == 0) return INK_OK;
        return ink_fail(&call->error, INK_E_FORMAT, "the bytes that came do not fit their %s", checksum->header);
    }
    if (!etag_is_md5(x, call->etag)) return INK_OK;
    uint8_t md5[INK_MD5_LEN];
    char hex[2 * INK_MD5_LEN + 1];
    ink_md5(bytes, md5);
    ink_hex(md5, sizeof md5, hex);
    return strcmp(hex, call->etag) == 0
               ? INK_OK
               : ink_fail(&call->error, INK_E_FORMAT, "the bytes that came do not fit their ETag");
}

static ink_status too_long(struct ink_s3_call *call)
{
    return ink_fail(&call->error, INK_E_LIMIT, "it has more than the %zu bytes that are allowed", call->cap_bytes);
}

static ink_status take_success(struct ink_http_exchange *x, struct ink_s3_call *call)
{
    take_metadata(x, call);
    if (call->op == INK_S3_LIST) return ink_s3_read_listing(ink_buffer_view(&x->body_in), call, &call->error);
    if (call->op != INK_S3_GET) return INK_OK;
    if (x->body_in.len > call->cap_bytes) return too_long(call);
    ink_status st = check_bytes(x, call);
    if (st) return st;
    call->body_in = x->body_in;
    x->body_in = (struct ink_buffer){0};
    return INK_OK;
}

static ink_status status_of(int code)
{
    if (code == 404) return INK_E_NOT_FOUND;
    if (code == 401 || code == 403) return INK_E_DENIED;
    if (code == 304 || code == 409 || code == 412) return INK_E_CHANGED;
    return code >= 500 || code == 429 || code < 400 ? INK_E_REMOTE : INK_E_ARGUMENT;
}

/* S3 tells the right region in a header; a HEAD has nothing else. */
static bool take_region(struct ink_s3 *s3, struct ink_s3_way *way, const struct ink_s3_fault *fault)
{
    struct ink_s3_call *call = way->call;
    const char *region = ink_http_answer_header(way->exchange, "x-amz-bucket-region");
    bool may = call->code == 301 || call->code == 307 || call->code == 400;
    if (!region) region = fault->region;
    if (!may || way->redirected || !*region || strlen(region) > INK_S3_REGION_MAX) return false;
    if (strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region))
        return false; /* it becomes a host name */
    if (strcmp(region, ink_s3_region(s3, call->bucket)) == 0) return false;
    way->redirected = true;
    snprintf(s3->moved_bucket, sizeof s3->moved_bucket, "%s", call->bucket);
    snprintf(s3->moved_region, sizeof s3->moved_region, "%s", region);
    return true;
}

static enum ink_s3_verdict take_fault(struct ink_s3 *s3, struct ink_s3_way *way)
{
    struct ink_s3_call *call = way->call;
    struct ink_s3_fault fault;
    ink_s3_read_fault(ink_buffer_view(&way->exchange->body_in), &fault);
    if (take_region(s3, way, &fault)) return INK_S3_MOVED;
    memcpy(call->reason, fault.code, sizeof call->reason);
    take_etag(way->exchange, call);
    ink_status st = status_of(call->code);
    const struct rule *rule = rule_of(*fault.code ? fault.code : call->code == 403 ? "AccessDenied" : "");
    bool again = st == INK_E_REMOTE && call->code != 501 && call->code >= 400;
    if (rule && rule->again) {
        again = true;
        st = INK_E_REMOTE;
    }
    ink_fail(&call->error, st, "S3 answers %d%s%s%s%s%s", call->code, *fault.code ? " " : "", fault.code,
             *fault.message ? ": " : "", fault.message, rule ? rule->advice : "");
    return again ? INK_S3_AGAIN : INK_S3_DONE;
}

static enum ink_s3_verdict take_answer(struct ink_s3 *s3, struct ink_s3_way *way)
{
    struct ink_http_exchange *x = way->exchange;
    struct ink_s3_call *call = way->call;
    call->code = x->code;
    call->error = (struct ink_error){0};
    if (x->status == INK_E_LIMIT && call->op == INK_S3_GET && x->code == 200) {
        take_metadata(x, call); /* what is too long has a name all the same */
        too_long(call);
        return INK_S3_DONE;
    }
    if (x->status) {
        call->error = x->error;
        return x->status == INK_E_NETWORK || x->status == INK_E_TIMEOUT ? INK_S3_AGAIN : INK_S3_DONE;
    }
    if (x->code < 200 || x->code > 299) return take_fault(s3, way);
    return take_success(x, call) == INK_E_FORMAT ? INK_S3_AGAIN : INK_S3_DONE;
}

enum ink_s3_verdict ink_s3_judge(struct ink_s3 *s3, struct ink_s3_way *way)
{
    struct ink_s3_call *call = way->call;
    enum ink_s3_verdict verdict = take_answer(s3, way);
    call->status = call->error.status;
    if (call->status)
        ink_fail_in(&call->error, "%s s3://%.100s/%.200s", call->op == INK_S3_LIST ? "LIST" : ink_s3_method(call->op),
                    call->bucket, call->key ? call->key : "");
    return verdict;
}
