/* SPDX-License-Identifier: MIT */
/* known.h - what an earlier report (report.h) found out about a model. Anybody may have written it: it can name one of the
 * conventions that would have been tried, and nothing else. */
#ifndef INK_PIPELINE_KNOWN_H
#define INK_PIPELINE_KNOWN_H

#include <jansson.h>

#include "base/buffer.h"
#include "pipeline/probe.h"

enum { INK_REPORT_BYTES_MAX = 1024 * 1024 };

/* False where the report is no report, of another finder, or does not fit the ETags; *out is then undefined.
 *
 * settings_etag  "" for a model without settings */
bool ink_known_read(struct ink_view report, const char *model_etag, const char *settings_etag, struct ink_finding *out);

/* What a report says of a finding; null where nothing was tried. */
json_t *ink_known_json(const struct ink_finding *finding);

/* Appends as much of a report as ink_known_read wants. INK_E_OOM, INK_E_LIMIT. */
INK_NODISCARD ink_status ink_known_write(const char *model_etag, const char *settings_etag,
                                         const struct ink_finding *finding, struct ink_buffer *out);

#endif
