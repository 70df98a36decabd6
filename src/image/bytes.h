/* SPDX-License-Identifier: MIT */
/* bytes.h - numbers in the headers of picture files. The caller has checked that the bytes are there. */
#ifndef INK_IMAGE_BYTES_H
#define INK_IMAGE_BYTES_H

#include <stdint.h>

static inline uint32_t ink_le16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t ink_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | (uint32_t)p[1];
}

static inline uint32_t ink_le32(const uint8_t *p)
{
    return ink_le16(p) | ink_le16(p + 2) << 16;
}

static inline uint32_t ink_be32(const uint8_t *p)
{
    return ink_be16(p) << 16 | ink_be16(p + 2);
}

#endif
