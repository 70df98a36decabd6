/* SPDX-License-Identifier: MIT */
#include "cli/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void ink_findings_add(struct ink_findings *findings, enum ink_severity severity, const char *format, ...)
{
    char text[INK_ERROR_TEXT_MAX];
    va_list args;
    findings->errors += severity == INK_FINDING_ERROR;
    if (findings->count == INK_FINDINGS_MAX) {
        findings->left_out++;
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    findings->items[findings->count].severity = severity;
    ink_text_escape(text, strlen(text), findings->items[findings->count].text, INK_ERROR_TEXT_MAX);
    findings->count++;
}
