/* SPDX-License-Identifier: MIT */
/* packaged.h - a model that came along in the function's zip: model.onnx in its folder, model.json and weights beside it, and
 * model.report.json with what was found out about it when it was packaged, so that not every start has to ask it again.
 * It answers where a bucket has no model, in place of the built-in one. */
#ifndef INK_PIPELINE_PACKAGED_H
#define INK_PIPELINE_PACKAGED_H

#include <limits.h>

#include "engine/external.h"
#include "pipeline/probe.h"

struct ink_packaged {
    bool there;
    struct ink_error error; /* why it is there and cannot be read */
    char folder_path[PATH_MAX];
    struct ink_mapping model;
    struct ink_buffer settings; /* len 0: none */
    struct ink_finding known;   /* shown 0: there is none that fits */
    struct ink_folder folder;
};

/* What its report has in place of the ETag of the model or of its settings: the length. len 0: "". */
void ink_packaged_tag(struct ink_view bytes, char out[32]);

/* Looks into `folder` (LAMBDA_TASK_ROOT; NULL: there is none) and maps what is there. */
void ink_packaged_open(struct ink_packaged *packaged, const char *folder);

/* After the classifier that looks into it. */
void ink_packaged_cleanup(struct ink_packaged *packaged);

#endif
