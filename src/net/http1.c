/* SPDX-License-Identifier: MIT */
#include "net/http1.h"

#include <stdio.h>

#include "base/text.h"

enum { LINE_MAX_BYTES = 16 * 1024, RESERVE_MOST = 16 * 1024 * 1024 };

void ink_http1_init(struct ink_http1 *parser, bool no_body, struct ink_buffer *head, struct ink_buffer *body)
{
    *parser = (struct ink_http1){.no_body = no_body, .head = head, .body = body};
    ink_buffer_init(&parser->line, LINE_MAX_BYTES);
}

void ink_http1_cleanup(struct ink_http1 *parser)
{
    ink_buffer_cleanup(&parser->line);
}

const char *ink_http1_header(const struct ink_buffer *head, const char *name)
{
    for (size_t at = 0; at < head->len;) {
        const char *have = (const char *)head->data + at;
        const char *value = have + strlen(have) + 1;
        if (ink_text_equal_nocase(have, name)) return value;
        at = (size_t)(value + strlen(value) + 1 - (const char *)head->data);
    }
    return NULL;
}

/* Whether a comma-separated value holds the word. */
static bool has_word(const char *value, const char *word)
{
    size_t len = strlen(word);
    while (value && *value) {
        value += strspn(value, " \t,");
        size_t have = strcspn(value, " \t,");
        char part[32];
        if (have == len) {
            snprintf(part, sizeof part, "%.*s", (int)have, value);
            if (ink_text_equal_nocase(part, word)) return true;
        }
        value += have;
    }
    return false;
}

/* HTTP/1.1 200 OK */
static ink_status take_status(struct ink_http1 *parser, const char *line, struct ink_error *err)
{
    uint64_t code;
    bool known = strncmp(line, "HTTP/1.", 7) == 0 && (line[7] == '0' || line[7] == '1') && line[8] == ' ';
    if (!known || strlen(line) < 12 || !ink_text_u64(ink_view_of(line + 9, 3), 599, &code) || code < 100 ||
        (line[12] && line[12] != ' '))
        return ink_fail(err, INK_E_FORMAT, "the answer is not HTTP/1.1: it starts with \"%.40s\"", line);
    parser->code = (int)code;
    parser->keep_alive = line[7] == '1';
    parser->state = INK_HTTP1_HEADER;
    return INK_OK;
}

static ink_status take_length(struct ink_http1 *parser, const char *value, struct ink_error *err)
{
    uint64_t length;
    if (!ink_text_u64(ink_view_text(value), UINT64_MAX, &length) || (parser->sized && length != parser->left))
        return ink_fail(err, INK_E_FORMAT, "the answer's Content-Length \"%.40s\" is no single number", value);
    parser->sized = true;
    parser->left = length;
    return INK_OK;
}

static ink_status take_header(struct ink_http1 *parser, char *line, struct ink_error *err)
{
    char *value = strchr(line, ':');
    if (!value || value == line || strcspn(line, " \t") < (size_t)(value - line))
        return ink_fail(err, INK_E_FORMAT, "the answer has a header line without a name: \"%.40s\"", line);
    *value++ = '\0';
    value += strspn(value, " \t");
    for (size_t len = strlen(value); len && (value[len - 1] == ' ' || value[len - 1] == '\t');) value[--len] = '\0';

    if (ink_text_equal_nocase(line, "connection")) {
        if (has_word(value, "close")) parser->keep_alive = false;
        if (has_word(value, "keep-alive")) parser->keep_alive = true;
    }
    if (ink_text_equal_nocase(line, "transfer-encoding")) {
        if (parser->chunked || !ink_text_equal_nocase(value, "chunked"))
            return ink_fail(err, INK_E_FORMAT,
                            "the answer comes in the transfer coding \"%.40s\"; only chunked is known", value);
        parser->chunked = true;
    }
    if (ink_text_equal_nocase(line, "content-length")) {
        ink_status st = take_length(parser, value, err);
        if (st) return st;
    }
    ink_status st = ink_buffer_append(parser->head, line, strlen(line) + 1);
    if (!st) st = ink_buffer_append(parser->head, value, strlen(value) + 1);
    return st ? ink_fail(err, st, "the answer's headers are too long") : INK_OK;
}

static ink_status too_long(const struct ink_http1 *parser, struct ink_error *err)
{
    return ink_fail(err, INK_E_LIMIT, "the answer is longer than the %zu bytes that are allowed",
                    parser->body->cap_bytes);
}

static ink_status end_of_head(struct ink_http1 *parser, struct ink_error *err)
{
    if (parser->code < 200 && parser->code != 101) { /* an interim answer: the real one follows */
        ink_buffer_clear(parser->head);
        parser->chunked = parser->sized = false;
        parser->state = INK_HTTP1_STATUS;
        return INK_OK;
    }
    if (parser->no_body || parser->code == 101 || parser->code == 204 || parser->code == 304) {
        parser->state = INK_HTTP1_DONE;
    } else if (parser->chunked) {
        parser->keep_alive &= !parser->sized; /* two lengths: trust the chunks, but nothing behind them */
        parser->state = INK_HTTP1_SIZE;
    } else if (parser->sized) {
        if (parser->left > parser->body->cap_bytes) return too_long(parser, err);
        size_t room = parser->left < RESERVE_MOST ? (size_t)parser->left : RESERVE_MOST;
        if (room && ink_buffer_reserve(parser->body, room)) return ink_fail(err, INK_E_OOM, "no memory for the answer");
        parser->state = parser->left ? INK_HTTP1_LENGTH : INK_HTTP1_DONE;
    } else {
        parser->keep_alive = false;
        parser->state = INK_HTTP1_CLOSE;
    }
    return INK_OK;
}

/* 1f;name=value */
static ink_status take_size(struct ink_http1 *parser, const char *line, struct ink_error *err)
{
    uint64_t size = 0;
    size_t digits = strspn(line, "0123456789abcdefABCDEF");
    const char *rest = line + digits + strspn(line + digits, " \t");
    if (digits == 0 || digits > 15 || (*rest && *rest != ';'))
        return ink_fail(err, INK_E_FORMAT, "the answer has a chunk without a size: \"%.40s\"", line);
    for (size_t i = 0; i < digits; i++) {
        int c = line[i];
        size = size * 16 + (uint64_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (size > parser->body->cap_bytes - parser->body->len) return too_long(parser, err);
    parser->left = size;
    parser->state = size ? INK_HTTP1_CHUNK : INK_HTTP1_TRAILER;
    return INK_OK;
}

static ink_status take_line(struct ink_http1 *parser, char *line, struct ink_error *err)
{
    switch (parser->state) {
    case INK_HTTP1_STATUS: return take_status(parser, line, err);
    case INK_HTTP1_HEADER: return *line ? take_header(parser, line, err) : end_of_head(parser, err);
    case INK_HTTP1_SIZE: return take_size(parser, line, err);
    case INK_HTTP1_CHUNK_END:
        if (*line) return ink_fail(err, INK_E_FORMAT, "a chunk of the answer is longer than its size says");
        parser->state = INK_HTTP1_SIZE;
        return INK_OK;
    default: /* a trailer's line: nobody asks for these */
        if (!*line) parser->state = INK_HTTP1_DONE;
        return INK_OK;
    }
}

/* Gathers a line; when it is whole, takes it. Returns how many bytes it used. */
static ink_status feed_line(struct ink_http1 *parser, struct ink_view bytes, size_t *used, struct ink_error *err)
{
    const uint8_t *end = memchr(bytes.data, '\n', bytes.len);
    size_t len = end ? (size_t)(end - bytes.data) : bytes.len;
    *used = end ? len + 1 : len;
    parser->head_bytes += *used;
    bool chunk_line = parser->state == INK_HTTP1_SIZE || parser->state == INK_HTTP1_CHUNK_END;
    if (!chunk_line && parser->head_bytes > INK_HTTP1_HEAD_MAX)
        return ink_fail(err, INK_E_LIMIT, "the answer's head is longer than %d bytes", INK_HTTP1_HEAD_MAX);
    ink_status st = ink_buffer_append(&parser->line, bytes.data, len);
    if (st) return ink_fail(err, st, "the answer has a line longer than %d bytes", LINE_MAX_BYTES);
    if (!end) return INK_OK;

    struct ink_buffer *line = &parser->line;
    if (line->len && line->data[line->len - 1] == '\r') line->data[--line->len] = '\0';
    if (line->len && memchr(line->data, 0, line->len))
        return ink_fail(err, INK_E_FORMAT, "the answer's head has a 0 byte in it");
    st = take_line(parser, line->data ? (char *)line->data : (char[]){""}, err);
    ink_buffer_clear(line);
    return st;
}

static ink_status feed_body(struct ink_http1 *parser, struct ink_view bytes, size_t *used, struct ink_error *err)
{
    bool open = parser->state == INK_HTTP1_CLOSE;
    *used = open || bytes.len < parser->left ? bytes.len : (size_t)parser->left;
    ink_status st = ink_buffer_append(parser->body, bytes.data, *used);
    if (st == INK_E_LIMIT) return too_long(parser, err);
    if (st) return ink_fail(err, st, "no memory for the answer");
    if (open) return INK_OK;
    parser->left -= *used;
    if (parser->left == 0) parser->state = parser->state == INK_HTTP1_CHUNK ? INK_HTTP1_CHUNK_END : INK_HTTP1_DONE;
    return INK_OK;
}

ink_status ink_http1_feed(struct ink_http1 *parser, struct ink_view bytes, size_t *used, struct ink_error *err)
{
    *used = 0;
    while (*used < bytes.len && parser->state != INK_HTTP1_DONE) {
        struct ink_view rest = ink_view_of(bytes.data + *used, bytes.len - *used);
        bool body =
            parser->state == INK_HTTP1_LENGTH || parser->state == INK_HTTP1_CLOSE || parser->state == INK_HTTP1_CHUNK;
        size_t step = 0;
        parser->any = true;
        ink_status st = body ? feed_body(parser, rest, &step, err) : feed_line(parser, rest, &step, err);
        if (st) return st;
        *used += step;
    }
    return INK_OK;
}

ink_status ink_http1_end(struct ink_http1 *parser, struct ink_error *err)
{
    if (parser->state == INK_HTTP1_CLOSE) parser->state = INK_HTTP1_DONE;
    if (parser->state == INK_HTTP1_DONE) return INK_OK;
    if (!parser->any) return ink_fail(err, INK_E_NETWORK, "the connection was closed without an answer");
    if (parser->state == INK_HTTP1_LENGTH)
        return ink_fail(err, INK_E_NETWORK, "the connection broke after %zu bytes of the answer, %llu are missing",
                        parser->body->len, (unsigned long long)parser->left);
    return ink_fail(err, INK_E_NETWORK, "the connection broke in the middle of the answer");
}
