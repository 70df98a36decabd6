/* SPDX-License-Identifier: MIT */
#include "local/sums.h"

#include <openssl/evp.h>
#include <pthread.h>

#include "base/text.h"

/* All three CRCs are of the reflected kind, start from all ones and are inverted at the end; they differ in width and
 * polynomial. The polynomials are written bit-reversed, as the register has them. */
static const struct kind {
    const char *name, *header, *element;
    size_t len;
    uint64_t polynomial;           /* 0: a hash */
    const EVP_MD *(*digest)(void); /* NULL: a CRC */
} kinds[] = {
    [INK_SUM_CRC32] = {"CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", 4, 0xEDB88320, NULL},
    [INK_SUM_CRC32C] = {"CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", 4, 0x82F63B78, NULL},
    [INK_SUM_CRC64NVME] = {"CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", 8, 0x9A6C9329AC4BC9B5, NULL},
    [INK_SUM_SHA1] = {"SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", 20, 0, EVP_sha1},
    [INK_SUM_SHA256] = {"SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", 32, 0, EVP_sha256},
};

enum { CRC_KINDS = INK_SUM_CRC64NVME + 1, SLICES = 8 };

/* tables[kind][k][b]: what the byte b does to the register when k more bytes follow it. Eight bytes a step. */
static uint64_t tables[CRC_KINDS][SLICES][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
    for (int kind = 0; kind < CRC_KINDS; kind++) {
        for (unsigned b = 0; b < 256; b++) {
            uint64_t r = b;
            for (int bit = 0; bit < 8; bit++) r = r & 1 ? r >> 1 ^ kinds[kind].polynomial : r >> 1;
            tables[kind][0][b] = r;
        }
        for (int k = 1; k < SLICES; k++)
            for (unsigned b = 0; b < 256; b++) {
                uint64_t r = tables[kind][k - 1][b];
                tables[kind][k][b] = r >> 8 ^ tables[kind][0][r & 255];
            }
    }
}

static uint64_t ones(enum ink_sum_kind kind)
{
    return kinds[kind].len == 8 ? UINT64_MAX : UINT32_MAX;
}

static uint64_t load_le64(const uint8_t *p)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | p[i];
    return value;
}

static uint64_t crc_update(enum ink_sum_kind kind, uint64_t crc, const uint8_t *p, size_t len)
{
    const uint64_t(*t)[256] = tables[kind];
    for (; len >= 8; p += 8, len -= 8) {
        uint64_t x = crc ^ load_le64(p);
        crc = t[7][x & 255] ^ t[6][x >> 8 & 255] ^ t[5][x >> 16 & 255] ^ t[4][x >> 24 & 255] ^ t[3][x >> 32 & 255] ^
              t[2][x >> 40 & 255] ^ t[1][x >> 48 & 255] ^ t[0][x >> 56];
    }
    for (; len > 0; p++, len--) crc = crc >> 8 ^ t[0][(crc ^ *p) & 255];
    return crc;
}

const char *ink_sum_name(enum ink_sum_kind kind)
{
    return kinds[kind].name;
}

const char *ink_sum_header(enum ink_sum_kind kind)
{
    return kinds[kind].header;
}

const char *ink_sum_element(enum ink_sum_kind kind)
{
    return kinds[kind].element;
}

size_t ink_sum_len(enum ink_sum_kind kind)
{
    return kinds[kind].len;
}

bool ink_sum_is_crc(enum ink_sum_kind kind)
{
    return kinds[kind].digest == NULL;
}

enum ink_sum_kind ink_sum_find(const char *text)
{
    int kind = 0;
    while (kind < INK_SUM_NONE && !ink_text_equal_nocase(text, kinds[kind].name) &&
           !ink_text_equal_nocase(text, kinds[kind].header))
        kind++;
    return (enum ink_sum_kind)kind;
}

bool ink_sum_init(struct ink_sum *sum, enum ink_sum_kind kind)
{
    *sum = (struct ink_sum){.kind = kind, .crc = ones(kind)};
    if (ink_sum_is_crc(kind)) return pthread_once(&tables_once, make_tables) == 0;
    sum->digest = EVP_MD_CTX_new();
    if (sum->digest && EVP_DigestInit_ex(sum->digest, kinds[kind].digest(), NULL)) return true;
    ink_sum_cleanup(sum);
    return false;
}

void ink_sum_update(struct ink_sum *sum, struct ink_view bytes)
{
    if (sum->digest)
        EVP_DigestUpdate(sum->digest, bytes.data, bytes.len);
    else
        sum->crc = crc_update(sum->kind, sum->crc, bytes.data, bytes.len);
}

static void store_be(uint8_t *out, uint64_t value, size_t len)
{
    for (size_t i = 0; i < len; i++) out[i] = (uint8_t)(value >> 8 * (len - 1 - i));
}

static uint64_t load_be(const uint8_t *bytes, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) value = value << 8 | bytes[i];
    return value;
}

void ink_sum_finish(struct ink_sum *sum, uint8_t out[INK_SUM_BYTES_MAX])
{
    if (sum->digest)
        EVP_DigestFinal_ex(sum->digest, out, NULL);
    else
        store_be(out, sum->crc ^ ones(sum->kind), kinds[sum->kind].len);
    ink_sum_cleanup(sum);
}

void ink_sum_cleanup(struct ink_sum *sum)
{
    EVP_MD_CTX_free(sum->digest);
    sum->digest = NULL;
}

/* The product of two polynomials over GF(2), modulo the kind's; bit-reversed like the register, so the top bit is x^0. */
static uint64_t multiply(enum ink_sum_kind kind, uint64_t a, uint64_t b)
{
    uint64_t product = 0, top = (ones(kind) >> 1) + 1;
    for (uint64_t m = top; m; m >>= 1) {
        if (a & m) product ^= b;
        b = b & 1 ? b >> 1 ^ kinds[kind].polynomial : b >> 1;
    }
    return product;
}

/* Appending n zero bits multiplies a CRC by x^n; the all-ones at start and end cancel out. */
void ink_sum_combine(enum ink_sum_kind kind, uint8_t *first, const uint8_t *second, uint64_t second_len)
{
    size_t len = kinds[kind].len;
    uint64_t shift = (ones(kind) >> 1) + 1; /* x^0 */
    uint64_t power = shift >> 8;            /* x^8: one byte */
    for (uint64_t n = second_len; n; n >>= 1) {
        if (n & 1) shift = multiply(kind, shift, power);
        power = multiply(kind, power, power);
    }
    store_be(first, multiply(kind, shift, load_be(first, len)) ^ load_be(second, len), len);
}
