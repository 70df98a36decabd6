/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

size_t ink_text_utf8_length(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t need = s[0] < 0x80                   ? 1
                  : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
                  : (s[0] & 0xF0) == 0xE0       ? 3
                  : s[0] >= 0xF0 && s[0] < 0xF5 ? 4
                                                : 0;
    if (need == 0 || need > len) return 0;
    for (size_t i = 1; i < need; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    if (s[0] == 0xE0 && s[1] < 0xA0) return 0;  /* overlong */
    if (s[0] == 0xED && s[1] >= 0xA0) return 0; /* surrogates */
    if (s[0] == 0xF0 && s[1] < 0x90) return 0;  /* overlong */
    if (s[0] == 0xF4 && s[1] >= 0x90) return 0; /* over U+10FFFF */
    return need;
}

size_t ink_text_escape(const char *text, size_t len, char *out, size_t out_cap)
{
    size_t used = 0;
    for (size_t i = 0; i < len;) {
        char piece[8];
        size_t piece_len, step = ink_text_utf8_length(text + i, len - i);
        unsigned char c = (unsigned char)text[i];
        /* U+0080..U+009F are control characters too, and U+2028/2029 break lines */
        bool c1 = step == 2 && c == 0xC2 && (unsigned char)text[i + 1] < 0xA0;
        bool separator =
            step == 3 && c == 0xE2 && (unsigned char)text[i + 1] == 0x80 && ((unsigned char)text[i + 2] & 0xFE) == 0xA8;
        if (step > 1 && !c1 && !separator) {
            memcpy(piece, text + i, step);
            piece_len = step;
        } else if (step == 1 && c >= 0x20 && c != 0x7F && c != '\\') {
            piece[0] = (char)c;
            piece_len = 1;
        } else {
            step = 1;
            if (c == '\n' || c == '\t' || c == '\\') {
                piece[0] = '\\';
                piece[1] = c == '\n' ? 'n' : c == '\t' ? 't' : '\\';
                piece_len = 2;
            } else {
                piece_len = (size_t)snprintf(piece, sizeof piece, "\\x%02x", c);
            }
        }
        if (used + piece_len >= out_cap) break;
        memcpy(out + used, piece, piece_len);
        used += piece_len;
        i += step;
    }
    out[used] = '\0';
    return used;
}

char ink_text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool ink_text_equal_nocase(const char *a, const char *b)
{
    for (; *a && ink_text_lower(*a) == ink_text_lower(*b); a++, b++) {}
    return ink_text_lower(*a) == ink_text_lower(*b);
}

bool ink_text_ends_nocase(const char *text, const char *ending)
{
    size_t text_len = strlen(text), ending_len = strlen(ending);
    return text_len >= ending_len && ink_text_equal_nocase(text + text_len - ending_len, ending);
}

bool ink_text_u64(struct ink_view text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (text.len == 0) return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9 || value > (UINT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *out = value;
    return value <= max;
}
