/* SPDX-License-Identifier: MIT */
/* integrity.h - the checksums that come with a body: Content-MD5, x-amz-checksum-* as header or trailer.
 *
 * What the client said is held against what came, and kept with the object for those who ask for it on reading. */
#ifndef INK_LOCAL_INTEGRITY_H
#define INK_LOCAL_INTEGRITY_H

#include "local/http_server.h"
#include "local/refusal.h"
#include "local/sums.h"

struct ink_integrity {
    bool has_md5;
    uint8_t md5[16];
    enum ink_sum_kind kind; /* INK_SUM_NONE: no checksum came */
    bool in_trailer;        /* its value comes behind the body */
    char want[INK_SUM_TEXT_MAX + 1];
    char value[INK_SUM_TEXT_MAX + 1]; /* base64 of what was computed; after end */
    struct ink_sum sum;
};

/* Reads the headers. False with *refusal filled when they contradict each other or are not checksums. Cleanup is due once
 * afterwards, whatever this returned. */
bool ink_integrity_begin(struct ink_integrity *integrity, const struct ink_http_request *http,
                         struct ink_refusal *refusal);

void ink_integrity_data(struct ink_integrity *integrity, struct ink_view bytes);

/* A trailer of aws-chunked. */
bool ink_integrity_trailer(struct ink_integrity *integrity, struct ink_view name, struct ink_view value,
                           struct ink_refusal *refusal);

/* The body is in; md5 is that of what came, looked at when has_md5. */
bool ink_integrity_end(struct ink_integrity *integrity, const uint8_t md5[16], struct ink_arena *arena,
                       struct ink_refusal *refusal);

void ink_integrity_cleanup(struct ink_integrity *integrity);

#endif
