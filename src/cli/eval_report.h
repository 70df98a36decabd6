/* SPDX-License-Identifier: MIT */
/* eval_report.h - what `inkling eval` found, for those who show it: as text (eval.c), as JSON, as a page. */
#ifndef INK_CLI_EVAL_REPORT_H
#define INK_CLI_EVAL_REPORT_H

#include <jansson.h>

#include "base/buffer.h"
#include "cli/evaluation.h"
#include "cli/exhibits.h"

struct ink_eval_report {
    const char *source; /* the folder or TSV, as it was given */
    size_t pictures;
    size_t models;                      /* at least 1 */
    struct ink_evaluation *evaluations; /* [models] */
    struct ink_summary *summaries;      /* [models] */
};

/* docs/json.md; NULL when out of memory. The caller frees it. */
json_t *ink_eval_json(const struct ink_eval_report *report);

/* Appends one self-contained HTML page: no script, no other file. Everything from outside is escaped. wall_ms: when it was
 * made (ink_clock_wall_ms). out->failed: it is over out's cap, or memory ran out. */
void ink_eval_html(const struct ink_eval_report *report, const struct ink_exhibits *exhibits, int64_t wall_ms,
                   struct ink_buffer *out);

#endif
