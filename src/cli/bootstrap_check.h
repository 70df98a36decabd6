/* SPDX-License-Identifier: MIT */
/* bootstrap_check.h - whether the runtime provided.al2023 could start these bytes: a Linux program or a script.
 *
 * What that image has is taken from public.ecr.aws/lambda/provided:al2023: glibc 2.34, libgcc, libstdc++, bash; and from
 * "Building a custom runtime for AWS Lambda" (Lambda Developer Guide): LD_LIBRARY_PATH has /var/task, /var/task/lib. */
#ifndef INK_CLI_BOOTSTRAP_CHECK_H
#define INK_CLI_BOOTSTRAP_CHECK_H

#include "base/view.h"
#include "cli/findings.h"

struct ink_bootstrap {
    /* asked */
    struct ink_view bytes;
    const char *wanted_arch;                       /* "x86_64" or "arm64"; NULL: either */
    bool (*has_file)(void *arg, const char *name); /* whether the zip has a file of that name */
    void *arg;

    /* answered */
    const char *arch; /* "x86_64" or "arm64"; NULL: something else, or a script */
    bool is_script;
    bool is_static; /* a program that needs no shared library */
};

void ink_bootstrap_check(struct ink_bootstrap *b, struct ink_findings *findings);

#endif
