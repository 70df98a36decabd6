/* SPDX-License-Identifier: MIT */
#include "local/encode.h"

#include <stdio.h>
#include <time.h>

#include "base/base64.h"

bool ink_base64_exactly(const char *text, uint8_t *out, size_t len)
{
    size_t padding = (3 - len % 3) % 3, text_len = (len + 2) / 3 * 4, done;
    /* the padding is looked at first, so that no byte more than len is written */
    if (strlen(text) != text_len || (padding && text[text_len - padding] != '=')) return false;
    return ink_base64_decode(ink_view_text(text), out, &done) && done == len;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool ink_hex_decode(const char *text, uint8_t *out, size_t len)
{
    if (strlen(text) != 2 * len) return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

ink_status ink_percent_decode(struct ink_arena *arena, struct ink_view text, bool plus_is_space, const char **out)
{
    char *plain = ink_arena_alloc(arena, text.len + 1, 1);
    size_t used = 0;
    if (!plain) return INK_E_OOM;
    for (size_t i = 0; i < text.len; i++) {
        char c = (char)text.data[i];
        if (c == '+' && plus_is_space) c = ' ';
        if (c == '%') {
            int high = i + 2 < text.len ? hex_value((char)text.data[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_value((char)text.data[i + 2]) : -1;
            if (high < 0 || low < 0) return INK_E_FORMAT;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0') return INK_E_FORMAT;
        plain[used++] = c;
    }
    plain[used] = '\0';
    *out = plain;
    return INK_OK;
}

static bool stays(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("-_.*/", c);
}

void ink_percent_encode(struct ink_buffer *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == ' ')
            ink_buffer_text(out, "+");
        else if (stays(*c))
            ink_buffer_append(out, c, 1);
        else
            ink_buffer_printf(out, "%%%02X", (unsigned char)*c);
    }
}

static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void ink_http_date(int64_t wall_ms, char out[INK_HTTP_DATE_LEN + 1])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    char text[80];
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday % 7], tm.tm_mday,
             months[tm.tm_mon % 12], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    text[INK_HTTP_DATE_LEN] = '\0';
    memcpy(out, text, INK_HTTP_DATE_LEN + 1);
}

/* The program never calls setlocale, so strptime reads English names. */
static bool parse_as(const char *text, const char *format, const char **rest, int64_t *wall_ms)
{
    struct tm tm = {0};
    *rest = strptime(text, format, &tm);
    if (!*rest) return false;
    *wall_ms = (int64_t)timegm(&tm) * 1000;
    return true;
}

bool ink_date_parse(const char *text, int64_t *wall_ms)
{
    static const char *const formats[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                          "%a %b %d %H:%M:%S %Y", "%Y-%m-%dT%H:%M:%SZ"};
    const char *rest;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (parse_as(text, formats[i], &rest, wall_ms) && *rest == '\0') return true;
    if (!parse_as(text, "%Y-%m-%dT%H:%M:%S", &rest, wall_ms) || *rest != '.') return false;
    rest++;
    size_t digits = strspn(rest, "0123456789");
    return digits >= 1 && digits <= 9 && strcmp(rest + digits, "Z") == 0;
}
