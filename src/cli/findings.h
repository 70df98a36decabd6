/* SPDX-License-Identifier: MIT */
/* findings.h - what stands against a zip, collected: all of it at once, not the first. */
#ifndef INK_CLI_FINDINGS_H
#define INK_CLI_FINDINGS_H

#include "base/status.h"

enum { INK_FINDINGS_MAX = 32 };

enum ink_severity {
    INK_FINDING_ERROR,   /* the function will not start, or the zip not be taken */
    INK_FINDING_WARNING, /* it may not do what is wanted */
};

struct ink_findings {
    struct {
        enum ink_severity severity;
        char text[INK_ERROR_TEXT_MAX]; /* what is wrong, and what to do; one line, escaped */
    } items[INK_FINDINGS_MAX];
    int count;
    int left_out; /* that did not fit */
    int errors;   /* those that were left out among them */
};

void ink_findings_add(struct ink_findings *findings, enum ink_severity severity, const char *format, ...)
    INK_PRINTF(3, 4);

#endif
