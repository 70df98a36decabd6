/* SPDX-License-Identifier: MIT */
/* auth.h - whether a request was signed by the holder of the key: SigV4 in the Authorization header or in the URL.
 *
 *   begin(headers)  ->  data and chunk and trailer, as the body comes  ->  end
 *
 * There is one key pair and nothing is allowed without it. What the signature covers is held against what came: the
 * headers named in SignedHeaders, every x-amz- header among them (as S3 demands), the body's hash or that of each chunk.
 * Any region is accepted, and any service: the caller looks at claim.scope. */
#ifndef INK_LOCAL_AUTH_H
#define INK_LOCAL_AUTH_H

#include "aws/sigv4.h"
#include "local/http_server.h"
#include "local/refusal.h"
#include "local/uri.h"

enum {
    INK_AUTH_SKEW_MS = 15 * 60 * 1000,
    INK_AUTH_UNHASHED_MAX = 64 * 1024 * 1024, /* of a body whose hash the headers do not tell */
};

struct ink_auth_keys {
    const char *access_key;
    const char *secret;
};

enum ink_auth_body {
    INK_AUTH_HASHED,          /* x-amz-content-sha256 has the hash of the whole body */
    INK_AUTH_UNSIGNED,        /* UNSIGNED-PAYLOAD */
    INK_AUTH_UNHASHED,        /* no x-amz-content-sha256: the signature can be checked when the body is in */
    INK_AUTH_SIGNED_CHUNKS,   /* aws-chunked, each chunk signed */
    INK_AUTH_UNSIGNED_CHUNKS, /* aws-chunked, with a trailer */
};

struct ink_auth {
    const struct ink_auth_keys *keys;
    const struct ink_http_request *http;
    const struct ink_uri *uri;
    struct ink_sigv4_claim claim;
    struct ink_buffer decoded_query; /* that the claim of a presigned URL points into */
    enum ink_auth_body body;
    bool presigned;
    bool trailer; /* the trailer is signed as well */
    char time[INK_SIGV4_TIME + 1];
    char hash[INK_SIGV4_HEX + 1]; /* that the client said */
    uint64_t bytes;               /* of the body, so far */
    uint8_t key[INK_SHA256_LEN];
    char previous[INK_SIGV4_HEX + 1]; /* the signature before the next chunk's */
    struct ink_sha256 sha;            /* of the body, or of the chunk */
    struct ink_sha256 trailer_sha;
    char trailer_signature[INK_SIGV4_HEX + 1];
};

/* All return false with *refusal filled. http and uri are borrowed until cleanup; what refusal says lies in http's arena.
 * After begin, whatever it returned, cleanup is due once; zeroed is allowed there. */
bool ink_auth_begin(struct ink_auth *auth, const struct ink_auth_keys *keys, const struct ink_http_request *http,
                    const struct ink_uri *uri, int64_t now_ms, struct ink_refusal *refusal);

/* Bytes of the body; of aws-chunked ones, those inside the chunks. */
bool ink_auth_data(struct ink_auth *auth, struct ink_view bytes, struct ink_refusal *refusal);
bool ink_auth_chunk(struct ink_auth *auth, struct ink_view signature, struct ink_refusal *refusal);
void ink_auth_trailer(struct ink_auth *auth, struct ink_view name, struct ink_view value);

/* The body is in. */
bool ink_auth_end(struct ink_auth *auth, struct ink_refusal *refusal);

void ink_auth_cleanup(struct ink_auth *auth);

#endif
