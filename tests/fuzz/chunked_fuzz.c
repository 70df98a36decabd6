/* SPDX-License-Identifier: MIT */
/* aws-chunked bodies: cut into pieces anywhere, the decoder must say the same; it gives out no more than it took in. */
#include <stdlib.h>

#include "fuzz.h"
#include "local/chunked.h"

struct heard {
    size_t bytes;
    uint64_t hash;
};

static void hear(struct heard *heard, struct ink_view bytes)
{
    heard->bytes += bytes.len;
    for (size_t i = 0; i < bytes.len; i++) heard->hash = (heard->hash ^ bytes.data[i]) * 1099511628211u;
}

static ink_status on_data(void *self, struct ink_view bytes, struct ink_error *err)
{
    hear(self, bytes);
    return INK_OK;
}

static ink_status on_trailer(void *self, struct ink_view name, struct ink_view value, struct ink_error *err)
{
    hear(self, name);
    hear(self, value);
    return INK_OK;
}

static ink_status decode(const uint8_t *data, size_t len, size_t step, struct heard *heard, bool *done)
{
    const struct ink_chunked_sink sink = {heard, on_data, on_data, on_trailer};
    struct ink_chunked decoder;
    ink_status st = INK_OK;
    ink_chunked_init(&decoder, &sink);
    for (size_t at = 0; at < len && !st; at += step)
        st = ink_chunked_feed(&decoder, ink_view_of(data + at, len - at < step ? len - at : step), NULL);
    *done = ink_chunked_done(&decoder);
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct heard whole = {0}, pieces = {0};
    bool whole_done, pieces_done;
    ink_status st = decode(data, len, len + 1, &whole, &whole_done);
    ink_status again = decode(data, len, len ? data[0] % 7 + 1 : 1, &pieces, &pieces_done);
    if (st != again || whole_done != pieces_done || whole.bytes > len) abort();
    if (whole.bytes != pieces.bytes || whole.hash != pieces.hash) abort();
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const char *const seeds[] = {
        "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
        "5;chunk-signature=0123456789abcdef\r\nhello\r\n0;chunk-signature=0123456789abcdef\r\n\r\n",
        "5;chunk-signature=01\r\nhello\r\n0;chunk-signature=23\r\na:NhCmhg==\r\nx-amz-trailer-signature:45\r\n\r\n",
        "0\r\n\r\n",
    };
    if (index >= sizeof seeds / sizeof *seeds) return false;
    return ink_buffer_text(out, seeds[index]) == INK_OK;
}
