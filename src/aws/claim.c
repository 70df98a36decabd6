/* SPDX-License-Identifier: MIT */
/* What a request says about its own signature: the Authorization header, or a presigned URL's query. */
#include "aws/sigv4.h"

#include "aws/cut.h"
#include "base/text.h"
#include "net/url.h"

static struct ink_view cut_last(struct ink_view *rest, char mark)
{
    const uint8_t *end = rest->len ? memrchr(rest->data, mark, rest->len) : NULL;
    if (!end) return (struct ink_view){NULL, 0};
    size_t before = (size_t)(end - rest->data);
    struct ink_view part = {end + 1, rest->len - before - 1};
    rest->len = before;
    return part;
}

static struct ink_view trimmed(struct ink_view text)
{
    while (text.len && (text.data[0] == ' ' || text.data[0] == '\t')) text = ink_view_of(text.data + 1, text.len - 1);
    while (text.len && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t')) text.len--;
    return text;
}

/* KEY/20130524/us-east-1/s3/aws4_request; read from its end, since a key may hold a '/' elsewhere than at AWS */
static bool take_credential(struct ink_view text, struct ink_sigv4_claim *claim)
{
    bool end = ink_view_is(cut_last(&text, '/'), "aws4_request");
    claim->scope.service = cut_last(&text, '/');
    claim->scope.region = cut_last(&text, '/');
    claim->scope.date = cut_last(&text, '/');
    claim->access_key = text;
    return end && claim->scope.date.len == INK_SIGV4_DATE && claim->access_key.len > 0;
}

static ink_status check_claim(const struct ink_sigv4_claim *claim, struct ink_error *err)
{
    if (claim->access_key.len == 0)
        return ink_fail(err, INK_E_FORMAT, "the credential is not KEY/YYYYMMDD/REGION/SERVICE/aws4_request");
    if (claim->signed_headers.len == 0) return ink_fail(err, INK_E_FORMAT, "SignedHeaders is missing");
    if (claim->signature.len != INK_SIGV4_HEX)
        return ink_fail(err, INK_E_FORMAT, "the signature is not %d hexadecimal digits", INK_SIGV4_HEX);
    return INK_OK;
}

ink_status ink_sigv4_parse_authorization(struct ink_view value, struct ink_sigv4_claim *claim, struct ink_error *err)
{
    *claim = (struct ink_sigv4_claim){0};
    value = trimmed(value);
    if (!ink_view_is(ink_cut(&value, ' '), "AWS4-HMAC-SHA256"))
        return ink_fail(err, INK_E_FORMAT, "the Authorization header is not AWS4-HMAC-SHA256");
    while (value.len) {
        struct ink_view field = trimmed(ink_cut(&value, ','));
        struct ink_view name = ink_cut(&field, '=');
        if (ink_view_is(name, "Credential")) {
            if (!take_credential(field, claim)) claim->access_key.len = 0;
        } else if (ink_view_is(name, "SignedHeaders")) {
            claim->signed_headers = field;
        } else if (ink_view_is(name, "Signature")) {
            claim->signature = field;
        }
    }
    return check_claim(claim, err);
}

static struct ink_view decoded(struct ink_view text, struct ink_buffer *room)
{
    size_t start = room->len;
    ink_url_decode(text, false, room);
    return ink_view_of(room->data + start, room->len - start);
}

static bool take_parameter(struct ink_view name, struct ink_view value, struct ink_buffer *room,
                           struct ink_sigv4_claim *claim)
{
    if (ink_view_is(name, "X-Amz-Algorithm")) return ink_view_is(value, "AWS4-HMAC-SHA256");
    if (ink_view_is(name, "X-Amz-Credential")) return take_credential(decoded(value, room), claim);
    if (ink_view_is(name, "X-Amz-Expires"))
        return ink_text_u64(value, 604800, &claim->expires_s) && claim->expires_s > 0;
    if (ink_view_is(name, "X-Amz-Date")) claim->time = decoded(value, room);
    if (ink_view_is(name, "X-Amz-SignedHeaders")) claim->signed_headers = decoded(value, room);
    if (ink_view_is(name, "X-Amz-Signature")) claim->signature = value;
    if (ink_view_is(name, "X-Amz-Security-Token")) claim->token = value;
    return true;
}

ink_status ink_sigv4_parse_query(struct ink_view query, struct ink_buffer *scratch, struct ink_sigv4_claim *claim,
                                 struct ink_error *err)
{
    *claim = (struct ink_sigv4_claim){0};
    if (ink_buffer_reserve(scratch, query.len)) return ink_fail(err, INK_E_OOM, "out of memory for a presigned URL");
    while (query.len) {
        struct ink_view value = ink_cut(&query, '&');
        struct ink_view name = ink_cut(&value, '=');
        if (!take_parameter(name, value, scratch, claim))
            return ink_fail(err, INK_E_FORMAT, "the query's %.*s is not valid", INK_VIEW_ARGS(name));
    }
    if (claim->signature.len == 0) return ink_fail(err, INK_E_NOT_FOUND, "the URL is not a presigned one");
    if (claim->expires_s == 0) return ink_fail(err, INK_E_FORMAT, "the query's X-Amz-Expires is missing");
    int64_t seconds;
    if (!ink_date_basic(claim->time, &seconds))
        return ink_fail(err, INK_E_FORMAT, "the query's X-Amz-Date is not a time");
    return check_claim(claim, err);
}
