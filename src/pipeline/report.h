/* SPDX-License-Identifier: MIT */
/* report.h - what an uploaded model is told about itself: usable or not and why, inputs, outputs, operators, size, cost,
 * and how a picture is shown to it. NAME.report.txt and NAME.report.json (docs/json.md). */
#ifndef INK_PIPELINE_REPORT_H
#define INK_PIPELINE_REPORT_H

#include "base/buffer.h"
#include "pipeline/classifier.h"

struct ink_report_subject {
    const char *model_key; /* or a path */
    const char *model_etag;
    const char *settings_etag;
    size_t file_bytes;
    const char *const *missing; /* keys of weights that are not there */
    size_t missing_count;
};

/* Appends the report for people. */
void ink_report_text(const struct ink_classifier *classifier, const struct ink_report_subject *subject,
                     struct ink_buffer *out);

/* Appends the same as JSON: one object, indented, a newline at its end. INK_E_OOM. */
INK_NODISCARD ink_status ink_report_json(const struct ink_classifier *classifier,
                                         const struct ink_report_subject *subject, struct ink_buffer *out,
                                         struct ink_error *err);

#endif
