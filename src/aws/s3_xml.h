/* SPDX-License-Identifier: MIT */
/* s3_xml.h - the two XML documents that S3 answers with: an error, and a page of a listing. Hostile bytes; thread-safe. */
#ifndef INK_AWS_S3_XML_H
#define INK_AWS_S3_XML_H

#include "aws/s3.h"

enum { INK_S3_MESSAGE_MAX = 255 };

struct ink_s3_fault {
    char code[INK_S3_CODE_MAX + 1]; /* "" when the bytes hold no error */
    char message[INK_S3_MESSAGE_MAX + 1];
    char region[64]; /* where the bucket is, when that is what was wrong */
};

/* Never fails: what is no error document gives empty texts. */
void ink_s3_read_fault(struct ink_view xml, struct ink_s3_fault *out);

/* Fills items, item_count and token of the call, from a ListBucketResult with encoding-type=url; all of it lives in the
 * call's arena. INK_E_FORMAT when it is no such document, INK_E_OOM. */
INK_NODISCARD ink_status ink_s3_read_listing(struct ink_view xml, struct ink_s3_call *call, struct ink_error *err);

#endif
