/* SPDX-License-Identifier: MIT */
#include "ops/case.h"

/* Capitals [first, last]; their small letters are `apart` behind them. 1: capital and small letter by turns. */
static const struct {
    uint16_t first, last, apart;
} capitals[] = {
    {'A', 'Z', 32},       {0x00C0, 0x00D6, 32}, {0x00D8, 0x00DE, 32}, {0x0100, 0x012F, 1},  {0x0132, 0x0137, 1},
    {0x0139, 0x0148, 1},  {0x014A, 0x0177, 1},  {0x0179, 0x017E, 1},  {0x0386, 0x0386, 38}, {0x0388, 0x038A, 37},
    {0x038C, 0x038C, 64}, {0x038E, 0x038F, 63}, {0x0391, 0x03A1, 32}, {0x03A3, 0x03AB, 32}, {0x0400, 0x040F, 80},
    {0x0410, 0x042F, 32}, {0x0460, 0x0481, 1},  {0x048A, 0x04BF, 1},  {0x04C1, 0x04CE, 1},  {0x04D0, 0x052F, 1},
    {0x0531, 0x0556, 48}, {0x1E00, 0x1E95, 1},  {0x1EA0, 0x1EFF, 1},
};

static uint32_t change(uint32_t c, bool upper)
{
    for (size_t i = 0; i < sizeof capitals / sizeof *capitals; i++) {
        uint32_t first = capitals[i].first, last = capitals[i].last, apart = capitals[i].apart;
        if (apart == 1) {
            if (c >= first && c <= last) return first + ((c - first) | 1) - upper;
            continue;
        }
        if (!upper && c >= first && c <= last) return c + apart;
        if (upper && c >= first + apart && c <= last + apart) return c - apart;
    }
    return c;
}

/* Bytes of the letter at the start of a text, of two or three at most; 1 for all else. */
static size_t read_letter(struct ink_view text, uint32_t *c)
{
    const uint8_t *b = text.data;
    *c = b[0];
    if (text.len >= 2 && (b[0] & 0xE0) == 0xC0 && (b[1] & 0xC0) == 0x80) {
        *c = (uint32_t)(b[0] & 0x1F) << 6 | (b[1] & 0x3F);
        return 2;
    }
    if (text.len >= 3 && (b[0] & 0xF0) == 0xE0 && (b[1] & 0xC0) == 0x80 && (b[2] & 0xC0) == 0x80) {
        *c = (uint32_t)(b[0] & 0x0F) << 12 | (uint32_t)(b[1] & 0x3F) << 6 | (b[2] & 0x3F);
        return 3;
    }
    return 1;
}

static void write_letter(uint32_t c, size_t len, uint8_t *out)
{
    if (len == 1) {
        out[0] = (uint8_t)c;
    } else if (len == 2) {
        out[0] = (uint8_t)(0xC0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3F));
    } else {
        out[0] = (uint8_t)(0xE0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (c & 0x3F));
    }
}

/* A byte that is alone and not ASCII is no letter: it must not be taken for one of Latin-1. */
static uint32_t change_read(uint32_t c, size_t len, bool upper)
{
    return len == 1 && c >= 0x80 ? c : change(c, upper);
}

void ink_case_change(struct ink_view text, bool upper, char *out)
{
    for (size_t at = 0, len; at < text.len; at += len) {
        uint32_t c;
        len = read_letter(ink_view_of(text.data + at, text.len - at), &c);
        write_letter(change_read(c, len, upper), len, (uint8_t *)out + at);
    }
}

bool ink_case_equal(struct ink_view a, struct ink_view b)
{
    if (a.len != b.len) return false;
    for (size_t at = 0, len; at < a.len; at += len) {
        uint32_t x, y;
        len = read_letter(ink_view_of(a.data + at, a.len - at), &x);
        if (read_letter(ink_view_of(b.data + at, b.len - at), &y) != len) return false;
        if (change_read(x, len, false) != change_read(y, len, false)) return false;
    }
    return true;
}
