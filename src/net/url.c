/* SPDX-License-Identifier: MIT */
#include "net/url.h"

#include "base/text.h"

static bool starts_with(const char *text, const char *start)
{
    for (; *start; text++, start++)
        if (ink_text_lower(*text) != *start) return false;
    return true;
}

static bool host_char(char c, bool ipv6)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    return letter || c == '.' || (ipv6 ? c == ':' || c == '%' : c == '-' || c == '_');
}

static bool take_host(const char *text, size_t len, bool ipv6, struct ink_origin *origin)
{
    if (len == 0 || len > INK_HOST_MAX) return false;
    for (size_t i = 0; i < len; i++) {
        origin->host[i] = ink_text_lower(text[i]);
        if (!host_char(origin->host[i], ipv6)) return false;
    }
    origin->host[len] = '\0';
    return true;
}

ink_status ink_url_parse(const char *text, struct ink_origin *origin, const char **path, size_t *path_len,
                         struct ink_error *err)
{
    const char *at = text;
    *origin = (struct ink_origin){0};
    if (starts_with(text, "https://")) {
        origin->tls = true;
        at += 8;
    } else if (starts_with(text, "http://")) {
        at += 7;
    } else if (strstr(text, "://")) {
        return ink_fail(err, INK_E_FORMAT, "%.200s: not an http:// or https:// URL", text);
    }

    size_t authority = strcspn(at, "/?#");
    const char *rest = at + authority;
    if (strpbrk(rest, "?#")) return ink_fail(err, INK_E_FORMAT, "%.200s: an endpoint has no '?' or '#'", text);

    bool ipv6 = *at == '[';
    const char *host = ipv6 ? at + 1 : at;
    size_t host_len = strcspn(host, ipv6 ? "]/" : ":/");
    if (!take_host(host, host_len, ipv6, origin))
        return ink_fail(err, INK_E_FORMAT, "%.200s: has no host, or one with characters that a host cannot have", text);

    const char *port = host + host_len;
    if (ipv6 && *port++ != ']') return ink_fail(err, INK_E_FORMAT, "%.200s: the ']' is missing", text);
    uint64_t number = origin->tls ? 443 : 80;
    if (port < rest) {
        struct ink_view digits = ink_view_of(port + 1, (size_t)(rest - port) - 1);
        if (*port != ':' || !ink_text_u64(digits, 65535, &number) || number == 0)
            return ink_fail(err, INK_E_FORMAT, "%.200s: the port is not a number from 1 to 65535", text);
    }
    origin->port = (uint16_t)number;
    *path = rest;
    *path_len = strlen(rest);
    while (*path_len && rest[*path_len - 1] == '/') --*path_len;
    return INK_OK;
}

bool ink_origin_equal(const struct ink_origin *a, const struct ink_origin *b)
{
    return a->tls == b->tls && a->port == b->port && strcmp(a->host, b->host) == 0;
}

void ink_origin_host_header(const struct ink_origin *origin, struct ink_buffer *out)
{
    bool ipv6 = strchr(origin->host, ':') != NULL;
    ink_buffer_printf(out, ipv6 ? "[%s]" : "%s", origin->host);
    if (origin->port != (origin->tls ? 443 : 80)) ink_buffer_printf(out, ":%u", origin->port);
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that text starts with, decoded; *step: how many characters it took. */
static uint8_t decoded(struct ink_view text, size_t *step)
{
    *step = 1;
    if (text.data[0] != '%' || text.len < 3) return text.data[0];
    int high = hex_value(text.data[1]), low = hex_value(text.data[2]);
    if (high < 0 || low < 0) return '%';
    *step = 3;
    return (uint8_t)(high << 4 | low);
}

static void encode_byte(uint8_t c, bool keep_slash, struct ink_buffer *out)
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t lower = c | 0x20;
    bool plain =
        (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain || (c == '/' && keep_slash))
        ink_buffer_append(out, &c, 1);
    else
        ink_buffer_append(out, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
}

void ink_url_encode(struct ink_view text, bool keep_slash, struct ink_buffer *out)
{
    for (size_t i = 0; i < text.len; i++) encode_byte(text.data[i], keep_slash, out);
}

void ink_url_recode(struct ink_view text, bool keep_slash, struct ink_buffer *out)
{
    for (size_t i = 0, step; i < text.len; i += step)
        encode_byte(decoded(ink_view_of(text.data + i, text.len - i), &step), keep_slash, out);
}

void ink_url_decode(struct ink_view text, bool plus_is_space, struct ink_buffer *out)
{
    for (size_t i = 0, step; i < text.len; i += step) {
        uint8_t c = decoded(ink_view_of(text.data + i, text.len - i), &step);
        if (plus_is_space && step == 1 && c == '+') c = ' ';
        ink_buffer_append(out, &c, 1);
    }
}
