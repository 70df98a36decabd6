/* SPDX-License-Identifier: MIT */
/* zip_check.h - why a zip would not start as a Lambda function, said before it is uploaded.
 *
 * Knows the runtimes `provided.*`, which start /var/task/bootstrap: "Building a custom runtime for AWS Lambda" and
 * "Lambda quotas" (Lambda Developer Guide). One thread. */
#ifndef INK_CLI_ZIP_CHECK_H
#define INK_CLI_ZIP_CHECK_H

#include "cli/bootstrap_check.h"
#include "cli/findings.h"

struct ink_zip_report {
    struct ink_findings findings;
    uint64_t files, unpacked_bytes;
    bool has_bootstrap;
    struct ink_bootstrap bootstrap; /* what it is; its bytes are no longer there */
};

/* Looks at a whole zip. Findings are the result, whatever the bytes are: nothing fails but memory.
 *
 * arch  what the function will be, "x86_64" or "arm64"; NULL: either
 *
 * Unpacks all of it, 250 MB at most, a file at a time. INK_E_OOM. */
INK_NODISCARD ink_status ink_zip_check(struct ink_view zip, const char *arch, struct ink_zip_report *out,
                                       struct ink_error *err);

#endif
