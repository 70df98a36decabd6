/* SPDX-License-Identifier: MIT */
/* checksum.h - the checksums that S3 clients send and ask for: x-amz-checksum-crc32, -crc32c, -crc64nvme, -sha1, -sha256.
 *
 * Values travel as base64 of the big-endian bytes. A multipart object has either the checksum of its parts' checksums
 * with "-N" behind it (COMPOSITE), or, for CRCs, that of the whole, computed from those of the parts (FULL_OBJECT). */
#ifndef INK_LOCAL_CHECKSUM_H
#define INK_LOCAL_CHECKSUM_H

#include "base/status.h"
#include "base/view.h"

enum ink_checksum_kind {
    INK_CHECKSUM_CRC32,
    INK_CHECKSUM_CRC32C,
    INK_CHECKSUM_CRC64NVME,
    INK_CHECKSUM_SHA1,
    INK_CHECKSUM_SHA256,
    INK_CHECKSUM_NONE, /* also the number of kinds */
};

enum { INK_CHECKSUM_BYTES_MAX = 32, INK_CHECKSUM_TEXT_MAX = 44 };

/* What the kind is called: "CRC32", "x-amz-checksum-crc32", "ChecksumCRC32"; and how many bytes it has. */
const char *ink_checksum_name(enum ink_checksum_kind kind);
const char *ink_checksum_header(enum ink_checksum_kind kind);
const char *ink_checksum_element(enum ink_checksum_kind kind);
size_t ink_checksum_len(enum ink_checksum_kind kind);

/* By its name or header, without regard to case; INK_CHECKSUM_NONE when it is neither. */
enum ink_checksum_kind ink_checksum_find(const char *text);

/* Only CRCs can be put together from those of the parts. */
bool ink_checksum_is_crc(enum ink_checksum_kind kind);

struct ink_checksum {
    enum ink_checksum_kind kind;
    uint64_t crc;
    void *digest; /* OpenSSL's state, for the hashes */
};

/* False when there is no memory. Needs one finish or cleanup. kind must not be NONE. */
bool ink_checksum_init(struct ink_checksum *sum, enum ink_checksum_kind kind);
void ink_checksum_update(struct ink_checksum *sum, struct ink_view bytes);
void ink_checksum_finish(struct ink_checksum *sum, uint8_t out[INK_CHECKSUM_BYTES_MAX]);
void ink_checksum_cleanup(struct ink_checksum *sum); /* for one that is not finished; zeroed is allowed */

/* first = checksum of A, second = that of B, which is second_len bytes: first becomes that of A followed by B. CRCs only. */
void ink_checksum_combine(enum ink_checksum_kind kind, uint8_t *first, const uint8_t *second, uint64_t second_len);

#endif
