/* SPDX-License-Identifier: MIT */
#include "aws/sigv4.h"

#include <stdlib.h>

#include "base/text.h"
#include "net/url.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { SIGNED_HEADERS_MOST = 64, TEXT_CAP = 1 << 20 };

static void append(struct ink_buffer *out, struct ink_view text)
{
    ink_buffer_append(out, text.data, text.len);
}

static void append_hash(struct ink_buffer *out, const uint8_t hash[INK_SHA256_LEN])
{
    char hex[INK_SIGV4_HEX + 1];
    ink_hex(hash, INK_SHA256_LEN, hex);
    ink_buffer_text(out, hex);
}

static void append_scope(struct ink_buffer *out, const struct ink_sigv4_scope *scope)
{
    append(out, scope->date);
    ink_buffer_text(out, "/");
    append(out, scope->region);
    ink_buffer_text(out, "/");
    append(out, scope->service);
    ink_buffer_text(out, "/aws4_request");
}

/* The three lines with which everything begins that is signed. */
static void append_start(struct ink_buffer *out, const char *algorithm, struct ink_view time,
                         const struct ink_sigv4_scope *scope)
{
    ink_buffer_printf(out, "%s\n", algorithm);
    append(out, time);
    ink_buffer_text(out, "\n");
    append_scope(out, scope);
    ink_buffer_text(out, "\n");
}

static ink_status result_of(const struct ink_buffer *out)
{
    return out->failed ? INK_E_LIMIT : INK_OK;
}

ink_status ink_sigv4_string_to_sign(struct ink_view time, const struct ink_sigv4_scope *scope,
                                    struct ink_view canonical_request, struct ink_buffer *out)
{
    uint8_t hash[INK_SHA256_LEN];
    ink_sha256(canonical_request, hash);
    append_start(out, ALGORITHM, time, scope);
    append_hash(out, hash);
    return result_of(out);
}

/* HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request") */
void ink_sigv4_signing_key(struct ink_view secret, const struct ink_sigv4_scope *scope, uint8_t key[INK_SHA256_LEN])
{
    uint8_t first[4 + 256] = "AWS4";
    size_t len = secret.len < sizeof first - 4 ? secret.len : sizeof first - 4; /* AWS's have 40 characters */
    if (len) memcpy(first + 4, secret.data, len);
    ink_hmac_sha256(ink_view_of(first, 4 + len), scope->date, key);
    ink_hmac_sha256(ink_view_of(key, INK_SHA256_LEN), scope->region, key);
    ink_hmac_sha256(ink_view_of(key, INK_SHA256_LEN), scope->service, key);
    ink_hmac_sha256(ink_view_of(key, INK_SHA256_LEN), ink_view_text("aws4_request"), key);
}

void ink_sigv4_signature(const uint8_t key[INK_SHA256_LEN], struct ink_view string_to_sign, char hex[INK_SIGV4_HEX + 1])
{
    uint8_t mac[INK_SHA256_LEN];
    ink_hmac_sha256(ink_view_of(key, INK_SHA256_LEN), string_to_sign, mac);
    ink_hex(mac, sizeof mac, hex);
}

bool ink_sigv4_same(struct ink_view a, struct ink_view b)
{
    if (a.len != b.len) return false;
    unsigned differs = 0;
    for (size_t i = 0; i < a.len; i++) differs |= (unsigned)(a.data[i] ^ b.data[i]);
    return differs == 0;
}

static ink_status sign_start(struct ink_buffer *text, const uint8_t key[INK_SHA256_LEN], char hex[INK_SIGV4_HEX + 1])
{
    ink_status st = result_of(text);
    if (!st) ink_sigv4_signature(key, ink_buffer_view(text), hex);
    ink_buffer_cleanup(text);
    return st;
}

ink_status ink_sigv4_chunk_signature(const uint8_t key[INK_SHA256_LEN], struct ink_view time,
                                     const struct ink_sigv4_scope *scope, struct ink_view previous,
                                     const uint8_t chunk_sha256[INK_SHA256_LEN], char hex[INK_SIGV4_HEX + 1])
{
    uint8_t nothing[INK_SHA256_LEN]; /* of the chunk's headers, of which there are none */
    ink_sha256(ink_view_of(NULL, 0), nothing);
    struct ink_buffer text;
    ink_buffer_init(&text, TEXT_CAP);
    append_start(&text, ALGORITHM "-PAYLOAD", time, scope);
    append(&text, previous);
    ink_buffer_text(&text, "\n");
    append_hash(&text, nothing);
    ink_buffer_text(&text, "\n");
    append_hash(&text, chunk_sha256);
    return sign_start(&text, key, hex);
}

ink_status ink_sigv4_trailer_signature(const uint8_t key[INK_SHA256_LEN], struct ink_view time,
                                       const struct ink_sigv4_scope *scope, struct ink_view previous,
                                       const uint8_t trailer_sha256[INK_SHA256_LEN], char hex[INK_SIGV4_HEX + 1])
{
    struct ink_buffer text;
    ink_buffer_init(&text, TEXT_CAP);
    append_start(&text, ALGORITHM "-TRAILER", time, scope);
    append(&text, previous);
    ink_buffer_text(&text, "\n");
    append_hash(&text, trailer_sha256);
    return sign_start(&text, key, hex);
}

static int compare_names(const void *a, const void *b)
{
    const struct ink_view *x = a, *y = b;
    for (size_t i = 0; i < x->len && i < y->len; i++) {
        int order = ink_text_lower((char)x->data[i]) - ink_text_lower((char)y->data[i]);
        if (order) return order;
    }
    return (x->len > y->len) - (x->len < y->len);
}

/* host;x-amz-date;... of all the request's headers */
static ink_status append_signed_headers(const struct ink_sigv4_request *request, struct ink_buffer *out)
{
    struct ink_view names[SIGNED_HEADERS_MOST];
    if (request->header_count > SIGNED_HEADERS_MOST) return INK_E_LIMIT;
    for (size_t i = 0; i < request->header_count; i++) names[i] = request->headers[i].name;
    qsort(names, request->header_count, sizeof *names, compare_names);
    for (size_t i = 0; i < request->header_count; i++) {
        if (i && compare_names(&names[i - 1], &names[i]) == 0) continue;
        if (i) ink_buffer_text(out, ";");
        for (size_t k = 0; k < names[i].len; k++) {
            char c = ink_text_lower((char)names[i].data[k]);
            ink_buffer_append(out, &c, 1);
        }
    }
    return result_of(out);
}

static struct ink_sigv4_scope scope_at(const struct ink_sigv4_signer *signer, struct ink_view time)
{
    return (struct ink_sigv4_scope){ink_view_of(time.data, INK_SIGV4_DATE), signer->region, signer->service};
}

static void refresh_key(struct ink_sigv4_signer *signer, const struct ink_sigv4_scope *scope)
{
    if (ink_view_is(scope->date, signer->day)) return;
    ink_sigv4_signing_key(signer->secret, scope, signer->key);
    memcpy(signer->day, scope->date.data, INK_SIGV4_DATE);
    signer->day[INK_SIGV4_DATE] = '\0';
}

/* All three stages. */
static ink_status sign(struct ink_sigv4_signer *signer, const struct ink_sigv4_request *request,
                       struct ink_view signed_headers, struct ink_view time, char hex[INK_SIGV4_HEX + 1],
                       struct ink_error *err)
{
    struct ink_sigv4_scope scope = scope_at(signer, time);
    struct ink_buffer canonical, text;
    ink_buffer_init(&canonical, TEXT_CAP);
    ink_buffer_init(&text, TEXT_CAP);
    refresh_key(signer, &scope);
    ink_status st = ink_sigv4_canonical_request(request, signed_headers, signer->service, &canonical, err);
    if (!st) {
        st = ink_sigv4_string_to_sign(time, &scope, ink_buffer_view(&canonical), &text);
        if (st) ink_fail(err, st, "the request is too long to be signed");
    }
    if (!st) ink_sigv4_signature(signer->key, ink_buffer_view(&text), hex);
    ink_buffer_cleanup(&canonical);
    ink_buffer_cleanup(&text);
    return st;
}

static ink_status check_time(struct ink_view time, struct ink_error *err)
{
    int64_t seconds;
    if (ink_date_basic(time, &seconds)) return INK_OK;
    return ink_fail(err, INK_E_ARGUMENT, "%.*s: not a time to sign at", INK_VIEW_ARGS(time));
}

ink_status ink_sigv4_authorize(struct ink_sigv4_signer *signer, const struct ink_sigv4_request *request,
                               struct ink_view time, struct ink_buffer *out, struct ink_error *err)
{
    char hex[INK_SIGV4_HEX + 1];
    struct ink_buffer names;
    ink_buffer_init(&names, TEXT_CAP);
    ink_status st = check_time(time, err);
    if (!st && (st = append_signed_headers(request, &names))) ink_fail(err, st, "too many headers to sign");
    if (!st) st = sign(signer, request, ink_buffer_view(&names), time, hex, err);
    if (!st) {
        struct ink_sigv4_scope scope = scope_at(signer, time);
        ink_buffer_text(out, ALGORITHM " Credential=");
        append(out, signer->access_key);
        ink_buffer_text(out, "/");
        append_scope(out, &scope);
        ink_buffer_text(out, ", SignedHeaders=");
        append(out, ink_buffer_view(&names));
        ink_buffer_printf(out, ", Signature=%s", hex);
        if (out->failed) st = ink_fail(err, INK_E_LIMIT, "the Authorization header is too long");
    }
    ink_buffer_cleanup(&names);
    return st;
}

static void append_encoded(struct ink_buffer *out, const char *name, struct ink_view value)
{
    ink_buffer_text(out, name);
    ink_url_encode(value, false, out);
}

ink_status ink_sigv4_presign(struct ink_sigv4_signer *signer, const struct ink_sigv4_request *request,
                             struct ink_view time, uint64_t expires_s, struct ink_buffer *out, struct ink_error *err)
{
    char hex[INK_SIGV4_HEX + 1];
    struct ink_buffer names, credential;
    ink_buffer_init(&names, TEXT_CAP);
    ink_buffer_init(&credential, TEXT_CAP);
    size_t start = out->len;
    ink_status st = check_time(time, err);
    if (!st && (st = append_signed_headers(request, &names))) ink_fail(err, st, "too many headers to sign");
    if (!st) {
        struct ink_sigv4_scope scope = scope_at(signer, time);
        append(&credential, signer->access_key);
        ink_buffer_text(&credential, "/");
        append_scope(&credential, &scope);
        append(out, request->query);
        ink_buffer_printf(out, "%sX-Amz-Algorithm=" ALGORITHM, request->query.len ? "&" : "");
        append_encoded(out, "&X-Amz-Credential=", ink_buffer_view(&credential));
        append_encoded(out, "&X-Amz-Date=", time);
        ink_buffer_printf(out, "&X-Amz-Expires=%llu", (unsigned long long)expires_s);
        append_encoded(out, "&X-Amz-SignedHeaders=", ink_buffer_view(&names));
        if (signer->token.len) append_encoded(out, "&X-Amz-Security-Token=", signer->token);
        struct ink_sigv4_request with_query = *request;
        with_query.query = ink_view_of(out->data + start, out->len - start);
        if (out->failed) st = ink_fail(err, INK_E_LIMIT, "the presigned URL is too long");
        if (!st) st = sign(signer, &with_query, ink_buffer_view(&names), time, hex, err);
    }
    if (!st && ink_buffer_printf(out, "&X-Amz-Signature=%s", hex))
        st = ink_fail(err, INK_E_LIMIT, "the presigned URL is too long");
    ink_buffer_cleanup(&names);
    ink_buffer_cleanup(&credential);
    return st;
}
