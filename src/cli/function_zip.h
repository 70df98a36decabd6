/* SPDX-License-Identifier: MIT */
/* function_zip.h - the zip that becomes a Lambda function.
 *
 *   bootstrap [, model.onnx, model.json, model.report.json, weights]  ->  function.zip
 *
 * The same files give the same bytes, whatever their times, owners and order on the disk: a code upload that changes
 * nothing is seen as such by its hash. Sizes that Lambda allows are checked ("Lambda quotas", Lambda Developer Guide). */
#ifndef INK_CLI_FUNCTION_ZIP_H
#define INK_CLI_FUNCTION_ZIP_H

#include <limits.h>

#include "base/buffer.h"

enum {
    INK_ZIP_BYTES_MAX = 50 << 20, /* a zip that is sent in the call itself; by way of S3 only the next one counts */
    INK_UNPACKED_BYTES_MAX = 250 << 20, /* all files of a function together */
    INK_ZIP_PARTS_MAX = 4 + 64          /* bootstrap, model, settings, report, weights */
};

struct ink_function_zip_options {
    const char *arch;  /* "x86_64" or "arm64", as CloudFormation says it; NULL: this machine's */
    const char *model; /* path of a model to go in as model.onnx; NULL: the built-in one answers */
};

/* One file of the zip. */
struct ink_zip_part {
    char name[NAME_MAX + 1];
    uint64_t bytes, zipped_bytes;
};

struct ink_function_zip {
    const char *arch;         /* as in the options, never NULL */
    char bootstrap[PATH_MAX]; /* the program that was taken */
    struct ink_buffer bytes;  /* the zip */
    struct ink_zip_part parts[INK_ZIP_PARTS_MAX];
    int part_count;
};

/* Builds the zip in memory. The program is `bootstrap` beside this one, or `ARCH/bootstrap` there for another processor; it
 * is checked to be a static program for that processor.
 *
 * out  the caller's, large (not for a small stack); filled; ink_function_zip_cleanup in every case
 *
 * INK_E_NOT_FOUND: no such program or model, and how to come by one. INK_E_FORMAT: it is something else. INK_E_MODEL: the
 * model cannot be packaged (its weights are missing). INK_E_LIMIT: over 250 MB unpacked. Takes about a second. */
INK_NODISCARD ink_status ink_function_zip_build(const struct ink_function_zip_options *options,
                                                struct ink_function_zip *out, struct ink_error *err);
void ink_function_zip_cleanup(struct ink_function_zip *zip);

#endif
