/* SPDX-License-Identifier: MIT */
/* sigv4.h - AWS Signature Version 4, for the side that signs and the side that verifies.
 *
 *   request -> canonical request -> string to sign -> signature
 *
 * Each stage has its own function, so that a wrong signature shows at which stage it went wrong. Sources: "AWS Signature
 * Version 4 for API requests" (IAM User Guide) and "Authenticating Requests (AWS Signature Version 4)" (S3 API Reference).
 *
 * All pure and thread-safe. Text may be hostile; nothing here is longer than the request. */
#ifndef INK_AWS_SIGV4_H
#define INK_AWS_SIGV4_H

#include "aws/date.h" /* ink_date_basic: reads and writes SigV4's times */
#include "aws/hash.h"
#include "base/buffer.h"
#include "base/status.h"
#include "base/view.h"

/* What may stand in place of a body's hash (x-amz-content-sha256). */
#define INK_SIGV4_UNSIGNED          "UNSIGNED-PAYLOAD"
#define INK_SIGV4_STREAMING         "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
#define INK_SIGV4_STREAMING_TRAILER "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
#define INK_SIGV4_UNSIGNED_TRAILER  "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

enum {
    INK_SIGV4_HEX = 2 * INK_SHA256_LEN,  /* of a hash or signature */
    INK_SIGV4_TIME = INK_DATE_BASIC_LEN, /* 20130524T000000Z */
    INK_SIGV4_DATE = 8,                  /* 20130524 */
};

struct ink_sigv4_header {
    struct ink_view name; /* any case */
    struct ink_view value;
};

struct ink_sigv4_request {
    struct ink_view method;
    struct ink_view path;  /* as on the wire: percent-encoded, before the '?' */
    struct ink_view query; /* as on the wire: behind the '?', without it */
    const struct ink_sigv4_header *headers;
    size_t header_count;
    struct ink_view payload_hash; /* hex, or one of the words above */
};

/* date / region / service / aws4_request */
struct ink_sigv4_scope {
    struct ink_view date; /* INK_SIGV4_DATE characters */
    struct ink_view region;
    struct ink_view service;
};

/* Stage 1. signed_headers: the names to sign as they stand in SignedHeaders, lower case, joined by ';'.
 * Service "s3" takes the path as it is (each byte encoded once); all others normalise it and encode it again. The query is
 * sorted and brought to one encoding; X-Amz-Signature is left out of it. INK_E_FORMAT when a signed header is not there;
 * INK_E_OOM, INK_E_LIMIT from out. */
INK_NODISCARD ink_status ink_sigv4_canonical_request(const struct ink_sigv4_request *request,
                                                     struct ink_view signed_headers, struct ink_view service,
                                                     struct ink_buffer *out, struct ink_error *err);

/* Stage 2. time: INK_SIGV4_TIME characters. */
INK_NODISCARD ink_status ink_sigv4_string_to_sign(struct ink_view time, const struct ink_sigv4_scope *scope,
                                                  struct ink_view canonical_request, struct ink_buffer *out);

/* The key of a day, region and service; worth keeping for as long as these three and the secret stay the same. */
void ink_sigv4_signing_key(struct ink_view secret, const struct ink_sigv4_scope *scope, uint8_t key[INK_SHA256_LEN]);

/* Stage 3. */
void ink_sigv4_signature(const uint8_t key[INK_SHA256_LEN], struct ink_view string_to_sign,
                         char hex[INK_SIGV4_HEX + 1]);

/* What a request says about its own signature. All views point into what was parsed. */
struct ink_sigv4_claim {
    struct ink_view access_key;
    struct ink_sigv4_scope scope;
    struct ink_view signed_headers;
    struct ink_view signature; /* INK_SIGV4_HEX characters; not yet believed */
    struct ink_view time;      /* presigned only; else it is x-amz-date or Date, which the caller has */
    struct ink_view token;     /* presigned only: X-Amz-Security-Token, still percent-encoded */
    uint64_t expires_s;        /* presigned only: 1..604800 */
};

/* Reads the Authorization header's value. Blanks after the commas may be missing (s3cmd). */
INK_NODISCARD ink_status ink_sigv4_parse_authorization(struct ink_view value, struct ink_sigv4_claim *claim,
                                                       struct ink_error *err);

/* Reads a presigned URL's raw query. `scratch` holds the decoded values and must live as long as the claim; it must be
 * empty and have room for query.len bytes. INK_E_NOT_FOUND when the query has no X-Amz-Signature at all. */
INK_NODISCARD ink_status ink_sigv4_parse_query(struct ink_view query, struct ink_buffer *scratch,
                                               struct ink_sigv4_claim *claim, struct ink_error *err);

/* Whether two signatures are the same, in a time that tells nothing about where they differ. */
bool ink_sigv4_same(struct ink_view a, struct ink_view b);

/* Bodies that are sent in signed chunks: each chunk's signature covers the one before it, the first one the request's.
 * previous: INK_SIGV4_HEX characters. chunk_sha256: of the chunk's decoded bytes (of no bytes for the last one). */
INK_NODISCARD ink_status ink_sigv4_chunk_signature(const uint8_t key[INK_SHA256_LEN], struct ink_view time,
                                                   const struct ink_sigv4_scope *scope, struct ink_view previous,
                                                   const uint8_t chunk_sha256[INK_SHA256_LEN],
                                                   char hex[INK_SIGV4_HEX + 1]);

/* The signature over the trailer: trailer_sha256 is the hash of its lines "name:value\n", x-amz-trailer-signature left out. */
INK_NODISCARD ink_status ink_sigv4_trailer_signature(const uint8_t key[INK_SHA256_LEN], struct ink_view time,
                                                     const struct ink_sigv4_scope *scope, struct ink_view previous,
                                                     const uint8_t trailer_sha256[INK_SHA256_LEN],
                                                     char hex[INK_SIGV4_HEX + 1]);

/* For the side that signs. */
struct ink_sigv4_signer {
    struct ink_view access_key;
    struct ink_view secret;
    struct ink_view token; /* empty: none */
    struct ink_view region;
    struct ink_view service;
    char day[INK_SIGV4_DATE + 1]; /* that `key` is for; "" at first */
    uint8_t key[INK_SHA256_LEN];
};

/* Appends the Authorization header's value. The request's headers are all signed, so hand in those that matter and that no
 * proxy changes: host, x-amz-date, x-amz-content-sha256, x-amz-security-token, ... */
INK_NODISCARD ink_status ink_sigv4_authorize(struct ink_sigv4_signer *signer, const struct ink_sigv4_request *request,
                                             struct ink_view time, struct ink_buffer *out, struct ink_error *err);

/* Appends the query of a presigned URL: request->query (if any) and the X-Amz- parameters, X-Amz-Signature last.
 * expires_s: 1..604800. S3 wants UNSIGNED-PAYLOAD as payload_hash here. */
INK_NODISCARD ink_status ink_sigv4_presign(struct ink_sigv4_signer *signer, const struct ink_sigv4_request *request,
                                           struct ink_view time, uint64_t expires_s, struct ink_buffer *out,
                                           struct ink_error *err);

#endif
