/* SPDX-License-Identifier: MIT */
#include "local/chunked.h"

#include "base/text.h"

enum state { SIZE_LINE, DATA, DATA_END, TRAILER_LINE, DONE };

void ink_chunked_init(struct ink_chunked *decoder, const struct ink_chunked_sink *sink)
{
    memset(decoder, 0, sizeof *decoder);
    decoder->sink = *sink;
    decoder->state = SIZE_LINE;
}

bool ink_chunked_done(const struct ink_chunked *decoder)
{
    return decoder->state == DONE;
}

static int hex_digit(char c)
{
    c = ink_text_lower(c);
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct ink_view trimmed(const char *text, size_t len)
{
    while (len > 0 && (*text == ' ' || *text == '\t')) text++, len--;
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) len--;
    return ink_view_of(text, len);
}

/* "1f;chunk-signature=..." -> left, signature. Other extensions are skipped, as RFC 9112 7.1.1 asks. */
static ink_status take_size(struct ink_chunked *d, struct ink_error *err)
{
    static const char key[] = "chunk-signature=";
    uint64_t size = 0;
    size_t i = 0;
    for (int digit; i < d->line_len && (digit = hex_digit(d->line[i])) >= 0; i++) {
        if (size >> 59) return ink_fail(err, INK_E_FORMAT, "aws-chunked: a chunk size is over 2^63");
        size = size << 4 | (uint64_t)digit;
    }
    if (i == 0) return ink_fail(err, INK_E_FORMAT, "aws-chunked: a chunk does not start with its size in hex");
    d->signature_len = 0;
    while (i < d->line_len) {
        if (d->line[i] != ';') return ink_fail(err, INK_E_FORMAT, "aws-chunked: junk behind a chunk size");
        const char *from = d->line + ++i;
        const char *end = memchr(from, ';', d->line_len - i);
        size_t len = end ? (size_t)(end - from) : d->line_len - i;
        if (len >= sizeof key - 1 && memcmp(from, key, sizeof key - 1) == 0) {
            d->signature_len = len - (sizeof key - 1);
            if (d->signature_len > sizeof d->signature)
                return ink_fail(err, INK_E_FORMAT, "aws-chunked: a chunk signature is too long");
            memcpy(d->signature, from + sizeof key - 1, d->signature_len);
        }
        i += len;
    }
    d->left = size;
    return INK_OK;
}

static ink_status end_chunk(struct ink_chunked *d, struct ink_error *err)
{
    return d->sink.chunk ? d->sink.chunk(d->sink.self, ink_view_of(d->signature, d->signature_len), err) : INK_OK;
}

static ink_status on_size_line(struct ink_chunked *d, struct ink_error *err)
{
    ink_status st = take_size(d, err);
    if (st) return st;
    d->state = d->left ? DATA : TRAILER_LINE;
    return d->left ? INK_OK : end_chunk(d, err);
}

static ink_status on_trailer_line(struct ink_chunked *d, struct ink_error *err)
{
    if (d->line_len == 0) {
        d->state = DONE;
        return INK_OK;
    }
    const char *colon = memchr(d->line, ':', d->line_len);
    if (!colon || colon == d->line) return ink_fail(err, INK_E_FORMAT, "aws-chunked: a trailer has no name");
    if (++d->trailers > INK_CHUNKED_TRAILERS_MAX) return ink_fail(err, INK_E_LIMIT, "aws-chunked: too many trailers");
    struct ink_view name = ink_view_of(d->line, (size_t)(colon - d->line));
    struct ink_view value = trimmed(colon + 1, d->line_len - name.len - 1);
    return d->sink.trailer ? d->sink.trailer(d->sink.self, name, value, err) : INK_OK;
}

static ink_status on_line(struct ink_chunked *d, struct ink_error *err)
{
    if (d->state == SIZE_LINE) return on_size_line(d, err);
    if (d->state == TRAILER_LINE) return on_trailer_line(d, err);
    if (d->line_len) return ink_fail(err, INK_E_FORMAT, "aws-chunked: a chunk is longer than its size says");
    d->state = SIZE_LINE;
    return end_chunk(d, err);
}

/* Collects up to the line's end; *used is how much of the piece that took. */
static ink_status take_line(struct ink_chunked *d, struct ink_view piece, size_t *used, struct ink_error *err)
{
    const uint8_t *end = memchr(piece.data, '\n', piece.len);
    size_t len = end ? (size_t)(end - piece.data) : piece.len;
    if (len > sizeof d->line - d->line_len) return ink_fail(err, INK_E_LIMIT, "aws-chunked: a line does not end");
    memcpy(d->line + d->line_len, piece.data, len);
    d->line_len += len;
    *used = end ? len + 1 : len;
    if (!end) return INK_OK;
    if (d->line_len == 0 || d->line[d->line_len - 1] != '\r')
        return ink_fail(err, INK_E_FORMAT, "aws-chunked: a line ends without a carriage return");
    d->line_len--;
    ink_status st = on_line(d, err);
    d->line_len = 0;
    return st;
}

static ink_status take_data(struct ink_chunked *d, struct ink_view piece, size_t *used, struct ink_error *err)
{
    *used = piece.len < d->left ? piece.len : (size_t)d->left;
    d->left -= *used;
    d->total += *used;
    if (d->left == 0) d->state = DATA_END;
    return d->sink.data(d->sink.self, ink_view_of(piece.data, *used), err);
}

ink_status ink_chunked_feed(struct ink_chunked *d, struct ink_view piece, struct ink_error *err)
{
    while (piece.len > 0) {
        size_t used = 0;
        if (d->state == DONE) return ink_fail(err, INK_E_FORMAT, "aws-chunked: bytes behind the end");
        ink_status st = d->state == DATA ? take_data(d, piece, &used, err) : take_line(d, piece, &used, err);
        if (st) return st;
        piece = ink_view_of(piece.data + used, piece.len - used);
    }
    return INK_OK;
}
