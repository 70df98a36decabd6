/* SPDX-License-Identifier: MIT */
#define OPENSSL_SUPPRESS_DEPRECATED /* the low-level functions, on purpose: see hash.h */
#include "aws/hash.h"

#include <assert.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <pthread.h>

static_assert(sizeof(SHA256_CTX) <= sizeof(struct ink_sha256), "SHA256_CTX fits");
static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct ink_sha256), "SHA256_CTX is aligned");

void ink_sha256_init(struct ink_sha256 *sha)
{
    SHA256_Init((SHA256_CTX *)(void *)sha);
}

void ink_sha256_update(struct ink_sha256 *sha, struct ink_view bytes)
{
    if (bytes.len) SHA256_Update((SHA256_CTX *)(void *)sha, bytes.data, bytes.len);
}

void ink_sha256_final(struct ink_sha256 *sha, uint8_t out[INK_SHA256_LEN])
{
    SHA256_Final(out, (SHA256_CTX *)(void *)sha);
}

void ink_sha256(struct ink_view bytes, uint8_t out[INK_SHA256_LEN])
{
    struct ink_sha256 sha;
    ink_sha256_init(&sha);
    ink_sha256_update(&sha, bytes);
    ink_sha256_final(&sha, out);
}

/* H((key ^ opad) || H((key ^ ipad) || bytes)), RFC 2104 */
void ink_hmac_sha256(struct ink_view key, struct ink_view bytes, uint8_t out[INK_SHA256_LEN])
{
    uint8_t block[SHA256_CBLOCK] = {0};
    if (key.len > sizeof block)
        ink_sha256(key, block);
    else if (key.len)
        memcpy(block, key.data, key.len);

    struct ink_sha256 sha;
    uint8_t inner[INK_SHA256_LEN];
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36;
    ink_sha256_init(&sha);
    ink_sha256_update(&sha, ink_view_of(block, sizeof block));
    ink_sha256_update(&sha, bytes);
    ink_sha256_final(&sha, inner);

    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5c;
    ink_sha256_init(&sha);
    ink_sha256_update(&sha, ink_view_of(block, sizeof block));
    ink_sha256_update(&sha, ink_view_of(inner, sizeof inner));
    ink_sha256_final(&sha, out);
}

void ink_md5(struct ink_view bytes, uint8_t out[INK_MD5_LEN])
{
    MD5_CTX md5;
    MD5_Init(&md5);
    if (bytes.len) MD5_Update(&md5, bytes.data, bytes.len);
    MD5_Final(out, &md5);
}

void ink_hex(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

void ink_base64(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        unsigned group = (unsigned)bytes[i] << 16;
        if (have > 1) group |= (unsigned)bytes[i + 1] << 8;
        if (have > 2) group |= bytes[i + 2];
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = have > 1 ? digits[group >> 6 & 63] : '=';
        *out++ = have > 2 ? digits[group & 63] : '=';
    }
    *out = '\0';
}

/* Cyclic redundancy checks, bits reflected, all ones before and after: eight bytes a step (Kounavis and Berry 2005,
 * "slicing-by-8"). A 32-bit one runs in the low half of the 64-bit register. */
struct crc {
    uint64_t polynomial; /* reflected */
    pthread_once_t *once;
    void (*fill)(void);
    uint64_t (*table)[256]; /* [8]: [k][b] is byte b followed by k zero bytes */
};

static void fill_table(uint64_t polynomial, uint64_t (*table)[256])
{
    for (unsigned b = 0; b < 256; b++) {
        uint64_t crc = b;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
        table[0][b] = crc;
    }
    for (int k = 1; k < 8; k++)
        for (unsigned b = 0; b < 256; b++) table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 0xFF];
}

#define CRC(name, reflected_polynomial)                                                                                \
    static uint64_t name##_table[8][256];                                                                              \
    static pthread_once_t name##_once = PTHREAD_ONCE_INIT;                                                             \
    static void name##_fill(void)                                                                                      \
    {                                                                                                                  \
        fill_table(reflected_polynomial, name##_table);                                                                \
    }                                                                                                                  \
    static const struct crc name = {reflected_polynomial, &name##_once, name##_fill, name##_table}

CRC(crc32, 0xEDB88320u);                      /* ISO-HDLC, RFC 1952 */
CRC(crc32c, 0x82F63B78u);                     /* Castagnoli, RFC 3720 */
CRC(crc64nvme, UINT64_C(0x9A6C9329AC4BC9B5)); /* NVM Express, 5.2.1.3.4 */

static uint64_t crc_of(const struct crc *crc, struct ink_view bytes, uint64_t ones)
{
    pthread_once(crc->once, crc->fill);
    uint64_t(*table)[256] = crc->table;
    uint64_t value = ones;
    const uint8_t *p = bytes.data, *end = bytes.len ? p + bytes.len : p;
    for (; end - p >= 8; p += 8) {
        uint64_t word;
        memcpy(&word, p, 8); /* little-endian, as both of our CPUs are */
        value ^= word;
        value = table[7][value & 0xFF] ^ table[6][value >> 8 & 0xFF] ^ table[5][value >> 16 & 0xFF] ^
                table[4][value >> 24 & 0xFF] ^ table[3][value >> 32 & 0xFF] ^ table[2][value >> 40 & 0xFF] ^
                table[1][value >> 48 & 0xFF] ^ table[0][value >> 56];
    }
    for (; p < end; p++) value = value >> 8 ^ table[0][(value ^ *p) & 0xFF];
    return value ^ ones;
}

static void put_big_endian(uint64_t value, size_t len, uint8_t *out)
{
    for (size_t i = 0; i < len; i++) out[i] = (uint8_t)(value >> 8 * (len - 1 - i));
}

static void of_crc32(struct ink_view bytes, uint8_t *out)
{
    put_big_endian(crc_of(&crc32, bytes, UINT32_MAX), 4, out);
}

static void of_crc32c(struct ink_view bytes, uint8_t *out)
{
    put_big_endian(crc_of(&crc32c, bytes, UINT32_MAX), 4, out);
}

static void of_crc64nvme(struct ink_view bytes, uint8_t *out)
{
    put_big_endian(crc_of(&crc64nvme, bytes, UINT64_MAX), 8, out);
}

static void of_sha1(struct ink_view bytes, uint8_t *out)
{
    SHA_CTX sha;
    SHA1_Init(&sha);
    if (bytes.len) SHA1_Update(&sha, bytes.data, bytes.len);
    SHA1_Final(out, &sha);
}

const struct ink_checksum ink_checksums[INK_CHECKSUM_COUNT] = {
    {"x-amz-checksum-crc64nvme", 8, of_crc64nvme},
    {"x-amz-checksum-crc32", 4, of_crc32},
    {"x-amz-checksum-crc32c", 4, of_crc32c},
    {"x-amz-checksum-sha1", INK_SHA1_LEN, of_sha1},
    {"x-amz-checksum-sha256", INK_SHA256_LEN, ink_sha256},
};
