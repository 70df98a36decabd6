/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

/* 0..63; over that: no digit. */
static uint32_t value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26u;
    if (c >= '0' && c <= '9') return c - '0' + 52u;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

bool ink_base64_decode(struct ink_view text, uint8_t *out, size_t *len)
{
    *len = 0;
    if (text.len % 4) return false;
    size_t digits = text.len;
    for (int pads = 0; pads < 2 && digits && text.data[digits - 1] == '='; pads++) digits--;
    uint32_t group = 0;
    for (size_t i = 0; i < digits; i++) {
        uint32_t value = value_of(text.data[i]);
        if (value > 63) return false;
        group = group << 6 | value;
        /* a byte is whole with the second, third and fourth digit */
        if (i % 4) out[(*len)++] = (uint8_t)(group >> (6 - 2 * (i % 4)));
    }
    return true;
}
