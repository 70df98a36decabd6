/* SPDX-License-Identifier: MIT */
/* chunked.h - aws-chunked bodies: what an SDK sends when it signs or sums a stream while it goes out.
 *
 *   SIZE[;chunk-signature=HEX]\r\n  data  \r\n          any number of times
 *   0[;chunk-signature=HEX]\r\n
 *   [name:value\r\n ...]                                trailers: x-amz-checksum-*, x-amz-trailer-signature
 *   \r\n
 *
 * This is inside the HTTP body, often within HTTP's own chunks, whose borders mean nothing here: bytes may come in any
 * pieces. Holds one line at most; data goes straight to the sink. (S3 API reference, "Signature calculations ... chunked
 * upload" and "... trailing checksums".) */
#ifndef INK_LOCAL_CHUNKED_H
#define INK_LOCAL_CHUNKED_H

#include "base/status.h"
#include "base/view.h"

enum { INK_CHUNKED_LINE_MAX = 1024, INK_CHUNKED_TRAILERS_MAX = 16 };

/* Where the parts go. Views live for the call. A status other than INK_OK ends the decoding with it. */
struct ink_chunked_sink {
    void *self;
    ink_status (*data)(void *self, struct ink_view bytes, struct ink_error *err);
    /* A chunk is in, the last and empty one too; signature is empty when the chunk had none. */
    ink_status (*chunk)(void *self, struct ink_view signature, struct ink_error *err);
    ink_status (*trailer)(void *self, struct ink_view name, struct ink_view value, struct ink_error *err);
};

struct ink_chunked {
    struct ink_chunked_sink sink;
    int state;
    uint64_t left;  /* data bytes of this chunk still to come */
    uint64_t total; /* data bytes so far */
    unsigned trailers;
    size_t line_len;
    size_t signature_len;
    char line[INK_CHUNKED_LINE_MAX];
    char signature[128];
};

void ink_chunked_init(struct ink_chunked *decoder, const struct ink_chunked_sink *sink);

/* INK_E_FORMAT for what is not aws-chunked, INK_E_LIMIT for lines or trailers without end, or the sink's own status. */
INK_NODISCARD ink_status ink_chunked_feed(struct ink_chunked *decoder, struct ink_view piece, struct ink_error *err);

/* The end was seen; a body that stops before is cut. */
bool ink_chunked_done(const struct ink_chunked *decoder);

#endif
