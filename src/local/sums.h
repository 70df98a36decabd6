/* SPDX-License-Identifier: MIT */
/* sums.h - the checksums that S3 clients send and ask for: x-amz-checksum-crc32, -crc32c, -crc64nvme, -sha1, -sha256.
 *
 * Values travel as base64 of the big-endian bytes. A multipart object has either the checksum of its parts' checksums
 * with "-N" behind it (COMPOSITE), or, for CRCs, that of the whole, computed from those of the parts (FULL_OBJECT). */
#ifndef INK_LOCAL_SUMS_H
#define INK_LOCAL_SUMS_H

#include "base/status.h"
#include "base/view.h"

enum ink_sum_kind {
    INK_SUM_CRC32,
    INK_SUM_CRC32C,
    INK_SUM_CRC64NVME,
    INK_SUM_SHA1,
    INK_SUM_SHA256,
    INK_SUM_NONE, /* also the number of kinds */
};

enum { INK_SUM_BYTES_MAX = 32, INK_SUM_TEXT_MAX = 44 };

/* What the kind is called: "CRC32", "x-amz-checksum-crc32", "ChecksumCRC32"; and how many bytes it has. */
const char *ink_sum_name(enum ink_sum_kind kind);
const char *ink_sum_header(enum ink_sum_kind kind);
const char *ink_sum_element(enum ink_sum_kind kind);
size_t ink_sum_len(enum ink_sum_kind kind);

/* By its name or header, without regard to case; INK_SUM_NONE when it is neither. */
enum ink_sum_kind ink_sum_find(const char *text);

/* Only CRCs can be put together from those of the parts. */
bool ink_sum_is_crc(enum ink_sum_kind kind);

struct ink_sum {
    enum ink_sum_kind kind;
    uint64_t crc;
    void *digest; /* OpenSSL's state, for the hashes */
};

/* False when there is no memory. Needs one finish or cleanup. kind must not be NONE. */
bool ink_sum_init(struct ink_sum *sum, enum ink_sum_kind kind);
void ink_sum_update(struct ink_sum *sum, struct ink_view bytes);
void ink_sum_finish(struct ink_sum *sum, uint8_t out[INK_SUM_BYTES_MAX]);
void ink_sum_cleanup(struct ink_sum *sum); /* for one that is not finished; zeroed is allowed */

/* first = checksum of A, second = that of B, which is second_len bytes: first becomes that of A followed by B. CRCs only. */
void ink_sum_combine(enum ink_sum_kind kind, uint8_t *first, const uint8_t *second, uint64_t second_len);

#endif
