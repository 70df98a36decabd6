/* SPDX-License-Identifier: MIT */
/* hash.h - the hashes and checksums that S3 and SigV4 use. All thread-safe.
 *
 * SHA-256 and MD5 are OpenSSL's low-level functions: the EVP ones first load a provider, which costs more than a
 * millisecond at start and is not needed for plain HTTP. */
#ifndef INK_AWS_HASH_H
#define INK_AWS_HASH_H

#include "base/view.h"

enum { INK_SHA256_LEN = 32, INK_SHA1_LEN = 20, INK_MD5_LEN = 16, INK_CHECKSUM_LEN_MAX = 32 };

struct ink_sha256 {
    uint64_t state[16]; /* OpenSSL's SHA256_CTX, kept out of this header */
};

void ink_sha256_init(struct ink_sha256 *sha);
void ink_sha256_update(struct ink_sha256 *sha, struct ink_view bytes);
void ink_sha256_final(struct ink_sha256 *sha, uint8_t out[INK_SHA256_LEN]);

void ink_sha256(struct ink_view bytes, uint8_t out[INK_SHA256_LEN]);
void ink_hmac_sha256(struct ink_view key, struct ink_view bytes, uint8_t out[INK_SHA256_LEN]);
void ink_md5(struct ink_view bytes, uint8_t out[INK_MD5_LEN]);

/* out: 2 * len + 1 bytes, lower case, NUL-terminated */
void ink_hex(const uint8_t *bytes, size_t len, char *out);
/* out: 4 * ((len + 2) / 3) + 1 bytes, NUL-terminated */
void ink_base64(const uint8_t *bytes, size_t len, char *out);

/* The checksums that S3 keeps with an object: one row each. */
struct ink_checksum {
    const char *header; /* x-amz-checksum-crc32 */
    size_t len;         /* of the value, before base64 */
    /* out: len bytes, big-endian as S3 writes them */
    void (*of)(struct ink_view bytes, uint8_t *out);
};

enum { INK_CHECKSUM_COUNT = 5 };
extern const struct ink_checksum ink_checksums[INK_CHECKSUM_COUNT];

#endif
