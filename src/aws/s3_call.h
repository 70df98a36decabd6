/* SPDX-License-Identifier: MIT */
/* s3_call.h - inside the S3 client: one call as a signed request, and what its answer means. */
#ifndef INK_AWS_S3_CALL_H
#define INK_AWS_S3_CALL_H

#include "aws/s3.h"
#include "aws/sigv4.h"

enum { INK_S3_REGION_MAX = 63, INK_S3_HEADERS_MOST = 16, INK_S3_BUCKET_MAX = 255 };

struct ink_s3 {
    struct ink_http_client *http;
    const struct ink_aws_config *config;
    bool custom;              /* not Amazon's: the bucket is in the path of `origin` */
    struct ink_origin origin; /* custom only */
    char base[512];           /* custom only: path before the bucket */
    char moved_bucket[INK_S3_BUCKET_MAX +
                      1]; /* the last bucket that was found in another region than the config's ... */
    char moved_region[INK_S3_REGION_MAX + 1]; /* ... and that region */
    struct ink_sigv4_signer signer;
    char signer_region[INK_S3_REGION_MAX + 1];
    uint64_t random;
};

/* A call on its way; zeroed at first. */
struct ink_s3_way {
    struct ink_s3_call *call;
    bool done;
    bool redirected;
    uint64_t due_us; /* not before */
    /* the request */
    struct ink_http_exchange *exchange;
    struct ink_buffer target, authorization, host;
    struct ink_http_header headers[INK_S3_HEADERS_MOST];
    size_t header_count;
    char sha256[INK_SIGV4_HEX + 1]; /* of the body; "" until it is known */
    char md5[4 * ((INK_MD5_LEN + 2) / 3) + 1];
    char date[INK_SIGV4_TIME + 1];
    char if_match[INK_S3_ETAG_MAX + 3], if_none_match[INK_S3_ETAG_MAX + 3];
    struct ink_error said; /* what S3 answered to an earlier try; status INK_OK: nothing */
    int said_code;
};

const char *ink_s3_method(enum ink_s3_op op);
const char *ink_s3_region(const struct ink_s3 *s3, const char *bucket);

/* Fills way->exchange, signed for now. Borrows from way and call. */
INK_NODISCARD ink_status ink_s3_write(struct ink_s3 *s3, struct ink_s3_way *way, struct ink_error *err);

enum ink_s3_verdict { INK_S3_DONE, INK_S3_AGAIN, INK_S3_MOVED };

/* Takes the answer into the call. AGAIN: status and error are set as for the last try. MOVED: s3 knows the region now. */
enum ink_s3_verdict ink_s3_judge(struct ink_s3 *s3, struct ink_s3_way *way);

void ink_s3_way_cleanup(struct ink_s3_way *way);

#endif
